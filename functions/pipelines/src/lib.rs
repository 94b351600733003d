//! The `pipelines` function: reading and steering pipelines.

mod cancel;
mod create;
mod delete;
mod filter;
mod given;
mod latest;
mod lint;
mod list;
mod metadata;
mod resource_groups;
mod retry;
mod room;
mod schedules;
mod show;
mod triggers;
mod variables;
mod walk;

use axum::Router;
use axum::routing::{get, post, put};
use switchyard::http::App;
use utoipa::OpenApi;

/// The routes of this function; `infra/template.yaml` declares the same ones.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/v4/projects/{id}/pipelines", get(list::list))
        .route("/api/v4/projects/{id}/pipeline", post(create::create))
        .route("/api/v4/projects/{id}/pipelines/latest", get(latest::show))
        .route(
            "/api/v4/projects/{id}/pipelines/{pipeline_id}",
            get(show::show).delete(delete::delete),
        )
        .route(
            "/api/v4/projects/{id}/pipelines/{pipeline_id}/cancel",
            post(cancel::cancel),
        )
        .route(
            "/api/v4/projects/{id}/pipelines/{pipeline_id}/retry",
            post(retry::retry),
        )
        .route(
            "/api/v4/projects/{id}/pipelines/{pipeline_id}/variables",
            get(variables::list),
        )
        .route(
            "/api/v4/projects/{id}/pipelines/{pipeline_id}/metadata",
            put(metadata::update),
        )
        .merge(lint::routes())
        .merge(schedules::routes())
        .merge(triggers::routes())
        .merge(resource_groups::routes())
}

/// This function's part of the API's description.
pub struct ApiDoc;

impl OpenApi for ApiDoc {
    fn openapi() -> utoipa::openapi::OpenApi {
        let mut document = Pipelines::openapi();
        document.merge(lint::ApiDoc::openapi());
        document.merge(schedules::ApiDoc::openapi());
        document.merge(triggers::ApiDoc::openapi());
        document.merge(resource_groups::ApiDoc::openapi());
        document
    }
}

#[derive(OpenApi)]
#[openapi(paths(
    list::list,
    create::create,
    latest::show,
    show::show,
    cancel::cancel,
    retry::retry,
    delete::delete,
    variables::list,
    metadata::update
))]
struct Pipelines;
