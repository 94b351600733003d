//! Files of a repository.

mod create;
mod delete;
mod raw;
mod show;
mod update;

use axum::Router;
use axum::routing::get;
use http::{HeaderMap, HeaderName, HeaderValue};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use switchyard::error::{Error, Result};
use switchyard::http::request::RequestInfo;
use switchyard::http::{App, Json, ProjectAccess};
use switchyard::project::Project;
use switchyard::repository::{Change, Committed, FoundFile, Operation, is_file_path};
use utoipa::{OpenApi, ToSchema};

use crate::request::{CommitParams, follow_up, repository, resolve, route_param};

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route(
            "/api/v4/projects/{id}/repository/files/{file_path}",
            get(show::show)
                .post(create::create)
                .put(update::update)
                .delete(delete::delete),
        )
        .route(
            "/api/v4/projects/{id}/repository/files/{file_path}/raw",
            get(raw::show),
        )
}

#[derive(OpenApi)]
#[openapi(paths(show::show, raw::show, create::create, update::update, delete::delete))]
pub(crate) struct ApiDoc;

/// What was written where.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = WrittenFile)]
pub(crate) struct WrittenFileView {
    file_path: String,
    branch: String,
}

/// The path of the file in the request's path.
///
/// # Errors
/// 400 for what is no path of a file.
fn file_path(request: &RequestInfo) -> Result<&str> {
    let path = route_param(request, "file_path")?;
    if is_file_path(path) {
        Ok(path)
    } else {
        let text = "file_path should be a valid file path";
        Err(Error::Validation(text.to_owned()))
    }
}

/// The file at a ref, or at the default branch.
///
/// # Errors
/// 404 for a ref that is not there, then for the file.
async fn find(project: &Project, name: Option<&str>, path: &str, app: &App) -> Result<FoundFile> {
    let repository = repository(project, app);
    let resolved = resolve(repository, project, name).await?;
    let resolved = resolved.ok_or_else(|| Error::not_found("Commit"))?;
    let found = repository.file_at(resolved.commit, path).await?;
    found.ok_or_else(|| Error::not_found("File"))
}

/// Makes a commit that changes one file.
async fn write<E>(
    operation: Operation,
    last_commit: Option<String>,
    params: CommitParams,
    access: &ProjectAccess<E>,
    app: &App,
) -> Result<Json<WrittenFileView>> {
    let path = file_path(&access.request)?;
    let change = Change {
        path: path.to_owned(),
        operation,
        last_commit,
    };
    let view = WrittenFileView {
        file_path: path.to_owned(),
        branch: params.branch.clone(),
    };
    let commit = params.into_commit(vec![change], access)?;
    let repository = repository(&access.project, app);
    match repository.commit(&access.project, &commit).await? {
        Committed::Yes(_, push) => {
            follow_up(app, &push, &access.request).await;
            Ok(Json(view))
        }
        Committed::Refused(refusal) => Err(refusal.into_error()),
    }
}

fn sha256(content: &[u8]) -> String {
    hex::encode(Sha256::digest(content))
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// What a header cannot hold as it is.
const NOT_IN_HEADERS: &AsciiSet = &CONTROLS.add(b'%');

/// What the file is, once more as headers.
fn headers(found: &FoundFile, path: &str, name: &str) -> HeaderMap {
    let encoded = |text: &str| utf8_percent_encode(text, NOT_IN_HEADERS).to_string();
    let values = [
        ("x-gitlab-file-name", encoded(file_name(path))),
        ("x-gitlab-file-path", encoded(path)),
        ("x-gitlab-size", found.file.size.to_string()),
        ("x-gitlab-encoding", "base64".to_owned()),
        ("x-gitlab-content-sha256", sha256(&found.content)),
        ("x-gitlab-ref", encoded(name)),
        ("x-gitlab-blob-id", found.file.id.to_string()),
        ("x-gitlab-commit-id", found.commit.to_string()),
        (
            "x-gitlab-last-commit-id",
            found.file.last_commit.to_string(),
        ),
        (
            "x-gitlab-execute-filemode",
            found.file.executable.to_string(),
        ),
    ];
    let mut headers = HeaderMap::new();
    for (name, value) in values {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    headers
}
