//! Delete a pipeline with its jobs.

use axum::extract::State;
use http::StatusCode;
use switchyard::error::{Error, Result};
use switchyard::http::{Accepts, App, Endpoint, PipelineAccess, Reader};
use switchyard::policy::Action;

pub(crate) struct DeletePipeline;

impl Endpoint for DeletePipeline {
    const ACCEPTS: Accepts = Accepts::WRITER;
    const ACTION: Action = Action::ReadBuild;

    fn read(_: &mut Reader<'_>) -> Self {
        Self
    }
}

/// Delete a pipeline
///
/// Its jobs, logs and artifacts are gone with it at once; what runs is canceled.
#[utoipa::path(
    delete,
    path = "/api/v4/projects/{id}/pipelines/{pipeline_id}",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("pipeline_id" = u64, Path),
    ),
    responses((status = 204)),
)]
pub(crate) async fn delete(
    State(app): State<App>,
    access: PipelineAccess<DeletePipeline>,
) -> Result<StatusCode> {
    let PipelineAccess {
        pipeline,
        project: access,
    } = access;
    access.demand(Action::DestroyPipeline)?;
    let request = &access.request;
    request.demand_unmodified(pipeline.updated_at)?;
    let (project, id) = (pipeline.project_id, pipeline.id);
    let deleted = app.store.delete_pipeline(project, id, request.now).await?;
    if deleted {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Error::RecordNotFound)
    }
}
