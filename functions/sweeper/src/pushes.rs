//! Pushes whose pipeline nobody made.

use switchyard::error::Result;
use switchyard::http::App;
use switchyard::repository::Push;
use switchyard::store::{Key, Rows, Table};

use crate::{Budget, DUE_ROWS};

/// What making a pipeline costs of the budget.
const COST: usize = 50;

pub(crate) async fn follow_up(app: &App, budget: &mut Budget) -> Result<()> {
    let now = app.clock.now();
    let due: Vec<Key> = app.store.due(Table::Pushes, now, DUE_ROWS).await?;
    let mut rows = Rows::default();
    rows.load(&app.store, due.iter().cloned()).await?;
    for key in due {
        if budget.is_spent() {
            return Ok(());
        }
        let push: Option<Push> = rows.get(&key)?;
        let Some(push) = push else { continue };
        budget.spend(COST);
        let base_url = app.config.external_url.as_deref().unwrap_or_default();
        // One that fails must not keep the others waiting.
        let made = create_pipeline::from_push(app, base_url, &push, now);
        if let Err(error) = Box::pin(made).await {
            let (project, id) = (push.project_id, push.id);
            tracing::error!(%error, %project, push = %id, "its pipeline was not made");
        }
    }
    Ok(())
}
