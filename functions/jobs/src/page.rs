//! Which jobs or bridges of a pipeline stand on a page. Without a scope only the page's
//! rows are read; a scope needs all of them, because only the rows know how they stand.

use std::collections::BTreeSet;

use switchyard::http::pagination::Offset;
use switchyard::ids::JobId;
use switchyard::job::{Build, Status};

/// The ids whose rows have to be read.
pub(crate) fn to_read<'a>(
    ids: &'a [JobId],
    scope: &BTreeSet<Status>,
    offset: &Offset,
) -> &'a [JobId] {
    if scope.is_empty() {
        offset.slice(ids)
    } else {
        ids
    }
}

/// The page out of the rows that were read, and the total.
pub(crate) fn cut<T: Clone>(
    mut rows: Vec<T>,
    ids: &[JobId],
    scope: &BTreeSet<Status>,
    offset: &Offset,
    build: impl Fn(&T) -> &Build,
) -> (Vec<T>, u64) {
    if scope.is_empty() {
        return (rows, ids.len() as u64);
    }
    rows.retain(|row| scope.contains(&build(row).status));
    (offset.slice(&rows).to_vec(), rows.len() as u64)
}
