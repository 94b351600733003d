//! Rules of jobs and of the whole pipeline.

use std::sync::Arc;

use indexmap::IndexMap;

use super::{Needs, Texts, When};

/// The first rule whose clauses all hold decides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rule {
    /// An expression.
    pub condition: Option<Arc<str>>,
    pub changes: Option<Changes>,
    pub exists: Option<Exists>,
    /// None means what the job itself says.
    pub when: Option<When>,
    /// In seconds.
    pub start_in: Option<u64>,
    pub allow_failure: Option<bool>,
    pub variables: IndexMap<Arc<str>, Arc<str>>,
    /// Takes the place of the job's own.
    pub needs: Option<Needs>,
    pub interruptible: Option<bool>,
    /// In rules of the workflow only.
    pub auto_cancel: Option<AutoCancel>,
}

/// Globs, one of which a changed file must match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    pub paths: Texts,
    /// The ref to compare with.
    pub compare_to: Option<Arc<str>>,
}

/// Globs, one of which a file must match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exists {
    pub paths: Texts,
    /// Where to look, if not in the project itself.
    pub project: Option<Arc<str>>,
    pub reference: Option<Arc<str>>,
}

/// What holds for the whole pipeline.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Workflow {
    pub name: Option<Arc<str>>,
    /// None admits all pipelines. Jobs have the default `only` when the keyword is absent.
    pub rules: Option<Arc<[Rule]>>,
    pub auto_cancel: Option<AutoCancel>,
}

/// `workflow:auto_cancel`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AutoCancel {
    pub on_new_commit: Option<AutoCancelOnNewCommit>,
    pub on_job_failure: Option<AutoCancelOnJobFailure>,
}

/// Which jobs a newer pipeline cancels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AutoCancelOnNewCommit {
    /// All, as long as none started that is not interruptible.
    Conservative,
    Interruptible,
    None,
}

/// Which jobs a failed one cancels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AutoCancelOnJobFailure {
    None,
    All,
}
