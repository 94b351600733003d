//! Users: who there is, and what administrators do about them.

mod attributes;
mod create;
mod delete;
mod filter;
mod list;
mod password;
mod show;
mod state;
mod taken;
mod update;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{get, post};
use switchyard::error::{Error, Result};
use switchyard::http::access::PathIds;
use switchyard::http::{App, error, path};
use switchyard::ids::UserId;
use utoipa::OpenApi;

pub(crate) fn routes() -> Router<App> {
    let one = Router::new()
        .route(
            "/api/v4/users/{id}",
            get(show::show).put(update::update).delete(delete::delete),
        )
        .route("/api/v4/users/{id}/block", post(state::block))
        .route("/api/v4/users/{id}/unblock", post(state::unblock))
        .route("/api/v4/users/{id}/ban", post(state::ban))
        .route("/api/v4/users/{id}/unban", post(state::unban))
        .route("/api/v4/users/{id}/activate", post(state::activate))
        .route("/api/v4/users/{id}/deactivate", post(state::deactivate))
        .route_layer(middleware::from_fn(digits_only));
    Router::new()
        .route("/api/v4/users", get(list::list).post(create::create))
        .merge(one)
}

#[derive(OpenApi)]
#[openapi(paths(
    list::list,
    create::create,
    show::show,
    update::update,
    delete::delete,
    state::block,
    state::unblock,
    state::ban,
    state::unban,
    state::activate,
    state::deactivate,
))]
pub(crate) struct ApiDoc;

/// In GitLab no route has anything but digits here: not even a name.
async fn digits_only(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let id = path::segment(&parts, "id").unwrap_or_default();
    if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_digit()) {
        return error::no_route().await;
    }
    next.run(Request::from_parts(parts, body)).await
}

/// The user of the path.
fn id_of(ids: &PathIds) -> Result<UserId> {
    ids.get("id").map_err(|_| not_found())
}

fn not_found() -> Error {
    Error::not_found("User")
}
