//! A job and what decides when it runs.

use std::sync::Arc;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::{Artifacts, Cache, Environment, Image, Pages, Rule, Service, Trigger};
use crate::node::{Node, Span};

/// A list of texts. To clone one is cheap: the copies of a parallel job share it.
pub type Texts = Arc<[Arc<str>]>;

/// By their names, as written.
pub type Variables = IndexMap<Arc<str>, Variable>;

/// One row of `parallel:matrix`: each variable with the values it takes in turn.
pub type Matrix = Vec<IndexMap<Arc<str>, Vec<Arc<str>>>>;

/// One job of a pipeline, or one copy of a parallel one.
#[derive(Clone, Debug)]
pub struct Job {
    /// With the number or the values of the copy, if it is one.
    pub name: Arc<str>,
    /// Which copy this is, of a job that is parallel.
    pub copy: Option<Copy>,
    /// None when the job waits for the earlier stages.
    pub needs: Option<Needs>,
    pub rules: Option<Arc<[Rule]>>,
    /// Whose artifacts it gets; None means those of all that it waits for.
    pub dependencies: Option<Texts>,
    pub definition: Arc<Definition>,
}

impl Job {
    /// The job's own variables; those of the matrix win.
    pub fn variables(&self) -> impl Iterator<Item = (&Arc<str>, Variable)> {
        let matrix = self.copy.as_ref().map(|copy| &copy.variables);
        let own = (self.definition.variables.iter())
            .filter(move |(name, _)| matrix.is_none_or(|matrix| !matrix.contains_key(*name)))
            .map(|(name, variable)| (name, variable.clone()));
        let of_matrix = (matrix.into_iter().flat_map(|matrix| matrix.iter()))
            .map(|(name, value)| (name, Variable::new(Arc::clone(value))));
        own.chain(of_matrix)
    }
}

/// Which of the copies of a parallel job this is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copy {
    /// The name in the configuration.
    pub of: Arc<str>,
    /// From 1 on: `CI_NODE_INDEX`.
    pub index: usize,
    /// `CI_NODE_TOTAL`.
    pub total: usize,
    /// What the matrix sets in this copy.
    pub variables: Arc<IndexMap<Arc<str>, Arc<str>>>,
}

/// What all copies of a job have in common.
#[derive(Clone, Debug)]
pub struct Definition {
    /// Where the job stands in the configuration.
    pub span: Span,
    pub stage: Arc<str>,
    pub work: Work,
    pub when: When,
    /// In seconds, when `when` is delayed.
    pub start_in: Option<u64>,
    pub allow_failure: AllowFailure,
    pub only: Option<Policy>,
    pub except: Option<Policy>,
    pub variables: Variables,
    /// Which of the global variables it has.
    pub inherit_variables: Inherit,
    pub interruptible: Option<bool>,
    pub environment: Option<Environment>,
    pub resource_group: Option<Arc<str>>,
    pub tags: Texts,
    pub image: Option<Image>,
    pub services: Arc<[Service]>,
    pub cache: Arc<[Cache]>,
    pub artifacts: Option<Artifacts>,
    /// `hooks:pre_get_sources_script`.
    pub pre_get_sources_script: Texts,
    pub retry: Option<Retry>,
    /// In seconds.
    pub timeout: Option<u64>,
    /// The pattern without its slashes, with its flags in front.
    pub coverage: Option<Arc<str>>,
    /// The audiences of each token.
    pub id_tokens: IndexMap<Arc<str>, Texts>,
    pub release: Option<Node>,
    pub pages: Option<Pages>,
    pub secrets: Option<Node>,
    pub identity: Option<Arc<str>>,
    pub manual_confirmation: Option<Arc<str>>,
    pub inputs: Option<Node>,
    pub dast_configuration: Option<Node>,
    pub parallel: Option<Parallel>,
}

/// What a job does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Work {
    /// Lines for a shell.
    Script {
        before_script: Texts,
        script: Texts,
        after_script: Texts,
    },
    /// CI steps, as the runner takes them.
    Run(Node),
    /// A pipeline downstream.
    Trigger(Trigger),
    /// The status of another project's newest pipeline: `needs:pipeline`.
    Mirror(Arc<str>),
}

/// When a job runs, of those whose rules let them into the pipeline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum When {
    #[default]
    OnSuccess,
    OnFailure,
    Always,
    Manual,
    Delayed,
    /// In rules only.
    Never,
}

impl When {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OnSuccess => "on_success",
            Self::OnFailure => "on_failure",
            Self::Always => "always",
            Self::Manual => "manual",
            Self::Delayed => "delayed",
            Self::Never => "never",
        }
    }
}

/// Whether the pipeline goes on when the job failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AllowFailure {
    No,
    Yes,
    /// With one of these exit codes.
    ExitCodes(Arc<[i64]>),
}

/// `only` or `except`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    pub refs: Option<Texts>,
    /// `kubernetes: active`.
    pub kubernetes: bool,
    /// Expressions.
    pub variables: Option<Texts>,
    /// Globs.
    pub changes: Option<Texts>,
}

/// A variable of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    pub value: Arc<str>,
    /// Whether names of other variables in it are replaced.
    pub expand: bool,
    /// Shown where a pipeline is started by hand.
    pub description: Option<Arc<str>>,
    /// What may be chosen there.
    pub options: Option<Texts>,
}

impl Variable {
    pub const fn new(value: Arc<str>) -> Self {
        Self {
            value,
            expand: true,
            description: None,
            options: None,
        }
    }
}

/// `inherit:variables`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Inherit {
    #[default]
    All,
    Nothing,
    Only(Texts),
}

/// How often a failed job is tried again, and after what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retry {
    /// 0 to 2.
    pub max: u8,
    /// Failure reasons, or `always`; empty means any.
    pub when: Texts,
    pub exit_codes: Arc<[i64]>,
}

/// How many copies of a job there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parallel {
    Number(usize),
    Matrix(Matrix),
}

/// What a job waits for instead of the earlier stages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    pub jobs: Vec<Need>,
    /// Artifacts from elsewhere.
    pub others: Vec<CrossNeed>,
}

/// A job of the same pipeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    pub job: Arc<str>,
    /// Whether its artifacts are downloaded.
    pub artifacts: bool,
    /// Whether it may be missing.
    pub optional: bool,
    /// Which of its copies; None once they are named one by one.
    pub parallel: Option<Matrix>,
}

/// A job of another pipeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CrossNeed {
    Pipeline {
        pipeline: Arc<str>,
        job: Arc<str>,
        artifacts: bool,
    },
    Project {
        project: Arc<str>,
        reference: Arc<str>,
        job: Arc<str>,
        artifacts: bool,
    },
}
