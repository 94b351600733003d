//! How long globs may be compared.

use std::cell::Cell;

/// For one question. Only globs and paths that are made for it take more.
const OF_A_QUESTION: usize = 50_000_000;

/// What is left of them: a hundred million take about a second. What takes more counts as
/// a match, as it does in GitLab when there is too much to compare.
#[derive(Debug)]
pub struct Steps(Cell<Option<usize>>);

impl Steps {
    pub const fn new(steps: usize) -> Self {
        Self(Cell::new(Some(steps)))
    }

    /// Whether more were asked for than there were. Then there are no more.
    pub const fn is_spent(&self) -> bool {
        self.0.get().is_none()
    }

    /// None when there are not enough left.
    pub(super) fn spend(&self, steps: usize) -> Option<()> {
        let left = self.0.get()?.checked_sub(steps);
        self.0.set(left);
        left.map(|_| ())
    }
}

impl Default for Steps {
    fn default() -> Self {
        Self::new(OF_A_QUESTION)
    }
}
