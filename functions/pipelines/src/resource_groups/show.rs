//! Get a resource group.

use axum::extract::State;
use switchyard::error::Result;
use switchyard::http::{Accepts, App, Endpoint, Json, ProjectAccess, Reader};
use switchyard::policy::Action;

use super::resource_group;
use super::view::ResourceGroupView;

pub(crate) struct ShowResourceGroup;

impl Endpoint for ShowResourceGroup {
    const ACCEPTS: Accepts = Accepts::SIGNED_IN;
    const ACTION: Action = Action::ReadResourceGroup;

    fn read(_: &mut Reader<'_>) -> Self {
        Self
    }
}

/// Get a resource group
///
/// For reporters. It comes into being when a job that names it is first to run.
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}/resource_groups/{key}",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("key" = String, Path),
    ),
    responses((status = 200, body = ResourceGroupView)),
)]
pub(crate) async fn show(
    State(app): State<App>,
    access: ProjectAccess<ShowResourceGroup>,
) -> Result<Json<ResourceGroupView>> {
    let group = resource_group(&access, &app).await?;
    Ok(Json(ResourceGroupView::new(&group)))
}
