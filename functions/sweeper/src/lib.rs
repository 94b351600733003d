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
mod pushes;
mod schedules;
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

/// What making a pipeline costs of the budget.
const PIPELINE: usize = 50;

/// The same with a budget of one's own. All kinds of work get as much of it; what one does
/// not need is there for those after it.
pub async fn sweep_within(app: &App, budget: &mut Budget) -> Result<()> {
    let mut outcome = Ok(());
    for (place, work) in Work::ALL.into_iter().enumerate() {
        let mut share = budget.share(Work::ALL.len() - place);
        let given = share.left();
        // One kind of work that fails does not keep the others waiting.
        outcome = outcome.and(work.sweep(app, &mut share).await);
        budget.spend(given - share.left());
    }
    outcome
}

/// What a sweep does.
#[derive(Clone, Copy, Debug)]
pub enum Work {
    Pushes,
    Schedules,
    Pipelines,
    Jobs,
    Groups,
    Users,
    Projects,
}

impl Work {
    /// In this order: groups and users leave projects, and bots, to those after them.
    const ALL: [Self; 7] = [
        Self::Pushes,
        Self::Schedules,
        Self::Pipelines,
        Self::Jobs,
        Self::Groups,
        Self::Users,
        Self::Projects,
    ];

    /// Does this, and nothing else.
    pub async fn sweep(self, app: &App, budget: &mut Budget) -> Result<()> {
        match self {
            Self::Pushes => pushes::follow_up(app, budget).await,
            Self::Schedules => schedules::start(app, budget).await,
            Self::Pipelines => pipelines::process(app, budget).await,
            Self::Jobs => jobs::go_on(app, budget).await,
            Self::Groups => groups::sweep(app, app.clock.now(), budget).await,
            Self::Users => users::sweep(app, budget).await,
            Self::Projects => projects::delete(app, budget).await,
        }
    }
}
