//! Commits of a repository.

mod actions;
mod create;
mod list;
mod show;

use axum::Router;
use axum::routing::get;
use serde::Serialize;
use switchyard::http::App;
use switchyard::http::views::{CommitView, PipelineView};
use switchyard::ids::ProjectId;
use switchyard::job::Status;
use utoipa::{OpenApi, ToSchema};

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route(
            "/api/v4/projects/{id}/repository/commits",
            get(list::list).post(create::create),
        )
        .route(
            "/api/v4/projects/{id}/repository/commits/{sha}",
            get(show::show),
        )
}

#[derive(OpenApi)]
#[openapi(paths(list::list, show::show, create::create))]
pub(crate) struct ApiDoc;

/// A commit alone.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CommitDetails)]
pub(crate) struct CommitDetailsView {
    #[serde(flatten)]
    commit: CommitView,
    project_id: ProjectId,
    /// That of its last pipeline.
    status: Option<Status>,
    last_pipeline: Option<PipelineView>,
}
