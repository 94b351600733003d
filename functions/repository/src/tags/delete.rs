//! Delete a tag.

use axum::extract::State;
use http::StatusCode;
use switchyard::error::{Error, Result};
use switchyard::http::{Accepts, App, Endpoint, ProjectAccess, Reader};
use switchyard::member::Role;
use switchyard::policy::Action;
use switchyard::repository::is_protected;

use super::find;
use crate::request::{ATTEMPTS, demand_unmodified, repository, route_param};

pub(crate) struct DeleteTag;

impl Endpoint for DeleteTag {
    const ACCEPTS: Accepts = Accepts {
        anonymous: true,
        ..Accepts::WRITER
    };
    const ACTION: Action = Action::PushCode;

    fn read(_: &mut Reader<'_>) -> Self {
        Self
    }
}

/// Delete a tag
///
/// A protected one takes a maintainer.
#[utoipa::path(
    delete,
    path = "/api/v4/projects/{id}/repository/tags/{tag_name}",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("tag_name" = String, Path),
    ),
    responses((status = 204)),
)]
pub(crate) async fn delete(
    State(app): State<App>,
    access: ProjectAccess<DeleteTag>,
) -> Result<StatusCode> {
    let project = &access.project;
    let name = route_param(&access.request, "tag_name")?;
    for _ in 0..ATTEMPTS {
        let tag = find(project, name, &app).await?;
        demand_unmodified(&tag, &access.request, &app).await?;
        let is_maintainer = access.standing.role() >= Some(Role::Maintainer);
        if is_protected(project, name, true) && !is_maintainer {
            let text = "You are not allowed to delete protected tags from this project. Only a \
                        project maintainer or owner can delete a protected tag.";
            return Err(Error::Refused(text.to_owned()));
        }
        if repository(project, &app).delete_ref(&tag).await? {
            return Ok(StatusCode::NO_CONTENT);
        }
    }
    Err(Error::ResourceLock)
}
