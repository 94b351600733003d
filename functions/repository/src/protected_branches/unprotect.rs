//! Unprotect branches.

use axum::extract::State;
use http::StatusCode;
use switchyard::error::{Error, Result};
use switchyard::http::{Accepts, App, Endpoint, ProjectAccess, Reader};
use switchyard::policy::Action;

use crate::request::{ATTEMPTS, read_again, route_param};

pub(crate) struct UnprotectBranch;

impl Endpoint for UnprotectBranch {
    const ACCEPTS: Accepts = Accepts::WRITER;
    const ACTION: Action = Action::AdminProject;

    fn read(_: &mut Reader<'_>) -> Self {
        Self
    }
}

/// Unprotect a branch, or all branches of a wildcard
#[utoipa::path(
    delete,
    path = "/api/v4/projects/{id}/protected_branches/{name}",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("name" = String, Path),
    ),
    responses((status = 204)),
)]
pub(crate) async fn unprotect(
    State(app): State<App>,
    access: ProjectAccess<UnprotectBranch>,
) -> Result<StatusCode> {
    let name = route_param(&access.request, "name")?;
    let mut project = access.project.clone();
    for _ in 0..ATTEMPTS {
        let rules = &project.protected_branches;
        let rule = rules.iter().find(|rule| rule.name == name);
        let rule = rule.ok_or(Error::RecordNotFound)?;
        access.request.demand_unmodified(rule.created_at)?;
        let mut edited = project.clone();
        edited.protected_branches.retain(|rule| rule.name != name);
        if app.store.edit(&project, &edited).await? {
            return Ok(StatusCode::NO_CONTENT);
        }
        project = read_again(&project, &app).await?;
    }
    Err(Error::ResourceLock)
}
