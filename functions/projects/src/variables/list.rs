//! List variables.

use axum::extract::State;
use switchyard::error::Result;
use switchyard::http::pagination::{MAX_OFFSET, Offset, Page};
use switchyard::http::{Accepts, App, CallerAccess, Endpoint, GroupAccess, ProjectAccess, Reader};
use switchyard::policy::{Action, GroupAction};
use switchyard::store::belongings::Partition;
use switchyard::variable::CiVariable;

use super::home::Home;
use super::view::{InstanceVariableView, VariableView};

pub(crate) struct ListVariables {
    offset: Offset,
}

impl Endpoint for ListVariables {
    const ACCEPTS: Accepts = Accepts::SIGNED_IN;
    const ACTION: Action = Action::AdminBuild;
    const GROUP_ACTION: GroupAction = GroupAction::AdminVariables;

    fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            offset: Offset::read(reader),
        }
    }
}

/// List the variables of a project
///
/// In the order of their keys and scopes.
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}/variables",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("page" = Option<u64>, Query),
        ("per_page" = Option<u64>, Query, description = "at most 100, 20 by default"),
    ),
    responses((status = 200, body = Vec<VariableView>)),
)]
pub(crate) async fn of_project(
    State(app): State<App>,
    access: ProjectAccess<ListVariables>,
) -> Result<Page<VariableView>> {
    list(&app, access.into()).await
}

/// List the variables of a group
///
/// In the order of their keys and scopes.
#[utoipa::path(
    get,
    path = "/api/v4/groups/{id}/variables",
    params(
        ("id" = String, Path, description = "number or encoded full path of the group"),
        ("page" = Option<u64>, Query),
        ("per_page" = Option<u64>, Query, description = "at most 100, 20 by default"),
    ),
    responses((status = 200, body = Vec<VariableView>)),
)]
pub(crate) async fn of_group(
    State(app): State<App>,
    access: GroupAccess<ListVariables>,
) -> Result<Page<VariableView>> {
    list(&app, access.into()).await
}

/// List the variables of the instance
///
/// For administrators. In the order of their keys.
#[utoipa::path(
    get,
    path = "/api/v4/admin/ci/variables",
    params(
        ("page" = Option<u64>, Query),
        ("per_page" = Option<u64>, Query, description = "at most 100, 20 by default"),
    ),
    responses((status = 200, body = Vec<InstanceVariableView>)),
)]
pub(crate) async fn of_instance(
    State(app): State<App>,
    access: CallerAccess<ListVariables>,
) -> Result<Page<InstanceVariableView>> {
    list(&app, Home::of_instance(access)?).await
}

async fn list<V>(app: &App, home: Home<ListVariables>) -> Result<Page<V>>
where
    V: for<'a> From<&'a CiVariable>,
{
    let offset = home.params.offset.bounded("Ci::Variable", MAX_OFFSET)?;
    let all = Partition::Variables(home.owner());
    let page = app
        .store
        .rows_in(all, offset.skip_rows(), offset.rows() + 1);
    let (found, count): (Vec<CiVariable>, u64) = futures::try_join!(page, home.count(app))?;
    let has_more = found.len() > offset.rows();
    let views: Vec<V> = found.iter().take(offset.rows()).map(V::from).collect();
    let total = offset.agreed(count, views.len(), has_more);
    let total = Some(total);
    Ok(Page::by_offset(
        views,
        &offset,
        total,
        has_more,
        &home.request,
    ))
}
