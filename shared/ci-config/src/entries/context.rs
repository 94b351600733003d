//! What the entries of one configuration share: what it is checked with, what was found.

use std::cell::RefCell;
use std::collections::HashSet;

use crate::config::Checks;
use crate::fault::{Errors, Fault, Faults};

/// GitLab keeps no more.
const MAX_WARNINGS: usize = 25;

pub(super) struct Context<'a> {
    pub(super) checks: &'a Checks,
    errors: RefCell<Errors>,
    /// The error after which GitLab reads no further.
    last: RefCell<Option<Fault>>,
    warnings: RefCell<Vec<Fault>>,
    /// The same may be found in `default` and in each job that inherits it.
    seen: RefCell<HashSet<String>>,
}

impl<'a> Context<'a> {
    pub(super) fn new(checks: &'a Checks) -> Self {
        Self {
            checks,
            errors: RefCell::default(),
            last: RefCell::default(),
            warnings: RefCell::default(),
            seen: RefCell::default(),
        }
    }

    pub(super) fn error(&self, fault: Fault) {
        let mut errors = self.errors.borrow_mut();
        if !errors.is_full() && self.seen.borrow_mut().insert(fault.text.clone()) {
            errors.push(fault);
        }
    }

    /// Takes an error beside which no others are said, nor warnings.
    pub(super) fn error_alone(&self, fault: Fault) {
        self.last.borrow_mut().get_or_insert(fault);
    }

    pub(super) fn warning(&self, fault: Fault) {
        let mut warnings = self.warnings.borrow_mut();
        if warnings.len() < MAX_WARNINGS {
            warnings.push(fault);
        }
    }

    pub(super) fn into_faults(self) -> Faults {
        if let Some(fault) = self.last.into_inner() {
            return Faults {
                errors: vec![fault],
                warnings: Vec::new(),
            };
        }
        Faults {
            errors: self.errors.into_inner().into_vec(),
            warnings: self.warnings.into_inner(),
        }
    }
}
