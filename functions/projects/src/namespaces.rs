//! Namespaces: groups and people's own places, as those see them who put something there.

mod exists;
mod list;
mod show;

use axum::Router;
use axum::routing::get;
use switchyard::http::App;
use utoipa::OpenApi;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/api/v4/namespaces", get(list::list))
        .route("/api/v4/namespaces/{id}", get(show::show))
        .route("/api/v4/namespaces/{id}/exists", get(exists::exists))
}

#[derive(OpenApi)]
#[openapi(paths(list::list, show::show, exists::exists))]
pub(crate) struct ApiDoc;
