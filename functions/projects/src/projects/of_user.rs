//! List a user's projects.

use axum::extract::State;
use futures::future::try_join;
use switchyard::error::{Error, Result};
use switchyard::http::pagination::Page;
use switchyard::http::path::UserRef;
use switchyard::http::request::RequestInfo;
use switchyard::http::views::ProjectView;
use switchyard::http::{Accepts, App, CallerAccess, Endpoint, Reader};
use switchyard::ids::{ProjectId, UserId};
use switchyard::project::{DirectoryEntry, DirectoryTarget, Namespace};
use switchyard::store::jobs::From;
use switchyard::store::{Key, Rows};
use switchyard::user::User;

use super::collection::{Among, Collection, MAX_ROWS, Params, Place, These};

pub(crate) struct ListUserProjects(Params);

impl Endpoint for ListUserProjects {
    const ACCEPTS: Accepts = Accepts::ANYBODY;
    const ID_IS_NUMBER: bool = false;

    fn read(reader: &mut Reader<'_>) -> Self {
        Self(Params::read(reader))
    }
}

/// List a user's projects
///
/// Those in the user's own namespace that the caller sees, with the parameters of the list of
/// all projects.
#[utoipa::path(
    get,
    path = "/api/v4/users/{id}/projects",
    params(
        ("id" = String, Path, description = "number or name of the user"),
        ("archived" = Option<bool>, Query),
        ("visibility" = Option<switchyard::project::Visibility>, Query),
        ("search" = Option<String>, Query),
        ("simple" = Option<bool>, Query),
        ("order_by" = Option<String>, Query),
        ("sort" = Option<String>, Query),
        ("pagination" = Option<String>, Query, description = "`keyset`, with `order_by=id`"),
        ("page" = Option<u64>, Query),
        ("per_page" = Option<u64>, Query),
    ),
    responses((status = 200, body = Vec<ProjectView>)),
)]
pub(crate) async fn list(
    State(app): State<App>,
    access: CallerAccess<ListUserProjects>,
) -> Result<Page<ProjectView>> {
    let CallerAccess {
        caller,
        params: ListUserProjects(params),
        request,
        mut rows,
        ..
    } = access;
    let not_found = || Error::not_found("User");
    let owner = owner(&request, &mut rows, &app).await?;
    let owner = owner.ok_or_else(not_found)?;
    let namespace = Namespace::User { user_id: owner };
    let from = match params.from() {
        From::Newest => From::Newest,
        From::Below(id) => From::Below(ProjectId(id)),
        From::Above(id) => From::Above(ProjectId(id)),
    };
    let ids = app.store.project_ids_of(&namespace, from, MAX_ROWS + 1);
    let ((), ids) = try_join(rows.load(&app.store, [Key::User(owner)]), ids).await?;
    let user: Option<User> = rows.get(&Key::User(owner))?;
    user.filter(|user| user.deleted_at.is_none())
        .ok_or_else(not_found)?;
    params.check()?;

    let these = These::new(ids, true, Place::OfUser(owner), params.from());
    let list = Collection {
        app: &app,
        caller: &caller,
        params: &params,
        request: &request,
        rows,
        memberships: None,
    };
    list.page(Among::These(these)).await
}

/// The user whom the path names, if only by a number.
async fn owner(request: &RequestInfo, rows: &mut Rows, app: &App) -> Result<Option<UserId>> {
    let named = request.route_params.iter().find(|(name, _)| name == "id");
    let named = named.map(|(_, text)| UserRef::parse(text));
    let name = match named.unwrap_or(UserRef::None) {
        UserRef::None => return Ok(None),
        UserRef::Id(id) => return Ok(Some(id)),
        UserRef::Username(name) => name,
    };
    let key = Key::Directory(name);
    rows.load(&app.store, [key.clone()]).await?;
    let entry: Option<DirectoryEntry> = rows.get(&key)?;
    Ok(match entry.map(|entry| entry.target) {
        Some(DirectoryTarget::User { id }) => Some(id),
        Some(
            DirectoryTarget::Project { .. }
            | DirectoryTarget::MovedProject { .. }
            | DirectoryTarget::Group { .. },
        )
        | None => None,
    })
}
