//! `include`: finds out which files a configuration brings in, and merges them under it.
//!
//! Nothing is read here. [`Inclusion::step`] says which sources it needs; the caller fetches
//! them, gives them to [`Inclusion::answer`], and goes on until it is done. Each step walks
//! the whole tree of includes anew with what is known by then, and asks for all that it
//! misses at once; what was read already is kept.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use crate::config::{Changes, Checks};
use crate::fault::Fault;
use crate::node::Node;
use crate::yaml::Documents;

mod expansion;
mod fetched;
mod file;
mod fill;
mod header;
mod json;
mod load;
mod location;
mod message;
mod pass;
mod row;
mod rules;
mod source;
mod spread;
mod wildcard;
mod work;

pub use row::{Included, Kind};
pub use source::{Answer, Component, Found, Missing, Place, Source};

use load::{Draft, Loaded, Scope};
use pass::Pass;
use work::Work;

/// What the caller knows of the pipeline that is being made.
pub trait Surroundings {
    /// The value of a variable that may stand in a location or a rule: those of the
    /// instance, the group, the project and the pipeline, and predefined ones.
    fn variable(&self, name: &str) -> Option<Arc<str>>;

    /// The same, with the variables in the value replaced.
    fn expanded_variable(&self, name: &str) -> Option<Arc<str>>;

    /// Whether `rules:changes` holds; it does when nobody can say what changed. The globs
    /// are expanded. An error is in GitLab's words.
    fn has_changes(&self, changes: &Changes) -> Result<bool, String>;

    /// A text for everyone's eyes, without the values of masked variables.
    fn mask(&self, text: &str) -> String;
}

/// How much may be included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// GitLab's `ci_max_includes`.
    pub files: usize,
    /// GitLab's `ci_max_total_yaml_size_bytes` is as many files of the greatest size, 300 MB;
    /// here all of them must fit into a small function.
    pub bytes: usize,
    /// Of all paths that were listed for wildcards and `exists`.
    pub path_bytes: usize,
    /// Of a path with a wildcard or a glob of `exists`, over all steps.
    pub comparisons: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            files: 150,
            bytes: 20 << 20,
            path_bytes: 32 << 20,
            comparisons: 20_000_000,
        }
    }
}

/// How many sources are asked for. GitLab bounds what is no file by time only.
const MAX_SOURCES: usize = 1_000;

/// Where the root stands.
#[derive(Clone, Debug, Default)]
pub struct Root {
    /// Where local files are, unless the configuration stands in no repository.
    pub place: Option<Place>,
    /// Whether it is the configuration of a child pipeline, which may include artifacts.
    pub is_child: bool,
}

/// What is to be done next.
#[derive(Debug)]
pub enum Step {
    /// Give an answer for each of these.
    Fetch(Vec<Source>),
    Done(Result<Inclusions, Fault>),
}

/// A configuration and all that it includes.
#[derive(Clone, Debug)]
pub struct Inclusions {
    pub content: Node,
    /// In the order in which they were found.
    pub includes: Vec<Included>,
    /// What is odd about the files themselves.
    pub warnings: Vec<Fault>,
}

/// The file that all begins with.
#[derive(Debug)]
struct RootFile {
    draft: Draft,
    inputs: Option<Node>,
    scope: Scope,
    /// With its inputs, once that can be told.
    loaded: OnceLock<Result<Loaded, Fault>>,
}

/// Includes on their way to be resolved.
#[derive(Debug)]
pub struct Inclusion {
    root: Arc<RootFile>,
    limits: Limits,
    answers: HashMap<Source, Answer>,
    /// Of all files, and of all paths.
    bytes: usize,
    path_bytes: usize,
    loaded: load::Cache,
    work: Work,
}

impl Inclusion {
    /// `inputs` are those of the root file. Spans of other files count from 1 on.
    pub fn new(documents: Documents, inputs: Option<&Node>, root: Root, limits: Limits) -> Self {
        let root = RootFile {
            draft: Draft {
                header: documents.header,
                content: documents.content,
            },
            inputs: inputs.cloned(),
            scope: Scope {
                place: root.place,
                sees_variables: true,
                is_child: root.is_child,
                component: None,
            },
            loaded: OnceLock::new(),
        };
        let mut loaded = load::Cache::new();
        loaded.warn(documents.warnings);
        Self {
            root: Arc::new(root),
            limits,
            answers: HashMap::new(),
            bytes: 0,
            path_bytes: 0,
            loaded,
            work: Work::new(limits.comparisons),
        }
    }

    /// Takes what was fetched, or why it could not be.
    pub fn answer(&mut self, source: Source, answer: Answer) {
        let (bytes, path_bytes) = source::bytes(&answer);
        self.bytes = self.bytes.saturating_add(bytes);
        self.path_bytes = self.path_bytes.saturating_add(path_bytes);
        if self.check_bytes().is_ok() {
            self.answers.insert(source, answer);
        }
    }

    /// Goes on as far as the answers reach.
    pub fn step(&mut self, surroundings: &dyn Surroundings, checks: &Checks) -> Step {
        if let Err(fault) = self.check_bytes() {
            return Step::Done(Err(fault));
        }
        let root = Arc::clone(&self.root);
        let mut pass = Pass::new(self, surroundings, checks);
        let result = pass.expand_root(&root);
        let (files, wanted) = pass.into_parts();
        if !wanted.is_empty() {
            if self.answers.len() + wanted.len() > MAX_SOURCES {
                return Step::Done(Err(took_too_long()));
            }
            return Step::Fetch(wanted.into_iter().collect());
        }
        Step::Done(result.map(|content| Inclusions {
            content: content.unwrap_or_else(|| root.draft.content.clone()),
            includes: row::rows(&files, surroundings),
            warnings: self.loaded.warnings(),
        }))
    }

    fn check_bytes(&self) -> Result<(), Fault> {
        if self.bytes > self.limits.bytes {
            return Err(too_much());
        }
        if self.path_bytes > self.limits.path_bytes {
            return Err(took_too_long());
        }
        Ok(())
    }

    /// What spans call a file: where it was found. The root has no name.
    pub fn files(&self) -> &[Arc<str>] {
        self.loaded.files()
    }
}

fn too_many(limit: usize) -> Fault {
    Fault::new(format!("Maximum of {limit} nested includes are allowed!"))
}

fn too_much() -> Fault {
    Fault::new("Total size of combined CI/CD configuration is too big")
}

/// Where GitLab would run out of time.
fn took_too_long() -> Fault {
    Fault::new("Request timed out when fetching configuration files.")
}
