//! Get a commit.

use axum::extract::State;
use switchyard::error::{Error, Result};
use switchyard::http::views::{CommitView, PipelineView};
use switchyard::http::{Accepts, App, Endpoint, Json, ProjectAccess, Reader};
use switchyard::pipeline::{Pipeline, Source};
use switchyard::policy::Action;
use switchyard::project::Project;
use switchyard::repository::{Resolved, StoredCommit};
use switchyard::store::jobs::From;
use switchyard::store::pipelines::Among;

use super::CommitDetailsView;
use crate::request::{CODE_READER_OR_JOB, repository, resolve, route_param};

/// Pipelines among which that of a commit is looked for.
const LOOKED_AT: usize = 100;

pub(crate) struct ShowCommit;

impl Endpoint for ShowCommit {
    const ACCEPTS: Accepts = CODE_READER_OR_JOB;
    const ACTION: Action = Action::ReadCode;

    fn read(reader: &mut Reader<'_>) -> Self {
        reader.boolean("stats");
        Self
    }
}

/// Get a single commit
///
/// With the last pipeline of that commit among the newest 100 of its ref, or of the project.
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}/repository/commits/{sha}",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("sha" = String, Path, description = "id of the commit, branch or tag"),
    ),
    responses((status = 200, body = CommitDetailsView)),
)]
pub(crate) async fn show(
    State(app): State<App>,
    access: ProjectAccess<ShowCommit>,
) -> Result<Json<CommitDetailsView>> {
    let name = route_param(&access.request, "sha")?;
    let (project, not_found) = (&access.project, || Error::not_found("Commit"));
    let repository = repository(project, &app);
    let resolved = resolve(repository, project, Some(name)).await?;
    let resolved = resolved.ok_or_else(not_found)?;
    let row = repository.commit_row(resolved.commit).await?;
    let row = row.ok_or_else(not_found)?;
    let pipeline = match access.demand(Action::ReadPipeline) {
        Ok(()) => last_pipeline(project, &row, &resolved, &app).await?,
        Err(_) => None,
    };
    let project_url = format!("{}/{}", access.request.base_url, project.full_path);
    Ok(Json(CommitDetailsView {
        commit: CommitView::new(&row.commit, &project_url),
        project_id: project.id,
        status: pipeline.as_ref().map(|pipeline| pipeline.status),
        last_pipeline: pipeline
            .as_ref()
            .map(|pipeline| PipelineView::new(pipeline, &project_url)),
    }))
}

async fn last_pipeline(
    project: &Project,
    commit: &StoredCommit,
    resolved: &Resolved,
    app: &App,
) -> Result<Option<Pipeline>> {
    let among = match &resolved.reference {
        Some(reference) => Among::OfRef(reference.name.clone()),
        None => Among::All,
    };
    let walked = app
        .store
        .pipelines(project.id, &among, From::Newest, LOOKED_AT)
        .await?;
    Ok(walked.pipelines.into_iter().find(|pipeline| {
        pipeline.is_published()
            && pipeline.sha == commit.sha
            && pipeline.source != Source::ParentPipeline
    }))
}
