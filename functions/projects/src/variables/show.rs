//! Show a variable.

use axum::extract::State;
use switchyard::error::Result;
use switchyard::http::{
    Accepts, App, CallerAccess, Endpoint, GroupAccess, Json, ProjectAccess, Reader,
};
use switchyard::policy::{Action, GroupAction};
use switchyard::variable::CiVariable;

use super::home::Home;
use super::settings::Filter;
use super::view::{InstanceVariableView, VariableView};

pub(crate) struct ShowVariable(Filter);

impl Endpoint for ShowVariable {
    const ACCEPTS: Accepts = Accepts::SIGNED_IN;
    const ACTION: Action = Action::AdminBuild;
    const GROUP_ACTION: GroupAction = GroupAction::AdminVariables;

    fn read(reader: &mut Reader<'_>) -> Self {
        Self(Filter::read(reader))
    }
}

/// Get a variable of a project
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}/variables/{key}",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("key" = String, Path),
        ("filter[environment_scope]" = Option<String>, Query, description = "which one, if there are several"),
    ),
    responses((status = 200, body = VariableView)),
)]
pub(crate) async fn of_project(
    State(app): State<App>,
    access: ProjectAccess<ShowVariable>,
) -> Result<Json<VariableView>> {
    show(&app, access.into()).await
}

/// Get a variable of a group
#[utoipa::path(
    get,
    path = "/api/v4/groups/{id}/variables/{key}",
    params(
        ("id" = String, Path, description = "number or encoded full path of the group"),
        ("key" = String, Path),
        ("filter[environment_scope]" = Option<String>, Query, description = "which one, if there are several"),
    ),
    responses((status = 200, body = VariableView)),
)]
pub(crate) async fn of_group(
    State(app): State<App>,
    access: GroupAccess<ShowVariable>,
) -> Result<Json<VariableView>> {
    show(&app, access.into()).await
}

/// Get a variable of the instance
///
/// For administrators.
#[utoipa::path(
    get,
    path = "/api/v4/admin/ci/variables/{key}",
    params(("key" = String, Path)),
    responses((status = 200, body = InstanceVariableView)),
)]
pub(crate) async fn of_instance(
    State(app): State<App>,
    access: CallerAccess<ShowVariable>,
) -> Result<Json<InstanceVariableView>> {
    show(&app, Home::of_instance(access)?).await
}

async fn show<V>(app: &App, home: Home<ShowVariable>) -> Result<Json<V>>
where
    V: for<'a> From<&'a CiVariable>,
{
    let variable = home.variable(&home.params.0, app).await?;
    Ok(Json(V::from(&variable)))
}
