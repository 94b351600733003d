//! Pushes whose pipeline nobody made.

use switchyard::error::Result;
use switchyard::http::App;
use switchyard::repository::Push;
use switchyard::store::{Key, Rows, Table};

use crate::{Budget, DUE_ROWS, PIPELINE};

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
        budget.spend(PIPELINE);
        // One that fails must not keep the others waiting.
        let made = create_pipeline::from_push(app, app.config.known_url(), &push, now);
        if let Err(error) = Box::pin(made).await {
            let (project, id) = (push.project_id, push.id);
            tracing::error!(%error, %project, push = %id, "its pipeline was not made");
        }
    }
    Ok(())
}
