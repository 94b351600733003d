//! The `projects` function: projects, the caller's own account, and the instance.
//! What no other function serves ends here, as a 404 in GitLab's form.

mod access_tokens;
mod metadata;
mod personal_access_tokens;
mod show;
mod user;

use axum::Router;
use axum::routing::get;
use switchyard::http::App;
use utoipa::OpenApi;

/// The routes of this function; `infra/template.yaml` declares the same ones.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/v4/version", get(metadata::version))
        .route("/api/v4/metadata", get(metadata::show))
        .route("/api/v4/user", get(user::show))
        .route("/api/v4/projects/{id}", get(show::show))
        .merge(personal_access_tokens::routes())
        .merge(access_tokens::routes())
}

/// This function's part of the API's description.
pub struct ApiDoc;

impl OpenApi for ApiDoc {
    fn openapi() -> utoipa::openapi::OpenApi {
        let mut whole = OwnDoc::openapi();
        whole.merge(personal_access_tokens::ApiDoc::openapi());
        whole.merge(access_tokens::ApiDoc::openapi());
        whole
    }
}

#[derive(OpenApi)]
#[openapi(paths(metadata::version, metadata::show, user::show, show::show))]
struct OwnDoc;
