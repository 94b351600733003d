//! The pipelines that a schedule started.

use axum::extract::State;
use switchyard::error::Result;
use switchyard::http::pagination::{Offset, Page};
use switchyard::http::views::PipelineListView;
use switchyard::http::{Accepts, App, Endpoint, ProjectAccess, Reader};
use switchyard::ids::PipelineId;
use switchyard::pipeline::Pipeline;
use switchyard::policy::Action;
use switchyard::schedule::Schedule;
use switchyard::store::{Key, Rows};

use super::schedule;

pub(crate) struct ListPipelinesOfSchedule(Offset);

impl Endpoint for ListPipelinesOfSchedule {
    const ACCEPTS: Accepts = Accepts::SIGNED_IN;
    const ACTION: Action = Action::ReadBuild;

    fn read(reader: &mut Reader<'_>) -> Self {
        Self(Offset::read(reader))
    }
}

/// List the pipelines of a pipeline schedule
///
/// Oldest first, of the latest 100 that it started.
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}/pipeline_schedules/{pipeline_schedule_id}/pipelines",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("pipeline_schedule_id" = u64, Path),
        ("page" = Option<u64>, Query),
        ("per_page" = Option<u64>, Query, description = "at most 100, 20 by default"),
    ),
    responses((status = 200, body = Vec<PipelineListView>)),
)]
pub(crate) async fn list(
    State(app): State<App>,
    mut access: ProjectAccess<ListPipelinesOfSchedule>,
) -> Result<Page<PipelineListView>> {
    let schedule = schedule(&access, &app).await?;
    let ids = &schedule.pipelines;
    let pipelines = those_there(&schedule, ids, &mut access.rows, &app).await?;
    let (request, ListPipelinesOfSchedule(offset)) = (&access.request, &access.params);
    let project_url = format!("{}/{}", request.base_url, access.project.full_path);
    let page = offset.slice(&pipelines).iter();
    let views = page.map(|pipeline| PipelineListView::new(pipeline, &project_url));
    let total = Some(pipelines.len() as u64);
    let views = views.collect();
    Ok(Page::by_offset(views, offset, total, false, request))
}

/// The last of a schedule's pipelines.
pub(super) async fn last(
    schedule: &Schedule,
    rows: &mut Rows,
    app: &App,
) -> Result<Option<Pipeline>> {
    // Mostly the last one that was begun is there; only if not, all others are read.
    let begun = schedule.pipelines.len();
    let (others, latest) = schedule.pipelines.split_at(begun.saturating_sub(1));
    for ids in [latest, others] {
        let mut found = those_there(schedule, ids, rows, app).await?;
        if let Some(last) = found.pop() {
            return Ok(Some(last));
        }
    }
    Ok(None)
}

async fn those_there(
    schedule: &Schedule,
    ids: &[PipelineId],
    rows: &mut Rows,
    app: &App,
) -> Result<Vec<Pipeline>> {
    let key = |id: &PipelineId| Key::Pipeline(schedule.project_id, *id);
    rows.load(&app.store, ids.iter().map(key)).await?;
    let mut found = Vec::new();
    for id in ids {
        let pipeline: Option<Pipeline> = rows.get(&key(id))?;
        found.extend(pipeline.filter(Pipeline::is_published));
    }
    Ok(found)
}
