//! Pipeline schedules: when pipelines start by themselves.

mod create;
mod delete;
mod edit;
mod list;
mod own;
mod pipelines;
mod play;
mod settings;
mod show;
mod timing;
mod variables;
mod view;

use axum::Router;
use axum::routing::{get, post};
use switchyard::error::{Error, Result};
use switchyard::http::{App, ProjectAccess};
use switchyard::policy::Action;
use switchyard::repository::short_ref_name;
use switchyard::schedule::Schedule;
use switchyard::store::{Key, Rows};
use utoipa::OpenApi;

use crate::room::Room;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route(
            "/api/v4/projects/{id}/pipeline_schedules",
            get(list::list).post(create::create),
        )
        .route(
            "/api/v4/projects/{id}/pipeline_schedules/{pipeline_schedule_id}",
            get(show::show).put(edit::edit).delete(delete::delete),
        )
        .route(
            "/api/v4/projects/{id}/pipeline_schedules/{pipeline_schedule_id}/take_ownership",
            post(own::take_ownership),
        )
        .route(
            "/api/v4/projects/{id}/pipeline_schedules/{pipeline_schedule_id}/pipelines",
            get(pipelines::list),
        )
        .route(
            "/api/v4/projects/{id}/pipeline_schedules/{pipeline_schedule_id}/play",
            post(play::play),
        )
        .merge(variables::routes())
}

/// This part of the API's description.
pub(crate) struct ApiDoc;

impl OpenApi for ApiDoc {
    fn openapi() -> utoipa::openapi::OpenApi {
        let mut document = Schedules::openapi();
        document.merge(variables::ApiDoc::openapi());
        document
    }
}

#[derive(OpenApi)]
#[openapi(paths(
    list::list,
    show::show,
    create::create,
    edit::edit,
    delete::delete,
    own::take_ownership,
    pipelines::list,
    play::play
))]
struct Schedules;

/// As many as in GitLab.
const ROOM: Room = Room {
    of: "ci pipeline schedules",
    limit: 10,
    attribute: "schedule_count",
    count: |project| project.schedule_count,
};

/// How often a change is decided anew when others change the same at the same time.
const ATTEMPTS: u32 = 10;

/// The schedule that the path names, as it is now.
async fn schedule<E>(access: &ProjectAccess<E>, app: &App) -> Result<Schedule> {
    let missing = || Error::not_found("Pipeline Schedule");
    let id = access.ids.get("pipeline_schedule_id");
    let key = Key::Schedule(access.project.id, id.map_err(|_| missing())?);
    let mut rows = Rows::default();
    rows.load(&app.store, [key.clone()]).await?;
    rows.get(&key)?.ok_or_else(missing)
}

/// Whether the caller may change a schedule, and see its variables: maintainers may, and
/// its owner, if that is a developer still.
fn is_editor<E>(access: &ProjectAccess<E>, schedule: &Schedule) -> bool {
    let user = access.caller.user();
    let is_owner = user.is_some_and(|user| user.id == schedule.owner_id);
    let action = if is_owner {
        Action::CreateSchedule
    } else {
        Action::AdminBuild
    };
    access.demand(action).is_ok()
}

/// # Errors
/// 403 for a protected branch or tag, unless the caller may push to it, merge into it, or
/// make it: who may not, may not run pipelines there.
fn demand_ref<E>(access: &ProjectAccess<E>, name: &str) -> Result<()> {
    let (short, tag) = short_ref_name(name);
    access.demand_on(short, tag == Some(true))
}

/// # Errors
/// 403 for those who may not change it.
fn demand_editor<E>(access: &ProjectAccess<E>, schedule: &Schedule) -> Result<()> {
    if is_editor(access, schedule) {
        Ok(())
    } else {
        Err(Error::Forbidden(None))
    }
}
