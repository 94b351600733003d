//! Delete a schedule.

use axum::extract::State;
use http::StatusCode;
use switchyard::error::{Error, Result};
use switchyard::http::{Accepts, App, Endpoint, ProjectAccess, Reader};
use switchyard::policy::Action;
use switchyard::store::belongings::Partition;
use switchyard::store::{Write, Written};
use switchyard::variable::{CiVariable, Owner};

use super::variables::{COUNT as VARIABLE_COUNT, MAX_VARIABLES};
use super::{ATTEMPTS, ROOM, demand_editor, schedule};

pub(crate) struct DeleteSchedule;

impl Endpoint for DeleteSchedule {
    const ACCEPTS: Accepts = Accepts::WRITER;
    const ACTION: Action = Action::ReadBuild;

    fn read(_: &mut Reader<'_>) -> Self {
        Self
    }
}

/// Delete a pipeline schedule
///
/// With its variables; pipelines that it started stay. For maintainers, and its owner, if
/// that is a developer still.
#[utoipa::path(
    delete,
    path = "/api/v4/projects/{id}/pipeline_schedules/{pipeline_schedule_id}",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("pipeline_schedule_id" = u64, Path),
    ),
    responses((status = 204)),
)]
pub(crate) async fn delete(
    State(app): State<App>,
    access: ProjectAccess<DeleteSchedule>,
) -> Result<StatusCode> {
    for _ in 0..ATTEMPTS {
        let schedule = schedule(&access, &app).await?;
        demand_editor(&access, &schedule)?;
        access.request.demand_unmodified(schedule.updated_at)?;
        // All of it at once: a variable that stayed behind would not be found again.
        let all = Partition::Variables(Owner::Schedule(schedule.id));
        let limit = usize::try_from(MAX_VARIABLES).unwrap_or(usize::MAX);
        let variables: Vec<CiVariable> = app.store.rows_in(all, 0, limit).await?;
        let row = Write::delete(&schedule)?.assuming(&schedule, &[VARIABLE_COUNT])?;
        let mut writes = vec![row, ROOM.one_less(&access.project)];
        for variable in &variables {
            writes.push(Write::delete(variable)?);
        }
        if app.store.write_all(writes).await? == Written::All {
            return Ok(StatusCode::NO_CONTENT);
        }
    }
    Err(Error::ResourceLock)
}
