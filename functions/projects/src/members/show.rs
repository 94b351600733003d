//! Get a member: right there, or through the groups above too.

use axum::extract::State;
use switchyard::error::{Error, Result};
use switchyard::http::views::MemberView;
use switchyard::http::{Accepts, App, Endpoint, GroupAccess, Json, ProjectAccess, Reader};
use switchyard::ids::UserId;
use switchyard::member::{Member, Source};
use switchyard::policy::{Action, GroupAction};
use switchyard::store::Key;

use super::place::Place;

pub(crate) struct ShowMember;

impl Endpoint for ShowMember {
    const ACCEPTS: Accepts = Accepts::SIGNED_IN;
    const ACTION: Action = Action::ReadMembers;
    const GROUP_ACTION: GroupAction = GroupAction::ReadMembers;

    fn read(_: &mut Reader<'_>) -> Self {
        Self
    }
}

/// Get a member of a group
///
/// Right there.
#[utoipa::path(
    get,
    path = "/api/v4/groups/{id}/members/{user_id}",
    params(
        ("id" = String, Path, description = "number or encoded full path of the group"),
        ("user_id" = UserId, Path),
    ),
    responses((status = 200, body = MemberView)),
)]
pub(crate) async fn of_group(
    State(app): State<App>,
    access: GroupAccess<ShowMember>,
) -> Result<Json<MemberView>> {
    let place = Place::from(access);
    let sources = vec![place.of.source()];
    show(place, &sources, &app).await
}

/// Get a member of a group
///
/// There or in a group above, with the highest role.
#[utoipa::path(
    get,
    path = "/api/v4/groups/{id}/members/all/{user_id}",
    params(
        ("id" = String, Path, description = "number or encoded full path of the group"),
        ("user_id" = UserId, Path),
    ),
    responses((status = 200, body = MemberView)),
)]
pub(crate) async fn any_of_group(
    State(app): State<App>,
    access: GroupAccess<ShowMember>,
) -> Result<Json<MemberView>> {
    let place = Place::from(access);
    let sources = place.of.sources();
    show(place, &sources, &app).await
}

/// Get a member of a project
///
/// Right there.
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}/members/{user_id}",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("user_id" = UserId, Path),
    ),
    responses((status = 200, body = MemberView)),
)]
pub(crate) async fn of_project(
    State(app): State<App>,
    access: ProjectAccess<ShowMember>,
) -> Result<Json<MemberView>> {
    let place = Place::from(access);
    let sources = vec![place.of.source()];
    show(place, &sources, &app).await
}

/// Get a member of a project
///
/// There or in a group above, with the highest role.
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}/members/all/{user_id}",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("user_id" = UserId, Path),
    ),
    responses((status = 200, body = MemberView)),
)]
pub(crate) async fn any_of_project(
    State(app): State<App>,
    access: ProjectAccess<ShowMember>,
) -> Result<Json<MemberView>> {
    let place = Place::from(access);
    let sources = place.of.sources();
    show(place, &sources, &app).await
}

async fn show(
    mut place: Place<ShowMember>,
    sources: &[Source],
    app: &App,
) -> Result<Json<MemberView>> {
    let id: UserId = place.ids.get("user_id")?;
    let keys = sources.iter().map(|source| Key::Member(*source, id));
    place
        .rows
        .load(&app.store, keys.chain([Key::User(id)]))
        .await?;
    let mut highest: Option<Member> = None;
    for source in sources {
        let member: Option<Member> = place.rows.get(&Key::Member(*source, id))?;
        let level = highest.as_ref().map(|member| member.access_level);
        let member = member.filter(|member| place.counts(member));
        if let Some(member) = member.filter(|member| Some(member.access_level) > level) {
            highest = Some(member);
        }
    }
    let member = highest.ok_or(Error::RecordNotFound)?;
    let user = place.user(id)?.ok_or(Error::RecordNotFound)?;
    let granter = member.created_by.map(Key::User);
    place.rows.load(&app.store, granter).await?;
    Ok(Json(place.view(&member, &user)?))
}
