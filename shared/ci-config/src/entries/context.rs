//! What the entries of one configuration share: what it is checked with, what was found.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};

use crate::budget::too_big;
use crate::config::Checks;
use crate::fault::{Errors, Fault, Faults};

/// GitLab keeps no more.
const MAX_WARNINGS: usize = 25;

/// How much text conditions and patterns may come to, the same ones counted once. To read
/// them takes much longer than other text.
const MAX_CHECKED_BYTES: usize = 256 * 1024;

pub(super) struct Context<'a> {
    checks: &'a Checks,
    errors: RefCell<Errors>,
    warnings: RefCell<Vec<Fault>>,
    /// The same may be found in `default` and in each job that inherits it.
    seen: RefCell<HashSet<String>>,
    expressions: RefCell<HashMap<String, bool>>,
    patterns: RefCell<HashMap<String, bool>>,
    checked_bytes: Cell<usize>,
}

impl<'a> Context<'a> {
    pub(super) fn new(checks: &'a Checks) -> Self {
        Self {
            checks,
            errors: RefCell::default(),
            warnings: RefCell::default(),
            seen: RefCell::default(),
            expressions: RefCell::default(),
            patterns: RefCell::default(),
            checked_bytes: Cell::new(0),
        }
    }

    /// Whether it is an expression. Jobs that extend others have the same ones.
    pub(super) fn is_expression(&self, text: &str) -> bool {
        self.check(&self.expressions, self.checks.expression, text)
    }

    /// Whether it is a pattern, `/…/` with or without flags.
    pub(super) fn is_pattern(&self, text: &str) -> bool {
        self.check(&self.patterns, self.checks.pattern, text)
    }

    fn check(
        &self,
        known: &RefCell<HashMap<String, bool>>,
        check: fn(&str) -> bool,
        text: &str,
    ) -> bool {
        if let Some(answer) = known.borrow().get(text) {
            return *answer;
        }
        let bytes = self.checked_bytes.get().saturating_add(text.len());
        self.checked_bytes.set(bytes);
        if bytes > MAX_CHECKED_BYTES {
            self.error(too_big());
            return true;
        }
        let answer = check(text);
        known.borrow_mut().insert(text.to_owned(), answer);
        answer
    }

    /// The seconds of a duration in words, if it is one.
    pub(super) fn duration(&self, text: &str) -> Option<u64> {
        (self.checks.duration)(text)
    }

    pub(super) fn error(&self, fault: Fault) {
        let mut errors = self.errors.borrow_mut();
        if !errors.is_full() && self.seen.borrow_mut().insert(fault.text.clone()) {
            errors.push(fault);
        }
    }

    pub(super) fn warning(&self, fault: Fault) {
        let mut warnings = self.warnings.borrow_mut();
        if warnings.len() < MAX_WARNINGS {
            warnings.push(fault);
        }
    }

    pub(super) fn into_faults(self) -> Faults {
        Faults {
            errors: self.errors.into_inner().into_vec(),
            warnings: self.warnings.into_inner(),
        }
    }
}
