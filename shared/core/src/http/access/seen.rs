//! Projects and groups that a request names besides the one in its path.

use super::{Caller, sources_of_group, sources_of_project, standing};
use crate::error::Result;
use crate::http::app::App;
use crate::http::request::RequestInfo;
use crate::ids::{GroupId, ProjectId};
use crate::member::Source;
use crate::policy::{self, Action, GroupAction, Verdict};
use crate::project::{Group, Project};
use crate::store::{Key, Rows};

/// The project, if it is there and the caller sees it. What is read goes to `rows`.
pub async fn seen_project(
    id: ProjectId,
    caller: &Caller,
    request: &RequestInfo,
    rows: &mut Rows,
    app: &App,
) -> Result<Option<Project>> {
    rows.load(&app.store, [Key::Project(id)]).await?;
    let project: Option<Project> = rows.get(&Key::Project(id))?;
    let Some(project) = project.filter(|project| project.deleted_at.is_none()) else {
        return Ok(None);
    };
    let sources = sources_of_project(id, project.ancestors());
    load_memberships(caller, sources, rows, app).await?;
    let sources = sources_of_project(id, project.ancestors());
    let standing = standing(caller, sources, rows, request)?;
    let is_seen = policy::may(Action::ReadProject, &project, standing) == Verdict::Allowed;
    Ok(is_seen.then_some(project))
}

/// The group, if it is one and the caller sees it. What is read goes to `rows`.
pub async fn seen_group(
    id: GroupId,
    caller: &Caller,
    request: &RequestInfo,
    rows: &mut Rows,
    app: &App,
) -> Result<Option<Group>> {
    rows.load(&app.store, [Key::Group(id)]).await?;
    let group: Option<Group> = rows.get(&Key::Group(id))?;
    let Some(group) = group.filter(Group::exists) else {
        return Ok(None);
    };
    let sources = sources_of_group(id, &group.ancestors);
    load_memberships(caller, sources, rows, app).await?;
    let sources = sources_of_group(id, &group.ancestors);
    let standing = standing(caller, sources, rows, request)?;
    let verdict = policy::may_in_group(GroupAction::ReadGroup, &group, standing);
    Ok((verdict == Verdict::Allowed).then_some(group))
}

async fn load_memberships(
    caller: &Caller,
    sources: impl Iterator<Item = Source>,
    rows: &mut Rows,
    app: &App,
) -> Result<()> {
    // Administrators see everything as it is.
    let user = caller.user().filter(|user| !user.admin);
    let keys = user.map(|user| sources.map(|source| Key::Member(source, user.id)));
    rows.load(&app.store, keys.into_iter().flatten()).await
}
