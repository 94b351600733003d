//! How much may be compared before GitLab would run out of time.

use std::cell::Cell;

use super::took_too_long;
use crate::fault::Fault;

/// How many paths may still be compared with globs and wildcards.
#[derive(Debug)]
pub(super) struct Work(Cell<Option<usize>>);

impl Work {
    pub(super) const fn new(comparisons: usize) -> Self {
        Self(Cell::new(Some(comparisons)))
    }

    pub(super) fn compare(&self, patterns: usize, paths: usize) {
        let count = patterns.saturating_mul(paths);
        let left = self.0.get().and_then(|left| left.checked_sub(count));
        self.0.set(left);
    }

    pub(super) fn check(&self) -> Result<(), Fault> {
        match self.0.get() {
            Some(_) => Ok(()),
            None => Err(took_too_long()),
        }
    }
}
