//! How much fits into an answer.

use std::io;

use serde::Serialize;

/// Bytes of an answer in JSON. Lambda takes 6 MB of JSON around it, in which each of its
/// quotes and backslashes becomes two characters.
const MAX_ANSWER: usize = 5 << 19;

/// What is still free of an answer.
pub(super) struct Space {
    free: usize,
    /// Something did not fit.
    pub(super) is_exceeded: bool,
}

impl Space {
    pub(super) const fn new() -> Self {
        Self {
            free: MAX_ANSWER,
            is_exceeded: false,
        }
    }

    /// The part, if there is room for it.
    pub(super) fn take<T: Serialize>(&mut self, part: T) -> Option<T> {
        let mut meter = Meter(self.free);
        if serde_json::to_writer(&mut meter, &part).is_err() {
            self.is_exceeded = true;
            return None;
        }
        self.free = meter.0;
        Some(part)
    }

    /// The parts up to the first for which there is no room. Those behind are not even made.
    pub(super) fn fill<T: Serialize>(&mut self, parts: impl IntoIterator<Item = T>) -> Vec<T> {
        parts
            .into_iter()
            .map_while(|part| self.take(part))
            .collect()
    }
}

/// Counts what is written, and stops when it is too much.
struct Meter(usize);

impl io::Write for Meter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let free = self.0.checked_sub(bytes.len());
        self.0 = free.ok_or(io::ErrorKind::StorageFull)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
