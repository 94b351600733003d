//! The life cycle of a job or a bridge: which event leads from which state to which, and
//! what may be asked of a job in its state. Pure: time and all that lies outside of the
//! job comes in; writing the result is left to the store.

use std::time::Duration;

use super::{Bridge, Build, FailureReason, Job, Status, When};
use crate::ids::UserId;
use crate::time::Time;

#[cfg(test)]
mod tests;

/// What can happen to a job. The names are GitLab's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A skipped or manual job is to be decided anew, on behalf of this user.
    Process {
        user: UserId,
    },
    /// Its time has come. `user` is the one who played it, if someone did.
    Enqueue {
        gates: Gates,
        user: Option<UserId>,
    },
    /// Its time has come, and it is to wait for someone to play it.
    Actionize,
    /// Its time has come, and it is to start by itself so many seconds later.
    Schedule {
        after: u32,
    },
    /// It no longer starts by itself.
    Unschedule,
    /// The time it was scheduled for has come.
    EnqueueScheduled {
        gates: Gates,
    },
    /// Its resource group is its own now.
    EnqueueWaitingForResource {
        unmet_prerequisites: bool,
    },
    /// Its prerequisites are met.
    EnqueuePreparing,
    /// A runner took it.
    Run,
    Skip,
    Success,
    /// GitLab's word for failing.
    Drop(FailureReason),
    /// `graceful`: the runner that has it can be asked to stop, and will report.
    Cancel {
        graceful: bool,
    },
    /// Does not wait for the runner any longer.
    ForceCancel,
}

/// What a job has to pass before it may wait for a runner, in this order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gates {
    pub resource_group: bool,
    pub unmet_prerequisites: bool,
}

impl Gates {
    /// The status of a job that is enqueued with these.
    pub const fn first(self) -> Status {
        if self.resource_group {
            Status::WaitingForResource
        } else if self.unmet_prerequisites {
            Status::Preparing
        } else {
            Status::Pending
        }
    }
}

/// The event means nothing to a job in this state: it stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a job that is {} does not know {event:?}", status.as_str())]
pub struct InvalidTransition {
    pub status: Status,
    pub event: Event,
}

/// The job as it is after the event. The order of the arms is that of GitLab's events.
pub fn transition(build: &Build, event: Event, now: Time) -> Result<Build, InvalidTransition> {
    use Status::{
        Canceled, Canceling, Created, Failed, Manual, Pending, Preparing, Running, Scheduled,
        Skipped, Success, WaitingForCallback, WaitingForResource,
    };

    let refused = InvalidTransition {
        status: build.status,
        event,
    };
    let status = match (build.status, event) {
        (Skipped | Manual, Event::Process { .. }) => Created,
        (Created | Skipped | Manual | Scheduled, Event::Enqueue { gates, .. }) => gates.first(),
        (Created, Event::Actionize) => Manual,
        (Created, Event::Schedule { .. }) => Scheduled,
        (Scheduled, Event::Unschedule) => Manual,
        (Scheduled, Event::EnqueueScheduled { gates })
            if build.scheduled_at.is_some_and(|at| at <= now) =>
        {
            gates.first()
        }
        (
            WaitingForResource,
            Event::EnqueueWaitingForResource {
                unmet_prerequisites,
            },
        ) => Gates {
            resource_group: false,
            unmet_prerequisites,
        }
        .first(),
        (Preparing, Event::EnqueuePreparing) => Pending,
        (Pending, Event::Run) => Running,
        (Created | WaitingForResource | Preparing | Pending, Event::Skip) => Skipped,
        (
            Created | WaitingForResource | Preparing | WaitingForCallback | Pending | Running,
            Event::Success,
        ) => Success,
        (
            Created | WaitingForResource | Preparing | WaitingForCallback | Pending | Running
            | Manual | Scheduled,
            Event::Drop(_),
        ) => Failed,
        // A runner that was asked to stop reports how it ended: that no longer counts.
        (Canceling, Event::Success | Event::Drop(_) | Event::ForceCancel) => Canceled,
        (Running, Event::Cancel { graceful: true }) => Canceling,
        (
            Created | WaitingForResource | Preparing | WaitingForCallback | Pending | Running
            | Manual | Scheduled,
            Event::Cancel { .. },
        ) => Canceled,
        (
            Created | WaitingForResource | Preparing | WaitingForCallback | Pending | Running
            | Success | Failed | Canceling | Canceled | Skipped | Manual | Scheduled,
            _,
        ) => return Err(refused),
    };

    let mut next = build.clone();
    next.status = status;
    next.revision += 1;
    next.scheduled_at = None;
    match status {
        Pending => next.queued_at = Some(now),
        Running => next.started_at = Some(now),
        Success | Failed | Canceled => next.finished_at = Some(now),
        Created | WaitingForResource | Preparing | WaitingForCallback | Canceling | Skipped
        | Manual | Scheduled => {}
    }
    match event {
        Event::Process { user }
        | Event::Enqueue {
            user: Some(user), ..
        } => next.user_id = user,
        Event::Schedule { after } => {
            let at = now.microseconds() + i64::from(after) * 1_000_000;
            next.scheduled_at = Some(Time::from_microseconds(at));
        }
        Event::Drop(reason) if status == Failed => {
            next.failure_reason = Some(reason);
            let code = next.exit_code;
            let is_allowed = code.is_some_and(|code| next.allowed_exit_codes.contains(&code));
            next.allow_failure |= is_allowed;
        }
        _ => {}
    }
    next.deadline = next.patience(now);
    Ok(next)
}

/// Seconds that a job waits for a runner, as in GitLab.
const PENDING: u32 = 24 * 60 * 60;

/// Seconds that a job may run which says nothing of it.
const DEFAULT_TIMEOUT: u32 = 60 * 60;

/// Seconds that a runner has beyond a job's timeout, which it keeps itself, to report.
const REPORTING: u32 = 15 * 60;

/// Seconds that a runner has to stop a job that it was asked to stop.
const STOPPING: u32 = 60 * 60;

impl Build {
    /// How long it may stay as it is now: then the sweeper lets it start, or ends it.
    fn patience(&self, now: Time) -> Option<Time> {
        let in_seconds = |seconds: u32| {
            let seconds = i64::from(seconds);
            Some(Time::from_microseconds(
                now.microseconds() + seconds * 1_000_000,
            ))
        };
        match self.status {
            Status::Scheduled => self.scheduled_at,
            Status::Pending => in_seconds(PENDING),
            Status::Running => {
                let timeout = self.timeout.unwrap_or(DEFAULT_TIMEOUT);
                in_seconds(timeout.saturating_add(REPORTING))
            }
            Status::Canceling => in_seconds(STOPPING),
            Status::Created
            | Status::WaitingForResource
            | Status::Preparing
            | Status::WaitingForCallback
            | Status::Success
            | Status::Failed
            | Status::Canceled
            | Status::Skipped
            | Status::Manual => None,
        }
    }

    /// What happens to it when it has stayed as it is for too long; none to one that may.
    pub const fn overdue(&self) -> Option<Event> {
        match self.status {
            Status::Scheduled => Some(Event::EnqueueScheduled {
                gates: self.gates(),
            }),
            Status::Pending => Some(Event::Drop(FailureReason::StuckOrTimeoutFailure)),
            Status::Running => Some(Event::Drop(FailureReason::JobExecutionTimeout)),
            Status::Canceling => Some(Event::ForceCancel),
            Status::Created
            | Status::WaitingForResource
            | Status::Preparing
            | Status::WaitingForCallback
            | Status::Success
            | Status::Failed
            | Status::Canceled
            | Status::Skipped
            | Status::Manual => None,
        }
    }

    /// What it has to pass before a runner may have it.
    pub const fn gates(&self) -> Gates {
        Gates {
            resource_group: self.resource_group.is_some(),
            unmet_prerequisites: false,
        }
    }

    /// Too old to be touched: older than the setting, if there is one.
    pub fn is_archived(&self, age: Option<Duration>, now: Time) -> bool {
        age.is_some_and(|age| now.seconds_since(self.created_at) > age.as_secs_f64())
    }

    /// May be run again as a new job. A `canceling` one may not, other than in current
    /// GitLab: it still changes, and the old job of a retry must not.
    pub fn is_retryable(&self, archived: bool) -> bool {
        let hopeless = match self.shown_failure_reason() {
            Some(
                FailureReason::PipelineLoopDetected
                | FailureReason::ReachedMaxDescendantPipelinesDepth,
            ) => true,
            Some(_) | None => false,
        };
        !archived && self.retried_by.is_none() && self.status.is_finished() && !hopeless
    }

    /// What a page would offer to cancel; the event itself also works on `manual` and
    /// `scheduled` jobs.
    pub const fn is_cancelable(&self) -> bool {
        match self.status {
            Status::Created
            | Status::WaitingForResource
            | Status::Preparing
            | Status::WaitingForCallback
            | Status::Pending
            | Status::Running => true,
            Status::Success
            | Status::Failed
            | Status::Canceling
            | Status::Canceled
            | Status::Skipped
            | Status::Manual
            | Status::Scheduled => false,
        }
    }
}

impl Job {
    /// Waits for someone to start it, or did so and can be run again.
    pub fn is_playable(&self, archived: bool) -> bool {
        let by_hand = match self.build.when {
            When::Manual | When::Delayed => true,
            When::OnSuccess | When::OnFailure | When::Always => false,
        };
        let waits = matches!(self.build.status, Status::Manual | Status::Scheduled);
        by_hand && !archived && (waits || self.build.is_retryable(archived))
    }

    /// Has ended and left something. `live_log`: whether its log still is in
    /// `log_chunks`, which its row does not know.
    pub fn is_erasable(&self, live_log: bool) -> bool {
        let left_something = live_log || self.log.is_some() || !self.artifacts.is_empty();
        self.build.status.is_final() && left_something
    }
}

impl Bridge {
    /// Waits for someone to start it. Unlike a job it is not played a second time.
    pub fn is_playable(&self, archived: bool) -> bool {
        self.build.when == When::Manual && !archived && self.build.status == Status::Manual
    }
}
