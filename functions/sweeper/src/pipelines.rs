//! Pipelines in which something changed, and nobody followed up; and those that were begun
//! and never published.

use switchyard::error::Result;
use switchyard::http::App;
use switchyard::pipeline::Pipeline;
use switchyard::store::{Key, Rows, Table};

use crate::{Budget, DUE_ROWS};

pub(crate) async fn process(app: &App, budget: &mut Budget) -> Result<()> {
    let due = app.store.due(Table::Pipelines, app.clock.now(), DUE_ROWS);
    let due = due.await?;
    let mut rows = Rows::default();
    rows.load(&app.store, due.iter().cloned()).await?;
    for key in due {
        if budget.is_spent() {
            return Ok(());
        }
        // One that fails must not keep the others waiting.
        if let Err(error) = finish(&key, &rows, app, budget).await {
            tracing::error!(%error, ?key, "a pipeline was not processed");
            budget.spend(1);
        }
    }
    Ok(())
}

async fn finish(key: &Key, rows: &Rows, app: &App, budget: &mut Budget) -> Result<()> {
    let Some(pipeline) = rows.get::<Pipeline>(key)? else {
        return Ok(());
    };
    let now = app.clock.now();
    let spent = if pipeline.building {
        if pipeline.deadline.is_none_or(|deadline| deadline > now) {
            return Ok(());
        }
        app.store.remove_unborn(&pipeline, budget.left()).await?
    } else {
        let (project, id) = (pipeline.project_id, pipeline.id);
        let picture = app.store.process(project, id, now).await?;
        picture.map_or(0, |it| it.builds().len())
    };
    budget.spend(1 + spent);
    Ok(())
}
