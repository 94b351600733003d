//! The projects of groups and of the groups below, as far as the indexes know by now.

use std::collections::BTreeSet;

use futures::future::{try_join, try_join_all};
use switchyard::error::Result;
use switchyard::http::App;
use switchyard::ids::{GroupId, ProjectId};
use switchyard::project::Namespace;
use switchyard::store::jobs::From;

use super::collection::MAX_ROWS;

/// Groups that one request looks into.
const MAX_GROUPS: usize = 2_000;

/// Groups that are looked into side by side.
const GROUPS_AT_ONCE: usize = 25;

/// What was found.
pub(super) struct Below {
    /// The groups themselves, and those below that were looked into.
    pub(super) groups: BTreeSet<GroupId>,
    pub(super) ids: Vec<ProjectId>,
    /// Whether all groups were looked into.
    pub(super) is_all: bool,
}

/// Looks into groups, and level after level into those below them if they count too. Of
/// each it finds as many projects as one request looks at, and one more.
pub(super) async fn find(
    groups: Vec<GroupId>,
    with_subgroups: bool,
    from: From<u64>,
    app: &App,
) -> Result<Below> {
    let mut found = Below {
        groups: groups.iter().copied().collect(),
        ids: Vec::new(),
        is_all: true,
    };
    let mut level = groups;
    while !level.is_empty() {
        let mut next = Vec::new();
        for groups in level.chunks(GROUPS_AT_ONCE) {
            let groups = groups
                .iter()
                .map(|group| look_into(*group, with_subgroups, from, app));
            for (ids, subgroups) in try_join_all(groups).await? {
                found.ids.extend(ids);
                next.extend(subgroups);
            }
        }
        next.retain(|group| found.groups.insert(*group));
        found.is_all &= found.groups.len() <= MAX_GROUPS;
        if !found.is_all {
            break;
        }
        level = next;
    }
    Ok(found)
}

async fn look_into(
    group: GroupId,
    with_subgroups: bool,
    from: From<u64>,
    app: &App,
) -> Result<(Vec<ProjectId>, Vec<GroupId>)> {
    let from = match from {
        From::Newest => From::Newest,
        From::Below(id) => From::Below(ProjectId(id)),
        From::Above(id) => From::Above(ProjectId(id)),
    };
    let namespace = Namespace::Group {
        ancestors: vec![group],
    };
    let projects = app.store.project_ids_of(&namespace, from, MAX_ROWS + 1);
    let subgroups = async {
        if with_subgroups {
            app.store.subgroup_ids(group, MAX_GROUPS + 1).await
        } else {
            Ok(Vec::new())
        }
    };
    try_join(projects, subgroups).await
}
