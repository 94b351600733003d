//! Puts values in the place of references.

use std::collections::HashMap;
use std::sync::Arc;

use super::reference::{self, Kind, Piece};
use super::{Budget, Definition, Error, Scope};

/// Which values are put in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Values {
    /// References in them stay.
    AsWritten,
    /// References in them are replaced before.
    Expanded,
}

/// What becomes of a reference to a variable that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// As in a shell.
    Drop,
    /// Somebody later may know it.
    Keep,
}

impl Scope<'_> {
    /// Replaces the references in a keyword of the configuration.
    pub fn expand(
        &self,
        text: &Arc<str>,
        values: Values,
        unknown: Unknown,
    ) -> Result<Arc<str>, Error> {
        if !reference::may_refer(text) {
            return Ok(Arc::clone(text));
        }
        let expanded = match values {
            Values::AsWritten => None,
            Values::Expanded => Some(self.expanded(reference::names(text, Kind::Text))?),
        };
        let value = |name: &str| match &expanded {
            None => self
                .get(name)
                .map(|definition| Arc::clone(definition.value)),
            Some(expanded) => expanded.0.get(name).cloned(),
        };
        let mut filled = String::new();
        for piece in reference::pieces(text, Kind::Text) {
            let known;
            let piece = match piece {
                Piece::Plain(plain) => plain,
                Piece::Reference { name, whole } => {
                    known = value(name);
                    match (&known, unknown) {
                        (Some(value), _) => value,
                        (None, Unknown::Keep) => whole,
                        (None, Unknown::Drop) => "",
                    }
                }
            };
            self.budget.write(piece.len())?;
            filled.push_str(piece);
        }
        Ok(filled.into())
    }
}

/// Values in which all references are replaced.
#[derive(Default)]
pub(super) struct Expanded(HashMap<String, Arc<str>>);

impl Expanded {
    /// Takes the place of one of the same name.
    pub(super) fn insert(&mut self, name: &str, value: Arc<str>) {
        self.0.insert(name.to_owned(), value);
    }

    /// The value of a definition, when all that it refers to is here.
    pub(super) fn value_of(
        &self,
        definition: Definition<'_>,
        budget: &Budget,
    ) -> Result<Arc<str>, Error> {
        if definition.raw || !reference::may_refer(definition.value) {
            return Ok(Arc::clone(definition.value));
        }
        let mut value = String::new();
        for piece in reference::pieces(definition.value, Kind::Value) {
            let piece = match piece {
                Piece::Plain(plain) => plain,
                Piece::Reference { name, .. } => self.0.get(name).map_or("", AsRef::as_ref),
            };
            budget.write(piece.len())?;
            value.push_str(piece);
        }
        Ok(value.into())
    }
}
