//! How much may be compared before GitLab would run out of time.

use std::cell::Cell;

use super::took_too_long;
use crate::fault::Fault;

/// Paths that are compared with a glob or a wildcard, over all steps.
const MAX_COMPARISONS: usize = 20_000_000;

/// What was done so far.
#[derive(Debug, Default)]
pub(super) struct Work(Cell<usize>);

impl Work {
    pub(super) fn compare(&self, patterns: usize, paths: usize) {
        let more = patterns.saturating_mul(paths);
        self.0.set(self.0.get().saturating_add(more));
    }

    pub(super) fn check(&self) -> Result<(), Fault> {
        if self.0.get() > MAX_COMPARISONS {
            return Err(took_too_long());
        }
        Ok(())
    }
}
