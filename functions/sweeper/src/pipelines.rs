//! Pipelines in which something changed, and nobody followed up; and those that were begun
//! and never published.

use switchyard::error::Result;
use switchyard::http::App;
use switchyard::pipeline::Pipeline;
use switchyard::store::{Key, Rows, Table};

use crate::{Budget, DUE_ROWS};

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
    if let Some(picture) = app.store.process(*project, *id, now).await? {
        budget.spend(picture.builds().len());
        return Ok(());
    }
    let mut rows = Rows::default();
    rows.load(&app.store, [key.clone()]).await?;
    let pipeline: Option<Pipeline> = rows.get(key)?;
    let is_dead = |it: &Pipeline| it.building && it.deadline.is_some_and(|time| time <= now);
    if let Some(pipeline) = pipeline.filter(is_dead) {
        let limit = budget.left().max(1);
        budget.spend(app.store.remove_unborn(&pipeline, limit).await?);
    }
    Ok(())
}
