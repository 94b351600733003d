//! The `repository` function: files, commits, branches and tags, and which are protected.

mod branches;
mod commits;
mod files;
mod protected_branches;
mod protected_tags;
mod request;
mod tags;
mod tree;

use axum::Router;
use axum::routing::get;
use switchyard::http::App;
use utoipa::OpenApi;

/// The routes of this function; `infra/template.yaml` declares the same ones.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/v4/projects/{id}/repository/tree", get(tree::list))
        .merge(files::routes())
        .merge(commits::routes())
        .merge(branches::routes())
        .merge(tags::routes())
        .merge(protected_branches::routes())
        .merge(protected_tags::routes())
}

/// This function's part of the API's description.
pub struct ApiDoc;

impl OpenApi for ApiDoc {
    fn openapi() -> utoipa::openapi::OpenApi {
        let mut document = Tree::openapi();
        document.merge(files::ApiDoc::openapi());
        document.merge(commits::ApiDoc::openapi());
        document.merge(branches::ApiDoc::openapi());
        document.merge(tags::ApiDoc::openapi());
        document.merge(protected_branches::ApiDoc::openapi());
        document.merge(protected_tags::ApiDoc::openapi());
        document
    }
}

#[derive(OpenApi)]
#[openapi(paths(tree::list))]
struct Tree;
