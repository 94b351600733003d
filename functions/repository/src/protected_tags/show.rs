//! Show a protected tag.

use switchyard::error::{Error, Result};
use switchyard::http::{Accepts, Endpoint, Json, ProjectAccess, Reader};
use switchyard::policy::Action;

use super::ProtectedTagView;
use crate::request::route_param;

pub(crate) struct ShowProtectedTag;

impl Endpoint for ShowProtectedTag {
    const ACCEPTS: Accepts = Accepts::ANYBODY;
    const ACTION: Action = Action::ReadCode;

    fn read(_: &mut Reader<'_>) -> Self {
        Self
    }
}

/// Get a protected tag or a wildcard of protected tags
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}/protected_tags/{name}",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("name" = String, Path),
    ),
    responses((status = 200, body = ProtectedTagView)),
)]
pub(crate) async fn show(
    access: ProjectAccess<ShowProtectedTag>,
) -> Result<Json<ProtectedTagView>> {
    let name = route_param(&access.request, "name")?;
    let mut rules = access.project.protected_tags.iter();
    let rule = rules.find(|rule| rule.name == name);
    let rule = rule.ok_or(Error::RecordNotFound)?;
    Ok(Json(ProtectedTagView::new(rule)))
}
