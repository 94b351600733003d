//! Variables and where they come from: one ordered list in which the last of a name wins,
//! and the replacement of references in texts, as GitLab's server does it.
//!
//! Left to the runner: what only it knows, and the shell's own expansion.

use std::collections::HashMap;
use std::sync::Arc;

mod expansion;
pub(crate) mod reference;
mod scope;
mod sort;

pub use expansion::{Unknown, Values};
pub use scope::{Budget, Definition, Layer, Scope};
pub use sort::{Error, for_runner};

/// Where a variable comes from. Later ones win over earlier ones: the order in which
/// GitLab puts its list together (`Gitlab::Ci::Variables::Builder`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// What the job is: its name, its stage, its environment.
    Job,
    /// The server, the project, the pipeline and its commit.
    Predefined,
    Runner,
    /// The configuration.
    Yaml,
    /// Who started the pipeline.
    User,
    /// The reports of earlier jobs.
    Dotenv,
    Instance,
    Group,
    Project,
    /// Given with the pipeline, by its schedule, or when a job was started by hand.
    Pipeline,
    /// The release of the tag.
    Release,
}

/// A variable and how it is to be treated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    pub name: Arc<str>,
    pub value: Arc<str>,
    pub origin: Origin,
    /// References in it are no references.
    pub raw: bool,
    /// The runner writes the value into a file and passes on where that is.
    pub file: bool,
    /// The value is kept out of logs.
    pub masked: bool,
    /// Services may see it too.
    pub public: bool,
}

impl Variable {
    /// A public one whose references are replaced.
    pub fn new(name: impl Into<Arc<str>>, value: impl Into<Arc<str>>, origin: Origin) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
            origin,
            raw: false,
            file: false,
            masked: false,
            public: true,
        }
    }

    /// One of somebody's settings.
    pub fn secret(name: impl Into<Arc<str>>, value: impl Into<Arc<str>>, origin: Origin) -> Self {
        Self {
            public: false,
            ..Self::new(name, value, origin)
        }
    }
}

/// Values of masked ones are not for logs, nor for anything else that prints.
const MASK: &str = "[MASKED]";

/// Variables in their order. Names may come up more than once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Collection {
    variables: Vec<Variable>,
    places: HashMap<Arc<str>, Vec<usize>>,
}

impl Collection {
    pub fn push(&mut self, variable: Variable) {
        let places = self.places.entry(Arc::clone(&variable.name));
        places.or_default().push(self.variables.len());
        self.variables.push(variable);
    }

    /// The one that counts.
    pub fn get(&self, name: &str) -> Option<&Variable> {
        let place = self.places.get(name)?.last()?;
        self.variables.get(*place)
    }

    /// All of that name, the one that counts last.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &Variable> {
        let places = self.places.get(name).into_iter().flatten();
        places.filter_map(|place| self.variables.get(*place))
    }

    pub fn iter(&self) -> std::slice::Iter<'_, Variable> {
        self.variables.iter()
    }

    pub fn len(&self) -> usize {
        self.variables.len()
    }

    pub fn is_empty(&self) -> bool {
        self.variables.is_empty()
    }

    /// Those from before the configuration, and those from after it.
    #[must_use]
    pub fn around_yaml(&self) -> (Self, Self) {
        let of = |wanted: fn(Origin) -> bool| {
            let mut variables: Vec<_> = (self.variables.iter())
                .filter(|variable| wanted(variable.origin))
                .cloned()
                .collect();
            variables.sort_by_key(|variable| variable.origin);
            Self::from_iter(variables)
        };
        (
            of(|origin| origin < Origin::Yaml),
            of(|origin| origin > Origin::Yaml),
        )
    }

    /// A text without the values of masked variables, as GitLab shows it.
    pub fn mask(&self, text: &str) -> String {
        let masked = |variable: &&Variable| variable.masked && !variable.value.is_empty();
        (self.variables.iter().filter(masked)).fold(text.to_owned(), |text, variable| {
            let filler = variable.value.len().saturating_sub(MASK.len());
            text.replace(&*variable.value, &format!("{MASK}{}", "x".repeat(filler)))
        })
    }
}

impl FromIterator<Variable> for Collection {
    fn from_iter<I: IntoIterator<Item = Variable>>(variables: I) -> Self {
        let mut collection = Self::default();
        collection.extend(variables);
        collection
    }
}

impl Extend<Variable> for Collection {
    fn extend<I: IntoIterator<Item = Variable>>(&mut self, variables: I) {
        for variable in variables {
            self.push(variable);
        }
    }
}

impl<'a> IntoIterator for &'a Collection {
    type Item = &'a Variable;
    type IntoIter = std::slice::Iter<'a, Variable>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
