//! A configuration, with the files that it includes, as far as the plan of its pipeline.

use std::sync::Arc;

use ci_config::compile::{Compilation, Step};
use ci_config::config::Changes;
use ci_config::glob::{self, Steps};
use ci_config::include::{
    Answer, Component, Found, Limits, Missing, Place, Root, Source, Surroundings,
};
use ci_config::plan::{self, Changed, Context, Files, Plan, Repository};
use ci_config::variables::{Collection, Origin, Variable};
use ci_config::yaml::{Documents, write};
use ci_config::{Checks, Config, duration, expression, lint, pattern};

const CHECKS: Checks = Checks {
    expression: |text| expression::Expression::parse(text).is_ok(),
    pattern: |text| pattern::Pattern::parse(text).is_some(),
    duration: duration::parse,
};

/// Takes the cases of `shared/ci-config/tests`, too: a configuration, then `--- file NAME` or
/// `--- other NAME` and a file, `--- inputs` and what the pipeline was given, `--- child` if
/// it has a parent. Other sections count for nothing.
pub(crate) fn run(input: &str) {
    let (root, sections) = crate::split(input);
    let sections: Vec<(&str, &str)> = (sections.iter())
        .map(|section| section.split_once('\n').unwrap_or((section, "")))
        .collect();
    let section = |title: &str| sections.iter().find(|(other, _)| *other == title);
    let inputs = section("inputs");
    let inputs = inputs.and_then(|(_, text)| Documents::read(text.as_bytes(), 0).ok());
    let inputs = inputs.map(|documents| documents.content);
    let whereabouts = Root {
        place: Some(place()),
        is_child: section("child").is_some(),
    };
    let limits = Limits::default();
    let mut compilation = Compilation::new(root.as_bytes(), inputs.as_ref(), whereabouts, limits);
    let world = World::of(&sections);
    let compiled = loop {
        match compilation.step(&world, &CHECKS) {
            Step::Done(compiled) => break compiled,
            Step::Fetch(sources) => {
                assert!(!sources.is_empty(), "a step that asks for nothing");
                for source in sources {
                    let answer = world.fetch(&source);
                    compilation.answer(source, answer);
                }
            }
        }
    };
    assert_eq!(
        compiled.config.is_some(),
        compiled.faults.errors.is_empty(),
        "{:?}",
        compiled.faults
    );
    if let Some(config) = &compiled.config {
        assert_eq!(lint::jobs(config).len(), config.jobs.len());
        world.plan(config);
    }
    if let Some(merged) = &compiled.merged {
        write(merged);
    }
}

/// One project has all files, and is found under every name.
struct World<'a> {
    files: Vec<(&'a str, &'a str)>,
    paths: Vec<Arc<str>>,
}

/// What variables there are.
const VARIABLES: [(&str, &str); 3] = [("A", "a"), ("B", "$A b.yml $B"), ("C", "/a+/")];

impl<'a> World<'a> {
    fn of(sections: &[(&'a str, &'a str)]) -> Self {
        let files = sections.iter().filter_map(|(title, text)| {
            let (kind, name) = title.split_once(' ')?;
            let (_, name) = name.rsplit_once(' ').unwrap_or(("", name));
            matches!(kind, "file" | "other").then_some((name, *text))
        });
        let files: Vec<_> = files.collect();
        let mut paths: Vec<Arc<str>> = files.iter().map(|(name, _)| Arc::from(*name)).collect();
        paths.sort_unstable();
        Self { files, paths }
    }

    fn plan(&self, config: &Config) {
        let variables: Collection = (VARIABLES.iter())
            .map(|(name, value)| Variable::new(*name, *value, Origin::Project))
            .collect();
        let context = Context {
            source: plan::Source::Push,
            reference: "main",
            is_tag: false,
            project: "group/main",
            kubernetes: false,
            changed_paths: Some(&self.paths),
            repository: self,
            variables: &variables,
            limits: plan::Limits::default(),
        };
        if let Ok(plan) = Plan::new(config, &context) {
            assert!(plan.jobs.len() <= config.jobs.len());
            // All copies of a job may have all variables there are.
            for job in plan.jobs.iter().take(10) {
                plan.variables_of(job);
            }
        }
    }

    fn fetch(&self, source: &Source) -> Answer {
        let text = |name: &str| -> Result<Arc<[u8]>, Missing> {
            let mut files = self.files.iter();
            let file = files.find(|(other, _)| *other == name);
            file.map(|(_, text)| text.as_bytes().into())
                .ok_or(Missing::File)
        };
        Ok(match source {
            Source::Paths { .. } => Found::Paths(self.paths.as_slice().into()),
            Source::Local { path, .. } | Source::Artifact { path, .. } => Found::Text(text(path)?),
            Source::Project { file, .. } => Found::Project {
                sha: place().sha,
                text: text(file)?,
            },
            Source::Template { name } => Found::Text(text(name)?),
            Source::Remote { url, .. } => Found::Text(text(url)?),
            Source::Component { address } => Found::Component(Component {
                place: place(),
                path: Arc::clone(address),
                text: text(address)?,
                name: "name".into(),
                version: "1.0".into(),
                reference: "main".into(),
            }),
        })
    }
}

fn place() -> Place {
    Place {
        project: "group/main".into(),
        sha: "abc".into(),
    }
}

impl Surroundings for World<'_> {
    fn variable(&self, name: &str) -> Option<Arc<str>> {
        let (_, value) = VARIABLES.iter().find(|(other, _)| *other == name)?;
        Some(Arc::from(*value))
    }

    fn expanded_variable(&self, name: &str) -> Option<Arc<str>> {
        self.variable(name)
    }

    fn has_changes(&self, changes: &Changes) -> Result<bool, String> {
        let steps = Steps::default();
        Ok(glob::changes(&changes.paths, Some(&self.paths), &steps))
    }

    fn mask(&self, text: &str) -> String {
        text.replace("secret", "[MASKED]")
    }
}

impl Repository for World<'_> {
    fn files(&self) -> Arc<[Arc<str>]> {
        self.paths.as_slice().into()
    }

    fn files_of(&self, _project: &str, _reference: Option<&str>) -> Files {
        Files::Found(self.files())
    }

    fn changed_since(&self, _reference: &str) -> Changed {
        Changed::Paths(self.files())
    }
}
