//! Create a variable of a schedule.

use axum::extract::State;
use http::StatusCode;
use switchyard::error::{Error, Result};
use switchyard::http::{Accepts, App, Endpoint, Json, ProjectAccess, Reader};
use switchyard::policy::Action;
use switchyard::store::{Write, Written};
use switchyard::variable::{CiVariable, Owner, VariableType};

use super::super::{demand_editor, schedule};
use super::{ATTEMPTS, COUNT, MAX_VARIABLES};
use crate::variables::PipelineVariableView;

pub(crate) struct CreateVariable {
    key: String,
    value: String,
    variable_type: Option<VariableType>,
}

impl Endpoint for CreateVariable {
    const ACCEPTS: Accepts = Accepts::WRITER;
    const ACTION: Action = Action::ReadBuild;

    fn read(reader: &mut Reader<'_>) -> Self {
        let key: String = reader.required("key", Reader::text);
        Self {
            key: key.trim().to_owned(),
            value: reader.required("value", Reader::text),
            variable_type: reader.word("variable_type"),
        }
    }
}

/// Create a variable of a pipeline schedule
///
/// For those who may change the schedule and give variables to pipelines. A schedule has
/// at most 50.
#[utoipa::path(
    post,
    path = "/api/v4/projects/{id}/pipeline_schedules/{pipeline_schedule_id}/variables",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("pipeline_schedule_id" = u64, Path),
        ("key" = String, Query, description = "here and below: in the query or, better, in the body"),
        ("value" = String, Query),
        ("variable_type" = Option<VariableType>, Query),
    ),
    responses((status = 201, body = PipelineVariableView)),
)]
pub(crate) async fn create(
    State(app): State<App>,
    access: ProjectAccess<CreateVariable>,
) -> Result<(StatusCode, Json<PipelineVariableView>)> {
    let (params, now) = (&access.params, access.request.now);
    for _ in 0..ATTEMPTS {
        let schedule = schedule(&access, &app).await?;
        demand_editor(&access, &schedule)?;
        access.demand(Action::SetPipelineVariables)?;
        let variable = CiVariable {
            owner: Owner::Schedule(schedule.id),
            key: params.key.clone(),
            value: params.value.clone(),
            variable_type: params.variable_type.unwrap_or_default(),
            protected: false,
            masked: false,
            hidden: false,
            raw: false,
            environment_scope: CiVariable::ANY_ENVIRONMENT.to_owned(),
            description: None,
            created_at: now,
            updated_at: now,
            revision: 0,
        };
        variable.faults().finish()?;
        if schedule.variable_count >= MAX_VARIABLES {
            let text =
                format!("Maximum number of pipeline schedule variables ({MAX_VARIABLES}) exceeded");
            return Err(Error::invalid("base", text));
        }
        let counted = Write::count_up(&schedule, COUNT)?.below(COUNT, MAX_VARIABLES)?;
        let writes = vec![Write::create(&variable)?, counted];
        match app.store.write_all(writes).await? {
            Written::All => return Ok((StatusCode::CREATED, Json((&variable).into()))),
            Written::Refused(places) if places.contains(&0) => {
                return Err(Error::invalid("key", "has already been taken"));
            }
            Written::Refused(_) => {}
        }
    }
    Err(Error::ResourceLock)
}
