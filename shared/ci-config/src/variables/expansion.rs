//! Puts values in the place of references.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use super::reference::{self, Kind};
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
            None => self.get(name).map(|definition| definition.value),
            Some(expanded) => expanded.0.get(name),
        };
        let value = |name: &str| value(name).map(|value| Cow::Borrowed(&**value));
        let write = |bytes| self.budget.write(bytes);
        let filled = reference::replace(text, Kind::Text, unknown, value, write)?;
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
        let known = |name: &str| self.0.get(name).map(|value| Cow::Borrowed(&**value));
        let write = |bytes| budget.write(bytes);
        let (text, kind) = (definition.value, Kind::Value);
        let value = reference::replace(text, kind, Unknown::Drop, known, write)?;
        Ok(value.into())
    }
}
