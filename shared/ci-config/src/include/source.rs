//! What a caller is asked for, and what it may answer.

use std::sync::Arc;

/// A project at a commit.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// Its full path.
    pub project: Arc<str>,
    pub sha: Arc<str>,
}

/// Something outside of the configuration.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// A file beside the one that includes it.
    Local { place: Place, path: Arc<str> },
    /// The paths of all files of a project, for wildcards and `exists`. A reference is a
    /// branch, a tag or a commit; without one the default branch is meant.
    Paths {
        project: Arc<str>,
        reference: Option<Arc<str>>,
    },
    /// A file of a project, if the user may read it. The path of the project is in lower case.
    Project {
        project: Arc<str>,
        reference: Option<Arc<str>>,
        file: Arc<str>,
    },
    /// With its suffix, `.gitlab-ci.yml`.
    Template { name: Arc<str> },
    Remote {
        url: Arc<str>,
        /// `sha256-…`, which the file must have.
        integrity: Option<Arc<str>>,
    },
    /// `host/path/name@version`.
    Component { address: Arc<str> },
    /// A file in the artifacts of a job of the parent pipeline.
    Artifact { job: Arc<str>, path: Arc<str> },
}

/// What came of asking for a source.
pub type Answer = Result<Found, Missing>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// For `Local`, `Template`, `Remote` and `Artifact`.
    Text(Arc<[u8]>),
    /// For `Project`: with the commit that its reference stands for.
    Project { sha: Arc<str>, text: Arc<[u8]> },
    /// For `Component`.
    Component(Component),
    /// For `Paths`, in order of their bytes.
    Paths(Arc<[Arc<str>]>),
}

/// A component as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    pub place: Place,
    /// Its file.
    pub path: Arc<str>,
    pub text: Arc<[u8]>,
    /// What `$[[ component.name ]]` and its kin say.
    pub name: Arc<str>,
    pub version: Arc<str>,
    pub reference: Arc<str>,
}

/// Why there is nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// Nothing has that name.
    File,
    /// No such project, or none that the user may read.
    Project,
    /// No such branch, tag or commit.
    Reference,
    /// No such job in the parent pipeline, or it has no artifacts.
    Job,
    /// A remote server's answer, after some attempts.
    Status { code: u16, attempts: u32 },
    /// A remote server that did not answer in time, after some attempts.
    TimedOut { attempts: u32 },
    /// A remote server that was not reached, after some attempts.
    Unreachable { attempts: u32 },
    /// A remote file without the digest that `integrity` asks for.
    Integrity,
    /// Files of this kind are not served here.
    Unsupported,
    /// What GitLab says, in full.
    Because(String),
}

/// Of files, and of lists of paths.
pub(super) fn bytes(answer: &Answer) -> (usize, usize) {
    match answer {
        Ok(Found::Text(text) | Found::Project { text, .. }) => (text.len(), 0),
        Ok(Found::Component(component)) => (component.text.len(), 0),
        Ok(Found::Paths(paths)) => (0, paths.iter().map(|path| path.len()).sum()),
        Err(_) => (0, 0),
    }
}
