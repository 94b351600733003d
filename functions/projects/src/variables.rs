//! CI variables of projects, groups and the instance.

mod create;
mod delete;
mod home;
mod list;
mod settings;
mod show;
mod update;
mod view;

use axum::Router;
use axum::routing::get;
use switchyard::http::App;
use utoipa::OpenApi;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route(
            "/api/v4/projects/{id}/variables",
            get(list::of_project).post(create::of_project),
        )
        .route(
            "/api/v4/projects/{id}/variables/{key}",
            get(show::of_project)
                .put(update::of_project)
                .delete(delete::of_project),
        )
        .route(
            "/api/v4/groups/{id}/variables",
            get(list::of_group).post(create::of_group),
        )
        .route(
            "/api/v4/groups/{id}/variables/{key}",
            get(show::of_group)
                .put(update::of_group)
                .delete(delete::of_group),
        )
        .route(
            "/api/v4/admin/ci/variables",
            get(list::of_instance).post(create::of_instance),
        )
        .route(
            "/api/v4/admin/ci/variables/{key}",
            get(show::of_instance)
                .put(update::of_instance)
                .delete(delete::of_instance),
        )
}

#[derive(OpenApi)]
#[openapi(paths(
    list::of_project,
    list::of_group,
    list::of_instance,
    show::of_project,
    show::of_group,
    show::of_instance,
    create::of_project,
    create::of_group,
    create::of_instance,
    update::of_project,
    update::of_group,
    update::of_instance,
    delete::of_project,
    delete::of_group,
    delete::of_instance
))]
pub(crate) struct ApiDoc;

/// How often a change is decided anew when others change the same at the same time.
const ATTEMPTS: u32 = 10;
