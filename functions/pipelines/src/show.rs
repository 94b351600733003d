//! Get a single pipeline.

use axum::extract::State;
use switchyard::error::Result;
use switchyard::http::views::PipelineDetailsView;
use switchyard::http::{Accepts, App, Endpoint, Json, PipelineAccess, ProjectAccess, Reader};
use switchyard::pipeline::Pipeline;
use switchyard::policy::Action;
use switchyard::store::Key;
use switchyard::user::User;

pub(crate) struct ShowPipeline;

impl Endpoint for ShowPipeline {
    const ACCEPTS: Accepts = Accepts::ANYBODY;
    const ACTION: Action = Action::ReadBuild;

    fn read(_: &mut Reader<'_>) -> Self {
        Self
    }
}

/// Get a single pipeline
///
/// Child pipelines too.
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}/pipelines/{pipeline_id}",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("pipeline_id" = u64, Path),
    ),
    responses((status = 200, body = PipelineDetailsView)),
)]
pub(crate) async fn show(
    State(app): State<App>,
    access: PipelineAccess<ShowPipeline>,
) -> Result<Json<PipelineDetailsView>> {
    let PipelineAccess { pipeline, project } = access;
    details(&app, project, &pipeline).await
}

/// A pipeline as its own endpoint shows it.
pub(crate) async fn details<E>(
    app: &App,
    mut access: ProjectAccess<E>,
    pipeline: &Pipeline,
) -> Result<Json<PipelineDetailsView>> {
    access
        .rows
        .load(&app.store, [Key::User(pipeline.user_id)])
        .await?;
    app.store
        .hints()
        .user_of_pipeline
        .learn((pipeline.project_id, pipeline.id), pipeline.user_id);
    let user: Option<User> = access.rows.get(&Key::User(pipeline.user_id))?;
    let (path, base_url) = (&access.project.full_path, &access.request.base_url);
    Ok(Json(PipelineDetailsView::new(
        pipeline,
        user.as_ref(),
        path,
        base_url,
    )))
}
