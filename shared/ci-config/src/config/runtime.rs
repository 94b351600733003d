//! What a job runs in, and what it takes along and leaves behind.

use std::sync::Arc;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::Texts;
use crate::node::Node;

/// A container image. Variables in it are replaced by the runner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Image {
    pub name: Arc<str>,
    pub entrypoint: Option<Texts>,
    pub pull_policy: Option<Texts>,
    /// Options of one executor, as they are.
    pub docker: Option<Node>,
    pub kubernetes: Option<Node>,
}

/// A container beside the job's own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Service {
    pub image: Image,
    pub alias: Option<Arc<str>>,
    pub command: Option<Texts>,
    pub variables: IndexMap<Arc<str>, Arc<str>>,
}

/// Files kept from one job to the next one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cache {
    pub key: CacheKey,
    pub paths: Texts,
    pub untracked: Option<bool>,
    pub unprotect: bool,
    /// `pull-push`, `pull`, `push`, or a variable.
    pub policy: Arc<str>,
    pub when: ArtifactsWhen,
    /// At most 5.
    pub fallback_keys: Texts,
}

/// Which jobs share a cache.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CacheKey {
    Text(Arc<str>),
    /// What one or two files contain.
    Files {
        files: Texts,
        prefix: Option<Arc<str>>,
    },
    /// Which commits changed one or two files last.
    FilesCommits {
        files: Texts,
        prefix: Option<Arc<str>>,
    },
}

/// After which outcomes files are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ArtifactsWhen {
    #[default]
    OnSuccess,
    OnFailure,
    Always,
}

/// Files kept after the job.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Artifacts {
    pub name: Option<Arc<str>>,
    pub paths: Option<Texts>,
    pub exclude: Option<Texts>,
    pub untracked: Option<bool>,
    pub when: Option<ArtifactsWhen>,
    /// In words, or `never`.
    pub expire_in: Option<Arc<str>>,
    pub expose_as: Option<Arc<str>>,
    pub access: Option<Access>,
    /// The paths of each kind of report; `coverage_report` stands apart.
    pub reports: IndexMap<Arc<str>, Texts>,
    /// Format and path.
    pub coverage_report: Option<(Arc<str>, Arc<str>)>,
}

/// Who may download artifacts. `public: false` is `Developer`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Access {
    None,
    Developer,
    Maintainer,
    All,
}

/// Where a site is published, if the job makes one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pages {
    pub publish: Arc<str>,
    pub path_prefix: Option<Arc<str>>,
    /// In words, `never`, or with variables.
    pub expire_in: Option<Arc<str>>,
}
