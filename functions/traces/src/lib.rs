//! The `traces` function: reading job logs.

mod range;
mod show;

use axum::Router;
use axum::routing::get;
use switchyard::http::App;
use utoipa::OpenApi;

/// The routes of this function; `infra/template.yaml` declares the same ones.
pub fn routes() -> Router<App> {
    Router::new().route("/api/v4/projects/{id}/jobs/{job_id}/trace", get(show::show))
}

/// This function's part of the API's description.
#[derive(OpenApi)]
#[openapi(paths(show::show))]
pub struct ApiDoc;
