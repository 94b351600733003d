//! A configuration that was read and found valid: what a pipeline is made of.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::entries;
use crate::fault::Faults;
use crate::node::Node;

mod deploy;
mod job;
mod rules;
mod runtime;

pub use deploy::{Action, Environment, Forward, Strategy, Target, Trigger};
pub use job::{
    AllowFailure, Copy, CrossNeed, Definition, Inherit, Job, Matrix, Need, Needs, Parallel, Policy,
    Retry, Texts, Variable, Variables, When, Work,
};
pub use rules::{
    AutoCancel, AutoCancelOnJobFailure, AutoCancelOnNewCommit, Changes, Exists, Rule, Workflow,
};
pub use runtime::{Access, Artifacts, ArtifactsWhen, Cache, CacheKey, Image, Pages, Service};

/// What the rest of the compiler knows of texts inside a configuration.
#[derive(Clone, Copy, Debug)]
pub struct Checks {
    /// Whether it is an expression as `rules:if` takes one.
    pub expression: fn(&str) -> bool,
    /// Whether it is a pattern, `/…/` with or without flags, that can be compiled.
    pub pattern: fn(&str) -> bool,
    /// The seconds of a duration in words, if it is one.
    pub duration: fn(&str) -> Option<u64>,
}

/// All that a configuration says, with defaults and `parallel` applied.
#[derive(Clone, Debug)]
pub struct Config {
    /// In order, with `.pre` first and `.post` last.
    pub stages: Vec<Arc<str>>,
    /// The global ones.
    pub variables: Variables,
    pub workflow: Workflow,
    /// By their names, as written; each copy of a parallel job is one.
    pub jobs: IndexMap<Arc<str>, Job>,
}

impl Config {
    /// Reads a configuration in which includes, `extends` and `!reference` are resolved.
    /// There is one unless there are errors; warnings do not count.
    pub fn read(root: &Node, checks: &Checks) -> (Option<Self>, Faults) {
        entries::read(root, checks)
    }
}
