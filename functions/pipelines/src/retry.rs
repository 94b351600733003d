//! Retry what failed in a pipeline.

use axum::extract::State;
use http::StatusCode;
use switchyard::error::{Error, Result};
use switchyard::http::views::PipelineDetailsView;
use switchyard::http::{Accepts, App, Endpoint, Json, PipelineAccess, Reader};
use switchyard::policy::Action;

use crate::show;

pub(crate) struct RetryPipeline;

impl Endpoint for RetryPipeline {
    const ACCEPTS: Accepts = Accepts::WRITER;
    const ACTION: Action = Action::ReadBuild;

    fn read(_: &mut Reader<'_>) -> Self {
        Self
    }
}

/// Retry jobs in a pipeline
///
/// All that failed or were canceled run again as new jobs, and skipped ones come back.
#[utoipa::path(
    post,
    path = "/api/v4/projects/{id}/pipelines/{pipeline_id}/retry",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("pipeline_id" = u64, Path),
    ),
    responses((status = 201, body = PipelineDetailsView)),
)]
pub(crate) async fn retry(
    State(app): State<App>,
    access: PipelineAccess<RetryPipeline>,
) -> Result<(StatusCode, Json<PipelineDetailsView>)> {
    let PipelineAccess {
        pipeline,
        project: access,
    } = access;
    access.demand(Action::UpdateBuild)?;
    access.demand_on(&pipeline.ref_name, pipeline.tag)?;
    let (project, id) = (pipeline.project_id, pipeline.id);
    let (age, now) = (access.request.archive_after, access.request.now);
    let user = access.caller.signed_in()?.id;
    let retried = app
        .store
        .retry_pipeline(project, id, user, age, now)
        .await?;
    let picture = retried.ok_or(Error::RecordNotFound)?;
    let details = show::details(&app, access, &picture.pipeline).await?;
    Ok((StatusCode::CREATED, details))
}
