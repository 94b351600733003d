//! Update a variable of a schedule.

use axum::extract::State;
use switchyard::error::{Error, Result};
use switchyard::http::{Accepts, App, Endpoint, Json, ProjectAccess, Reader};
use switchyard::policy::Action;
use switchyard::store::{Write, Written};
use switchyard::variable::{CiVariable, VariableType};

use super::super::{demand_editor, schedule};
use super::{ATTEMPTS, variable};
use crate::variables::PipelineVariableView;

pub(crate) struct UpdateVariable {
    value: Option<String>,
    variable_type: Option<VariableType>,
}

impl Endpoint for UpdateVariable {
    const ACCEPTS: Accepts = Accepts::WRITER;
    const ACTION: Action = Action::ReadBuild;

    fn read(reader: &mut Reader<'_>) -> Self {
        let value = reader.clearable("value", Reader::text);
        Self {
            value: value.map(Option::unwrap_or_default),
            variable_type: reader.word("variable_type"),
        }
    }
}

/// Update a variable of a pipeline schedule
///
/// For those who may change the schedule and give variables to pipelines. Its key stays.
#[utoipa::path(
    put,
    path = "/api/v4/projects/{id}/pipeline_schedules/{pipeline_schedule_id}/variables/{key}",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("pipeline_schedule_id" = u64, Path),
        ("key" = String, Path),
        ("value" = Option<String>, Query, description = "here and below: in the query or, better, in the body"),
        ("variable_type" = Option<VariableType>, Query),
    ),
    responses((status = 200, body = PipelineVariableView)),
)]
pub(crate) async fn update(
    State(app): State<App>,
    access: ProjectAccess<UpdateVariable>,
) -> Result<Json<PipelineVariableView>> {
    let schedule = schedule(&access, &app).await?;
    demand_editor(&access, &schedule)?;
    access.demand(Action::SetPipelineVariables)?;
    let UpdateVariable {
        value,
        variable_type,
    } = &access.params;
    for _ in 0..ATTEMPTS {
        let old = variable(&access, &schedule, &app).await?;
        let mut new = old.clone();
        new.value = value.clone().unwrap_or(new.value);
        new.variable_type = variable_type.unwrap_or(new.variable_type);
        if new == old {
            return Ok(Json((&old).into()));
        }
        new = CiVariable {
            updated_at: access.request.now,
            revision: old.revision + 1,
            ..new
        };
        new.faults().finish()?;
        let edit = Write::edit(&old, &new)?;
        if app.store.write_all(vec![edit]).await? == Written::All {
            return Ok(Json((&new).into()));
        }
    }
    Err(Error::ResourceLock)
}
