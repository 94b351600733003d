//! Jobs that were erased, and something of what they left may still be there.

use switchyard::erasure;
use switchyard::error::Result;
use switchyard::http::App;
use switchyard::job::Job;
use switchyard::store::{Key, Rows, Table};

use crate::{Budget, DUE_ROWS};

pub(crate) async fn erase(app: &App, budget: &mut Budget) -> Result<()> {
    let due = app
        .store
        .due(Table::Jobs, app.clock.now(), DUE_ROWS)
        .await?;
    let mut rows = Rows::default();
    rows.load(&app.store, due.iter().cloned()).await?;
    for key in due {
        if budget.is_spent() {
            return Ok(());
        }
        budget.spend(1);
        let job: Option<Job> = rows.get(&key)?;
        let Some(job) = job.filter(|job| job.erasing) else {
            continue;
        };
        if let Err(error) = erasure::finish(&job, &app.store, &app.blobs).await {
            let Key::Job(project, job) = key else {
                continue;
            };
            tracing::error!(%error, %project, %job, "what an erased job left is not gone");
        }
    }
    Ok(())
}
