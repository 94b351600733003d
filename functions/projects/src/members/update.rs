//! Edit a member.

use axum::extract::State;
use switchyard::error::{Error, Result};
use switchyard::http::views::MemberView;
use switchyard::http::{Accepts, App, Endpoint, GroupAccess, Json, ProjectAccess, Reader};
use switchyard::ids::UserId;
use switchyard::member::Member;
use switchyard::policy::{Action, GroupAction};
use switchyard::store::{Key, Rows, Write, Written};

use super::place::Place;
use super::terms::Terms;
use super::{ATTEMPTS, owners};

pub(crate) struct UpdateMember(Terms);

impl Endpoint for UpdateMember {
    const ACCEPTS: Accepts = Accepts::WRITER;
    const ACTION: Action = Action::ReadMembers;
    const GROUP_ACTION: GroupAction = GroupAction::ReadMembers;

    fn read(reader: &mut Reader<'_>) -> Self {
        Self(Terms::read(reader))
    }
}

/// Edit a member of a group
///
/// An empty `expires_at` lets the membership last. The last owner of a group stays as they are.
#[utoipa::path(
    put,
    path = "/api/v4/groups/{id}/members/{user_id}",
    params(
        ("id" = String, Path, description = "number or encoded full path of the group"),
        ("user_id" = UserId, Path),
        ("access_level" = u8, Query, description = "here and below: in the query or in the body"),
        ("expires_at" = Option<String>, Query, description = "`YYYY-MM-DD`"),
    ),
    responses((status = 200, body = MemberView)),
)]
pub(crate) async fn of_group(
    State(app): State<App>,
    access: GroupAccess<UpdateMember>,
) -> Result<Json<MemberView>> {
    update(Place::from(access), &app).await
}

/// Edit a member of a project
///
/// An empty `expires_at` lets the membership last.
#[utoipa::path(
    put,
    path = "/api/v4/projects/{id}/members/{user_id}",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("user_id" = UserId, Path),
        ("access_level" = u8, Query, description = "here and below: in the query or in the body"),
        ("expires_at" = Option<String>, Query, description = "`YYYY-MM-DD`"),
    ),
    responses((status = 200, body = MemberView)),
)]
pub(crate) async fn of_project(
    State(app): State<App>,
    access: ProjectAccess<UpdateMember>,
) -> Result<Json<MemberView>> {
    update(Place::from(access), &app).await
}

async fn update(mut place: Place<UpdateMember>, app: &App) -> Result<Json<MemberView>> {
    let id: UserId = place.ids.get("user_id")?;
    for _ in 0..ATTEMPTS {
        let caller = place.caller.user().map(|user| Key::User(user.id));
        let keys = place.keys_of(id).into_iter().chain(caller);
        place.rows.load(&app.store, keys).await?;
        let old = place.member(id)?.ok_or(Error::RecordNotFound)?;
        let user = place.user(id)?.ok_or(Error::RecordNotFound)?;
        let Terms { role, expires_at } = place.params.0;
        let within_reach = place.is_within_reach(old.access_level)
            && role.is_none_or(|role| place.is_within_reach(role));
        if !place.is_administered() || !within_reach || place.of.is_personal_of(id) {
            return Err(Error::Forbidden(None));
        }
        let guard = owners::guard(&place.of, &old, place.request.now.day(), app).await?;
        let mut new = Member {
            access_level: place.params.0.check(&place, id)?,
            expires_at: expires_at.unwrap_or(old.expires_at),
            ..old.clone()
        };
        if new != old {
            new.updated_at = Some(place.request.now);
        }
        if write(&old, &new, guard, app).await? {
            place
                .rows
                .load(&app.store, new.created_by.map(Key::User))
                .await?;
            return Ok(Json(place.view(&new, &user)?));
        }
        place.of = place.of.read_again(app).await?;
        place.rows = Rows::default();
    }
    Err(Error::ResourceLock)
}

async fn write(old: &Member, new: &Member, guard: Option<Write>, app: &App) -> Result<bool> {
    if new == old {
        return Ok(true);
    }
    let edit = Write::edit(old, new)?;
    match guard {
        Some(guard) => Ok(app.store.write_all(vec![edit, guard]).await? == Written::All),
        None => app.store.write(edit).await,
    }
}
