//! What cancel, retry, erase and play have in common.

use switchyard::error::{Error, Result};
use switchyard::http::access::Build;
use switchyard::http::{App, Endpoint, ProjectAccess};
use switchyard::ids::PipelineId;
use switchyard::job;
use switchyard::pipeline::{Picture, Pipeline};
use switchyard::store::Key;

/// How often an action that others forestalled is decided anew.
pub(crate) const ATTEMPTS: u32 = 6;

/// # Errors
/// 403 for a job that is too old to be touched.
pub(crate) fn refuse_archived<E>(access: &ProjectAccess<E>, build: &job::Build) -> Result<()> {
    if build.is_archived(access.request.archive_after, access.request.now) {
        Err(Error::Forbidden(None))
    } else {
        Ok(())
    }
}

/// The pipeline of a job or bridge, as it was last read.
pub(crate) fn pipeline_of<E>(access: &ProjectAccess<E>, build: &job::Build) -> Result<Pipeline> {
    let key = Key::Pipeline(build.project_id, build.pipeline_id);
    let pipeline = access.rows.get(&key)?;
    pipeline.ok_or_else(|| Error::Internal(format!("job {} has lost its pipeline", build.id)))
}

/// Reads a job or bridge and its pipeline again.
pub(crate) async fn reread<E: Endpoint>(
    app: &App,
    access: &mut ProjectAccess<E>,
    build: &job::Build,
) -> Result<Build> {
    let (project, id) = (build.project_id, build.id);
    let keys = [
        Key::Job(project, id),
        Key::Bridge(project, id),
        Key::Pipeline(project, build.pipeline_id),
    ];
    access.rows.reload(&app.store, keys).await?;
    let job = access.rows.get(&Key::Job(project, id))?;
    let bridge = access.rows.get(&Key::Bridge(project, id))?;
    let build = job.map(Build::Job).or(bridge.map(Build::Bridge));
    build.ok_or(Error::RecordNotFound)
}

/// Does what follows in the pipeline. When that cannot be done now the sweeper does it:
/// what was asked for has happened all the same.
pub(crate) async fn follow_up<E>(
    app: &App,
    access: &mut ProjectAccess<E>,
    pipeline: PipelineId,
) -> Option<Picture> {
    let (project, now) = (access.project.id, access.request.now);
    let picture = match app.store.process(project, pipeline, now).await {
        Ok(picture) => picture?,
        Err(error) => {
            tracing::warn!(%error, %project, %pipeline, "what follows is left to the sweeper");
            return None;
        }
    };
    access.rows.set(picture.pipeline.clone());
    Some(picture)
}
