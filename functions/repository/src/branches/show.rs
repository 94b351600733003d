//! Show a branch.

use axum::extract::State;
use http::StatusCode;
use switchyard::error::Result;
use switchyard::http::{Accepts, App, Endpoint, Json, ProjectAccess, Reader};
use switchyard::policy::Action;

use super::{BranchView, find};
use crate::request::{CODE_READER, route_param, with_commits};

pub(crate) struct ShowBranch;

impl Endpoint for ShowBranch {
    const ACCEPTS: Accepts = CODE_READER;
    const ACTION: Action = Action::ReadCode;

    fn read(_: &mut Reader<'_>) -> Self {
        Self
    }
}

/// Get a branch
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}/repository/branches/{branch}",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("branch" = String, Path),
    ),
    responses((status = 200, body = BranchView)),
)]
pub(crate) async fn show(
    State(app): State<App>,
    access: ProjectAccess<ShowBranch>,
) -> Result<Json<BranchView>> {
    let project = &access.project;
    let branch = find(project, route_param(&access.request, "branch")?, &app).await?;
    let commits = with_commits(project.id, std::slice::from_ref(&branch), &app).await?;
    let commit = commits.first().and_then(|(_, commit)| commit.as_ref());
    let (standing, base_url) = (access.standing, &access.request.base_url);
    Ok(Json(BranchView::new(
        &branch, commit, project, standing, base_url,
    )))
}

/// Whether there is such a branch: 204, and nothing else.
pub(crate) async fn exists(
    State(app): State<App>,
    access: ProjectAccess<ShowBranch>,
) -> Result<StatusCode> {
    let name = route_param(&access.request, "branch")?;
    find(&access.project, name, &app).await?;
    Ok(StatusCode::NO_CONTENT)
}
