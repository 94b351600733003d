//! What the entries of one configuration share: what it is checked with, what was found.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::budget::too_big;
use crate::config::{Checks, Rule};
use crate::fault::{Errors, Fault, Faults};
use crate::node::{Node, Value};

/// GitLab keeps no more.
const MAX_WARNINGS: usize = 25;

/// How much text may be in patterns, also in those of conditions; the same ones are counted
/// once. To read them takes much longer than other text.
const MAX_PATTERN_BYTES: usize = 256 * 1024;

/// What a class that Unicode names counts as: it has some hundred ranges.
const PROPERTY_BYTES: usize = 64;

pub(super) struct Context<'a> {
    checks: &'a Checks,
    expressions: RefCell<HashMap<String, bool>>,
    patterns: RefCell<HashMap<String, bool>>,
    pattern_bytes: Cell<usize>,
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
            expressions: RefCell::default(),
            patterns: RefCell::default(),
            pattern_bytes: Cell::new(0),
            rules: RefCell::default(),
            found: Cell::default(),
            errors: RefCell::default(),
            last: RefCell::default(),
            warnings: RefCell::default(),
            seen: RefCell::default(),
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
        let bytes = self
            .pattern_bytes
            .get()
            .saturating_add(bytes_of_patterns(text));
        self.pattern_bytes.set(bytes);
        if bytes > MAX_PATTERN_BYTES {
            self.error(too_big());
            return true;
        }
        let answer = check(text);
        known.borrow_mut().insert(text.to_owned(), answer);
        answer
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

/// At most: from the first slash on.
fn bytes_of_patterns(text: &str) -> usize {
    let Some(start) = text.find('/') else {
        return 0;
    };
    let properties = text.matches("\\p").count() + text.matches("\\P").count();
    text.len() - start + PROPERTY_BYTES * properties
}
