//! A retry: a new job in the place of an old one. Pure.

use serde::{Deserialize, Serialize};

use super::lifecycle::{Event, transition};
use super::{Bridge, Build, FailureReason, Job, Status, Turn, When};
use crate::ids::{JobId, UserId};
use crate::pipeline::{Block, Pipeline, Reset};
use crate::time::Time;

/// `retry`: how often a job that failed runs once more by itself, and after what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retry {
    /// 0 to 2.
    pub max: u8,
    /// Empty, without exit codes either: after any failure.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub when: Vec<RetryWhen>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exit_codes: Vec<i32>,
}

/// A value of `retry:when`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RetryWhen {
    Always,
    #[serde(untagged)]
    After(FailureReason),
}

/// How often GitLab retries what failed through no fault of its own, without being told to.
const AFTER_SCHEDULER_FAILURE: usize = 2;

impl Retry {
    fn covers(&self, reason: FailureReason, exit_code: Option<i32>) -> bool {
        if self.when.is_empty() && self.exit_codes.is_empty() {
            return true;
        }
        let by_reason = self.when.iter().any(|when| match when {
            RetryWhen::Always => true,
            RetryWhen::After(other) => *other == reason,
        });
        by_reason || exit_code.is_some_and(|code| self.exit_codes.contains(&code))
    }
}

impl Build {
    /// Whether it failed and is to run once more by itself, after so many jobs that it or
    /// somebody has already replaced.
    pub fn runs_again(&self, before: usize) -> bool {
        let Some(reason) = self.shown_failure_reason() else {
            return false;
        };
        if self.retried_by.is_some() || reason.is_hopeless() {
            return false;
        }
        match &self.retry {
            Some(retry) => before < usize::from(retry.max) && retry.covers(reason, self.exit_code),
            None => reason == FailureReason::SchedulerFailure && before < AFTER_SCHEDULER_FAILURE,
        }
    }

    /// What stays of it once `id` runs in its place. It never changes again.
    #[must_use]
    pub fn replaced_by(&self, id: JobId) -> Self {
        Self {
            retried_by: Some(id),
            revision: self.revision + 1,
            ..self.clone()
        }
    }

    /// The same once more, for `user`.
    fn copy(&self, id: JobId, user: UserId, now: Time) -> Self {
        Self {
            id,
            status: Status::Created,
            failure_reason: None,
            exit_code: None,
            turn: Turn::Outside,
            coverage: None,
            user_id: user,
            created_at: now,
            queued_at: None,
            scheduled_at: None,
            started_at: None,
            finished_at: None,
            erased_at: None,
            retried_by: None,
            deadline: None,
            revision: 1,
            ..self.clone()
        }
    }

    /// What waited for somebody does not wait again.
    fn enqueued(&self, user: UserId, now: Time) -> Self {
        let enqueue = Event::Enqueue {
            gates: self.gates(),
            user: Some(user),
        };
        match self.when {
            When::Manual | When::Delayed => {
                transition(self, enqueue, now).unwrap_or_else(|_| self.clone())
            }
            When::OnSuccess | When::OnFailure | When::Always => self.clone(),
        }
    }
}

impl Job {
    /// What stays of it once `id` runs in its place.
    #[must_use]
    pub fn replaced_by(&self, id: JobId) -> Self {
        Self {
            build: self.build.replaced_by(id),
            ..self.clone()
        }
    }

    /// A new job that does the same, at once if the old one waited for somebody.
    #[must_use]
    pub fn again(&self, id: JobId, user: UserId, now: Time) -> Self {
        let mut again = self.copy(id, user, now);
        again.build = again.build.enqueued(user, now);
        again
    }

    /// A new job that does the same, and waits for what the old one waited for.
    #[must_use]
    pub fn copy(&self, id: JobId, user: UserId, now: Time) -> Self {
        Self {
            build: self.build.copy(id, user, now),
            runner_id: None,
            system_id: None,
            artifacts: Vec::new(),
            artifacts_expire_at: None,
            log: None,
            token_digest: None,
            erasing: false,
            ..self.clone()
        }
    }
}

impl Bridge {
    /// What stays of it once `id` runs in its place.
    #[must_use]
    pub fn replaced_by(&self, id: JobId) -> Self {
        Self {
            build: self.build.replaced_by(id),
            ..self.clone()
        }
    }

    /// A new bridge that starts the same, at once if the old one waited for somebody.
    #[must_use]
    pub fn again(&self, id: JobId, user: UserId, now: Time) -> Self {
        let mut again = self.copy(id, user, now);
        again.build = again.build.enqueued(user, now);
        again
    }

    /// A new bridge that starts the same, and waits for what the old one waited for.
    #[must_use]
    pub fn copy(&self, id: JobId, user: UserId, now: Time) -> Self {
        Self {
            build: self.build.copy(id, user, now),
            downstream: None,
            cascaded: false,
            ..self.clone()
        }
    }
}

impl Pipeline {
    /// This pipeline with `id` in the place of `old`.
    #[must_use]
    pub fn with_retry(&self, old: JobId, id: JobId, user: UserId, now: Time) -> Self {
        let mut next = self.touched(now);
        next.blocks.push(Block {
            first: id,
            count: 1,
        });
        next.retried.insert(old);
        if self.bridges.contains(&old) {
            next.bridges.insert(id);
        }
        next.resets.push(Reset { job: id, user });
        next
    }
}
