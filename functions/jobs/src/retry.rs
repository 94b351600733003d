//! Retry a job or a bridge.

use axum::extract::State;
use http::StatusCode;
use switchyard::error::{Error, Result};
use switchyard::http::access::Build;
use switchyard::http::views::JobView;
use switchyard::http::{Accepts, App, BuildAccess, Endpoint, Json, ProjectAccess, Reader};
use switchyard::ids::JobId;
use switchyard::pipeline::Pipeline;
use switchyard::policy::Action;
use switchyard::store::counters::Counter;
use switchyard::store::retry::{replacing, retry_writes};
use switchyard::store::{Key, Write, Written};

use crate::play::MAX_VARIABLES;
use crate::steer::{self, ATTEMPTS};

pub(crate) struct RetryJob;

impl Endpoint for RetryJob {
    const ACCEPTS: Accepts = Accepts::WRITER;
    const ACTION: Action = Action::ReadBuild;
    const JOB_ACTION: Option<Action> = Some(Action::UpdateBuild);

    fn read(_: &mut Reader<'_>) -> Self {
        Self
    }
}

/// Retry a job
///
/// The answer is the new job; the old one stays as it ended. Bridges are retried too.
#[utoipa::path(
    post,
    path = "/api/v4/projects/{id}/jobs/{job_id}/retry",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("job_id" = u64, Path),
    ),
    responses((status = 201, body = JobView)),
)]
pub(crate) async fn retry(
    State(app): State<App>,
    access: BuildAccess<RetryJob>,
) -> Result<(StatusCode, Json<JobView>)> {
    let BuildAccess {
        mut build,
        pipeline,
        project: mut access,
    } = access;
    access.demand_on(&pipeline.ref_name, pipeline.tag)?;
    let mut retried = None;
    for _ in 0..ATTEMPTS {
        if !is_retryable(&access, &build) {
            let reason = "Job is not retryable".to_owned();
            return Err(Error::Forbidden(Some(reason)));
        }
        retried = retry_now(&app, &mut access, &build, &[]).await?;
        if retried.is_some() {
            break;
        }
        build = steer::reread(&app, &mut access, build.common()).await?;
    }
    let new = retried.ok_or(Error::ResourceLock)?;

    let id = new.common().id;
    let picture = steer::follow_up(&app, &mut access, new.common().pipeline_id).await;
    let after = picture.and_then(|picture| match &new {
        Build::Job(_) => picture.job(id).cloned().map(Build::Job),
        Build::Bridge(_) => picture.bridge(id).cloned().map(Build::Bridge),
    });
    let view = match after.unwrap_or(new) {
        Build::Job(job) => JobView::new(&job, &access.shown())?,
        Build::Bridge(bridge) => JobView::of_bridge(&bridge, &access.shown())?,
    };
    Ok((StatusCode::CREATED, Json(view)))
}

pub(crate) fn is_retryable<E>(access: &ProjectAccess<E>, build: &Build) -> bool {
    let build = build.common();
    let archived = build.is_archived(access.request.archive_after, access.request.now);
    build.is_retryable(archived)
}

/// Puts a new job, or bridge, in the place of one that has ended, with variables besides
/// its own. None, and nothing is written, if it moved on meanwhile.
pub(crate) async fn retry_now<E: Endpoint>(
    app: &App,
    access: &mut ProjectAccess<E>,
    build: &Build,
    variables: &[(String, String)],
) -> Result<Option<Build>> {
    let (user, now) = (access.caller.signed_in()?.id, access.request.now);
    let id = JobId(app.store.reserve_ids(Counter::Jobs, 1).await?);
    let old = build.common();
    let pipeline = steer::pipeline_of(access, old)?;
    let next = pipeline.with_retry(old.id, id, user, now);
    let (new, writes) = match build {
        Build::Job(job) => {
            let variables = app.store.variables_for(job, id, variables).await?;
            if variables.len() > MAX_VARIABLES {
                return Err(Error::bad_request("Too many variables"));
            }
            let mut new = job.again(id, user, now);
            new.has_variables = !variables.is_empty();
            let mut writes = retry_writes(job, &new, &variables)?;
            let project = Key::Project(job.build.project_id);
            writes.push(Write::add(project, "job_count", 1));
            (Build::Job(new), writes)
        }
        Build::Bridge(bridge) => {
            let new = bridge.again(id, user, now);
            let writes = replacing(bridge, &bridge.replaced_by(id), &new)?;
            (Build::Bridge(new), writes)
        }
    };
    write(app, access, writes, (&pipeline, next))
        .await
        .map(|written| written.then_some(new))
}

async fn write<E>(
    app: &App,
    access: &mut ProjectAccess<E>,
    mut writes: Vec<Write>,
    (pipeline, next): (&Pipeline, Pipeline),
) -> Result<bool> {
    writes.push(Write::edit(pipeline, &next)?);
    let written = app.store.write_all(writes).await? == Written::All;
    if written {
        access.rows.set(next);
    }
    Ok(written)
}
