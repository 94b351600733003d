//! Files that were read, so that each is read once for the same inputs.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use super::location::Location;
use super::source::{Place, Source};
use crate::budget::Budget;
use crate::fault::Fault;
use crate::node::{Mapping, Node};
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

/// A file with its inputs filled in.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) content: Node,
    pub(super) scope: Scope,
    /// Those of its includes that its rules let pass, once that is known.
    pub(super) locations: OnceLock<Result<Arc<[Location]>, Fault>>,
}

impl Loaded {
    pub(super) const fn new(content: Node, scope: Scope) -> Self {
        Self {
            content,
            scope,
            locations: OnceLock::new(),
        }
    }
}

/// By where a file comes from and what it may see; then by its inputs.
type Files = HashMap<(Source, Scope), Vec<(Option<Node>, Result<Arc<Loaded>, String>)>>;

#[derive(Debug)]
pub(super) struct Cache {
    loaded: Files,
    /// For all files together.
    budget: Budget,
    /// Where each was found, by the numbers that spans have.
    files: Vec<Arc<str>>,
    warnings: Vec<Fault>,
}

impl Default for Cache {
    fn default() -> Self {
        Self {
            loaded: Files::new(),
            budget: Budget::new(),
            files: vec!["".into()],
            warnings: Vec::new(),
        }
    }
}

impl Cache {
    /// An error is as GitLab says it behind the location.
    pub(super) fn load(
        &mut self,
        source: &Source,
        location: &Arc<str>,
        text: &[u8],
        scope: Scope,
        inputs: Option<&Node>,
    ) -> Result<Arc<Loaded>, String> {
        let key = (source.clone(), scope);
        let known = self.loaded.get(&key).into_iter().flatten();
        let mut known = known.filter(|(other, _)| other.as_ref() == inputs);
        if let Some((_, loaded)) = known.next() {
            return loaded.clone();
        }
        let file = u32::try_from(self.files.len()).unwrap_or(u32::MAX);
        self.files.push(Arc::clone(location));
        let loaded = self.read(text, file, inputs);
        let loaded = loaded.map(|content| Arc::new(Loaded::new(content, key.1.clone())));
        let same = self.loaded.entry(key).or_default();
        same.push((inputs.cloned(), loaded.clone()));
        loaded
    }

    fn read(&mut self, text: &[u8], file: u32, inputs: Option<&Node>) -> Result<Node, String> {
        let (content, warnings) = read(text, file, inputs).map_err(|fault| fault.text)?;
        self.budget.spend_on(&content).map_err(|fault| fault.text)?;
        let room = MAX_WARNINGS.saturating_sub(self.warnings.len());
        self.warnings.extend(warnings.into_iter().take(room));
        Ok(content)
    }

    pub(super) fn files(&self) -> &[Arc<str>] {
        &self.files
    }

    pub(super) fn warnings(&self) -> Vec<Fault> {
        self.warnings.clone()
    }
}

/// What is in a file with its inputs filled in, and what is odd about it.
pub(crate) fn read(
    text: &[u8],
    file: u32,
    inputs: Option<&Node>,
) -> Result<(Node, Vec<Fault>), Fault> {
    let documents = Documents::read(text, file)?;
    let given = match inputs {
        None => 0,
        Some(inputs) => (inputs.as_mapping().map(Mapping::len))
            .ok_or_else(|| Fault::new("Given inputs must be a hash").at(inputs.span))?,
    };
    if given > 0 && documents.header.is_none() {
        return Err(Fault::new(
            "Given inputs not defined in the `spec` section of the included configuration file",
        ));
    }
    Ok((documents.content, documents.warnings))
}
