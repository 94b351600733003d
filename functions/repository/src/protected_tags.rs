//! Protected tags of a project.

mod list;
mod protect;
mod show;
mod unprotect;

use axum::Router;
use axum::routing::get;
use serde::Serialize;
use switchyard::http::App;
use switchyard::repository::ProtectedTag;
use utoipa::{OpenApi, ToSchema};

use crate::protected_branches::AccessView;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route(
            "/api/v4/projects/{id}/protected_tags",
            get(list::list).post(protect::protect),
        )
        .route(
            "/api/v4/projects/{id}/protected_tags/{name}",
            get(show::show).delete(unprotect::unprotect),
        )
}

#[derive(OpenApi)]
#[openapi(paths(list::list, show::show, protect::protect, unprotect::unprotect))]
pub(crate) struct ApiDoc;

#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ProtectedTag)]
pub(crate) struct ProtectedTagView {
    name: String,
    create_access_levels: Vec<AccessView>,
}

impl ProtectedTagView {
    fn new(rule: &ProtectedTag) -> Self {
        Self {
            name: rule.name.clone(),
            create_access_levels: AccessView::of(rule.id, rule.create),
        }
    }
}
