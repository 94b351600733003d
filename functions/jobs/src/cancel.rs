//! Cancel a job.

use axum::extract::State;
use http::StatusCode;
use switchyard::error::{Error, Result};
use switchyard::http::access::Build;
use switchyard::http::views::JobView;
use switchyard::http::{Accepts, App, Endpoint, JobAccess, Json, ProjectAccess, Reader};
use switchyard::job::lifecycle::{Event, transition};
use switchyard::job::{Job, Status};
use switchyard::policy::Action;
use switchyard::runner::RunnerManager;
use switchyard::store::{Key, Write, Written};

use crate::steer::{self, ATTEMPTS};

pub(crate) struct CancelJob {
    force: bool,
}

impl Endpoint for CancelJob {
    const ACCEPTS: Accepts = Accepts::WRITER;
    const ACTION: Action = Action::ReadBuild;
    const JOB_ACTION: Option<Action> = Some(Action::CancelBuild);

    fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            force: reader.boolean("force").unwrap_or_default(),
        }
    }
}

/// Cancel a job
///
/// One that has ended already is answered unchanged. A runner that can be asked to stop is
/// asked: the job is `canceling` until it reports. `force` does not wait for that.
#[utoipa::path(
    post,
    path = "/api/v4/projects/{id}/jobs/{job_id}/cancel",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("job_id" = u64, Path),
        ("force" = Option<bool>, Query, description = "for maintainers: end a job that is `canceling`"),
    ),
    responses((status = 201, body = JobView)),
)]
pub(crate) async fn cancel(
    State(app): State<App>,
    access: JobAccess<CancelJob>,
) -> Result<(StatusCode, Json<JobView>)> {
    let JobAccess {
        job,
        project: mut access,
    } = access;
    if access.params.force {
        access.demand(Action::ForceCancelBuild)?;
    }
    steer::refuse_archived(&access, &job.build)?;
    let job = match cancel_now(&app, &mut access, job).await? {
        Cancel::Ended(job) => job,
        Cancel::Done(job) => {
            let picture = steer::follow_up(&app, &mut access, job.build.pipeline_id).await;
            let after = picture.and_then(|picture| picture.job(job.build.id).cloned());
            after.unwrap_or(job)
        }
    };
    let view = JobView::new(&job, &access.shown())?;
    Ok((StatusCode::CREATED, Json(view)))
}

enum Cancel {
    /// There was nothing to cancel.
    Ended(Job),
    Done(Job),
}

async fn cancel_now(
    app: &App,
    access: &mut ProjectAccess<CancelJob>,
    mut job: Job,
) -> Result<Cancel> {
    let now = access.request.now;
    for _ in 0..ATTEMPTS {
        let event = event(access, &job)?;
        let Ok(build) = transition(&job.build, event, now) else {
            return Ok(Cancel::Ended(job));
        };
        let mut canceled = Job {
            build,
            ..job.clone()
        };
        if canceled.build.status == Status::Canceled {
            canceled.token_digest = None;
        }
        let pipeline = steer::pipeline_of(access, &job.build)?;
        let touched = pipeline.touched(now);
        let writes = vec![
            Write::edit(&job, &canceled)?,
            Write::edit(&pipeline, &touched)?,
        ];
        if app.store.write_all(writes).await? == Written::All {
            access.rows.set(touched);
            return Ok(Cancel::Done(canceled));
        }
        job = match steer::reread(app, access, &job.build).await? {
            Build::Job(job) => job,
            Build::Bridge(_) => return Err(Error::RecordNotFound),
        };
    }
    Err(Error::ResourceLock)
}

fn event(access: &ProjectAccess<CancelJob>, job: &Job) -> Result<Event> {
    if access.params.force {
        return Ok(Event::ForceCancel);
    }
    let manager = job.runner_id.zip(job.system_id.clone());
    let manager: Option<RunnerManager> = match manager {
        Some((runner, system)) => access.rows.get(&Key::RunnerManager(runner, system))?,
        None => None,
    };
    let graceful = manager.is_some_and(|manager| manager.cancel_gracefully);
    Ok(Event::Cancel { graceful })
}
