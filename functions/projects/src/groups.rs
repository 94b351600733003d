//! Groups: what stands below what, and whose it is.

mod create;
mod delete;
mod list;
mod mine;
mod path;
mod relocate;
mod select;
mod settings;
mod show;
mod transfer;
mod update;

use axum::Router;
use axum::routing::{get, post};
use switchyard::http::App;
use utoipa::OpenApi;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/api/v4/groups", get(list::list).post(create::create))
        .route(
            "/api/v4/groups/{id}",
            get(show::show).put(update::update).delete(delete::delete),
        )
        .route("/api/v4/groups/{id}/subgroups", get(list::subgroups))
        .route(
            "/api/v4/groups/{id}/descendant_groups",
            get(list::descendants),
        )
        .route("/api/v4/groups/{id}/transfer", post(transfer::transfer))
}

#[derive(OpenApi)]
#[openapi(paths(
    list::list,
    list::subgroups,
    list::descendants,
    show::show,
    create::create,
    update::update,
    transfer::transfer,
    delete::delete
))]
pub(crate) struct ApiDoc;

/// How often a change is decided anew when others change the group at the same time.
const ATTEMPTS: usize = 5;
