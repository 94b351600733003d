//! Create a variable.

use axum::extract::State;
use http::StatusCode;
use switchyard::error::{Error, Result};
use switchyard::http::{
    Accepts, App, CallerAccess, Endpoint, GroupAccess, Json, ProjectAccess, Reader,
};
use switchyard::policy::{Action, GroupAction};
use switchyard::store::{Write, Written};
use switchyard::variable::{CiVariable, VariableType};

use super::ATTEMPTS;
use super::home::Home;
use super::settings::Settings;
use super::view::{InstanceVariableView, VariableView};

pub(crate) struct CreateVariable {
    key: String,
    settings: Settings,
}

impl Endpoint for CreateVariable {
    const ACCEPTS: Accepts = Accepts::WRITER;
    const ACTION: Action = Action::AdminBuild;
    const GROUP_ACTION: GroupAction = GroupAction::AdminVariables;

    fn read(reader: &mut Reader<'_>) -> Self {
        let key: String = reader.required("key", Reader::text);
        let value = reader.required("value", Reader::text);
        Self {
            key: key.trim().to_owned(),
            settings: Settings::read(reader, Some(value)),
        }
    }
}

/// Create a variable of a project
///
/// A project has at most 8,000.
#[utoipa::path(
    post,
    path = "/api/v4/projects/{id}/variables",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("key" = String, Query, description = "here and below: in the query or, better, in the body"),
        ("value" = String, Query),
        ("variable_type" = Option<VariableType>, Query),
        ("protected" = Option<bool>, Query),
        ("masked" = Option<bool>, Query),
        ("masked_and_hidden" = Option<bool>, Query),
        ("raw" = Option<bool>, Query),
        ("environment_scope" = Option<String>, Query, description = "`*` by default"),
        ("description" = Option<String>, Query),
    ),
    responses((status = 201, body = VariableView)),
)]
pub(crate) async fn of_project(
    State(app): State<App>,
    access: ProjectAccess<CreateVariable>,
) -> Result<(StatusCode, Json<VariableView>)> {
    create(&app, access.into()).await
}

/// Create a variable of a group
///
/// A group has at most 30,000.
#[utoipa::path(
    post,
    path = "/api/v4/groups/{id}/variables",
    params(
        ("id" = String, Path, description = "number or encoded full path of the group"),
        ("key" = String, Query, description = "here and below: in the query or, better, in the body"),
        ("value" = String, Query),
        ("variable_type" = Option<VariableType>, Query),
        ("protected" = Option<bool>, Query),
        ("masked" = Option<bool>, Query),
        ("masked_and_hidden" = Option<bool>, Query),
        ("raw" = Option<bool>, Query),
        ("environment_scope" = Option<String>, Query, description = "`*` by default"),
        ("description" = Option<String>, Query),
    ),
    responses((status = 201, body = VariableView)),
)]
pub(crate) async fn of_group(
    State(app): State<App>,
    access: GroupAccess<CreateVariable>,
) -> Result<(StatusCode, Json<VariableView>)> {
    create(&app, access.into()).await
}

/// Create a variable of the instance
///
/// For administrators. There are at most 25.
#[utoipa::path(
    post,
    path = "/api/v4/admin/ci/variables",
    params(
        ("key" = String, Query, description = "here and below: in the query or, better, in the body"),
        ("value" = String, Query),
        ("variable_type" = Option<VariableType>, Query),
        ("protected" = Option<bool>, Query),
        ("masked" = Option<bool>, Query),
        ("raw" = Option<bool>, Query),
        ("description" = Option<String>, Query),
    ),
    responses((status = 201, body = InstanceVariableView)),
)]
pub(crate) async fn of_instance(
    State(app): State<App>,
    access: CallerAccess<CreateVariable>,
) -> Result<(StatusCode, Json<InstanceVariableView>)> {
    create(&app, Home::of_instance(access)?).await
}

async fn create<V>(app: &App, mut home: Home<CreateVariable>) -> Result<(StatusCode, Json<V>)>
where
    V: for<'a> From<&'a CiVariable>,
{
    let variable = new_variable(&home);
    variable.faults().finish()?;
    for _ in 0..ATTEMPTS {
        home.demand_room(app).await?;
        let mut writes = vec![Write::create(&variable)?];
        writes.extend(home.one_more()?);
        match app.store.write_all(writes).await? {
            Written::All => return Ok((StatusCode::CREATED, Json(V::from(&variable)))),
            Written::Refused(places) if places.contains(&0) => return Err(taken(&variable)),
            Written::Refused(_) => home = home.read_again(app).await?,
        }
    }
    Err(Error::ResourceLock)
}

fn new_variable(home: &Home<CreateVariable>) -> CiVariable {
    let CreateVariable { key, settings } = &home.params;
    let hidden = home.has_scopes() && settings.masked_and_hidden == Some(true);
    let scope = settings.environment_scope.clone();
    let scope = scope.filter(|_| home.has_scopes());
    CiVariable {
        owner: home.owner(),
        key: key.clone(),
        value: settings.value.clone().unwrap_or_default(),
        variable_type: settings.variable_type.unwrap_or_default(),
        protected: settings.protected.unwrap_or_default(),
        masked: settings.masked.unwrap_or_default() || hidden,
        hidden,
        raw: settings.raw.unwrap_or_default(),
        environment_scope: scope.unwrap_or_else(|| CiVariable::ANY_ENVIRONMENT.to_owned()),
        description: settings.description.clone().flatten(),
        created_at: home.request.now,
        updated_at: home.request.now,
        revision: 0,
    }
}

/// The key stands there already, for the same scope.
pub(super) fn taken(variable: &CiVariable) -> Error {
    let text = format!("({}) has already been taken", variable.key);
    Error::invalid("key", text)
}
