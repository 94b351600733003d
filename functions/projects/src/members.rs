//! Members of projects and groups. Both have the same routes and the same rules, so each
//! action is there once, for a [`Place`](place::Place), with a thin handler for either.

mod add;
mod list;
mod owners;
mod place;
mod remove;
mod show;
mod terms;
mod update;

use axum::Router;
use axum::routing::get;
use switchyard::http::App;
use utoipa::OpenApi;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route(
            "/api/v4/groups/{id}/members",
            get(list::of_group).post(add::to_group),
        )
        .route("/api/v4/groups/{id}/members/all", get(list::all_of_group))
        .route(
            "/api/v4/groups/{id}/members/{user_id}",
            get(show::of_group)
                .put(update::of_group)
                .delete(remove::from_group),
        )
        .route(
            "/api/v4/groups/{id}/members/all/{user_id}",
            get(show::any_of_group),
        )
        .route(
            "/api/v4/projects/{id}/members",
            get(list::of_project).post(add::to_project),
        )
        .route(
            "/api/v4/projects/{id}/members/all",
            get(list::all_of_project),
        )
        .route(
            "/api/v4/projects/{id}/members/{user_id}",
            get(show::of_project)
                .put(update::of_project)
                .delete(remove::from_project),
        )
        .route(
            "/api/v4/projects/{id}/members/all/{user_id}",
            get(show::any_of_project),
        )
}

#[derive(OpenApi)]
#[openapi(paths(
    list::of_group,
    list::all_of_group,
    list::of_project,
    list::all_of_project,
    show::of_group,
    show::any_of_group,
    show::of_project,
    show::any_of_project,
    add::to_group,
    add::to_project,
    update::of_group,
    update::of_project,
    remove::from_group,
    remove::from_project
))]
pub(crate) struct ApiDoc;

/// How often a change is decided anew when others change the same at the same time.
const ATTEMPTS: usize = 5;
