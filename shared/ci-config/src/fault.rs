//! What is wrong with a configuration, in GitLab's words.

use std::fmt;

use crate::node::Span;

/// One error or warning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// As GitLab says it, with where it is: `jobs:test script can't be blank`.
    pub text: String,
    /// Where in which file, if it is anywhere in particular.
    pub span: Option<Span>,
}

impl Fault {
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            span: None,
        }
    }

    #[must_use]
    pub const fn at(mut self, span: Span) -> Self {
        self.span = Some(span);
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// What was found on the way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    pub errors: Vec<Fault>,
    pub warnings: Vec<Fault>,
}

/// What is kept of the errors of one configuration.
pub(crate) const MAX_ERRORS: usize = 1_000;
