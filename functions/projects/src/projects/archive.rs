//! Archive a project, and bring it back.

use axum::extract::State;
use http::StatusCode;
use switchyard::error::{Error, Result};
use switchyard::http::views::{Above, ProjectView, Viewer};
use switchyard::http::{Accepts, App, Endpoint, Json, ProjectAccess, Reader};
use switchyard::policy::Action;
use switchyard::project::Project;

use super::ATTEMPTS;

pub(crate) struct ArchiveProject;

impl Endpoint for ArchiveProject {
    const ACCEPTS: Accepts = Accepts::WRITER;
    const ACTION: Action = Action::OwnProject;

    fn read(_: &mut Reader<'_>) -> Self {
        Self
    }
}

/// Archive a project
///
/// Nothing in it is steered any more.
#[utoipa::path(
    post,
    path = "/api/v4/projects/{id}/archive",
    params(("id" = String, Path, description = "number or encoded full path of the project")),
    responses((status = 201, body = ProjectView)),
)]
pub(crate) async fn archive(
    State(app): State<App>,
    access: ProjectAccess<ArchiveProject>,
) -> Result<(StatusCode, Json<ProjectView>)> {
    set(true, &app, access).await
}

/// Unarchive a project
#[utoipa::path(
    post,
    path = "/api/v4/projects/{id}/unarchive",
    params(("id" = String, Path, description = "number or encoded full path of the project")),
    responses((status = 201, body = ProjectView)),
)]
pub(crate) async fn unarchive(
    State(app): State<App>,
    access: ProjectAccess<ArchiveProject>,
) -> Result<(StatusCode, Json<ProjectView>)> {
    set(false, &app, access).await
}

async fn set(
    archived: bool,
    app: &App,
    access: ProjectAccess<ArchiveProject>,
) -> Result<(StatusCode, Json<ProjectView>)> {
    let ProjectAccess {
        mut project,
        request,
        mut rows,
        ..
    } = access;
    for _ in 0..ATTEMPTS {
        let edited = Project {
            archived,
            updated_at: request.now,
            ..project.clone()
        };
        if app.store.edit(&project, &edited).await? {
            rows.load(&app.store, Above::keys(&edited)).await?;
            let above = Above::of(&edited, &rows)?;
            let viewer = Viewer {
                maintainer: true,
                permissions: None,
            };
            let view = ProjectView::new(&edited, &above, Some(viewer), &request.base_url);
            return Ok((StatusCode::CREATED, Json(view)));
        }
        project = super::read_again(&project, app).await?;
    }
    Err(Error::ResourceLock)
}
