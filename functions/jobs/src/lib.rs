//! The `jobs` function: reading the jobs and bridges of projects and pipelines.

mod bridges;
mod list;
mod page;
mod pipeline_jobs;
mod select;
mod show;

use axum::Router;
use axum::routing::get;
use switchyard::http::App;
use utoipa::OpenApi;

/// The routes of this function; `infra/template.yaml` declares the same ones.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/v4/projects/{id}/jobs", get(list::list))
        .route("/api/v4/projects/{id}/jobs/{job_id}", get(show::show))
        .route(
            "/api/v4/projects/{id}/pipelines/{pipeline_id}/jobs",
            get(pipeline_jobs::list),
        )
        .route(
            "/api/v4/projects/{id}/pipelines/{pipeline_id}/bridges",
            get(bridges::list),
        )
}

/// This function's part of the API's description.
#[derive(OpenApi)]
#[openapi(paths(list::list, show::show, pipeline_jobs::list, bridges::list))]
pub struct ApiDoc;
