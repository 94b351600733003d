//! Cancel all jobs of a pipeline.

use axum::extract::State;
use switchyard::error::{Error, Result};
use switchyard::http::views::PipelineDetailsView;
use switchyard::http::{Accepts, App, Endpoint, Json, PipelineAccess, Reader};
use switchyard::policy::Action;

use crate::show;

pub(crate) struct CancelPipeline;

impl Endpoint for CancelPipeline {
    const ACCEPTS: Accepts = Accepts::WRITER;
    const ACTION: Action = Action::ReadBuild;

    fn read(_: &mut Reader<'_>) -> Self {
        Self
    }
}

/// Cancel a pipeline
///
/// All its jobs but those that wait for somebody. One that has ended is answered unchanged.
#[utoipa::path(
    post,
    path = "/api/v4/projects/{id}/pipelines/{pipeline_id}/cancel",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("pipeline_id" = u64, Path),
    ),
    responses((status = 200, body = PipelineDetailsView)),
)]
pub(crate) async fn cancel(
    State(app): State<App>,
    access: PipelineAccess<CancelPipeline>,
) -> Result<Json<PipelineDetailsView>> {
    let PipelineAccess {
        pipeline,
        project: access,
    } = access;
    access.demand(Action::CancelBuild)?;
    access.demand_on(&pipeline.ref_name, pipeline.tag)?;
    let (project, id) = (pipeline.project_id, pipeline.id);
    let (age, now) = (access.request.archive_after, access.request.now);
    let canceled = app.store.cancel_pipeline(project, id, age, now).await?;
    let canceled = canceled.ok_or(Error::RecordNotFound)?;
    let after = match app.store.process(project, id, now).await {
        Ok(picture) => picture.unwrap_or(canceled),
        Err(error) => {
            tracing::warn!(%error, %project, pipeline = %id, "what follows is left to the sweeper");
            canceled
        }
    };
    show::details(&app, access, &after.pipeline).await
}
