//! Keep out again the job tokens of a project, or of a group's projects.

use axum::extract::State;
use http::StatusCode;
use switchyard::error::{Error, Result};
use switchyard::http::access::{seen_group, seen_project};
use switchyard::http::{Accepts, App, Endpoint, ProjectAccess, Reader};
use switchyard::ids::{GroupId, ProjectId};
use switchyard::policy::Action;

use super::edit;

pub(crate) struct RemoveAllowed;

impl Endpoint for RemoveAllowed {
    const ACCEPTS: Accepts = Accepts::WRITER;
    const ACTION: Action = Action::AdminProject;
    const NUMBER_ONLY: bool = true;

    fn read(_: &mut Reader<'_>) -> Self {
        Self
    }
}

/// Remove a project from a CI/CD job token inbound allowlist
///
/// Also one that is gone, or that the caller does not see.
#[utoipa::path(
    delete,
    path = "/api/v4/projects/{id}/job_token_scope/allowlist/{target_project_id}",
    params(("id" = u64, Path), ("target_project_id" = u64, Path)),
    responses((status = 204)),
)]
pub(crate) async fn project(
    State(app): State<App>,
    access: ProjectAccess<RemoveAllowed>,
) -> Result<StatusCode> {
    let ProjectAccess {
        caller,
        project,
        request,
        mut rows,
        ids,
        ..
    } = access;
    let not_found = |_| Error::not_found("Project");
    let target: ProjectId = ids.get("target_project_id").map_err(not_found)?;
    if target == project.id {
        return Err(Error::bad_request(
            "Source project cannot be removed from the job token scope",
        ));
    }
    // What is not listed is told apart only for those who see it.
    if !project.job_token_allowlist.contains(&target) {
        let seen = seen_project(target, &caller, &request, &mut rows, &app).await?;
        seen.ok_or_else(|| Error::not_found("Project"))?;
    }
    edit(project, &app, |project| {
        if project.job_token_allowlist.remove(&target) {
            Ok(())
        } else {
            let reason = "Target project is not in the job token scope";
            Err(Error::bad_request(reason))
        }
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Remove a group from a CI/CD job token allowlist
///
/// Also one that is gone, or that the caller does not see.
#[utoipa::path(
    delete,
    path = "/api/v4/projects/{id}/job_token_scope/groups_allowlist/{target_group_id}",
    params(("id" = u64, Path), ("target_group_id" = u64, Path)),
    responses((status = 204)),
)]
pub(crate) async fn group(
    State(app): State<App>,
    access: ProjectAccess<RemoveAllowed>,
) -> Result<StatusCode> {
    let ProjectAccess {
        caller,
        project,
        request,
        mut rows,
        ids,
        ..
    } = access;
    let not_found = || Error::not_found("target_group_id not found");
    let target: GroupId = ids.get("target_group_id").map_err(|_| not_found())?;
    if !project.job_token_groups_allowlist.contains(&target) {
        let seen = seen_group(target, &caller, &request, &mut rows, &app).await?;
        seen.ok_or_else(not_found)?;
    }
    edit(project, &app, |project| {
        if project.job_token_groups_allowlist.remove(&target) {
            Ok(())
        } else {
            let reason = "Target group is not in the job token scope";
            Err(Error::bad_request(reason))
        }
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}
