//! Let only listed projects in, or all.

use axum::extract::State;
use http::StatusCode;
use switchyard::error::Result;
use switchyard::http::{Accepts, App, Endpoint, ProjectAccess, Reader};
use switchyard::policy::Action;

use super::edit;

pub(crate) struct UpdateScope {
    enabled: bool,
}

impl Endpoint for UpdateScope {
    const ACCEPTS: Accepts = Accepts::WRITER;
    const ACTION: Action = Action::AdminProject;

    fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            enabled: reader.filled("enabled", Reader::boolean),
        }
    }
}

/// Patch a project's CI/CD job token access settings
///
/// With `enabled` only the job tokens of listed projects and groups may come in, otherwise
/// those of all.
#[utoipa::path(
    patch,
    path = "/api/v4/projects/{id}/job_token_scope",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("enabled" = bool, Query, description = "here, or in the body"),
    ),
    responses((status = 204)),
)]
pub(crate) async fn update(
    State(app): State<App>,
    access: ProjectAccess<UpdateScope>,
) -> Result<StatusCode> {
    let is_open = !access.params.enabled;
    edit(access.project, &app, |project| {
        project.job_token_inbound_open = is_open;
        Ok(())
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}
