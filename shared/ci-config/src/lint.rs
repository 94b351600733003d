//! The jobs as `POST /projects/:id/ci/lint` lists them.

use std::collections::HashMap;
use std::sync::Arc;

use crate::config::{AllowFailure, Config, Job, Need, Policy, Work};

/// One row.
#[derive(Clone, Debug, PartialEq)]
pub struct LintJob<'a> {
    pub name: &'a str,
    pub stage: &'a str,
    pub before_script: &'a [Arc<str>],
    pub script: &'a [Arc<str>],
    pub after_script: &'a [Arc<str>],
    pub tag_list: &'a [Arc<str>],
    pub only: Option<&'a Policy>,
    pub except: Option<&'a Policy>,
    pub environment: Option<&'a str>,
    pub when: &'static str,
    pub allow_failure: bool,
    pub needs: Option<&'a [Need]>,
}

/// All jobs, by stages in their order.
pub fn jobs(config: &Config) -> Vec<LintJob<'_>> {
    let mut rows: Vec<_> = config.jobs.values().map(row).collect();
    let places: HashMap<&str, usize> = (config.stages.iter().enumerate())
        .map(|(place, stage)| (&**stage, place))
        .collect();
    rows.sort_by_key(|row| places.get(row.stage));
    rows
}

fn row(job: &Job) -> LintJob<'_> {
    let definition = &*job.definition;
    let none: &[Arc<str>] = &[];
    let (before_script, script, after_script) = match &definition.work {
        Work::Script {
            before_script,
            script,
            after_script,
        } => (&**before_script, &**script, &**after_script),
        Work::Run(_) | Work::Trigger(_) | Work::Mirror(_) => (none, none, none),
    };
    LintJob {
        name: &job.name,
        stage: &definition.stage,
        before_script,
        script,
        after_script,
        tag_list: &definition.tags,
        only: definition.only.as_ref(),
        except: definition.except.as_ref(),
        environment: (definition.environment.as_ref()).map(|environment| &*environment.name),
        when: definition.when.as_str(),
        allow_failure: match definition.allow_failure {
            AllowFailure::Yes => true,
            AllowFailure::No | AllowFailure::ExitCodes(_) => false,
        },
        needs: (job.needs.as_ref()).map(|needs| needs.jobs.as_slice()),
    }
}
