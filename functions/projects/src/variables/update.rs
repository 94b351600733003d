//! Update a variable.

use axum::extract::State;
use switchyard::error::{Error, Result};
use switchyard::http::{
    Accepts, App, CallerAccess, Endpoint, GroupAccess, Json, ProjectAccess, Reader,
};
use switchyard::policy::{Action, GroupAction};
use switchyard::store::{Write, Written};
use switchyard::time::Time;
use switchyard::variable::{CiVariable, VariableType};

use super::ATTEMPTS;
use super::create::taken;
use super::home::Home;
use super::settings::{Filter, Settings};
use super::view::{InstanceVariableView, VariableView};

pub(crate) struct UpdateVariable {
    filter: Filter,
    settings: Settings,
}

impl Endpoint for UpdateVariable {
    const ACCEPTS: Accepts = Accepts::WRITER;
    const ACTION: Action = Action::AdminBuild;
    const GROUP_ACTION: GroupAction = GroupAction::AdminVariables;

    fn read(reader: &mut Reader<'_>) -> Self {
        let filter = Filter::read(reader);
        let value = reader.clearable("value", Reader::text);
        let value = value.map(Option::unwrap_or_default);
        Self {
            filter,
            settings: Settings::read(reader, value),
        }
    }
}

/// Update a variable of a project
///
/// Its key stays. That it is hidden, or masked if it is, cannot be changed.
#[utoipa::path(
    put,
    path = "/api/v4/projects/{id}/variables/{key}",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("key" = String, Path),
        ("filter[environment_scope]" = Option<String>, Query, description = "which one, if there are several; here and below: in the query or, better, in the body"),
        ("value" = Option<String>, Query),
        ("variable_type" = Option<VariableType>, Query),
        ("protected" = Option<bool>, Query),
        ("masked" = Option<bool>, Query),
        ("raw" = Option<bool>, Query),
        ("environment_scope" = Option<String>, Query),
        ("description" = Option<String>, Query),
    ),
    responses((status = 200, body = VariableView)),
)]
pub(crate) async fn of_project(
    State(app): State<App>,
    access: ProjectAccess<UpdateVariable>,
) -> Result<Json<VariableView>> {
    update(&app, access.into()).await
}

/// Update a variable of a group
///
/// Its key stays. That it is hidden, or masked if it is, cannot be changed.
#[utoipa::path(
    put,
    path = "/api/v4/groups/{id}/variables/{key}",
    params(
        ("id" = String, Path, description = "number or encoded full path of the group"),
        ("key" = String, Path),
        ("filter[environment_scope]" = Option<String>, Query, description = "which one, if there are several; here and below: in the query or, better, in the body"),
        ("value" = Option<String>, Query),
        ("variable_type" = Option<VariableType>, Query),
        ("protected" = Option<bool>, Query),
        ("masked" = Option<bool>, Query),
        ("raw" = Option<bool>, Query),
        ("environment_scope" = Option<String>, Query),
        ("description" = Option<String>, Query),
    ),
    responses((status = 200, body = VariableView)),
)]
pub(crate) async fn of_group(
    State(app): State<App>,
    access: GroupAccess<UpdateVariable>,
) -> Result<Json<VariableView>> {
    update(&app, access.into()).await
}

/// Update a variable of the instance
///
/// For administrators. Its key stays.
#[utoipa::path(
    put,
    path = "/api/v4/admin/ci/variables/{key}",
    params(
        ("key" = String, Path),
        ("value" = Option<String>, Query, description = "here and below: in the query or, better, in the body"),
        ("variable_type" = Option<VariableType>, Query),
        ("protected" = Option<bool>, Query),
        ("masked" = Option<bool>, Query),
        ("raw" = Option<bool>, Query),
        ("description" = Option<String>, Query),
    ),
    responses((status = 200, body = InstanceVariableView)),
)]
pub(crate) async fn of_instance(
    State(app): State<App>,
    access: CallerAccess<UpdateVariable>,
) -> Result<Json<InstanceVariableView>> {
    let mut home = Home::of_instance(access)?;
    home.params.settings = home.params.settings.without_scopes();
    update(&app, home).await
}

async fn update<V>(app: &App, home: Home<UpdateVariable>) -> Result<Json<V>>
where
    V: for<'a> From<&'a CiVariable>,
{
    for _ in 0..ATTEMPTS {
        let old = home.variable(&home.params.filter, app).await?;
        let new = changed(&old, &home.params.settings, home.request.now)?;
        new.faults().finish()?;
        if new == old {
            return Ok(Json(V::from(&old)));
        }
        // Of several who change it each has to know its own write again, even below that of
        // another: a transaction does.
        let moves = new.environment_scope != old.environment_scope;
        let writes = if moves {
            vec![Write::create(&new)?, Write::delete(&old)?]
        } else {
            vec![Write::edit(&old, &new)?]
        };
        match app.store.write_all(writes).await? {
            Written::All => return Ok(Json(V::from(&new))),
            Written::Refused(places) if moves && places.contains(&0) => return Err(taken(&new)),
            Written::Refused(_) => {}
        }
    }
    Err(Error::ResourceLock)
}

/// The variable with what is to be changed.
///
/// # Errors
/// 400 for a change of whether it is hidden.
fn changed(old: &CiVariable, settings: &Settings, now: Time) -> Result<CiVariable> {
    if old.hidden {
        let is_visible =
            settings.masked == Some(false) || settings.masked_and_hidden == Some(false);
        if is_visible {
            let text = "The visibility setting cannot be changed for masked and hidden variables.";
            return Err(Error::invalid("base", text));
        }
    } else if settings.masked_and_hidden == Some(true) {
        let text = "Only new variables can be set as masked and hidden.";
        return Err(Error::invalid("base", text));
    }
    let mut new = old.clone();
    let Settings {
        value,
        variable_type,
        protected,
        masked,
        masked_and_hidden: _,
        raw,
        environment_scope,
        description,
    } = settings;
    new.value = value.clone().unwrap_or(new.value);
    new.variable_type = variable_type.unwrap_or(new.variable_type);
    new.protected = protected.unwrap_or(new.protected);
    new.masked = masked.unwrap_or(new.masked);
    new.raw = raw.unwrap_or(new.raw);
    new.environment_scope = environment_scope.clone().unwrap_or(new.environment_scope);
    new.description = description.clone().unwrap_or(new.description);
    if new != *old {
        new.updated_at = now;
        new.revision += 1;
    }
    Ok(new)
}
