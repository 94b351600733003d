//! Variables of a schedule: what its pipelines are given.

mod create;
mod delete;
mod update;

use axum::Router;
use axum::routing::{post, put};
use switchyard::error::{Error, Result};
use switchyard::http::{App, ProjectAccess};
use switchyard::schedule::Schedule;
use switchyard::variable::{CiVariable, Owner};
use utoipa::OpenApi;

use super::ATTEMPTS;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route(
            "/api/v4/projects/{id}/pipeline_schedules/{pipeline_schedule_id}/variables",
            post(create::create),
        )
        .route(
            "/api/v4/projects/{id}/pipeline_schedules/{pipeline_schedule_id}/variables/{key}",
            put(update::update).delete(delete::delete),
        )
}

#[derive(OpenApi)]
#[openapi(paths(create::create, update::update, delete::delete))]
pub(crate) struct ApiDoc;

/// Variables that a schedule may have: so many fit into an answer, and with the schedule
/// into the transaction that deletes it.
pub(super) const MAX_VARIABLES: u64 = 50;

/// The attribute of a schedule's row that counts its variables.
pub(super) const COUNT: &str = "variable_count";

/// The variable that the path names.
async fn variable<E>(
    access: &ProjectAccess<E>,
    schedule: &Schedule,
    app: &App,
) -> Result<CiVariable> {
    let named = access.request.route_params.iter();
    let mut keys = named.filter(|(name, _)| name == "key").map(|(_, key)| key);
    let key = keys.next_back().map_or("", String::as_str);
    let owner = Owner::Schedule(schedule.id);
    let any = Some(CiVariable::ANY_ENVIRONMENT);
    let found = app.store.ci_variables_called(owner, key, any, 1).await?;
    let found = found.into_iter().next();
    found.ok_or_else(|| Error::not_found("Pipeline Schedule Variable"))
}
