//! The `job-token` function: what a running job may ask about itself.

mod allowed_agents;
mod show;

use axum::Router;
use axum::routing::get;
use switchyard::http::App;
use utoipa::OpenApi;

/// The routes of this function; `infra/template.yaml` declares the same ones.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/v4/job", get(show::show))
        .route("/api/v4/job/allowed_agents", get(allowed_agents::list))
}

/// This function's part of the API's description.
#[derive(OpenApi)]
#[openapi(paths(show::show, allowed_agents::list))]
pub struct ApiDoc;
