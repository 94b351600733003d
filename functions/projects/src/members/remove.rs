//! Remove a member, or leave.

use axum::extract::State;
use http::StatusCode;
use switchyard::error::{Error, Result};
use switchyard::http::{Accepts, App, Endpoint, GroupAccess, ProjectAccess, Reader};
use switchyard::ids::{GroupId, UserId};
use switchyard::member::{Member, Source};
use switchyard::policy::{Action, GroupAction};
use switchyard::project::{Group, Project};
use switchyard::store::{Key, Rows, Write, Written};

use super::place::{Of, Place};
use super::{ATTEMPTS, owners};

/// Memberships of one user that are looked at for those below a group.
const MAX_MEMBERSHIPS: usize = 2_000;

pub(crate) struct RemoveMember {
    skip_subresources: bool,
}

impl Endpoint for RemoveMember {
    const ACCEPTS: Accepts = Accepts::WRITER;
    const ACTION: Action = Action::ReadMembers;
    const GROUP_ACTION: GroupAction = GroupAction::ReadMembers;

    fn read(reader: &mut Reader<'_>) -> Self {
        let skip_subresources = reader.boolean("skip_subresources");
        reader.boolean("unassign_issuables");
        Self {
            skip_subresources: skip_subresources.unwrap_or(false),
        }
    }
}

/// Remove a member of a group
///
/// Also oneself, but not the last owner. Memberships of the same user in subgroups and
/// projects below end too, unless `skip_subresources`.
#[utoipa::path(
    delete,
    path = "/api/v4/groups/{id}/members/{user_id}",
    params(
        ("id" = String, Path, description = "number or encoded full path of the group"),
        ("user_id" = UserId, Path),
        ("skip_subresources" = Option<bool>, Query),
    ),
    responses((status = 204, description = "Removed")),
)]
pub(crate) async fn from_group(
    State(app): State<App>,
    access: GroupAccess<RemoveMember>,
) -> Result<StatusCode> {
    remove(Place::from(access), &app).await
}

/// Remove a member of a project
///
/// Also oneself, but not the owner of a personal project.
#[utoipa::path(
    delete,
    path = "/api/v4/projects/{id}/members/{user_id}",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("user_id" = UserId, Path),
    ),
    responses((status = 204, description = "Removed")),
)]
pub(crate) async fn from_project(
    State(app): State<App>,
    access: ProjectAccess<RemoveMember>,
) -> Result<StatusCode> {
    remove(Place::from(access), &app).await
}

async fn remove(mut place: Place<RemoveMember>, app: &App) -> Result<StatusCode> {
    let id: UserId = place.ids.get("user_id")?;
    let mut was_there = false;
    for _ in 0..ATTEMPTS {
        place.rows.load(&app.store, place.keys_of(id)).await?;
        let Some(member) = place.member(id)? else {
            // Somebody else was faster, or it was this request, and its answer was lost.
            return if was_there {
                Ok(StatusCode::NO_CONTENT)
            } else {
                Err(Error::RecordNotFound)
            };
        };
        was_there = true;
        let is_oneself = place.caller.user().is_some_and(|user| user.id == id);
        let may_remove = place.is_administered() && place.is_within_reach(member.access_level);
        if !(is_oneself || may_remove) || place.of.is_personal_of(id) {
            return Err(Error::Forbidden(None));
        }
        place.request.demand_unmodified(member.changed_at())?;
        let guard = owners::guard(&place.of, &member, place.request.now.day(), app).await?;
        if let Of::Group(group) = &place.of
            && !place.params.skip_subresources
        {
            remove_below(group.id, id, app).await?;
        }
        if write(&member, guard, app).await? {
            return Ok(StatusCode::NO_CONTENT);
        }
        place.of = place.of.read_again(app).await?;
        place.rows = Rows::default();
    }
    Err(Error::ResourceLock)
}

async fn write(member: &Member, guard: Option<Write>, app: &App) -> Result<bool> {
    let delete = Write::delete(member)?;
    match guard {
        Some(guard) => Ok(app.store.write_all(vec![delete, guard]).await? == Written::All),
        None => app.store.write(delete).await,
    }
}

/// Ends what a user has below a group. It comes before the membership itself ends, so that
/// who stopped in between can do it again.
async fn remove_below(group: GroupId, user: UserId, app: &App) -> Result<()> {
    let members = app.store.memberships_of(user, MAX_MEMBERSHIPS).await?;
    let mut rows = Rows::default();
    let sources = members.iter().map(|member| member.source);
    let sources: Vec<Source> = sources.filter(|it| *it != Source::Group(group)).collect();
    let keys = sources.iter().map(|source| match source {
        Source::Project(id) => Key::Project(*id),
        Source::Group(id) => Key::Group(*id),
    });
    rows.load(&app.store, keys).await?;
    let mut below = Vec::new();
    for source in sources {
        let is_below = match source {
            Source::Project(id) => rows
                .get::<Project>(&Key::Project(id))?
                .is_some_and(|project| project.ancestors().contains(&group)),
            Source::Group(id) => rows
                .get::<Group>(&Key::Group(id))?
                .is_some_and(|subgroup| subgroup.ancestors.contains(&group)),
        };
        if is_below {
            below.push(Key::Member(source, user));
        }
    }
    app.store.delete_all(&below).await
}
