//! Change a resource group.

use axum::extract::State;
use switchyard::error::{Error, Result};
use switchyard::http::{Accepts, App, Endpoint, Json, ProjectAccess, Reader};
use switchyard::policy::Action;
use switchyard::resource_group::ProcessMode;

use super::view::ResourceGroupView;
use super::{key, resource_group};

pub(crate) struct UpdateResourceGroup {
    process_mode: Option<ProcessMode>,
}

impl Endpoint for UpdateResourceGroup {
    const ACCEPTS: Accepts = Accepts::WRITER;
    const ACTION: Action = Action::UpdateResourceGroup;

    fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            process_mode: reader.word("process_mode"),
        }
    }
}

/// Change who gets a resource group next
///
/// For developers. Who is next then gets it at once, if it is free.
#[utoipa::path(
    put,
    path = "/api/v4/projects/{id}/resource_groups/{key}",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("key" = String, Path),
        ("process_mode" = Option<ProcessMode>, Query, description = "in the query or, better, in the body"),
    ),
    responses((status = 200, body = ResourceGroupView)),
)]
pub(crate) async fn update(
    State(app): State<App>,
    access: ProjectAccess<UpdateResourceGroup>,
) -> Result<Json<ResourceGroupView>> {
    let group = resource_group(&access, &app).await?;
    let Some(mode) = access.params.process_mode else {
        return Ok(Json(ResourceGroupView::new(&group)));
    };
    let (project, now) = (access.project.id, access.request.now);
    let changed = app
        .store
        .set_process_mode(project, key(&access), mode, now)
        .await?;
    let group = changed.ok_or(Error::RecordNotFound)?;
    Ok(Json(ResourceGroupView::new(&group)))
}
