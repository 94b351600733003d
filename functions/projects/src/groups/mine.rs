//! The groups that somebody is a member of, there or above.

use std::collections::BTreeSet;

use switchyard::error::Result;
use switchyard::http::App;
use switchyard::ids::{GroupId, UserId};
use switchyard::member::Source;
use switchyard::project::Group;

use super::select::MAX_ROWS;

/// The groups with a membership, as the index knows it, and those below them; and whether
/// these are all. The rows of the memberships decide which of them count.
pub(super) async fn groups_of(user: UserId, app: &App) -> Result<(Vec<Group>, bool)> {
    let members = app.store.memberships_of(user, MAX_ROWS + 1).await?;
    let mut is_all = members.len() <= MAX_ROWS;
    let ids: BTreeSet<GroupId> = members
        .iter()
        .filter_map(|member| match member.source {
            Source::Group(id) => Some(id),
            Source::Project(_) => None,
        })
        .collect();
    let ids: Vec<GroupId> = ids.into_iter().collect();
    let mut groups = app.store.groups(&ids).await?;
    let left = MAX_ROWS.saturating_sub(groups.len());
    let below = app.store.groups_below(&ids, left).await?;
    is_all &= below.is_all;
    groups.extend(below.groups);
    Ok((groups, is_all))
}
