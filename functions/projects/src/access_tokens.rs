//! Access tokens of projects and of groups, which robots use.

mod create;
mod home;
mod list;
mod revoke;
mod rotate;
mod show;

use axum::Router;
use axum::routing::{delete, get, post};
use switchyard::http::App;
use utoipa::OpenApi;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route(
            "/api/v4/projects/{id}/access_tokens",
            get(list::of_project).merge(post(create::for_project)),
        )
        .route(
            "/api/v4/projects/{id}/access_tokens/self/rotate",
            post(rotate::self_of_project),
        )
        .route(
            "/api/v4/projects/{id}/access_tokens/{token_id}",
            get(show::of_project).merge(delete(revoke::of_project)),
        )
        .route(
            "/api/v4/projects/{id}/access_tokens/{token_id}/rotate",
            post(rotate::of_project),
        )
        .route(
            "/api/v4/groups/{id}/access_tokens",
            get(list::of_group).merge(post(create::for_group)),
        )
        .route(
            "/api/v4/groups/{id}/access_tokens/self/rotate",
            post(rotate::self_of_group),
        )
        .route(
            "/api/v4/groups/{id}/access_tokens/{token_id}",
            get(show::of_group).merge(delete(revoke::of_group)),
        )
        .route(
            "/api/v4/groups/{id}/access_tokens/{token_id}/rotate",
            post(rotate::of_group),
        )
}

#[derive(OpenApi)]
#[openapi(paths(
    list::of_project,
    list::of_group,
    show::of_project,
    show::of_group,
    create::for_project,
    create::for_group,
    revoke::of_project,
    revoke::of_group,
    rotate::of_project,
    rotate::of_group,
    rotate::self_of_project,
    rotate::self_of_group
))]
pub(crate) struct ApiDoc;
