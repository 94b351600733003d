//! Pipeline triggers: who may start pipelines of a project with a token of their own.

mod create;
mod delete;
mod list;
mod payload;
mod run;
mod show;
mod starter;
mod update;
mod view;

use axum::Router;
use axum::routing::{get, post};
use switchyard::error::{Error, Result};
use switchyard::http::{App, ProjectAccess};
use switchyard::store::{Key, Rows};
use switchyard::trigger::Trigger;
use utoipa::OpenApi;

use crate::room::Room;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route(
            "/api/v4/projects/{id}/triggers",
            get(list::list).post(create::create),
        )
        .route(
            "/api/v4/projects/{id}/triggers/{trigger_id}",
            get(show::show).put(update::update).delete(delete::delete),
        )
        .route("/api/v4/projects/{id}/trigger/pipeline", post(run::run))
        .route(
            "/api/v4/projects/{id}/ref/{ref}/trigger/pipeline",
            post(run::run_at),
        )
}

#[derive(OpenApi)]
#[openapi(paths(
    list::list,
    show::show,
    create::create,
    update::update,
    delete::delete,
    run::run,
    run::run_at
))]
pub(crate) struct ApiDoc;

/// As many as in GitLab.
const ROOM: Room = Room {
    of: "pipeline triggers",
    limit: 25_000,
    attribute: "trigger_count",
    count: |project| project.trigger_count,
};

/// How often a change is decided anew when others change the same at the same time.
const ATTEMPTS: u32 = 10;

/// Characters of a description.
const MAX_DESCRIPTION: usize = 255;

/// The trigger that the path names, as it is now.
async fn trigger<E>(access: &ProjectAccess<E>, app: &App) -> Result<Trigger> {
    let id = access.ids.get("trigger_id")?;
    let key = Key::Trigger(access.project.id, id);
    let mut rows = Rows::default();
    rows.load(&app.store, [key.clone()]).await?;
    rows.get(&key)?.ok_or(Error::RecordNotFound)
}

/// # Errors
/// 400 if it is too long.
fn check_description(text: &str) -> Result<()> {
    if text.chars().count() <= MAX_DESCRIPTION {
        return Ok(());
    }
    let text = format!("is too long (maximum is {MAX_DESCRIPTION} characters)");
    Err(Error::invalid("description", text))
}
