//! Delete a variable of a schedule.

use axum::extract::State;
use http::StatusCode;
use switchyard::error::{Error, Result};
use switchyard::http::{Accepts, App, Endpoint, Json, ProjectAccess, Reader};
use switchyard::policy::Action;
use switchyard::store::{Key, Write, Written};

use super::super::{demand_editor, schedule};
use super::{ATTEMPTS, COUNT, variable};
use crate::variables::PipelineVariableView;

pub(crate) struct DeleteVariable;

impl Endpoint for DeleteVariable {
    const ACCEPTS: Accepts = Accepts::WRITER;
    const ACTION: Action = Action::ReadBuild;

    fn read(_: &mut Reader<'_>) -> Self {
        Self
    }
}

/// Delete a variable of a pipeline schedule
///
/// For those who may change the schedule. The answer has the variable as it was.
#[utoipa::path(
    delete,
    path = "/api/v4/projects/{id}/pipeline_schedules/{pipeline_schedule_id}/variables/{key}",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("pipeline_schedule_id" = u64, Path),
        ("key" = String, Path),
    ),
    responses((status = 202, body = PipelineVariableView)),
)]
pub(crate) async fn delete(
    State(app): State<App>,
    access: ProjectAccess<DeleteVariable>,
) -> Result<(StatusCode, Json<PipelineVariableView>)> {
    for _ in 0..ATTEMPTS {
        let schedule = schedule(&access, &app).await?;
        demand_editor(&access, &schedule)?;
        let variable = variable(&access, &schedule, &app).await?;
        access.request.demand_unmodified(variable.updated_at)?;
        let one_less = Write::add(Key::Schedule(schedule.project_id, schedule.id), COUNT, -1);
        let writes = vec![Write::delete(&variable)?, one_less];
        if app.store.write_all(writes).await? == Written::All {
            return Ok((StatusCode::ACCEPTED, Json((&variable).into())));
        }
    }
    Err(Error::ResourceLock)
}
