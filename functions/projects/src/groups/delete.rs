//! Delete a group.

use axum::extract::State;
use http::StatusCode;
use switchyard::error::{Error, Result};
use switchyard::http::views::AcceptedView;
use switchyard::http::{Accepts, App, Endpoint, GroupAccess, Json, Reader};
use switchyard::policy::GroupAction;
use switchyard::project::{DirectoryEntry, DirectoryTarget, Group};
use switchyard::store::{Key, Rows, Write, Written};

use super::ATTEMPTS;

pub(crate) struct DeleteGroup;

impl Endpoint for DeleteGroup {
    const ACCEPTS: Accepts = Accepts::WRITER;
    const GROUP_ACTION: GroupAction = GroupAction::RemoveGroup;

    fn read(_: &mut Reader<'_>) -> Self {
        Self
    }
}

/// Delete a group
///
/// It is gone at once, and its path is free; what stands below it follows within minutes.
#[utoipa::path(
    delete,
    path = "/api/v4/groups/{id}",
    params(("id" = String, Path, description = "number or encoded full path of the group")),
    responses((status = 202, body = AcceptedView)),
)]
pub(crate) async fn delete(
    State(app): State<App>,
    access: GroupAccess<DeleteGroup>,
) -> Result<(StatusCode, Json<AcceptedView>)> {
    let GroupAccess {
        mut group, request, ..
    } = access;
    for _ in 0..ATTEMPTS {
        request.demand_unmodified(group.changed_at())?;
        let deleted = Group {
            deleted_at: Some(request.now),
            deadline: Some(request.now),
            ..group.clone()
        };
        let mut writes = vec![Write::edit(&group, &deleted)?];
        let key = Key::Directory(group.full_path.to_lowercase());
        let mut rows = Rows::default();
        rows.load(&app.store, [key.clone()]).await?;
        let entry: Option<DirectoryEntry> = rows.get(&key)?;
        let its_own = DirectoryTarget::Group { id: group.id };
        if let Some(entry) = entry.filter(|entry| entry.target == its_own) {
            writes.push(Write::delete(&entry)?);
        }
        if app.store.write_all(writes).await? == Written::All {
            return Ok((StatusCode::ACCEPTED, Json(AcceptedView::default())));
        }
        let found = app.store.groups(&[group.id]).await?.pop();
        group = found.ok_or_else(|| Error::not_found("Group"))?;
    }
    Err(Error::ResourceLock)
}
