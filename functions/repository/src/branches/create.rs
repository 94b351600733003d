//! Create a branch.

use axum::extract::State;
use http::StatusCode;
use switchyard::error::{Error, Result};
use switchyard::http::{Accepts, App, Endpoint, Json, ProjectAccess, Reader};
use switchyard::pipeline::Ref;
use switchyard::policy::Action;
use switchyard::repository::{RefCreated, is_ref_name, may_merge, may_push};

use super::BranchView;
use crate::refs::commit_at;
use crate::request::{follow_up, repository};

pub(crate) struct CreateBranch {
    branch: String,
    from: String,
}

impl Endpoint for CreateBranch {
    const ACCEPTS: Accepts = Accepts {
        anonymous: true,
        ..Accepts::WRITER
    };
    const ACTION: Action = Action::PushCode;

    fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            branch: reader.filled("branch", Reader::text),
            from: reader.filled("ref", Reader::text),
        }
    }
}

/// Create a branch
#[utoipa::path(
    post,
    path = "/api/v4/projects/{id}/repository/branches",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("branch" = String, Query, description = "here, as below, or in the body"),
        ("ref" = String, Query, description = "branch, tag or commit"),
    ),
    responses((status = 201, body = BranchView)),
)]
pub(crate) async fn create(
    State(app): State<App>,
    access: ProjectAccess<CreateBranch>,
) -> Result<(StatusCode, Json<BranchView>)> {
    let (project, standing) = (&access.project, access.standing);
    let user = access.caller.signed_in()?;
    let CreateBranch { branch: name, from } = &access.params;
    if !is_ref_name(name) {
        return Err(Error::Refused("Branch name is invalid".to_owned()));
    }
    if !may_push(project, name, standing) && !may_merge(project, name, standing) {
        let text = "You are not allowed to create protected branches on this project.";
        return Err(Error::Refused(text.to_owned()));
    }
    let commit = commit_at(project, from, &app).await?.ok_or_else(|| {
        Error::Refused(format!(
            "Failed to create branch '{name}': invalid reference name '{from}'"
        ))
    })?;
    let branch = Ref {
        project_id: project.id,
        name: name.clone(),
        tag: false,
        sha: commit.sha.clone(),
        annotation: None,
    };
    let now = access.request.now;
    let created = repository(project, &app)
        .create_ref(project, &branch, &commit, user.id, now)
        .await?;
    match created {
        RefCreated::Yes(push) => follow_up(&app, &push, &access.request).await,
        RefCreated::NameTaken => {
            return Err(Error::Refused("Branch already exists".to_owned()));
        }
        RefCreated::ProjectGone => return Err(Error::not_found("Project")),
    }
    let base_url = &access.request.base_url;
    let view = BranchView::new(&branch, Some(&commit), project, standing, base_url);
    Ok((StatusCode::CREATED, Json(view)))
}
