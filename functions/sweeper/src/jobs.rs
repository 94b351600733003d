//! Jobs that start by themselves now; and jobs that were erased, and something of what they
//! left may still be there.

use switchyard::erasure;
use switchyard::error::Result;
use switchyard::http::App;
use switchyard::job::lifecycle::{Event, Gates, transition};
use switchyard::job::{Job, Status};
use switchyard::pipeline::Pipeline;
use switchyard::store::{Key, Rows, Table, Write, Written};

use crate::{Budget, DUE_ROWS};

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
    if job.build.status == Status::Scheduled {
        start(job, app, budget).await?;
    }
    Ok(())
}

/// Lets a delayed job wait for a runner, if its time has come. Who was faster has played it,
/// or canceled it.
async fn start(job: &Job, app: &App, budget: &mut Budget) -> Result<()> {
    let now = app.clock.now();
    let gates = Gates::default();
    let Ok(build) = transition(&job.build, Event::EnqueueScheduled { gates }, now) else {
        return Ok(());
    };
    let key = Key::Pipeline(build.project_id, build.pipeline_id);
    let mut rows = Rows::default();
    rows.load(&app.store, [key.clone()]).await?;
    let Some(pipeline) = rows.get::<Pipeline>(&key)? else {
        return Ok(());
    };
    let started = Job {
        build,
        ..job.clone()
    };
    let writes = vec![
        Write::edit(job, &started)?,
        Write::edit(&pipeline, &pipeline.touched(now))?,
    ];
    if app.store.write_all(writes).await? == Written::All {
        let processed = app.store.process(pipeline.project_id, pipeline.id, now);
        let picture = processed.await?;
        budget.spend(picture.map_or(0, |it| it.builds().len()));
    }
    Ok(())
}
