//! From a configuration to a pipeline: which jobs are in it, in which stages, and with what.
//!
//! Left to others: to give the jobs ids and statuses, and to start them.

use std::ops::Range;
use std::sync::Arc;

use crate::config::{
    self, AllowFailure, AutoCancel, Config, Copy, CrossNeed, Definition, Rule, Texts, When,
};

mod cache;
mod context;
mod draft;
mod needs;
mod pipeline;
mod policy;
mod refusal;
mod repository;
mod root;
mod rules;

pub use context::{Context, Limits, Source};
pub use refusal::Refusal;
pub use repository::{Changed, Files, NoRepository, Repository};

/// A pipeline that can be created.
#[derive(Clone, Debug)]
pub struct Plan {
    pub name: Option<Arc<str>>,
    pub auto_cancel: AutoCancel,
    /// The global variables, with those of the workflow's rule.
    pub variables: config::Variables,
    /// Those that have jobs, in their order.
    pub stages: Vec<Stage>,
    /// Stage by stage.
    pub jobs: Vec<PlannedJob>,
}

/// A stage and its jobs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    pub name: Arc<str>,
    /// Its place among all stages of the configuration, also those without jobs.
    pub position: usize,
    /// Where in the list its jobs are.
    pub jobs: Range<usize>,
}

/// A job of a pipeline, before it is one.
#[derive(Clone, Debug)]
pub struct PlannedJob {
    pub name: Arc<str>,
    /// The place of its stage in the plan.
    pub stage: usize,
    pub when: When,
    /// In seconds, when `when` is delayed.
    pub start_in: Option<u64>,
    pub allow_failure: AllowFailure,
    /// None when it waits for the earlier stages.
    pub needs: Option<Vec<PlannedNeed>>,
    /// Artifacts from elsewhere.
    pub others: Vec<CrossNeed>,
    /// Whose artifacts it gets; None means those of all that it waits for.
    pub dependencies: Option<Texts>,
    pub tags: Texts,
    pub environment: Option<PlannedEnvironment>,
    pub resource_group: Option<Arc<str>>,
    pub interruptible: Option<bool>,
    pub copy: Option<Copy>,
    /// All else, as it stands in the configuration: what is said above holds instead.
    pub definition: Arc<Definition>,
    rule: Option<MatchedRule>,
}

/// A job of the same plan that must be done before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlannedNeed {
    /// Its place among the jobs.
    pub job: usize,
    /// Whether its artifacts are downloaded.
    pub artifacts: bool,
}

/// An environment with variables replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedEnvironment {
    pub name: Arc<str>,
    /// Variables that are known only later are still in it.
    pub url: Option<Arc<str>>,
}

/// One of the rules of a job.
#[derive(Clone, Debug)]
struct MatchedRule {
    rules: Arc<[Rule]>,
    place: usize,
}

impl Plan {
    /// Decides which jobs of a configuration are in a pipeline.
    pub fn new(config: &Config, context: &Context<'_>) -> Result<Self, Refusal> {
        pipeline::plan(config, context)
    }

    /// The variables that the configuration gives to a job. They are put together only
    /// here: most jobs have most of them in common.
    pub fn variables_of(&self, job: &PlannedJob) -> config::Variables {
        let inherited = root::inherited(&self.variables, &job.definition.inherit_variables);
        let mut variables = inherited.unwrap_or_else(|| self.variables.clone());
        let own = job.definition.variables.iter();
        variables.extend(own.map(|(name, variable)| (Arc::clone(name), variable.clone())));
        let of_matrix = job.copy.iter().flat_map(|copy| copy.variables.iter());
        let of_rule = job.rule().into_iter().flat_map(|rule| &rule.variables);
        for (name, value) in of_matrix.chain(of_rule) {
            let variable = config::Variable::new(Arc::clone(value));
            variables.insert(Arc::clone(name), variable);
        }
        variables
    }
}

impl PlannedJob {
    /// The rule that let it in.
    pub fn rule(&self) -> Option<&Rule> {
        (self.rule.as_ref()).and_then(|matched| matched.rules.get(matched.place))
    }
}
