//! Delete a variable.

use axum::extract::State;
use http::StatusCode;
use switchyard::error::{Error, Result};
use switchyard::http::{Accepts, App, CallerAccess, Endpoint, GroupAccess, ProjectAccess, Reader};
use switchyard::policy::{Action, GroupAction};
use switchyard::store::{Write, Written};

use super::ATTEMPTS;
use super::home::Home;
use super::settings::Filter;

pub(crate) struct DeleteVariable(Filter);

impl Endpoint for DeleteVariable {
    const ACCEPTS: Accepts = Accepts::WRITER;
    const ACTION: Action = Action::AdminBuild;
    const GROUP_ACTION: GroupAction = GroupAction::AdminVariables;

    fn read(reader: &mut Reader<'_>) -> Self {
        Self(Filter::read(reader))
    }
}

/// Delete a variable of a project
#[utoipa::path(
    delete,
    path = "/api/v4/projects/{id}/variables/{key}",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("key" = String, Path),
        ("filter[environment_scope]" = Option<String>, Query, description = "which one, if there are several"),
    ),
    responses((status = 204)),
)]
pub(crate) async fn of_project(
    State(app): State<App>,
    access: ProjectAccess<DeleteVariable>,
) -> Result<StatusCode> {
    delete(&app, access.into()).await
}

/// Delete a variable of a group
#[utoipa::path(
    delete,
    path = "/api/v4/groups/{id}/variables/{key}",
    params(
        ("id" = String, Path, description = "number or encoded full path of the group"),
        ("key" = String, Path),
        ("filter[environment_scope]" = Option<String>, Query, description = "which one, if there are several"),
    ),
    responses((status = 204)),
)]
pub(crate) async fn of_group(
    State(app): State<App>,
    access: GroupAccess<DeleteVariable>,
) -> Result<StatusCode> {
    delete(&app, access.into()).await
}

/// Delete a variable of the instance
///
/// For administrators.
#[utoipa::path(
    delete,
    path = "/api/v4/admin/ci/variables/{key}",
    params(("key" = String, Path)),
    responses((status = 204)),
)]
pub(crate) async fn of_instance(
    State(app): State<App>,
    access: CallerAccess<DeleteVariable>,
) -> Result<StatusCode> {
    delete(&app, Home::of_instance(access)?).await
}

async fn delete(app: &App, home: Home<DeleteVariable>) -> Result<StatusCode> {
    for _ in 0..ATTEMPTS {
        let variable = home.variable(&home.params.0, app).await?;
        home.request.demand_unmodified(variable.updated_at)?;
        let mut writes = vec![Write::delete(&variable)?];
        writes.extend(home.one_less());
        if app.store.write_all(writes).await? == Written::All {
            return Ok(StatusCode::NO_CONTENT);
        }
    }
    Err(Error::ResourceLock)
}
