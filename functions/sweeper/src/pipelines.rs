//! Pipelines in which something changed, and nobody followed up; those that were begun and
//! never published; and those that were deleted.

use futures::future::try_join_all;
use switchyard::error::Result;
use switchyard::http::App;
use switchyard::pipeline::Pipeline;
use switchyard::store::belongings::Partition;
use switchyard::store::{Key, Rows, Table, Write};
use switchyard::variable::Owner;

use crate::{Budget, DUE_ROWS, jobs};

/// Variables that go in one go.
const VARIABLES_AT_ONCE: usize = 100;

/// Jobs that are removed side by side.
const JOBS_AT_ONCE: usize = 16;

pub(crate) async fn process(app: &App, budget: &mut Budget) -> Result<()> {
    let now = app.clock.now();
    for key in app.store.due(Table::Pipelines, now, DUE_ROWS).await? {
        if budget.is_spent() {
            return Ok(());
        }
        budget.spend(1);
        // One that fails must not keep the others waiting.
        if let Err(error) = finish(&key, app, budget).await {
            tracing::error!(%error, ?key, "a pipeline was not processed");
        }
    }
    Ok(())
}

async fn finish(key: &Key, app: &App, budget: &mut Budget) -> Result<()> {
    let Key::Pipeline(project, id) = key else {
        return Ok(());
    };
    let now = app.clock.now();
    let processed = create_pipeline::process(app, app.config.known_url(), *project, *id, now);
    if let Some(picture) = Box::pin(processed).await? {
        budget.spend(picture.builds().len());
        return Ok(());
    }
    let mut rows = Rows::default();
    rows.load(&app.store, [key.clone()]).await?;
    let Some(pipeline) = rows.get::<Pipeline>(key)? else {
        return Ok(());
    };
    if pipeline.deadline.is_none_or(|deadline| deadline > now) {
        return Ok(());
    }
    if pipeline.building {
        let limit = budget.left().max(1);
        budget.spend(app.store.remove_unborn(&pipeline, limit).await?);
    } else if pipeline.deleted_at.is_some() {
        remove(&pipeline, app, budget).await?;
    }
    Ok(())
}

/// Removes what belongs to a deleted pipeline, and then the pipeline. If the budget does not
/// suffice, the next sweep goes on.
async fn remove(pipeline: &Pipeline, app: &App, budget: &mut Budget) -> Result<()> {
    let now = app.clock.now();
    app.store.leave_resource_groups(pipeline, now).await?;
    if pipeline.has_variables {
        let variables = Partition::Variables(Owner::Pipeline(pipeline.id));
        loop {
            let keys = app.store.keys_in(variables, VARIABLES_AT_ONCE).await?;
            app.store.delete_all(&keys).await?;
            budget.spend(keys.len());
            if keys.len() < VARIABLES_AT_ONCE {
                break;
            }
        }
    }
    let jobs = pipeline.job_ids(true);
    let jobs = app.store.jobs_by_id(pipeline.project_id, &jobs).await?;
    let some = jobs.len().min(budget.left().max(1));
    for jobs in jobs[..some].chunks(JOBS_AT_ONCE) {
        try_join_all(jobs.iter().map(|job| jobs::remove(job, app))).await?;
        budget.spend(jobs.len());
    }
    if some < jobs.len() {
        return Ok(());
    }
    let bridges = pipeline.bridges.iter();
    let bridges = bridges.map(|id| Key::Bridge(pipeline.project_id, *id));
    let bridges: Vec<Key> = bridges.collect();
    app.store.delete_all(&bridges).await?;
    budget.spend(bridges.len());
    app.store.write(Write::delete(pipeline)?).await.map(|_| ())
}
