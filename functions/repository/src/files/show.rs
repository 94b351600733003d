//! Get a file.

use axum::extract::State;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use serde::Serialize;
use switchyard::error::Result;
use switchyard::http::{Accepts, App, Endpoint, Json, ProjectAccess, Reader};
use switchyard::policy::Action;
use utoipa::ToSchema;

use super::{file_name, file_path, find, headers, sha256};
use crate::request::CODE_READER;

pub(crate) struct ShowFile {
    name: String,
}

impl Endpoint for ShowFile {
    const ACCEPTS: Accepts = CODE_READER;
    const ACTION: Action = Action::ReadCode;

    fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            name: reader.filled("ref", Reader::text),
        }
    }
}

/// A file with its content.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = File)]
pub(crate) struct FileView {
    file_name: String,
    file_path: String,
    size: u64,
    encoding: &'static str,
    content_sha256: String,
    #[serde(rename = "ref")]
    name: String,
    blob_id: String,
    commit_id: String,
    last_commit_id: String,
    execute_filemode: bool,
    content: String,
}

/// Get a file from the repository
///
/// `HEAD` answers with the same headers.
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}/repository/files/{file_path}",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("file_path" = String, Path, description = "encoded path of the file"),
        ("ref" = String, Query, description = "branch, tag or commit; `HEAD` is the default branch"),
    ),
    responses((status = 200, body = FileView)),
)]
pub(crate) async fn show(
    State(app): State<App>,
    access: ProjectAccess<ShowFile>,
) -> Result<(HeaderMap, Json<FileView>)> {
    let path = file_path(&access.request)?;
    let name = access.params.name.as_str();
    let found = find(&access.project, Some(name), path, &app).await?;
    let view = FileView {
        file_name: file_name(path).to_owned(),
        file_path: path.to_owned(),
        size: found.file.size,
        encoding: "base64",
        content_sha256: sha256(&found.content),
        name: name.to_owned(),
        blob_id: found.file.id.to_string(),
        commit_id: found.commit.to_string(),
        last_commit_id: found.file.last_commit.to_string(),
        execute_filemode: found.file.executable,
        content: STANDARD.encode(&found.content),
    };
    Ok((headers(&found, path, name), Json(view)))
}
