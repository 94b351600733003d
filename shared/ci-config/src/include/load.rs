//! Files that were read, so that each is read once for the same inputs.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use super::file::File;
use super::location::Location;
use super::source::{Place, Source};
use crate::budget::Budget;
use crate::fault::Fault;
use crate::node::Node;
use crate::yaml::Documents;

/// GitLab keeps as many of one pipeline.
const MAX_WARNINGS: usize = 25;

/// What the includes of a file may refer to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Scope {
    /// Where its local files are.
    pub(super) place: Option<Place>,
    pub(super) sees_variables: bool,
    pub(super) is_child: bool,
    /// What `$[[ component.… ]]` says in it, if it is a component or local to one.
    pub(super) component: Option<ComponentContext>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct ComponentContext {
    pub(super) name: Arc<str>,
    pub(super) sha: Arc<str>,
    pub(super) version: Arc<str>,
    pub(super) reference: Arc<str>,
}

/// A file as it is written.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) header: Option<Node>,
    pub(super) content: Node,
}

impl Draft {
    /// Whether its header includes files with more inputs.
    pub(super) fn includes_inputs(&self) -> bool {
        let spec = self.header.as_ref().and_then(|header| header.get("spec"));
        spec.is_some_and(|spec| spec.get("include").is_some())
    }
}

/// A file with its inputs filled in.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) content: Node,
    /// Those that its header includes.
    pub(super) headers: Vec<File>,
    pub(super) scope: Scope,
    /// Those of its includes that its rules let pass, once that is known.
    pub(super) locations: OnceLock<Arc<[Location]>>,
}

impl Loaded {
    pub(super) const fn new(content: Node, headers: Vec<File>, scope: Scope) -> Self {
        Self {
            content,
            headers,
            scope,
            locations: OnceLock::new(),
        }
    }
}

/// What makes a file come out as it does, but for its inputs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) source: Source,
    pub(super) scope: Scope,
    /// Whether `expand_vars` knows variables, which it does when the include sees them.
    pub(super) expands: bool,
}

/// An error is to follow the location of the file.
pub(super) type Load = Result<Arc<Loaded>, Fault>;

#[derive(Debug)]
pub(super) struct Cache {
    drafts: HashMap<Source, Result<Arc<Draft>, Fault>>,
    loaded: HashMap<Key, Vec<(Option<Node>, Load)>>,
    /// For all files together.
    budget: Budget,
    /// Where each was found, by the numbers that spans have.
    files: Vec<Arc<str>>,
    warnings: Vec<Fault>,
}

impl Cache {
    pub(super) fn new() -> Self {
        Self {
            drafts: HashMap::new(),
            loaded: HashMap::new(),
            budget: Budget::new(),
            files: vec!["".into()],
            warnings: Vec::new(),
        }
    }

    /// `shown` is what spans call the file, for everyone's eyes.
    pub(super) fn draft(
        &mut self,
        source: &Source,
        shown: &str,
        text: &[u8],
    ) -> Result<Arc<Draft>, Fault> {
        if let Some(known) = self.drafts.get(source) {
            return known.clone();
        }
        let file = u32::try_from(self.files.len()).unwrap_or(u32::MAX);
        self.files.push(shown.into());
        let draft = self.read(text, file);
        self.drafts.insert(source.clone(), draft.clone());
        draft
    }

    fn read(&mut self, text: &[u8], file: u32) -> Result<Arc<Draft>, Fault> {
        let documents = Documents::read(text, file)?;
        self.warn(documents.warnings);
        self.budget.spend_on(&documents.content)?;
        Ok(Arc::new(Draft {
            header: documents.header,
            content: documents.content,
        }))
    }

    pub(super) fn get(&self, key: &Key, inputs: Option<&Node>) -> Option<Load> {
        let known = self.loaded.get(key)?.iter();
        let mut known = known.filter(|(other, _)| other.as_ref() == inputs);
        known.next().map(|(_, load)| load.clone())
    }

    pub(super) fn keep(&mut self, key: Key, inputs: Option<&Node>, load: Load) -> Load {
        let load = load.and_then(|loaded| {
            let spent = self.budget.spend_on(&loaded.content);
            spent.map(|()| loaded)
        });
        let same = self.loaded.entry(key).or_default();
        same.push((inputs.cloned(), load.clone()));
        load
    }

    pub(super) fn warn(&mut self, warnings: Vec<Fault>) {
        let room = MAX_WARNINGS.saturating_sub(self.warnings.len());
        self.warnings.extend(warnings.into_iter().take(room));
    }

    pub(super) fn files(&self) -> &[Arc<str>] {
        &self.files
    }

    pub(super) fn warnings(&self) -> Vec<Fault> {
        self.warnings.clone()
    }
}
