//! Cluster agents: those that a project configures.

mod create;
mod delete;
mod list;
mod show;

use axum::Router;
use axum::routing::get;
use switchyard::error::Result;
use switchyard::http::App;
use switchyard::http::views::{Above, ConfigProjectView};
use switchyard::project::Project;
use switchyard::store::Rows;
use utoipa::OpenApi;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route(
            "/api/v4/projects/{id}/cluster_agents",
            get(list::list).post(create::create),
        )
        .route(
            "/api/v4/projects/{id}/cluster_agents/{agent_id}",
            get(show::show).delete(delete::delete),
        )
}

#[derive(OpenApi)]
#[openapi(paths(list::list, show::show, create::create, delete::delete))]
pub(crate) struct ApiDoc;

/// The project as its agents show it.
async fn config_project(
    project: &Project,
    rows: &mut Rows,
    app: &App,
) -> Result<ConfigProjectView> {
    rows.load(&app.store, Above::keys(project)).await?;
    Ok(ConfigProjectView::new(project, &Above::of(project, rows)?))
}
