//! What searching may cost: patterns are small to write, and may be large to search with.

use std::cell::Cell;

use crate::pattern::Pattern;

/// How much of a text one state goes through in the time in which one is built, when all of
/// them have to be followed.
const BYTES_A_STATE: usize = 256;

/// What is left of it, in states that are built. Ten million of them take about a second.
#[derive(Debug)]
pub struct Effort(Cell<Option<usize>>);

impl Effort {
    pub const fn new(states: usize) -> Self {
        Self(Cell::new(Some(states)))
    }

    /// Whether more was asked for than there was. Then nothing more is given.
    pub const fn is_spent(&self) -> bool {
        self.0.get().is_none()
    }

    /// Whether a pattern is anywhere in a text; none when that costs more than is left.
    pub fn search(&self, pattern: &Pattern, text: &str) -> Option<bool> {
        let states = pattern.states();
        let to_build = if pattern.is_built() { 0 } else { states };
        let to_search = states.saturating_mul(text.len()) / BYTES_A_STATE;
        self.spend(to_build.saturating_add(to_search))?;
        Some(pattern.is_match(text))
    }

    fn spend(&self, states: usize) -> Option<()> {
        let left = self.0.get()?.checked_sub(states);
        self.0.set(left);
        left.map(|_| ())
    }
}
