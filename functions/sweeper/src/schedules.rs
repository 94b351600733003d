//! Schedules whose time has come.

use switchyard::error::Result;
use switchyard::http::App;

use crate::{Budget, DUE_ROWS, PIPELINE};

pub(crate) async fn start(app: &App, budget: &mut Budget) -> Result<()> {
    let now = app.clock.now();
    for schedule in app.store.due_schedules(now, DUE_ROWS).await? {
        if budget.is_spent() {
            return Ok(());
        }
        budget.spend(PIPELINE);
        // One that fails must not keep the others waiting.
        let made = create_pipeline::from_schedule(app, app.config.known_url(), &schedule, now);
        if let Err(error) = Box::pin(made).await {
            let (project, id) = (schedule.project_id, schedule.id);
            tracing::error!(%error, %project, schedule = %id, "its pipeline was not made");
        }
    }
    Ok(())
}
