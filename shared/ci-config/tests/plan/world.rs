//! What pipelines are planned for in these tests.

use std::collections::HashMap;
use std::sync::Arc;

use ci_config::config::AllowFailure;
use ci_config::expression::Expression;
use ci_config::pattern::Pattern;
use ci_config::plan::{
    Changed, Context, Files, Limits, Plan, PlannedJob, Refusal, Repository, Source,
};
use ci_config::variables::{Collection, Origin, Variable};
use ci_config::{Checks, Config, Node, duration};

use crate::yaml;

const CHECKS: Checks = Checks {
    expression: |text| Expression::parse(text).is_ok(),
    pattern: |text| Pattern::parse(text).is_some(),
    duration: duration::parse,
};

/// A push to `main` of `group/project`, unless said otherwise.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) source: Source,
    pub(crate) reference: &'static str,
    pub(crate) is_tag: bool,
    pub(crate) kubernetes: bool,
    pub(crate) changed: Option<Vec<&'static str>>,
    pub(crate) since: HashMap<&'static str, Vec<&'static str>>,
    pub(crate) files: Vec<&'static str>,
    pub(crate) variables: Vec<(&'static str, &'static str, Origin)>,
    pub(crate) limits: Limits,
}

impl Default for World {
    fn default() -> Self {
        Self {
            source: Source::Push,
            reference: "main",
            is_tag: false,
            kubernetes: false,
            changed: None,
            since: HashMap::new(),
            files: Vec::new(),
            variables: Vec::new(),
            limits: Limits::default(),
        }
    }
}

impl Repository for World {
    fn files(&self) -> Arc<[Arc<str>]> {
        texts(&self.files)
    }

    fn files_of(&self, project: &str, reference: Option<&str>) -> Files {
        match (project, reference) {
            ("group/other", None | Some("main")) => Files::Found(texts(&["other.txt"])),
            ("group/other", Some(_)) => Files::NoRef,
            _ => Files::NoProject,
        }
    }

    fn changed_since(&self, reference: &str) -> Changed {
        (self.since.get(reference)).map_or(Changed::NoRef, |paths| Changed::Paths(texts(paths)))
    }
}

fn texts(texts: &[&str]) -> Arc<[Arc<str>]> {
    texts.iter().map(|text| Arc::from(*text)).collect()
}

impl World {
    pub(crate) fn with(variables: &[(&'static str, &'static str)]) -> Self {
        let of = |(name, value): &(&'static str, &'static str)| (*name, *value, Origin::Predefined);
        Self {
            variables: variables.iter().map(of).collect(),
            ..Self::default()
        }
    }

    pub(crate) fn plan(&self, text: &str) -> Result<Plan, Refusal> {
        self.plan_node(&yaml::node(text))
    }

    pub(crate) fn plan_node(&self, root: &Node) -> Result<Plan, Refusal> {
        let (config, faults) = Config::read(root, &CHECKS);
        assert_eq!(yaml::texts(&faults.errors), Vec::<&str>::new());
        let config = config.expect("a configuration without errors");
        let variables: Collection = (self.variables.iter())
            .map(|(name, value, origin)| Variable {
                masked: value.starts_with("secret"),
                ..Variable::new(*name, *value, *origin)
            })
            .collect();
        let changed = self.changed.as_deref().map(texts);
        let context = Context {
            source: self.source,
            reference: self.reference,
            is_tag: self.is_tag,
            project: "group/project",
            kubernetes: self.kubernetes,
            changed_paths: changed.as_deref(),
            repository: self,
            variables: &variables,
            limits: self.limits,
        };
        Plan::new(&config, &context)
    }

    /// What must be a plan.
    pub(crate) fn planned(&self, text: &str) -> Plan {
        let plan = self.plan(text);
        plan.unwrap_or_else(|refusal| panic!("{refusal} in\n{text}"))
    }

    /// What must be refused.
    pub(crate) fn refused(&self, text: &str) -> String {
        let refusal = self.plan(text).expect_err("no plan");
        format!("{}: {refusal}", refusal.failure_reason())
    }

    /// The names of the jobs.
    pub(crate) fn names(&self, text: &str) -> Vec<String> {
        match self.plan(text) {
            Ok(plan) => plan.jobs.iter().map(|job| job.name.to_string()).collect(),
            Err(Refusal::FilteredByRules) => Vec::new(),
            Err(refusal) => panic!("{refusal} in\n{text}"),
        }
    }
}

/// A line for each job: name, when, and what else is unusual.
pub(crate) fn lines(plan: &Plan) -> Vec<String> {
    plan.jobs.iter().map(|job| line(plan, job)).collect()
}

pub(crate) fn line(plan: &Plan, job: &PlannedJob) -> String {
    let mut line = format!("{} {}", job.name, job.when.as_str());
    match &job.allow_failure {
        AllowFailure::No => {}
        AllowFailure::Yes => line.push_str(" may-fail"),
        AllowFailure::ExitCodes(codes) => line.push_str(&format!(" may-fail-with {codes:?}")),
    }
    if let Some(seconds) = job.start_in {
        line.push_str(&format!(" in {seconds}"));
    }
    if let Some(interruptible) = job.interruptible {
        line.push_str(&format!(" interruptible={interruptible}"));
    }
    if let Some(needs) = &job.needs {
        let names: Vec<_> = needs
            .iter()
            .map(|need| &*plan.jobs[need.job].name)
            .collect();
        line.push_str(&format!(" needs {names:?}"));
    }
    line
}

/// The variables of the configuration that a job has.
pub(crate) fn variables(plan: &Plan, job: &str) -> Vec<String> {
    let job = plan.jobs.iter().find(|planned| &*planned.name == job);
    let variables = plan.variables_of(job.expect("a job of this name"));
    let mut lines: Vec<_> = (variables.iter())
        .map(|(name, variable)| format!("{name}={}", variable.value))
        .collect();
    lines.sort();
    lines
}
