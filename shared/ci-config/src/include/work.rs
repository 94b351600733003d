//! How much may be compared before GitLab would run out of time.

use std::cell::Cell;

use super::took_too_long;
use crate::effort::Effort;
use crate::fault::Fault;
use crate::glob::Steps;

/// What all searches for patterns may cost, over all steps.
const EFFORT: usize = 4_000_000;

/// What all comparisons of globs with paths may take.
const GLOB_STEPS: usize = 100_000_000;

#[derive(Debug)]
pub(super) struct Work {
    /// How many paths may still be compared with globs and wildcards.
    comparisons: Cell<Option<usize>>,
    pub(super) effort: Effort,
    pub(super) glob_steps: Steps,
}

impl Work {
    pub(super) const fn new(comparisons: usize) -> Self {
        Self {
            comparisons: Cell::new(Some(comparisons)),
            effort: Effort::new(EFFORT),
            glob_steps: Steps::new(GLOB_STEPS),
        }
    }

    pub(super) fn compare(&self, patterns: usize, paths: usize) {
        let count = patterns.saturating_mul(paths);
        let left = self
            .comparisons
            .get()
            .and_then(|left| left.checked_sub(count));
        self.comparisons.set(left);
    }

    pub(super) fn check(&self) -> Result<(), Fault> {
        match self.comparisons.get() {
            Some(_) if !self.effort.is_spent() && !self.glob_steps.is_spent() => Ok(()),
            Some(_) | None => Err(took_too_long()),
        }
    }
}
