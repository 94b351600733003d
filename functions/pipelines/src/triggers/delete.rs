//! Delete a trigger.

use axum::extract::State;
use http::StatusCode;
use switchyard::error::{Error, Result};
use switchyard::http::{Accepts, App, Endpoint, ProjectAccess, Reader};
use switchyard::policy::Action;
use switchyard::store::{Write, Written};

use super::{ATTEMPTS, ROOM, trigger};

pub(crate) struct DeleteTrigger;

impl Endpoint for DeleteTrigger {
    const ACCEPTS: Accepts = Accepts::WRITER;
    const ACTION: Action = Action::AdminBuild;

    fn read(_: &mut Reader<'_>) -> Self {
        Self
    }
}

/// Delete a trigger token
///
/// For maintainers, whoever made it.
#[utoipa::path(
    delete,
    path = "/api/v4/projects/{id}/triggers/{trigger_id}",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("trigger_id" = u64, Path),
    ),
    responses((status = 204)),
)]
pub(crate) async fn delete(
    State(app): State<App>,
    access: ProjectAccess<DeleteTrigger>,
) -> Result<StatusCode> {
    for _ in 0..ATTEMPTS {
        let trigger = trigger(&access, &app).await?;
        access.request.demand_unmodified(trigger.updated_at)?;
        let writes = vec![Write::delete(&trigger)?, ROOM.one_less(&access.project)];
        if app.store.write_all(writes).await? == Written::All {
            return Ok(StatusCode::NO_CONTENT);
        }
    }
    Err(Error::ResourceLock)
}
