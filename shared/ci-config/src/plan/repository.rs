//! What rules ask about files.

use std::sync::Arc;

/// Answers questions about the repository. A caller that cannot answer at once may note
/// what is asked, find it out, and plan again: a plan has no effects.
pub trait Repository {
    /// The paths of all files in the commit of the pipeline.
    fn files(&self) -> Arc<[Arc<str>]>;

    /// The same of the default branch or another ref of some project: `exists:project`.
    fn files_of(&self, project: &str, reference: Option<&str>) -> Files;

    /// What changed since a ref: `changes:compare_to`.
    fn changed_since(&self, reference: &str) -> Changed;
}

/// The files of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Files {
    Found(Arc<[Arc<str>]>),
    /// Or who started the pipeline may not see its code.
    NoProject,
    NoRef,
}

/// What changed since a ref.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changed {
    Paths(Arc<[Arc<str>]>),
    Unknown,
    NoRef,
}

/// Where there is no repository there are no files, and nobody knows what changed.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoRepository;

impl Repository for NoRepository {
    fn files(&self) -> Arc<[Arc<str>]> {
        Arc::default()
    }

    fn files_of(&self, _project: &str, _reference: Option<&str>) -> Files {
        Files::NoProject
    }

    fn changed_since(&self, _reference: &str) -> Changed {
        Changed::Unknown
    }
}
