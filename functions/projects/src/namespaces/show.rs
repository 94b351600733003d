//! Get a namespace.

use axum::extract::State;
use switchyard::error::{Error, Result};
use switchyard::http::access::{highest_role, sources_of_group};
use switchyard::http::path::GroupRef;
use switchyard::http::views::NamespaceView;
use switchyard::http::{Accepts, App, CallerAccess, Endpoint, Json, Reader};
use switchyard::ids::GroupId;
use switchyard::policy::may_read_namespace;
use switchyard::project::{DirectoryEntry, DirectoryTarget, Group};
use switchyard::store::{Key, Rows};
use switchyard::user::User;

pub(crate) struct ShowNamespace;

impl Endpoint for ShowNamespace {
    const ACCEPTS: Accepts = Accepts::SIGNED_IN;
    const ID_IS_NUMBER: bool = false;

    fn read(_: &mut Reader<'_>) -> Self {
        Self
    }
}

/// Get a namespace
///
/// For those who own it or are a member of it or of a group above, and for administrators.
#[utoipa::path(
    get,
    path = "/api/v4/namespaces/{id}",
    params(("id" = String, Path, description = "number or encoded full path")),
    responses((status = 200, body = NamespaceView)),
)]
pub(crate) async fn show(
    State(app): State<App>,
    access: CallerAccess<ShowNamespace>,
) -> Result<Json<NamespaceView>> {
    let viewer = access.caller.signed_in()?;
    let request = &access.request;
    let not_found = || Error::not_found("Namespace");
    let wanted = request.route_params.iter().find(|(name, _)| name == "id");
    let wanted = wanted.map_or(GroupRef::None, |(_, text)| GroupRef::parse(text));
    let mut rows = Rows::default();
    let id = id_of(wanted, &app, &mut rows).await?;
    let id = id.ok_or_else(not_found)?;
    rows.load(&app.store, [Key::Group(id)]).await?;
    let namespace: Group = rows.get(&Key::Group(id))?.ok_or_else(not_found)?;
    let sources = || sources_of_group(namespace.id, &namespace.ancestors);
    let memberships = sources().map(|source| Key::Member(source, viewer.id));
    rows.load(&app.store, memberships).await?;
    let role = highest_role(viewer.id, sources(), &rows, request)?;
    if !may_read_namespace(&namespace, viewer, role) {
        return Err(not_found());
    }
    Ok(Json(NamespaceView::of_group(&namespace, &request.base_url)))
}

async fn id_of(wanted: GroupRef, app: &App, rows: &mut Rows) -> Result<Option<GroupId>> {
    let path = match wanted {
        GroupRef::None => return Ok(None),
        GroupRef::Id(id) => return Ok(Some(id)),
        GroupRef::Path(path) => Key::Directory(path),
    };
    rows.load(&app.store, [path.clone()]).await?;
    let entry: Option<DirectoryEntry> = rows.get(&path)?;
    match entry.map(|entry| entry.target) {
        Some(DirectoryTarget::Group { id }) => Ok(Some(id)),
        Some(DirectoryTarget::User { id }) => {
            rows.load(&app.store, [Key::User(id)]).await?;
            let owner: Option<User> = rows.get(&Key::User(id))?;
            Ok(owner.map(|owner| owner.namespace_id))
        }
        Some(DirectoryTarget::Project { .. } | DirectoryTarget::MovedProject { .. }) | None => {
            Ok(None)
        }
    }
}
