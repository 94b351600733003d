//! Which variables a job sees, without putting them into one list.

use std::cell::Cell;
use std::sync::Arc;

use indexmap::IndexMap;

use super::{Collection, Error};
use crate::config;

/// How much may be written, and looked at, while references are replaced. Values that refer
/// to each other can ask for far more than a configuration is long.
#[derive(Debug)]
pub struct Budget {
    bytes: Cell<usize>,
    steps: Cell<usize>,
}

impl Budget {
    pub const fn new(bytes: usize, steps: usize) -> Self {
        Self {
            bytes: Cell::new(bytes),
            steps: Cell::new(steps),
        }
    }

    /// So many bytes of text are made.
    pub(crate) fn write(&self, bytes: usize) -> Result<(), Error> {
        spend(&self.bytes, bytes)
    }

    /// So many things are looked at.
    pub(crate) fn step(&self, steps: usize) -> Result<(), Error> {
        spend(&self.steps, steps)
    }
}

fn spend(from: &Cell<usize>, amount: usize) -> Result<(), Error> {
    let left = from.get().checked_sub(amount);
    // Once too much was asked for, nothing more is given.
    from.set(left.unwrap_or(0));
    left.map(|_| ()).ok_or(Error::TooMuch)
}

/// A variable wherever it was defined.
#[derive(Clone, Copy, Debug)]
pub struct Definition<'a> {
    pub name: &'a str,
    pub value: &'a Arc<str>,
    pub raw: bool,
    pub file: bool,
}

/// Variables of one place.
#[derive(Clone, Copy, Debug)]
pub enum Layer<'a> {
    Collection(&'a Collection),
    Config(&'a config::Variables),
    Values(&'a IndexMap<Arc<str>, Arc<str>>),
}

impl<'a> Layer<'a> {
    fn of(self, name: &str) -> impl Iterator<Item = Definition<'a>> {
        let collection = match self {
            Layer::Collection(collection) => Some(collection.all(name)),
            Layer::Config(_) | Layer::Values(_) => None,
        };
        let config = match self {
            Layer::Config(variables) => variables.get_key_value(name).map(of_config),
            Layer::Values(values) => values.get_key_value(name).map(of_values),
            Layer::Collection(_) => None,
        };
        let collection = collection.into_iter().flatten().map(of_collection);
        collection.chain(config)
    }

    fn contains(self, name: &str) -> bool {
        match self {
            Layer::Collection(collection) => collection.get(name).is_some(),
            Layer::Config(variables) => variables.contains_key(name),
            Layer::Values(values) => values.contains_key(name),
        }
    }

    pub(super) fn iter(self) -> Box<dyn Iterator<Item = Definition<'a>> + 'a> {
        match self {
            Layer::Collection(collection) => Box::new(collection.iter().map(of_collection)),
            Layer::Config(variables) => Box::new(variables.iter().map(of_config)),
            Layer::Values(values) => Box::new(values.iter().map(of_values)),
        }
    }
}

fn of_collection(variable: &super::Variable) -> Definition<'_> {
    Definition {
        name: &variable.name,
        value: &variable.value,
        raw: variable.raw,
        file: variable.file,
    }
}

fn of_config<'a>((name, variable): (&'a Arc<str>, &'a config::Variable)) -> Definition<'a> {
    Definition {
        name,
        value: &variable.value,
        raw: !variable.expand,
        file: false,
    }
}

fn of_values<'a>((name, value): (&'a Arc<str>, &'a Arc<str>)) -> Definition<'a> {
    Definition {
        name,
        value,
        raw: false,
        file: false,
    }
}

/// Layers, the later of which win.
#[derive(Clone, Debug)]
pub struct Scope<'a> {
    groups: Vec<Vec<Layer<'a>>>,
    pub(super) budget: &'a Budget,
}

impl<'a> Scope<'a> {
    pub const fn new(budget: &'a Budget) -> Self {
        Self {
            groups: Vec::new(),
            budget,
        }
    }

    #[must_use]
    pub fn with(self, layer: Layer<'a>) -> Self {
        self.with_merged(vec![layer])
    }

    /// Layers that are merged: of a name that several have, only the last is there at all.
    #[must_use]
    pub fn with_merged(mut self, layers: Vec<Layer<'a>>) -> Self {
        self.groups.push(layers);
        self
    }

    /// The one that counts, as it was written.
    pub fn get(&self, name: &str) -> Option<Definition<'a>> {
        (self.groups.iter().rev())
            .flat_map(|group| group.iter().rev())
            .find_map(|layer| layer.of(name).last())
    }

    /// All of that name, the one that counts last.
    pub fn all(&self, name: &str) -> impl Iterator<Item = Definition<'a>> {
        self.groups.iter().flat_map(move |group| {
            let layer = group.iter().rev().find(|layer| layer.contains(name));
            layer.into_iter().flat_map(move |layer| layer.of(name))
        })
    }

    /// All of them. Of merged layers the last come first, as in GitLab's lists.
    pub fn iter(&self) -> impl Iterator<Item = Definition<'a>> {
        self.groups.iter().flat_map(|group| {
            group.iter().enumerate().rev().flat_map(|(place, layer)| {
                let later = group.get(place + 1..).unwrap_or_default();
                let hidden = |name: &str| later.iter().any(|layer| layer.contains(name));
                (layer.iter()).filter(move |definition| !hidden(definition.name))
            })
        })
    }
}
