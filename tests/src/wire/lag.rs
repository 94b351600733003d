//! Indexes that lag: reads of them are answered from an older copy of the database.

use std::fmt;
use std::sync::{Arc, Mutex};

use dynoxide::Database;
use serde_json::Value;

/// The switch for lagging indexes, shared by everybody who holds a clone.
///
/// Tables stay current; only a `Query` with an index name sees the copy, whole and
/// consistent in itself, as it was at [`freeze`](Self::freeze).
#[derive(Clone)]
pub struct IndexLag {
    live: Database,
    frozen: Arc<Mutex<Option<Database>>>,
}

impl IndexLag {
    pub(super) fn new(live: &Database) -> Self {
        Self {
            live: live.clone(),
            frozen: Arc::default(),
        }
    }

    /// Lets every index stand still from here on. A second call moves them all to now.
    pub fn freeze(&self) {
        let folder = tempfile::tempdir().unwrap();
        let snapshot = folder.path().join("snapshot.db");
        let snapshot = snapshot.to_str().unwrap();
        self.live.vacuum_into(snapshot).unwrap();
        let copy = Database::memory().unwrap();
        copy.restore_from(snapshot).unwrap();
        *self.frozen.lock().unwrap() = Some(copy);
    }

    /// Lets the indexes catch up.
    pub fn thaw(&self) {
        *self.frozen.lock().unwrap() = None;
    }

    /// Answers a query of an index from the copy, with status and body; `None` while
    /// indexes keep up.
    pub(super) fn answer(&self, query: &Value) -> Option<(u16, Value)> {
        let copy = self.frozen.lock().unwrap().clone()?;
        let query = serde_json::from_value(query.clone()).unwrap();
        Some(match copy.query(query) {
            Ok(found) => (200, serde_json::to_value(found).unwrap()),
            Err(error) => {
                let body = serde_json::from_str(&error.to_json()).unwrap();
                (error.status_code(), body)
            }
        })
    }
}

impl fmt::Debug for IndexLag {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let frozen = self.frozen.lock().unwrap().is_some();
        formatter
            .debug_struct("IndexLag")
            .field("frozen", &frozen)
            .finish_non_exhaustive()
    }
}
