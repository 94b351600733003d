//! Take ownership of a schedule.

use axum::extract::State;
use http::StatusCode;
use switchyard::error::{Error, Result};
use switchyard::http::{Accepts, App, Endpoint, Json, ProjectAccess, Reader};
use switchyard::policy::Action;
use switchyard::schedule::Schedule;
use switchyard::store::{Write, Written};

use super::view::ScheduleDetailsView;
use super::{ATTEMPTS, schedule};

pub(crate) struct TakeOwnership;

impl Endpoint for TakeOwnership {
    const ACCEPTS: Accepts = Accepts::WRITER;
    const ACTION: Action = Action::ReadBuild;

    fn read(_: &mut Reader<'_>) -> Self {
        Self
    }
}

/// Take ownership of a pipeline schedule
///
/// For maintainers: from now on its pipelines run in their name. 200 for whoever owns it
/// already.
#[utoipa::path(
    post,
    path = "/api/v4/projects/{id}/pipeline_schedules/{pipeline_schedule_id}/take_ownership",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("pipeline_schedule_id" = u64, Path),
    ),
    responses(
        (status = 201, body = ScheduleDetailsView),
        (status = 200, body = ScheduleDetailsView),
    ),
)]
pub(crate) async fn take_ownership(
    State(app): State<App>,
    mut access: ProjectAccess<TakeOwnership>,
) -> Result<(StatusCode, Json<ScheduleDetailsView>)> {
    let (caller, now) = (access.caller.signed_in()?.id, access.request.now);
    for _ in 0..ATTEMPTS {
        let old = schedule(&access, &app).await?;
        access.demand(Action::AdminBuild)?;
        if old.owner_id == caller {
            let view = ScheduleDetailsView::of(&old, &mut access, &app).await?;
            return Ok((StatusCode::OK, Json(view)));
        }
        let new = Schedule {
            owner_id: caller,
            updated_at: now,
            revision: old.revision + 1,
            ..old.clone()
        };
        let edit = Write::edit(&old, &new)?;
        if app.store.write_all(vec![edit]).await? == Written::All {
            let view = ScheduleDetailsView::of(&new, &mut access, &app).await?;
            return Ok((StatusCode::CREATED, Json(view)));
        }
    }
    Err(Error::ResourceLock)
}
