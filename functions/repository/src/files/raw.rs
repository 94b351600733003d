//! Get a raw file.

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::HeaderValue;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use switchyard::error::Result;
use switchyard::http::{Accepts, App, Endpoint, ProjectAccess, Reader};
use switchyard::policy::Action;

use super::{file_name, file_path, find, headers};
use crate::request::CODE_READER;

pub(crate) struct ShowRawFile {
    name: Option<String>,
}

impl Endpoint for ShowRawFile {
    const ACCEPTS: Accepts = CODE_READER;
    const ACTION: Action = Action::ReadCode;

    fn read(reader: &mut Reader<'_>) -> Self {
        reader.boolean("lfs");
        Self {
            name: reader.text("ref"),
        }
    }
}

/// Get a raw file from the repository
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}/repository/files/{file_path}/raw",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("file_path" = String, Path, description = "encoded path of the file"),
        ("ref" = Option<String>, Query, description = "branch, tag or commit; the default branch without"),
    ),
    responses((status = 200, content_type = "text/plain", body = String)),
)]
pub(crate) async fn show(
    State(app): State<App>,
    access: ProjectAccess<ShowRawFile>,
) -> Result<Response> {
    let path = file_path(&access.request)?;
    let name = access.params.name.as_deref();
    let found = find(&access.project, name, path, &app).await?;
    let mut headers = headers(&found, path, name.unwrap_or("HEAD"));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    // It is what somebody pushed, and no page of ours.
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(value) = HeaderValue::from_str(&disposition(file_name(path))) {
        headers.insert(CONTENT_DISPOSITION, value);
    }
    Ok((headers, Body::from(found.content)).into_response())
}

/// The name in ASCII, and as it is where it is more than that.
fn disposition(name: &str) -> String {
    let plain = |c: char| match c {
        ' '..='~' if !matches!(c, '"' | '\\') => c,
        _ => '_',
    };
    let ascii: String = name.chars().map(plain).collect();
    if ascii == name {
        return format!("inline; filename=\"{ascii}\"");
    }
    let encoded = utf8_percent_encode(name, NON_ALPHANUMERIC);
    format!("inline; filename=\"{ascii}\"; filename*=UTF-8''{encoded}")
}
