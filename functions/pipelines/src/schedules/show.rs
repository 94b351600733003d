//! Show a schedule.

use axum::extract::State;
use switchyard::error::Result;
use switchyard::http::{Accepts, App, Endpoint, Json, ProjectAccess, Reader};
use switchyard::policy::Action;

use super::schedule;
use super::view::ScheduleDetailsView;

pub(crate) struct ShowSchedule;

impl Endpoint for ShowSchedule {
    const ACCEPTS: Accepts = Accepts::SIGNED_IN;
    const ACTION: Action = Action::ReadBuild;

    fn read(_: &mut Reader<'_>) -> Self {
        Self
    }
}

/// Get a pipeline schedule
///
/// Its variables are shown to those who may change it.
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}/pipeline_schedules/{pipeline_schedule_id}",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("pipeline_schedule_id" = u64, Path),
    ),
    responses((status = 200, body = ScheduleDetailsView)),
)]
pub(crate) async fn show(
    State(app): State<App>,
    mut access: ProjectAccess<ShowSchedule>,
) -> Result<Json<ScheduleDetailsView>> {
    let schedule = schedule(&access, &app).await?;
    let view = ScheduleDetailsView::of(&schedule, &mut access, &app).await?;
    Ok(Json(view))
}
