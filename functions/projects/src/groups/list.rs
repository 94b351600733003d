//! List groups: all, those right below a group, and all below it.

use axum::extract::State;
use switchyard::error::Result;
use switchyard::http::pagination::Page;
use switchyard::http::views::GroupView;
use switchyard::http::{App, CallerAccess, GroupAccess};
use switchyard::project::{Group, Visibility};
use switchyard::store::namespaces::MAX_CHILDREN;

use super::mine;
use super::select::{Found, List, ListGroups, MAX_ROWS};

/// List groups
///
/// Who is not signed in sees public groups. Others see those that they are members of, and
/// with `all_available` all that they may see; administrators see all by default. A request
/// looks at no more than 2,000 groups and personal namespaces, the newest, or at 2,000 groups
/// of the caller; the total is told if that was all.
#[utoipa::path(
    get,
    path = "/api/v4/groups",
    params(
        ("skip_groups" = Option<Vec<u64>>, Query),
        ("all_available" = Option<bool>, Query, description = "by default true for administrators only"),
        ("visibility" = Option<Visibility>, Query),
        ("search" = Option<String>, Query, description = "in names and paths"),
        ("owned" = Option<bool>, Query),
        ("min_access_level" = Option<u8>, Query),
        ("top_level_only" = Option<bool>, Query),
        ("order_by" = Option<String>, Query, description = "`name`, the default, `path`, `id` or `similarity`"),
        ("sort" = Option<String>, Query, description = "`asc`, the default, or `desc`"),
        ("page" = Option<u64>, Query),
        ("per_page" = Option<u64>, Query, description = "at most 100, 20 by default"),
    ),
    responses((status = 200, body = Vec<GroupView>)),
)]
pub(crate) async fn list(
    State(app): State<App>,
    access: CallerAccess<ListGroups>,
) -> Result<Page<GroupView>> {
    let CallerAccess {
        caller,
        params,
        request,
        rows,
        ..
    } = access;
    let mut list = List {
        params: &params,
        user: caller.user(),
        request: &request,
        app: &app,
        rows,
    };
    let found = match list.user {
        Some(user) if params.is_about_memberships(user) => {
            let (groups, is_all) = mine::groups_of(user.id, &app).await?;
            Found {
                groups: list.fitting(groups).await?,
                is_all,
            }
        }
        Some(_) | None => list.walk().await?,
    };
    list.page(found).await
}

/// List the groups right below a group
///
/// With the parameters of the list of all groups.
#[utoipa::path(
    get,
    path = "/api/v4/groups/{id}/subgroups",
    params(
        ("id" = String, Path, description = "number or encoded full path of the group"),
        ("all_available" = Option<bool>, Query),
        ("search" = Option<String>, Query),
        ("order_by" = Option<String>, Query),
        ("sort" = Option<String>, Query),
        ("page" = Option<u64>, Query),
        ("per_page" = Option<u64>, Query),
    ),
    responses((status = 200, body = Vec<GroupView>)),
)]
pub(crate) async fn subgroups(
    State(app): State<App>,
    access: GroupAccess<ListGroups>,
) -> Result<Page<GroupView>> {
    let ids = app
        .store
        .subgroup_ids(access.group.id, MAX_CHILDREN)
        .await?;
    let is_all = ids.len() < MAX_CHILDREN;
    let mut groups = app.store.groups(&ids).await?;
    groups.retain(|group| group.is_right_below(access.group.id));
    below(&app, access, groups, is_all).await
}

/// List all groups below a group
///
/// With the parameters of the list of all groups.
#[utoipa::path(
    get,
    path = "/api/v4/groups/{id}/descendant_groups",
    params(
        ("id" = String, Path, description = "number or encoded full path of the group"),
        ("all_available" = Option<bool>, Query),
        ("search" = Option<String>, Query),
        ("order_by" = Option<String>, Query),
        ("sort" = Option<String>, Query),
        ("page" = Option<u64>, Query),
        ("per_page" = Option<u64>, Query),
    ),
    responses((status = 200, body = Vec<GroupView>)),
)]
pub(crate) async fn descendants(
    State(app): State<App>,
    access: GroupAccess<ListGroups>,
) -> Result<Page<GroupView>> {
    let found = app.store.groups_below(&[access.group.id], MAX_ROWS).await?;
    below(&app, access, found.groups, found.is_all).await
}

async fn below(
    app: &App,
    access: GroupAccess<ListGroups>,
    groups: Vec<Group>,
    is_all: bool,
) -> Result<Page<GroupView>> {
    let mut list = List {
        params: &access.params,
        user: access.caller.user(),
        request: &access.request,
        app,
        rows: access.rows,
    };
    let groups = list.fitting(groups).await?;
    list.page(Found { groups, is_all }).await
}
