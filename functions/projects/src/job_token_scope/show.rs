//! Show whose job tokens may come in.

use serde::Serialize;
use switchyard::error::Result;
use switchyard::http::{Accepts, Endpoint, Json, ProjectAccess, Reader};
use switchyard::policy::Action;
use utoipa::ToSchema;

pub(crate) struct ShowScope;

impl Endpoint for ShowScope {
    const ACCEPTS: Accepts = Accepts::SIGNED_IN;
    const ACTION: Action = Action::AdminProject;

    fn read(_: &mut Reader<'_>) -> Self {
        Self
    }
}

/// Whether only listed projects may come in, and whether the project's own job tokens are
/// confined, which is deprecated.
#[derive(Serialize, ToSchema)]
#[schema(as = JobTokenScope)]
pub(crate) struct ScopeView {
    inbound_enabled: bool,
    outbound_enabled: bool,
}

/// Get a project's CI/CD job token access settings
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}/job_token_scope",
    params(("id" = String, Path, description = "number or encoded full path of the project")),
    responses((status = 200, body = ScopeView)),
)]
pub(crate) async fn show(access: ProjectAccess<ShowScope>) -> Result<Json<ScopeView>> {
    let project = access.project;
    Ok(Json(ScopeView {
        inbound_enabled: !project.job_token_inbound_open,
        outbound_enabled: project.ci_job_token_scope_enabled,
    }))
}
