//! The projects that somebody is a member of, there or above.

use std::collections::HashSet;

use switchyard::error::Result;
use switchyard::http::App;
use switchyard::ids::{GroupId, ProjectId, UserId};
use switchyard::member::Source;
use switchyard::store::Key;
use switchyard::store::jobs::From;

use super::below;
use super::collection::{MAX_ROWS, Place, These};

/// Groups whose rows are read before it is known whether they are shown.
const SHOWN_GROUPS: usize = 50;

/// Where somebody is a member, as far as the index knows by now; none if that is too much
/// to say.
pub(super) async fn memberships(user: UserId, app: &App) -> Result<Option<HashSet<Source>>> {
    let members = app.store.memberships_of(user, MAX_ROWS + 1).await?;
    let is_all = members.len() <= MAX_ROWS;
    Ok(is_all.then(|| members.into_iter().map(|member| member.source).collect()))
}

/// The projects of these memberships.
pub(super) async fn projects(
    memberships: &HashSet<Source>,
    user: UserId,
    from: From<u64>,
    app: &App,
) -> Result<These> {
    let (mut ids, mut groups): (Vec<ProjectId>, Vec<GroupId>) = (Vec::new(), Vec::new());
    for source in memberships {
        match source {
            Source::Project(id) => ids.push(*id),
            Source::Group(id) => groups.push(*id),
        }
    }
    groups.sort_unstable();
    let members = groups
        .iter()
        .map(|id| Key::Member(Source::Group(*id), user));
    let shown = groups.iter().take(SHOWN_GROUPS).map(|id| Key::Group(*id));
    let along: Vec<Key> = members.chain(shown).collect();
    let below = below::find(groups, true, from, app).await?;
    ids.extend(below.ids);
    let these = These::new(ids, below.is_all, Place::Anywhere, from);
    Ok(These { along, ..these })
}
