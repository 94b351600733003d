//! The variables that a pipeline was given.

use axum::extract::State;
use serde::Serialize;
use switchyard::error::{Error, Result};
use switchyard::http::{Accepts, App, Endpoint, Json, PipelineAccess, Reader};
use switchyard::policy::Action;
use switchyard::variable::{CiVariable, Owner, VariableType};
use utoipa::ToSchema;

pub(crate) struct ListVariables;

impl Endpoint for ListVariables {
    const ACCEPTS: Accepts = Accepts::ANYBODY;
    const ACTION: Action = Action::ReadBuild;

    fn read(_: &mut Reader<'_>) -> Self {
        Self
    }
}

/// A variable that pipelines are given.
#[derive(Clone, Serialize, ToSchema)]
#[schema(as = PipelineVariable)]
pub(crate) struct PipelineVariableView {
    variable_type: VariableType,
    key: String,
    value: String,
    raw: bool,
}

impl From<&CiVariable> for PipelineVariableView {
    fn from(variable: &CiVariable) -> Self {
        Self {
            variable_type: variable.variable_type,
            key: variable.key.clone(),
            value: variable.value.clone(),
            raw: variable.raw,
        }
    }
}

/// List the variables of a pipeline
///
/// Those that it was given when it was started. For maintainers, and the developer who
/// started it, while they may run pipelines on its branch or tag.
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}/pipelines/{pipeline_id}/variables",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("pipeline_id" = u64, Path),
    ),
    responses((status = 200, body = Vec<PipelineVariableView>)),
)]
pub(crate) async fn list(
    State(app): State<App>,
    access: PipelineAccess<ListVariables>,
) -> Result<Json<Vec<PipelineVariableView>>> {
    let PipelineAccess { pipeline, project } = access;
    let caller = project.caller.user();
    let is_starter = caller.is_some_and(|user| user.id == pipeline.user_id)
        && project.demand(Action::UpdateBuild).is_ok()
        && project.demand_on(&pipeline.ref_name, pipeline.tag).is_ok();
    if !is_starter && project.demand(Action::AdminBuild).is_err() {
        return Err(Error::Forbidden(None));
    }
    if !pipeline.has_variables {
        return Ok(Json(Vec::new()));
    }
    let variables = app.store.ci_variables_of(Owner::Pipeline(pipeline.id));
    let variables = variables.await?;
    Ok(Json(variables.iter().map(Into::into).collect()))
}
