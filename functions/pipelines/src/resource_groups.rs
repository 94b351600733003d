//! Resource groups: of the jobs that name one, one at a time runs.

mod list;
mod show;
mod upcoming;
mod update;
mod view;

use axum::Router;
use axum::routing::get;
use switchyard::error::{Error, Result};
use switchyard::http::{App, ProjectAccess};
use switchyard::resource_group::ResourceGroup;
use switchyard::store::{Key, Rows};
use utoipa::OpenApi;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/api/v4/projects/{id}/resource_groups", get(list::list))
        .route(
            "/api/v4/projects/{id}/resource_groups/{key}",
            get(show::show).put(update::update),
        )
        .route(
            "/api/v4/projects/{id}/resource_groups/{key}/upcoming_jobs",
            get(upcoming::list),
        )
}

/// This part of the API's description.
#[derive(OpenApi)]
#[openapi(paths(list::list, show::show, update::update, upcoming::list))]
pub(crate) struct ApiDoc;

/// The key that the path names.
fn key<E>(access: &ProjectAccess<E>) -> &str {
    let mut named = access.request.route_params.iter();
    let key = named.find(|(name, _)| name == "key");
    key.map_or("", |(_, key)| key)
}

/// The group that the path names, as it is now.
async fn resource_group<E>(access: &ProjectAccess<E>, app: &App) -> Result<ResourceGroup> {
    let key = Key::ResourceGroup(access.project.id, key(access).to_owned());
    let mut rows = Rows::default();
    rows.load(&app.store, [key.clone()]).await?;
    rows.get(&key)?.ok_or(Error::RecordNotFound)
}
