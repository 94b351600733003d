//! Show a protected branch.

use switchyard::error::{Error, Result};
use switchyard::http::{Accepts, Endpoint, Json, ProjectAccess, Reader};
use switchyard::policy::Action;

use super::ProtectedBranchView;
use crate::request::route_param;

pub(crate) struct ShowProtectedBranch;

impl Endpoint for ShowProtectedBranch {
    const ACCEPTS: Accepts = Accepts::ANYBODY;
    const ACTION: Action = Action::ReadCode;

    fn read(_: &mut Reader<'_>) -> Self {
        Self
    }
}

/// Get a protected branch or a wildcard of protected branches
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}/protected_branches/{name}",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("name" = String, Path),
    ),
    responses((status = 200, body = ProtectedBranchView)),
)]
pub(crate) async fn show(
    access: ProjectAccess<ShowProtectedBranch>,
) -> Result<Json<ProtectedBranchView>> {
    let name = route_param(&access.request, "name")?;
    let mut rules = access.project.protected_branches.iter();
    let rule = rules.find(|rule| rule.name == name);
    let rule = rule.ok_or(Error::RecordNotFound)?;
    Ok(Json(ProtectedBranchView::new(rule)))
}
