//! Schedules whose time has come.

use switchyard::error::Result;
use switchyard::http::App;

use crate::{Budget, DUE_ROWS};

/// What making a pipeline costs of the budget.
const COST: usize = 50;

pub(crate) async fn start(app: &App, budget: &mut Budget) -> Result<()> {
    let now = app.clock.now();
    for schedule in app.store.due_schedules(now, DUE_ROWS).await? {
        if budget.is_spent() {
            return Ok(());
        }
        budget.spend(COST);
        let base_url = app.config.external_url.as_deref().unwrap_or_default();
        // One that fails must not keep the others waiting.
        let made = create_pipeline::from_schedule(app, base_url, &schedule, now);
        if let Err(error) = Box::pin(made).await {
            let (project, id) = (schedule.project_id, schedule.id);
            tracing::error!(%error, %project, schedule = %id, "its pipeline was not made");
        }
    }
    Ok(())
}
