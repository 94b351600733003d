//! A retry: a new job in the place of an old one. Pure.

use super::lifecycle::{Event, Gates, transition};
use super::{Bridge, Build, Job, Status, When};
use crate::ids::{JobId, UserId};
use crate::pipeline::{Block, Pipeline, Reset};
use crate::time::Time;

impl Build {
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
            gates: Gates::default(),
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
