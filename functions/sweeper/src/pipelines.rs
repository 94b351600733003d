//! Pipelines in which something changed, and nobody followed up.

use switchyard::error::Result;
use switchyard::http::App;
use switchyard::store::{Key, Table};

use crate::{Budget, DUE_ROWS};

pub(crate) async fn process(app: &App, budget: &mut Budget) -> Result<()> {
    let now = app.clock.now();
    for key in app.store.due(Table::Pipelines, now, DUE_ROWS).await? {
        if budget.is_spent() {
            return Ok(());
        }
        let Key::Pipeline(project, pipeline) = key else {
            continue;
        };
        match app.store.process(project, pipeline, now).await {
            Ok(picture) => budget.spend(1 + picture.map_or(0, |it| it.builds().len())),
            // One that fails must not keep the others waiting.
            Err(error) => {
                tracing::error!(%error, %project, %pipeline, "a pipeline was not processed");
                budget.spend(1);
            }
        }
    }
    Ok(())
}
