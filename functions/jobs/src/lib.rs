//! The `jobs` function: reading the jobs and bridges of projects and pipelines, and
//! steering them.

mod bridges;
mod cancel;
mod erase;
mod list;
mod page;
mod pipeline_jobs;
mod play;
mod retry;
mod select;
mod show;
mod steer;

use axum::Router;
use axum::routing::{get, post};
use switchyard::http::App;
use utoipa::OpenApi;

/// The routes of this function; `infra/template.yaml` declares the same ones.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/v4/projects/{id}/jobs", get(list::list))
        .route("/api/v4/projects/{id}/jobs/{job_id}", get(show::show))
        .route(
            "/api/v4/projects/{id}/jobs/{job_id}/cancel",
            post(cancel::cancel),
        )
        .route(
            "/api/v4/projects/{id}/jobs/{job_id}/retry",
            post(retry::retry),
        )
        .route(
            "/api/v4/projects/{id}/jobs/{job_id}/erase",
            post(erase::erase),
        )
        .route("/api/v4/projects/{id}/jobs/{job_id}/play", post(play::play))
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
#[openapi(paths(
    list::list,
    show::show,
    cancel::cancel,
    retry::retry,
    erase::erase,
    play::play,
    pipeline_jobs::list,
    bridges::list
))]
pub struct ApiDoc;
