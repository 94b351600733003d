//! List the schedules of a project.

use axum::extract::State;
use switchyard::error::Result;
use switchyard::http::pagination::{Offset, Page};
use switchyard::http::{Accepts, App, Endpoint, ProjectAccess, Reader};
use switchyard::policy::Action;
use switchyard::schedule::Schedule;
use switchyard::store::Key;
use switchyard::store::belongings::Partition;

use super::view::ScheduleView;

/// More schedules than any project has.
const MAX_ROWS: usize = 100;

pub(crate) struct ListSchedules {
    active: Option<bool>,
    offset: Offset,
}

impl Endpoint for ListSchedules {
    const ACCEPTS: Accepts = Accepts::SIGNED_IN;
    const ACTION: Action = Action::ReadBuild;

    fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            active: reader.one_of("scope", |text| match text {
                "active" => Some(true),
                "inactive" => Some(false),
                _ => None,
            }),
            offset: Offset::read(reader),
        }
    }
}

/// List the pipeline schedules of a project
///
/// In the order of their numbers.
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}/pipeline_schedules",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("scope" = Option<String>, Query, description = "`active` or `inactive`"),
        ("page" = Option<u64>, Query),
        ("per_page" = Option<u64>, Query, description = "at most 100, 20 by default"),
    ),
    responses((status = 200, body = Vec<ScheduleView>)),
)]
pub(crate) async fn list(
    State(app): State<App>,
    access: ProjectAccess<ListSchedules>,
) -> Result<Page<ScheduleView>> {
    let ProjectAccess {
        project,
        params,
        request,
        mut rows,
        ..
    } = access;
    let all = Partition::Schedules(project.id);
    let mut schedules: Vec<Schedule> = app.store.rows_in(all, 0, MAX_ROWS).await?;
    schedules.retain(|schedule| params.active.is_none_or(|active| schedule.active == active));
    let page = params.offset.slice(&schedules);
    let owners = page.iter().map(|schedule| Key::User(schedule.owner_id));
    rows.load(&app.store, owners).await?;
    let views = page
        .iter()
        .map(|schedule| ScheduleView::new(schedule, &rows, &request.base_url))
        .collect::<Result<_>>()?;
    let total = Some(schedules.len() as u64);
    Ok(Page::by_offset(
        views,
        &params.offset,
        total,
        false,
        &request,
    ))
}
