//! What the entries of one configuration share: what it is checked with, what was found.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::config::{Checks, Rule};
use crate::fault::{Errors, Fault, Faults};
use crate::node::{Node, Value};

/// GitLab keeps no more.
const MAX_WARNINGS: usize = 25;

/// What was asked of a text before. A configuration has few texts and many jobs that share
/// them, and to compile a pattern takes long.
#[derive(Default)]
struct Known(RefCell<HashMap<String, bool>>);

impl Known {
    fn ask(&self, text: &str, ask: fn(&str) -> bool) -> bool {
        if let Some(known) = self.0.borrow().get(text) {
            return *known;
        }
        let answer = ask(text);
        self.0.borrow_mut().insert(text.to_owned(), answer);
        answer
    }
}

pub(super) struct Context<'a> {
    checks: &'a Checks,
    expressions: Known,
    patterns: Known,
    /// By where their nodes are. These stay there as long as the configuration is read.
    rules: RefCell<HashMap<*const Vec<Node>, Arc<[Rule]>>>,
    found: Cell<usize>,
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
            expressions: Known::default(),
            patterns: Known::default(),
            rules: RefCell::default(),
            found: Cell::default(),
            errors: RefCell::default(),
            last: RefCell::default(),
            warnings: RefCell::default(),
            seen: RefCell::default(),
        }
    }

    /// As in [`Checks`].
    pub(super) fn is_expression(&self, text: &str) -> bool {
        self.expressions.ask(text, self.checks.expression)
    }

    pub(super) fn is_pattern(&self, text: &str) -> bool {
        self.patterns.ask(text, self.checks.pattern)
    }

    pub(super) fn known_rules(&self, node: &Node) -> Option<Arc<[Rule]>> {
        let Value::Sequence(nodes) = &node.value else {
            return None;
        };
        self.rules.borrow().get(&Arc::as_ptr(nodes)).cloned()
    }

    pub(super) fn keep_rules(&self, node: &Node, rules: &Arc<[Rule]>) {
        if let Value::Sequence(nodes) = &node.value {
            let mut known = self.rules.borrow_mut();
            known.insert(Arc::as_ptr(nodes), Arc::clone(rules));
        }
    }

    /// How much was found to be wrong so far.
    pub(super) fn faults(&self) -> usize {
        self.found.get()
    }

    pub(super) fn duration(&self, text: &str) -> Option<u64> {
        (self.checks.duration)(text)
    }

    pub(super) fn error(&self, fault: Fault) {
        self.found.set(self.found.get() + 1);
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
        self.found.set(self.found.get() + 1);
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
