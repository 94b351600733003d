//! Run a schedule at once.

use axum::extract::State;
use create_pipeline::{Created, play_schedule};
use http::StatusCode;
use serde::Serialize;
use switchyard::error::{Error, Result};
use switchyard::http::{Accepts, App, Endpoint, Json, ProjectAccess, Reader};
use switchyard::policy::Action;
use utoipa::ToSchema;

use super::{ATTEMPTS, demand_ref, schedule};
use crate::create::{begun, missing, refusal};

pub(crate) struct PlaySchedule;

impl Endpoint for PlaySchedule {
    const ACCEPTS: Accepts = Accepts::WRITER;
    const ACTION: Action = Action::ReadBuild;

    fn read(_: &mut Reader<'_>) -> Self {
        Self
    }
}

/// That it was done.
#[derive(Serialize, ToSchema)]
#[schema(as = Played)]
pub(crate) struct PlayedView {
    message: &'static str,
}

/// Run a pipeline schedule at once
///
/// In the name of whoever asks, who needs the right to run pipelines on its branch or tag.
/// When it runs by itself stays as it was. What makes no pipeline is told, while GitLab,
/// which makes it later, keeps silent.
#[utoipa::path(
    post,
    path = "/api/v4/projects/{id}/pipeline_schedules/{pipeline_schedule_id}/play",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("pipeline_schedule_id" = u64, Path),
    ),
    responses((status = 201, body = PlayedView)),
)]
pub(crate) async fn play(
    State(app): State<App>,
    access: ProjectAccess<PlaySchedule>,
) -> Result<(StatusCode, Json<PlayedView>)> {
    let user = access.caller.signed_in()?;
    let (base_url, now) = (&access.request.base_url, access.request.now);
    for _ in 0..ATTEMPTS {
        let schedule = schedule(&access, &app).await?;
        access.demand(Action::CreatePipeline)?;
        demand_ref(&access, &schedule.ref_name)?;
        let played = play_schedule(&app, base_url, &access.project, user, &schedule, now).await?;
        match played.map_err(|none| Error::invalid("base", missing(none)))? {
            Created::Pipeline(pipeline) => {
                begun(&app, base_url, *pipeline, now).await;
                let message = "201 Created";
                return Ok((StatusCode::CREATED, Json(PlayedView { message })));
            }
            Created::Refused(refused) => return Err(refusal(&refused)),
            Created::Forestalled => {}
        }
    }
    Err(Error::ResourceLock)
}
