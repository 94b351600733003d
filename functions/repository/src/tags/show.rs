//! Show a tag.

use axum::extract::State;
use switchyard::error::Result;
use switchyard::http::{Accepts, App, Endpoint, Json, ProjectAccess, Reader};
use switchyard::policy::Action;

use super::{TagView, find};
use crate::request::{CODE_READER, route_param, with_commits};

pub(crate) struct ShowTag;

impl Endpoint for ShowTag {
    const ACCEPTS: Accepts = CODE_READER;
    const ACTION: Action = Action::ReadCode;

    fn read(_: &mut Reader<'_>) -> Self {
        Self
    }
}

/// Get a tag
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}/repository/tags/{tag_name}",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("tag_name" = String, Path),
    ),
    responses((status = 200, body = TagView)),
)]
pub(crate) async fn show(
    State(app): State<App>,
    access: ProjectAccess<ShowTag>,
) -> Result<Json<TagView>> {
    let project = &access.project;
    let tag = find(project, route_param(&access.request, "tag_name")?, &app).await?;
    let commits = with_commits(project.id, std::slice::from_ref(&tag), &app).await?;
    let commit = commits.first().and_then(|(_, commit)| commit.as_ref());
    let base_url = &access.request.base_url;
    Ok(Json(TagView::new(&tag, commit, project, base_url)))
}
