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

/// How many errors of one configuration are kept.
const MAX_ERRORS: usize = 1_000;

/// How much text they may come to; the first is kept whole.
const MAX_ERROR_BYTES: usize = 1 << 20;

/// Errors, as many as are kept.
#[derive(Debug, Default)]
pub(crate) struct Errors {
    faults: Vec<Fault>,
    bytes: usize,
}

impl Errors {
    pub(crate) fn push(&mut self, fault: Fault) {
        if !self.is_full() {
            self.bytes += fault.text.len();
            self.faults.push(fault);
        }
    }

    pub(crate) const fn is_full(&self) -> bool {
        self.faults.len() >= MAX_ERRORS || self.bytes >= MAX_ERROR_BYTES
    }

    pub(crate) fn into_vec(self) -> Vec<Fault> {
        self.faults
    }
}
