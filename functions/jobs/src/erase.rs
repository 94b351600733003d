//! Erase a job: its log and its artifacts.

use axum::extract::State;
use http::StatusCode;
use switchyard::erasure;
use switchyard::error::{Error, Result};
use switchyard::http::access::Build;
use switchyard::http::views::JobView;
use switchyard::http::{Accepts, App, Endpoint, JobAccess, Json, ProjectAccess, Reader};
use switchyard::job::Job;
use switchyard::policy::Action;
use switchyard::trace::Log;

use crate::steer::{self, ATTEMPTS};

pub(crate) struct EraseJob;

impl Endpoint for EraseJob {
    const ACCEPTS: Accepts = Accepts::WRITER;
    const ACTION: Action = Action::ReadBuild;

    fn read(_: &mut Reader<'_>) -> Self {
        Self
    }
}

/// Erase a job
///
/// Takes a maintainer, or a developer who started the job. Log and artifacts are gone at
/// once; status and times stay.
#[utoipa::path(
    post,
    path = "/api/v4/projects/{id}/jobs/{job_id}/erase",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("job_id" = u64, Path),
    ),
    responses((status = 201, body = JobView)),
)]
pub(crate) async fn erase(
    State(app): State<App>,
    access: JobAccess<EraseJob>,
) -> Result<(StatusCode, Json<JobView>)> {
    let JobAccess {
        job,
        project: mut access,
    } = access;
    let is_own = access.caller.signed_in()?.id == job.build.user_id;
    access.demand(if is_own {
        Action::EraseOwnBuild
    } else {
        Action::EraseBuild
    })?;
    steer::refuse_archived(&access, &job.build)?;
    let erased = mark(&app, &mut access, job).await?;
    let job = match erasure::finish(&erased, &app.store, &app.blobs).await {
        Ok(job) => job,
        Err(error) => {
            let (project, job) = (erased.build.project_id, erased.build.id);
            tracing::warn!(%error, %project, %job, "erasing is left to the sweeper");
            erased
        }
    };
    let view = JobView::new(&job, &access.shown())?;
    Ok((StatusCode::CREATED, Json(view)))
}

/// Marks the job as erased: from then on nobody sees what it left.
async fn mark(app: &App, access: &mut ProjectAccess<EraseJob>, mut job: Job) -> Result<Job> {
    for _ in 0..ATTEMPTS {
        let has_log = job.build.status.is_final() && Log::of(&job, &app.store).await?.is_some();
        if !job.is_erasable(has_log) {
            let reason = "Job is not erasable!".to_owned();
            return Err(Error::Forbidden(Some(reason)));
        }
        let erased = job.erased(access.request.now);
        if app.store.edit(&job, &erased).await? {
            return Ok(erased);
        }
        job = match steer::reread(app, access, &job.build).await? {
            Build::Job(job) => job,
            Build::Bridge(_) => return Err(Error::RecordNotFound),
        };
    }
    Err(Error::ResourceLock)
}
