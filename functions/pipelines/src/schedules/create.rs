//! Create a schedule.

use axum::extract::State;
use http::StatusCode;
use switchyard::error::Result;
use switchyard::http::{Accepts, App, Endpoint, Json, ProjectAccess, Reader};
use switchyard::ids::ScheduleId;
use switchyard::policy::Action;
use switchyard::schedule::Schedule;
use switchyard::store::counters::Counter;

use super::settings::Settings;
use super::view::ScheduleDetailsView;
use super::{ROOM, demand_ref};

/// The zone in which `cron` is read unless another one is named.
const DEFAULT_ZONE: &str = "UTC";

pub(crate) struct CreateSchedule(Settings);

impl Endpoint for CreateSchedule {
    const ACCEPTS: Accepts = Accepts::WRITER;
    const ACTION: Action = Action::CreateSchedule;

    fn read(reader: &mut Reader<'_>) -> Self {
        Self(Settings::required(reader))
    }
}

/// Create a pipeline schedule
///
/// For developers who may run pipelines of the branch or tag; they own it then. A project has at most 10.
#[utoipa::path(
    post,
    path = "/api/v4/projects/{id}/pipeline_schedules",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("description" = String, Query, description = "here and below: in the query or in the body"),
        ("ref" = String, Query, description = "a branch or tag, also as `refs/heads/main`"),
        ("cron" = String, Query),
        ("cron_timezone" = Option<String>, Query, description = "`UTC` by default"),
        ("active" = Option<bool>, Query, description = "true by default"),
    ),
    responses((status = 201, body = ScheduleDetailsView)),
)]
pub(crate) async fn create(
    State(app): State<App>,
    mut access: ProjectAccess<CreateSchedule>,
) -> Result<(StatusCode, Json<ScheduleDetailsView>)> {
    let (project, now) = (&access.project, access.request.now);
    let blank = Schedule {
        project_id: project.id,
        id: ScheduleId(0),
        description: String::new(),
        ref_name: String::new(),
        cron: String::new(),
        cron_timezone: DEFAULT_ZONE.to_owned(),
        active: true,
        next_run_at: None,
        owner_id: access.caller.signed_in()?.id,
        created_at: now,
        updated_at: now,
        pipelines: Vec::new(),
        variable_count: 0,
        revision: 0,
    };
    let mut schedule = access.params.0.applied(&blank, now, &app).await?;
    demand_ref(&access, &schedule.ref_name)?;
    ROOM.demand(project)?;
    schedule.id = ScheduleId(app.store.reserve_ids(Counter::Schedules, 1).await?);
    ROOM.create(&schedule, project.clone(), &app).await?;
    let view = ScheduleDetailsView::of(&schedule, &mut access, &app).await?;
    Ok((StatusCode::CREATED, Json(view)))
}
