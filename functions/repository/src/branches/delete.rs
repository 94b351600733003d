//! Delete a branch.

use axum::extract::State;
use http::StatusCode;
use switchyard::error::{Error, Result};
use switchyard::http::{Accepts, App, Endpoint, ProjectAccess, Reader};
use switchyard::member::Role;
use switchyard::policy::Action;
use switchyard::repository::is_protected;

use super::find;
use crate::request::{ATTEMPTS, demand_unmodified, repository, route_param};

pub(crate) struct DeleteBranch;

impl Endpoint for DeleteBranch {
    const ACCEPTS: Accepts = Accepts {
        anonymous: true,
        ..Accepts::WRITER
    };
    const ACTION: Action = Action::PushCode;

    fn read(_: &mut Reader<'_>) -> Self {
        Self
    }
}

/// Delete a branch
///
/// Not the default branch; a protected one takes a maintainer. Its commits stay.
#[utoipa::path(
    delete,
    path = "/api/v4/projects/{id}/repository/branches/{branch}",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("branch" = String, Path),
    ),
    responses((status = 204)),
)]
pub(crate) async fn delete(
    State(app): State<App>,
    access: ProjectAccess<DeleteBranch>,
) -> Result<StatusCode> {
    let project = &access.project;
    let name = route_param(&access.request, "branch")?;
    for _ in 0..ATTEMPTS {
        let branch = find(project, name, &app).await?;
        demand_unmodified(&branch, &access.request, &app).await?;
        if project.default_branch.as_deref() == Some(name) {
            let text = "The default branch of a project cannot be deleted.";
            return Err(Error::Refused(text.to_owned()));
        }
        let is_maintainer = access.standing.role() >= Some(Role::Maintainer);
        if is_protected(project, name, false) && !is_maintainer {
            let text = "You are not allowed to delete protected branches from this project. Only a \
                        project maintainer or owner can delete a protected branch.";
            return Err(Error::Refused(text.to_owned()));
        }
        if repository(project, &app).delete_ref(&branch).await? {
            return Ok(StatusCode::NO_CONTENT);
        }
    }
    Err(Error::ResourceLock)
}
