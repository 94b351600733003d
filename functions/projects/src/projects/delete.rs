//! Delete a project.

use axum::extract::State;
use http::StatusCode;
use switchyard::error::{Error, Result};
use switchyard::http::views::{Above, AcceptedView};
use switchyard::http::{Accepts, App, Endpoint, Json, ProjectAccess, Reader};
use switchyard::policy::Action;
use switchyard::project::{DirectoryEntry, Project, ProjectName};
use switchyard::store::{Key, Rows, Write, Written};

use super::ATTEMPTS;

pub(crate) struct DeleteProject;

impl Endpoint for DeleteProject {
    const ACCEPTS: Accepts = Accepts::WRITER;
    const ACTION: Action = Action::OwnProject;

    fn read(_: &mut Reader<'_>) -> Self {
        Self
    }
}

/// Delete a project
///
/// It is gone at once, and its path and name are free; what is in it follows within minutes.
#[utoipa::path(
    delete,
    path = "/api/v4/projects/{id}",
    params(("id" = String, Path, description = "number or encoded full path of the project")),
    responses((status = 202, body = AcceptedView)),
)]
pub(crate) async fn delete(
    State(app): State<App>,
    access: ProjectAccess<DeleteProject>,
) -> Result<(StatusCode, Json<AcceptedView>)> {
    let ProjectAccess {
        mut project,
        request,
        ..
    } = access;
    request.demand_unmodified(project.updated_at)?;
    for _ in 0..ATTEMPTS {
        let deleted = Project {
            deleted_at: Some(request.now),
            deadline: Some(request.now),
            ..project.clone()
        };
        let path = Key::Directory(project.full_path.to_lowercase());
        let mut rows = Rows::default();
        let mut keys = Above::keys(&project);
        keys.push(path.clone());
        rows.load(&app.store, keys).await?;
        let name = Key::ProjectName(super::namespace_id(&project, &rows)?, project.name.clone());
        rows.load(&app.store, [name.clone()]).await?;

        // Who renames it meanwhile would leave a path and a name behind that nobody can take.
        let edit = Write::edit(&project, &deleted)?.assuming(&project, &["full_path", "name"])?;
        let mut writes = vec![edit];
        let entry: Option<DirectoryEntry> = rows.get(&path)?;
        if let Some(entry) = entry.filter(|entry| super::leads_to(entry, &project)) {
            writes.push(Write::delete(&entry)?);
        }
        let name: Option<ProjectName> = rows.get(&name)?;
        if let Some(name) = name.filter(|name| name.project_id == project.id) {
            writes.push(Write::delete(&name)?);
        }
        if app.store.write_all(writes).await? == Written::All {
            return Ok((StatusCode::ACCEPTED, Json(AcceptedView::default())));
        }
        project = super::read_again(&project, &app).await?;
    }
    Err(Error::ResourceLock)
}
