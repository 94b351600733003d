//! Run a job that waits for somebody.

mod variables;

use axum::extract::State;
use serde::Serialize;
use switchyard::error::{Error, Result};
use switchyard::http::access::Build;
use switchyard::http::views::{BridgeView, JobView};
use switchyard::http::{Accepts, App, BuildAccess, Endpoint, Json, ProjectAccess, Reader};
use switchyard::job::lifecycle::{Event, transition};
use switchyard::job::{Bridge, Job};
use switchyard::pipeline::Reset;
use switchyard::policy::Action;
use switchyard::store::{Write, Written};
use switchyard::variable::{Owner, Variable};
use utoipa::ToSchema;

pub(crate) use variables::MAX_VARIABLES;

use crate::retry::{is_retryable, retry_now};
use crate::steer::{self, ATTEMPTS};

pub(crate) struct PlayJob {
    variables: Vec<(String, String)>,
}

impl Endpoint for PlayJob {
    const ACCEPTS: Accepts = Accepts::WRITER;
    const ACTION: Action = Action::ReadBuild;
    const JOB_ACTION: Option<Action> = Some(Action::UpdateBuild);

    fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            variables: variables::read(reader),
        }
    }
}

/// What was played.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[expect(
    clippy::large_enum_variant,
    reason = "one at a time, on its way into an answer"
)]
pub(crate) enum PlayedView {
    Job(JobView),
    Bridge(BridgeView),
}

/// Run a job
///
/// Starts a manual or a delayed job, or runs a finished manual one again; then the answer
/// is still the job that was asked for. Variables take the role that the project's
/// `ci_pipeline_variables_minimum_override_role` asks for.
#[utoipa::path(
    post,
    path = "/api/v4/projects/{id}/jobs/{job_id}/play",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("job_id" = u64, Path),
    ),
    request_body(content = Option<variables::PlayRequest>),
    responses((status = 200, body = PlayedView)),
)]
pub(crate) async fn play(
    State(app): State<App>,
    access: BuildAccess<PlayJob>,
) -> Result<Json<PlayedView>> {
    let BuildAccess {
        mut build,
        pipeline,
        project: mut access,
    } = access;
    access.demand_on(&pipeline.ref_name, pipeline.tag)?;
    if !access.params.variables.is_empty() {
        access.demand(Action::SetPipelineVariables)?;
        variables::check(&access.params.variables)?;
    }
    let mut played = None;
    for _ in 0..ATTEMPTS {
        if !is_playable(&access, &build) {
            return Err(Error::bad_request("Unplayable Job"));
        }
        played = play_now(&app, &mut access, &build).await?;
        if played.is_some() {
            break;
        }
        build = steer::reread(&app, &mut access, build.common()).await?;
    }
    let played = played.ok_or(Error::ResourceLock)?;

    let id = played.common().id;
    let picture = steer::follow_up(&app, &mut access, played.common().pipeline_id).await;
    let view = match played {
        Build::Job(job) => {
            let after = picture.and_then(|picture| picture.job(id).cloned());
            let view = JobView::new(&after.unwrap_or(job), &access.shown())?;
            PlayedView::Job(view)
        }
        Build::Bridge(bridge) => {
            let after = picture.and_then(|picture| picture.bridge(id).cloned());
            let view = BridgeView::new(&after.unwrap_or(bridge), &access.shown())?;
            PlayedView::Bridge(view)
        }
    };
    Ok(Json(view))
}

fn is_playable(access: &ProjectAccess<PlayJob>, build: &Build) -> bool {
    let age = access.request.archive_after;
    let archived = build.common().is_archived(age, access.request.now);
    match build {
        Build::Job(job) => job.is_playable(archived),
        Build::Bridge(bridge) => bridge.is_playable(archived),
    }
}

/// Starts it. None, and nothing is written, if it moved on meanwhile.
async fn play_now(
    app: &App,
    access: &mut ProjectAccess<PlayJob>,
    build: &Build,
) -> Result<Option<Build>> {
    if matches!(build, Build::Bridge(_)) && !access.params.variables.is_empty() {
        return Err(Error::bad_request("Trigger jobs take no variables"));
    }
    if is_retryable(access, build) {
        let given = access.params.variables.clone();
        let new = retry_now(app, access, build, &given).await?;
        return Ok(new.map(|_| build.clone()));
    }
    let (user, now) = (access.caller.signed_in()?.id, access.request.now);
    let enqueue = Event::Enqueue {
        gates: build.common().gates(),
        user: Some(user),
    };
    let old = build.common();
    let Ok(next) = transition(old, enqueue, now) else {
        return Ok(None);
    };
    let (played, mut writes) = match build {
        Build::Job(job) => {
            let variables = &access.params.variables;
            let played = Job {
                build: next,
                has_variables: job.has_variables || !variables.is_empty(),
                ..job.clone()
            };
            let mut writes = vec![Write::edit(job, &played)?];
            for (key, value) in variables.clone() {
                let owner = Owner::Job(old.id);
                writes.push(Write::create(&Variable { owner, key, value })?);
            }
            (Build::Job(played), writes)
        }
        Build::Bridge(bridge) => {
            let played = Bridge {
                build: next,
                ..bridge.clone()
            };
            let writes = vec![Write::edit(bridge, &played)?];
            (Build::Bridge(played), writes)
        }
    };
    let pipeline = steer::pipeline_of(access, old)?;
    let mut touched = pipeline.touched(now);
    touched.resets.push(Reset { job: old.id, user });
    writes.push(Write::edit(&pipeline, &touched)?);
    if app.store.write_all(writes).await? != Written::All {
        return Ok(None);
    }
    access.rows.set(touched);
    Ok(Some(played))
}
