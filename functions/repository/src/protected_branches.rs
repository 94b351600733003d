//! Protected branches of a project.

mod list;
mod protect;
mod show;
mod unprotect;
mod update;

use axum::Router;
use axum::routing::get;
use serde::Serialize;
use switchyard::http::App;
use switchyard::repository::{ProtectedBranch, RefAccess};
use utoipa::{OpenApi, ToSchema};

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route(
            "/api/v4/projects/{id}/protected_branches",
            get(list::list).post(protect::protect),
        )
        .route(
            "/api/v4/projects/{id}/protected_branches/{name}",
            get(show::show)
                .patch(update::update)
                .delete(unprotect::unprotect),
        )
}

#[derive(OpenApi)]
#[openapi(paths(
    list::list,
    show::show,
    protect::protect,
    update::update,
    unprotect::unprotect
))]
pub(crate) struct ApiDoc;

/// Who may.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RefAccessLevel)]
pub(crate) struct AccessView {
    id: u64,
    access_level: RefAccess,
    access_level_description: &'static str,
    user_id: Option<u64>,
    group_id: Option<u64>,
}

impl AccessView {
    pub(crate) fn of(rule: u64, access: RefAccess) -> Vec<Self> {
        vec![Self {
            id: rule,
            access_level: access,
            access_level_description: access.description(),
            user_id: None,
            group_id: None,
        }]
    }
}

#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ProtectedBranch)]
pub(crate) struct ProtectedBranchView {
    id: u64,
    name: String,
    push_access_levels: Vec<AccessView>,
    merge_access_levels: Vec<AccessView>,
    allow_force_push: bool,
}

impl ProtectedBranchView {
    fn new(rule: &ProtectedBranch) -> Self {
        Self {
            id: rule.id,
            name: rule.name.clone(),
            push_access_levels: AccessView::of(rule.id, rule.push),
            merge_access_levels: AccessView::of(rule.id, rule.merge),
            allow_force_push: rule.allow_force_push,
        }
    }
}
