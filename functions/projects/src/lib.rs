//! The `projects` function: projects, the caller's own account, and the instance.
//! What no other function serves ends here, as a 404 in GitLab's form.

mod access_tokens;
mod cluster_agents;
mod groups;
mod job_token_scope;
mod members;
mod metadata;
mod namespaces;
mod personal_access_tokens;
mod projects;
mod user;
mod users;
mod variables;

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
        .merge(cluster_agents::routes())
        .merge(groups::routes())
        .merge(job_token_scope::routes())
        .merge(members::routes())
        .merge(projects::routes())
        .merge(namespaces::routes())
        .merge(users::routes())
        .merge(personal_access_tokens::routes())
        .merge(access_tokens::routes())
        .merge(variables::routes())
}

/// This function's part of the API's description.
pub struct ApiDoc;

impl OpenApi for ApiDoc {
    fn openapi() -> utoipa::openapi::OpenApi {
        let mut document = Instance::openapi();
        document.merge(cluster_agents::ApiDoc::openapi());
        document.merge(groups::ApiDoc::openapi());
        document.merge(job_token_scope::ApiDoc::openapi());
        document.merge(members::ApiDoc::openapi());
        document.merge(projects::ApiDoc::openapi());
        document.merge(namespaces::ApiDoc::openapi());
        document.merge(users::ApiDoc::openapi());
        document.merge(personal_access_tokens::ApiDoc::openapi());
        document.merge(access_tokens::ApiDoc::openapi());
        document.merge(variables::ApiDoc::openapi());
        document
    }
}

/// What stands beside the areas with modules of their own.
#[derive(OpenApi)]
#[openapi(paths(metadata::version, metadata::show, user::show))]
struct Instance;
