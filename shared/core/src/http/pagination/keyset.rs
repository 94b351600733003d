//! A page by key: the rows after or before a certain one.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use serde::{Deserialize, Serialize};

use crate::store::jobs::From;

/// A page that follows or precedes a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keyset {
    pub cursor: Option<Cursor>,
    pub per_page: u64,
    pub(super) asked_per_page: u64,
}

impl Keyset {
    pub fn rows(&self) -> usize {
        usize::try_from(self.per_page).unwrap_or(usize::MAX)
    }

    /// Where the page's rows begin.
    pub fn from<Id: std::convert::From<u64>>(&self) -> From<Id> {
        match self.cursor {
            None => From::Newest,
            Some(Cursor::After(id)) => From::Below(id.into()),
            Some(Cursor::Before(id)) => From::Above(id.into()),
        }
    }

    /// Makes the page of rows that were read from its beginning on, one more than it has
    /// if there are as many; `rest` is where unread ones begin.
    pub fn cut<T, Id: Into<u64>>(
        &self,
        mut items: Vec<T>,
        rest: Option<From<Id>>,
        id: impl Fn(&T) -> u64,
    ) -> KeyPage<T> {
        let is_cut = items.len() > self.rows();
        items.truncate(self.rows());
        let onward = match rest {
            _ if is_cut => items.last().map(&id),
            Some(From::Below(last) | From::Above(last)) => Some(last.into()),
            Some(From::Newest) | None => None,
        };
        if let Some(Cursor::Before(cursor)) = self.cursor {
            items.reverse();
            // The row of the cursor itself is older, so there is a next page.
            let next = items.last().map_or(cursor + 1, id);
            return KeyPage {
                items,
                next: Some(next),
                previous: onward,
            };
        }
        let previous = self.cursor.and(items.first().map(id));
        KeyPage {
            items,
            next: onward,
            previous,
        }
    }
}

/// The rows of a page by key, newest first.
#[derive(Debug)]
pub struct KeyPage<T> {
    pub items: Vec<T>,
    /// The id after which the next page begins, if there is more.
    pub next: Option<u64>,
    /// The id before which the previous page ends, if there is one.
    pub previous: Option<u64>,
}

/// A row and a direction. Opaque to clients: base64 of JSON, as GitLab's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cursor {
    /// Rows with smaller ids.
    After(u64),
    /// Rows with larger ids.
    Before(u64),
}

#[derive(Serialize, Deserialize)]
struct CursorText {
    id: String,
    #[serde(rename = "_kd")]
    direction: String,
}

impl Cursor {
    pub(super) fn encode(self) -> String {
        let (id, direction) = match self {
            Self::After(id) => (id, "n"),
            Self::Before(id) => (id, "p"),
        };
        URL_SAFE.encode(format!(r#"{{"id":"{id}","_kd":"{direction}"}}"#))
    }

    pub(super) fn decode(text: &str) -> Option<Self> {
        let engine = base64::engine::general_purpose::URL_SAFE_NO_PAD;
        let json = engine.decode(text.trim_end_matches('=')).ok()?;
        let cursor: CursorText = serde_json::from_slice(&json).ok()?;
        let id = cursor
            .id
            .parse()
            .ok()
            .filter(|id| *id <= crate::ids::MAX_ID)?;
        match cursor.direction.as_str() {
            "n" => Some(Self::After(id)),
            "p" => Some(Self::Before(id)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn cursors_are_gitlabs() {
        assert_eq!(
            Cursor::After(7).encode(),
            URL_SAFE.encode(r#"{"id":"7","_kd":"n"}"#)
        );
        for garbage in ["x", "e30=", "eyJpZCI6NywiX2tkIjoibiJ9", "\u{0}"] {
            assert_eq!(Cursor::decode(garbage), None, "{garbage}");
        }
    }

    proptest! {
        #[test]
        fn cursors_read_as_they_are_written(id in 0..crate::ids::MAX_ID, before: bool) {
            let cursor = if before { Cursor::Before(id) } else { Cursor::After(id) };
            prop_assert_eq!(Cursor::decode(&cursor.encode()), Some(cursor));
        }
    }
}
