//! Delete a file.

use axum::extract::State;
use http::StatusCode;
use switchyard::error::Result;
use switchyard::http::{Accepts, App, Endpoint, ProjectAccess, Reader};
use switchyard::policy::Action;
use switchyard::repository::Operation;

use super::write;
use crate::request::CommitParams;

pub(crate) struct DeleteFile {
    commit: CommitParams,
    last_commit: Option<String>,
}

impl Endpoint for DeleteFile {
    const ACCEPTS: Accepts = Accepts {
        anonymous: true,
        ..Accepts::WRITER
    };
    const ACTION: Action = Action::PushCode;

    fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            commit: CommitParams::read(reader),
            last_commit: reader.text("last_commit_id"),
        }
    }
}

/// Delete a file from the repository
#[utoipa::path(
    delete,
    path = "/api/v4/projects/{id}/repository/files/{file_path}",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("file_path" = String, Path, description = "encoded path of the file"),
        ("branch" = String, Query, description = "here and below: in the query or in the body"),
        ("commit_message" = String, Query),
        ("last_commit_id" = Option<String>, Query),
        ("start_branch" = Option<String>, Query, description = "from which `branch` is made"),
        ("author_name" = Option<String>, Query),
        ("author_email" = Option<String>, Query),
    ),
    responses((status = 204)),
)]
pub(crate) async fn delete(
    State(app): State<App>,
    mut access: ProjectAccess<DeleteFile>,
) -> Result<StatusCode> {
    let params = access.params.commit.take();
    let last_commit = access.params.last_commit.take();
    write(Operation::Delete, last_commit, params, &access, &app).await?;
    Ok(StatusCode::NO_CONTENT)
}
