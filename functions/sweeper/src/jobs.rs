//! Jobs that start by themselves now, or have waited or run for too long; and jobs that were
//! erased, and something of what they left may still be there.

use switchyard::erasure;
use switchyard::error::Result;
use switchyard::http::App;
use switchyard::job::Job;
use switchyard::job::lifecycle::{Event, transition};
use switchyard::pipeline::Pipeline;
use switchyard::store::belongings::Partition;
use switchyard::store::{Key, Rows, Table, Write, Written};
use switchyard::variable::Owner;

use crate::{Budget, DUE_ROWS};

/// Rows that go in one go.
const AT_A_TIME: usize = 100;

pub(crate) async fn go_on(app: &App, budget: &mut Budget) -> Result<()> {
    let now = app.clock.now();
    let due = app.store.due(Table::Jobs, now, DUE_ROWS).await?;
    let mut rows = Rows::default();
    rows.load(&app.store, due.iter().cloned()).await?;
    for key in due {
        if budget.is_spent() {
            return Ok(());
        }
        budget.spend(1);
        let job: Option<Job> = rows.get(&key)?;
        let Some(job) = job else { continue };
        // One that fails must not keep the others waiting.
        if let Err(error) = finish(&job, app, budget).await {
            let (project, job) = (job.build.project_id, job.build.id);
            tracing::error!(%error, %project, %job, "what is due for a job was not done");
        }
    }
    Ok(())
}

async fn finish(job: &Job, app: &App, budget: &mut Budget) -> Result<()> {
    if job.erasing {
        erasure::finish(job, &app.store, &app.blobs).await?;
    }
    if let Some(event) = job.build.overdue() {
        happen(job, event, app, budget).await?;
    }
    Ok(())
}

/// Lets a delayed job wait for a runner, or ends one that waited, ran or stopped for too
/// long, if it still does.
async fn happen(job: &Job, event: Event, app: &App, budget: &mut Budget) -> Result<()> {
    let now = app.clock.now();
    if job.build.deadline.is_none_or(|deadline| deadline > now) {
        return Ok(());
    }
    let Ok(build) = transition(&job.build, event, now) else {
        return Ok(());
    };
    let key = Key::Pipeline(build.project_id, build.pipeline_id);
    let mut rows = Rows::default();
    rows.load(&app.store, [key.clone()]).await?;
    let Some(pipeline) = rows.get::<Pipeline>(&key)? else {
        return Ok(());
    };
    let token_digest = job.token_digest.clone();
    let changed = Job {
        token_digest: token_digest.filter(|_| build.status.is_executing()),
        build,
        ..job.clone()
    };
    let writes = vec![
        Write::edit(job, &changed)?,
        Write::edit(&pipeline, &pipeline.touched(now))?,
    ];
    if app.store.write_all(writes).await? == Written::All {
        let processed = app.store.process(pipeline.project_id, pipeline.id, now);
        let picture = processed.await?;
        budget.spend(picture.map_or(0, |it| it.builds().len()));
    }
    Ok(())
}

/// Removes a job that nobody sees any more, and all that belongs to it.
pub(crate) async fn remove(job: &Job, app: &App) -> Result<()> {
    let (project, id) = (job.build.project_id, job.build.id);
    if may_have_log(job) || !job.artifacts.is_empty() {
        erasure::remove_left(project, id, &app.store, &app.blobs).await?;
    }
    loop {
        let hanging = hanging_on(job, app, AT_A_TIME).await?;
        app.store.delete_all(&hanging).await?;
        if hanging.len() < AT_A_TIME {
            break;
        }
    }
    app.store.delete_all(&[Key::Job(project, id)]).await
}

fn may_have_log(job: &Job) -> bool {
    let build = &job.build;
    build.started_at.is_some() || build.erased_at.is_some() || job.log.is_some() || job.erasing
}

/// The keys of at most `limit` rows that only the job's own leads to.
pub(crate) async fn hanging_on(job: &Job, app: &App, limit: usize) -> Result<Vec<Key>> {
    let build = &job.build;
    let mut keys = Vec::new();
    if may_have_log(job) {
        let chunks = Partition::LogChunks(build.id);
        keys = app.store.keys_in(chunks, limit).await?;
    }
    if job.has_variables && keys.len() < limit {
        let variables = Partition::Variables(Owner::Job(build.id));
        let rest = limit - keys.len();
        keys.extend(app.store.keys_in(variables, rest).await?);
    }
    Ok(keys)
}
