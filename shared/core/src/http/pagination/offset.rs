//! A page by its number.

use super::{DEFAULT_PER_PAGE, MAX_PER_PAGE};
use crate::error::{Error, Result};
use crate::http::params::Reader;

/// A page by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offset {
    pub page: u64,
    pub per_page: u64,
    /// As it was asked for, before it was clamped: links repeat it.
    pub(super) asked_per_page: u64,
}

impl Default for Offset {
    fn default() -> Self {
        Self {
            page: 1,
            per_page: DEFAULT_PER_PAGE,
            asked_per_page: DEFAULT_PER_PAGE,
        }
    }
}

impl Offset {
    /// `page` and `per_page`.
    pub fn read(reader: &mut Reader<'_>) -> Self {
        let page = match reader.integer("page") {
            Some(page) if page < 1 => reader.not_allowed("page"),
            Some(page) => Some(page.unsigned_abs()),
            None => None,
        };
        let per_page = match reader.integer("per_page") {
            Some(0) => {
                reader.fault("per_page has a value not allowed".to_owned());
                None
            }
            Some(per_page) if per_page < 0 => reader.not_allowed("per_page"),
            Some(per_page) => Some(per_page.unsigned_abs()),
            None => None,
        };
        let asked_per_page = per_page.unwrap_or(DEFAULT_PER_PAGE);
        Self {
            page: page.unwrap_or(1),
            per_page: asked_per_page.min(MAX_PER_PAGE),
            asked_per_page,
        }
    }

    /// Rows before the page.
    pub fn skip(&self) -> u64 {
        (self.page - 1).saturating_mul(self.per_page)
    }

    pub fn skip_rows(&self) -> usize {
        usize::try_from(self.skip()).unwrap_or(usize::MAX)
    }

    pub fn rows(&self) -> usize {
        usize::try_from(self.per_page).unwrap_or(usize::MAX)
    }

    /// # Errors
    /// 405 that points to keyset paging, if it skips more than `limit` rows.
    pub fn bounded(self, rows_of: &'static str, limit: u64) -> Result<Self> {
        if self.skip() > limit {
            Err(Error::OffsetTooLarge { rows_of, limit })
        } else {
            Ok(self)
        }
    }

    /// A total that agrees with the rows of the page. What was counted a moment before, or
    /// on keys that lag behind, or with rows that are still being written, must not
    /// promise a page that is not there or hide one that is.
    pub fn agreed(&self, total: u64, rows: usize, has_more: bool) -> u64 {
        let seen = self.skip() + rows as u64;
        if has_more {
            total.max(seen + 1)
        } else if rows > 0 || self.page == 1 {
            seen
        } else {
            total.min(seen)
        }
    }

    /// The page of a list that is all there, and its total.
    pub fn slice<'a, T>(&self, all: &'a [T]) -> &'a [T] {
        let start = self.skip_rows().min(all.len());
        let end = start.saturating_add(self.rows()).min(all.len());
        &all[start..end]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn slices_are_a_partition(length in 0_usize..300, per_page in 1_u64..=100) {
            let all: Vec<usize> = (0..length).collect();
            let mut seen = Vec::new();
            for page in 1..=(length as u64).div_ceil(per_page).max(1) + 1 {
                seen.extend_from_slice(Offset { page, per_page, asked_per_page: per_page }.slice(&all));
            }
            prop_assert_eq!(seen, all);
        }
    }
}
