//! Driving the compiler: it says which files it needs, and they are fetched for it.

use std::sync::Arc;

use ci_config::compile::{Compilation, Compiled, Step};
use ci_config::config::Changes;
use ci_config::expression::Expression;
use ci_config::glob::Steps;
use ci_config::include::{Place, Surroundings};
use ci_config::pattern::Pattern;
use ci_config::variables::Collection;
use ci_config::{Checks, duration, glob};
use switchyard::error::{Error, Result};
use switchyard::project::Project;
use switchyard::repository::Oid;

use crate::sources::Sources;
use crate::variables::expand;

/// What the compiler knows of texts inside a configuration.
pub const CHECKS: Checks = Checks {
    expression: |text| Expression::parse(text).is_ok(),
    pattern: |text| Pattern::parse(text).is_some(),
    duration: duration::parse,
};

/// Rounds of fetching: a file that includes another one takes one more.
const ROUNDS: usize = 200;

/// What is known of the pipeline while its configuration is read.
struct Around<'a> {
    variables: &'a Collection,
    changed_paths: Option<&'a [Arc<str>]>,
    glob_steps: &'a Steps,
}

impl Surroundings for Around<'_> {
    fn variable(&self, name: &str) -> Option<Arc<str>> {
        let variable = self.variables.get(name)?;
        Some(Arc::clone(&variable.value))
    }

    fn expanded_variable(&self, name: &str) -> Option<Arc<str>> {
        let variable = self.variables.get(name)?;
        if variable.raw {
            return Some(Arc::clone(&variable.value));
        }
        Some(expand(&variable.value, self.variables))
    }

    fn has_changes(&self, changes: &Changes) -> Result<bool, String> {
        match &changes.compare_to {
            // Nothing is read at this point; so all counts as changed.
            Some(_) => Ok(true),
            None => {
                let paths: Option<Vec<&str>> =
                    (self.changed_paths).map(|paths| paths.iter().map(|path| &**path).collect());
                Ok(glob::changes(
                    &globs(changes),
                    paths.as_deref(),
                    self.glob_steps,
                ))
            }
        }
    }

    fn mask(&self, text: &str) -> String {
        self.variables.mask(text)
    }
}

fn globs(changes: &Changes) -> Vec<&str> {
    changes.paths.iter().map(|path| &**path).collect()
}

/// Where a project's local files are.
pub(crate) fn place_of(project: &Project, commit: Oid) -> Place {
    Place {
        project: project.full_path.as_str().into(),
        sha: commit.to_string().into(),
    }
}

/// Goes on until all files were fetched.
pub(crate) async fn compile(
    mut compilation: Compilation,
    sources: &mut Sources<'_>,
    variables: &Collection,
    changed_paths: Option<&[Arc<str>]>,
) -> Result<Compiled> {
    let glob_steps = Steps::default();
    for _ in 0..ROUNDS {
        let step = {
            let around = Around {
                variables,
                changed_paths,
                glob_steps: &glob_steps,
            };
            compilation.step(&around, &CHECKS)
        };
        match step {
            Step::Done(compiled) => return Ok(*compiled),
            Step::Fetch(wanted) => {
                for (source, answer) in sources.fetch(wanted).await? {
                    compilation.answer(source, answer);
                }
            }
        }
    }
    Err(Error::Internal("a configuration has no end".to_owned()))
}
