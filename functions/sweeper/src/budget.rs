//! How much one sweep does.

/// Rows and objects that may still be looked at or deleted.
#[derive(Clone, Copy, Debug)]
pub struct Budget(usize);

impl Default for Budget {
    /// Some seconds of work: a sweep has ended before the next one begins.
    fn default() -> Self {
        Self::of(5_000)
    }
}

impl Budget {
    pub const fn of(rows: usize) -> Self {
        Self(rows)
    }

    pub const fn left(&self) -> usize {
        self.0
    }

    /// The part of one among `count` who are to have as much of it each.
    #[must_use]
    pub const fn share(&self, count: usize) -> Self {
        Self(self.0.div_ceil(count))
    }

    pub const fn is_spent(&self) -> bool {
        self.0 == 0
    }

    pub const fn spend(&mut self, rows: usize) {
        self.0 = self.0.saturating_sub(rows);
    }
}
