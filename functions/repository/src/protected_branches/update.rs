//! Change a protected branch.

use axum::extract::State;
use switchyard::error::{Error, Result};
use switchyard::http::{Accepts, App, Endpoint, Json, ProjectAccess, Reader};
use switchyard::policy::Action;

use super::ProtectedBranchView;
use crate::request::{ATTEMPTS, read_again, route_param};

pub(crate) struct UpdateProtectedBranch {
    allow_force_push: Option<bool>,
}

impl Endpoint for UpdateProtectedBranch {
    const ACCEPTS: Accepts = Accepts::WRITER;
    const ACTION: Action = Action::AdminProject;

    fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            allow_force_push: reader.boolean("allow_force_push"),
        }
    }
}

/// Update a protected branch
#[utoipa::path(
    patch,
    path = "/api/v4/projects/{id}/protected_branches/{name}",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("name" = String, Path),
        ("allow_force_push" = Option<bool>, Query, description = "here or in the body"),
    ),
    responses((status = 200, body = ProtectedBranchView)),
)]
pub(crate) async fn update(
    State(app): State<App>,
    access: ProjectAccess<UpdateProtectedBranch>,
) -> Result<Json<ProtectedBranchView>> {
    let name = route_param(&access.request, "name")?;
    let mut project = access.project.clone();
    for _ in 0..ATTEMPTS {
        let mut edited = project.clone();
        let mut rules = edited.protected_branches.iter_mut();
        let rule = rules.find(|rule| rule.name == name);
        let rule = rule.ok_or(Error::RecordNotFound)?;
        let Some(allow) = access.params.allow_force_push else {
            return Ok(Json(ProtectedBranchView::new(rule)));
        };
        rule.allow_force_push = allow;
        let view = ProtectedBranchView::new(rule);
        if app.store.edit(&project, &edited).await? {
            return Ok(Json(view));
        }
        project = read_again(&project, &app).await?;
    }
    Err(Error::ResourceLock)
}
