//! Create a file.

use axum::extract::State;
use http::StatusCode;
use switchyard::error::Result;
use switchyard::http::{Accepts, App, Endpoint, Json, ProjectAccess, Reader};
use switchyard::policy::Action;
use switchyard::repository::{Content, Operation};

use super::{WrittenFileView, file_path, write};
use crate::request::{CommitParams, Encoding};

pub(crate) struct CreateFile {
    commit: CommitParams,
    content: String,
    encoding: Encoding,
    executable: Option<bool>,
}

impl Endpoint for CreateFile {
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
        }
    }
}

/// Create a file in the repository
///
/// A commit, by which its branch may come into being, and by the first one the repository:
/// then the branch becomes the default one.
#[utoipa::path(
    post,
    path = "/api/v4/projects/{id}/repository/files/{file_path}",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("file_path" = String, Path, description = "encoded path of the file"),
        ("branch" = String, Query, description = "here and below: in the query or in the body"),
        ("commit_message" = String, Query),
        ("content" = String, Query, description = "at most 2 MiB"),
        ("encoding" = Option<String>, Query, description = "`text` or `base64`"),
        ("start_branch" = Option<String>, Query, description = "from which `branch` is made"),
        ("author_name" = Option<String>, Query),
        ("author_email" = Option<String>, Query),
        ("execute_filemode" = Option<bool>, Query),
    ),
    responses((status = 201, body = WrittenFileView)),
)]
pub(crate) async fn create(
    State(app): State<App>,
    mut access: ProjectAccess<CreateFile>,
) -> Result<(StatusCode, Json<WrittenFileView>)> {
    file_path(&access.request)?;
    let content = std::mem::take(&mut access.params.content);
    let content = Content {
        bytes: access.params.encoding.decode(content)?,
        executable: access.params.executable,
    };
    let params = access.params.commit.take();
    let written = write(Operation::Create(content), None, params, &access, &app).await?;
    Ok((StatusCode::CREATED, written))
}
