//! Update a file.

use axum::extract::State;
use switchyard::error::Result;
use switchyard::http::{Accepts, App, Endpoint, Json, ProjectAccess, Reader};
use switchyard::policy::Action;
use switchyard::repository::{Content, Operation};

use super::{WrittenFileView, file_path, write};
use crate::request::{CommitParams, Encoding};

pub(crate) struct UpdateFile {
    commit: CommitParams,
    content: String,
    encoding: Encoding,
    executable: Option<bool>,
    last_commit: Option<String>,
}

impl Endpoint for UpdateFile {
    const ACCEPTS: Accepts = Accepts {
        anonymous: true,
        ..Accepts::WRITER
    };
    const ACTION: Action = Action::PushCode;

    fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            commit: CommitParams::read(reader),
            content: reader.required("content", Reader::text),
            encoding: reader
                .one_of("encoding", Encoding::parse)
                .unwrap_or_default(),
            executable: reader.boolean("execute_filemode"),
            last_commit: reader.text("last_commit_id"),
        }
    }
}

/// Update a file in the repository
///
/// With `last_commit_id` only if nobody changed it since that commit.
#[utoipa::path(
    put,
    path = "/api/v4/projects/{id}/repository/files/{file_path}",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("file_path" = String, Path, description = "encoded path of the file"),
        ("branch" = String, Query, description = "here and below: in the query or in the body"),
        ("commit_message" = String, Query),
        ("content" = String, Query, description = "at most 2 MiB"),
        ("encoding" = Option<String>, Query, description = "`text` or `base64`"),
        ("last_commit_id" = Option<String>, Query),
        ("start_branch" = Option<String>, Query, description = "from which `branch` is made"),
        ("author_name" = Option<String>, Query),
        ("author_email" = Option<String>, Query),
        ("execute_filemode" = Option<bool>, Query),
    ),
    responses((status = 200, body = WrittenFileView)),
)]
pub(crate) async fn update(
    State(app): State<App>,
    mut access: ProjectAccess<UpdateFile>,
) -> Result<Json<WrittenFileView>> {
    file_path(&access.request)?;
    let content = std::mem::take(&mut access.params.content);
    let content = Content {
        bytes: access.params.encoding.decode(content)?,
        executable: access.params.executable,
    };
    let params = access.params.commit.take();
    let last_commit = access.params.last_commit.take();
    let operation = Operation::Update(content);
    write(operation, last_commit, params, &access, &app).await
}
