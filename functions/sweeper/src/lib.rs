//! The `sweeper` function: on a schedule, it finishes what a function began and left.
//!
//! Rows that need it have a deadline and are found in their table's sparse index
//! `by_deadline`. The index only says where to look: each row is read strongly, and who
//! finishes its work takes the deadline away. One sweep is bounded; what it does not get
//! to is still there for the next one.

mod budget;
mod groups;
mod jobs;
mod pipelines;
mod projects;
mod users;

use switchyard::error::Result;
use switchyard::http::App;

pub use budget::Budget;

/// Finishes unfinished work.
///
/// # Errors
/// That of a store; whatever was not done is found again by the next sweep.
pub async fn sweep(app: &App) -> Result<()> {
    sweep_within(app, &mut Budget::default()).await
}

/// Rows of one table that a sweep looks at.
const DUE_ROWS: usize = 100;

/// The same with a budget of one's own.
pub async fn sweep_within(app: &App, budget: &mut Budget) -> Result<()> {
    // One kind of work that fails does not keep the others waiting.
    let outcomes = [
        pipelines::process(app, budget).await,
        jobs::erase(app, budget).await,
        groups::sweep(app, app.clock.now(), budget).await,
        users::sweep(app, budget).await,
        projects::delete(app, budget).await,
    ];
    outcomes.into_iter().collect()
}
