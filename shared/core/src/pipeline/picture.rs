//! A pipeline with all its jobs and bridges at one moment, and what follows from it.

use std::collections::BTreeSet;
use std::time::Duration;

use super::advance::{Change, advance, reset_skipped};
use super::{AutoCancelOnNewCommit, Errand, FOLLOW_UP, Pipeline};
use crate::ids::JobId;
use crate::job::lifecycle::{Event, InvalidTransition, transition};
use crate::job::{Bridge, Build, Job, Status};
use crate::time::Time;

/// Microseconds that a function has to start the pipeline of a bridge before the sweeper does.
const STARTING: i64 = 5_000_000;

/// The pipeline was read before its jobs and bridges, retried ones among them.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    pub pipeline: Pipeline,
    pub jobs: Vec<Job>,
    pub bridges: Vec<Bridge>,
}

impl Picture {
    /// The picture once everything that is due has been done: skipped jobs come back
    /// because others run again, jobs whose time has come wait for a runner, and the
    /// pipeline's row says so. Pure; whoever stops while writing the difference, starts
    /// again from a new picture and gets to the same end.
    pub fn decided(&self, now: Time) -> Result<Self, InvalidTransition> {
        let mut next = self.clone();
        for reset in &self.pipeline.resets {
            let changes = reset_skipped(&next.pipeline, &next.builds(), reset.job, reset.user);
            next.apply(changes, now)?;
        }
        let changes = advance(&next.pipeline, &next.builds());
        next.apply(changes, now)?;
        next.pipeline.resets.clear();
        // Whoever has decided does the errands now, or the sweeper does them then: sooner
        // where only bridges are to start, for not everybody can.
        let errands = next.errands();
        let starts = |errand: &Errand| matches!(errand, Errand::StartDownstream(_));
        let patience = if errands.iter().all(starts) {
            STARTING
        } else {
            FOLLOW_UP
        };
        let latest = Time::from_microseconds(now.microseconds() + patience);
        let running = self.pipeline.deadline.filter(|deadline| *deadline > now);
        let deadline = running.map_or(latest, |running| running.min(latest));
        next.pipeline.deadline = (!errands.is_empty()).then_some(deadline);
        Ok(next)
    }

    /// The picture once a newer pipeline took this one's place, as `workflow:auto_cancel` says;
    /// none if it goes on. `asked` as for [`canceled`](Self::canceled).
    pub fn superseded(&self, asked: &BTreeSet<JobId>, now: Time) -> Option<Self> {
        let is_bound = |build: &&Build| build.started_at.is_some() && !build.interruptible;
        match self.pipeline.auto_cancel.on_new_commit {
            AutoCancelOnNewCommit::None => None,
            AutoCancelOnNewCommit::Conservative => {
                let may_go = !self.builds().iter().any(is_bound);
                may_go.then(|| self.canceled(Some(asked), None, now))
            }
            AutoCancelOnNewCommit::Interruptible => {
                let which = |build: &Build| build.interruptible;
                Some(self.canceled_where(&which, Some(asked), None, now))
            }
        }
    }

    /// The picture once everything was canceled that is under way, was not begun, or would
    /// start by itself. `asked` are jobs whose runners can be asked to stop; without, no
    /// runner is waited for. What is `manual` waits on, as in GitLab, and what is older than
    /// `age` is not touched.
    #[must_use]
    pub fn canceled(
        &self,
        asked: Option<&BTreeSet<JobId>>,
        age: Option<Duration>,
        now: Time,
    ) -> Self {
        self.canceled_where(&|_| true, asked, age, now)
    }

    fn canceled_where(
        &self,
        which: &dyn Fn(&Build) -> bool,
        asked: Option<&BTreeSet<JobId>>,
        age: Option<Duration>,
        now: Time,
    ) -> Self {
        let cancel = |build: &Build| {
            let is_asked = build.status == Status::Canceling;
            let (ends, event) = match asked {
                None if is_asked => (true, Event::ForceCancel),
                None | Some(_) => {
                    let ends = build.is_cancelable() || build.status == Status::Scheduled;
                    let graceful = asked.is_some_and(|asked| asked.contains(&build.id));
                    (ends, Event::Cancel { graceful })
                }
            };
            match ends && which(build) && !build.is_archived(age, now) {
                true => transition(build, event, now).unwrap_or_else(|_| build.clone()),
                false => build.clone(),
            }
        };
        let jobs = self.jobs.iter().map(|job| {
            let build = cancel(&job.build);
            let is_dead = build.status == Status::Canceled;
            Job {
                build,
                token_digest: job.token_digest.clone().filter(|_| !is_dead),
                ..job.clone()
            }
        });
        let bridges = self.bridges.iter().map(|bridge| Bridge {
            build: cancel(&bridge.build),
            ..bridge.clone()
        });
        Self {
            jobs: jobs.collect(),
            bridges: bridges.collect(),
            pipeline: self.pipeline.touched(now),
        }
    }

    /// All that [`decided`](Self::decided) looks at.
    pub fn builds(&self) -> Vec<&Build> {
        let jobs = self.jobs.iter().map(|job| &job.build);
        let bridges = self.bridges.iter().map(|bridge| &bridge.build);
        jobs.chain(bridges).collect()
    }

    pub fn job(&self, id: JobId) -> Option<&Job> {
        self.jobs.iter().find(|job| job.build.id == id)
    }

    pub fn bridge(&self, id: JobId) -> Option<&Bridge> {
        self.bridges.iter().find(|bridge| bridge.build.id == id)
    }

    fn apply(&mut self, changes: Vec<Change>, now: Time) -> Result<(), InvalidTransition> {
        for change in changes {
            match change {
                Change::Build { id, event } => {
                    let jobs = self.jobs.iter_mut().map(|job| &mut job.build);
                    let bridges = self.bridges.iter_mut().map(|bridge| &mut bridge.build);
                    let mut builds = jobs.chain(bridges);
                    if let Some(build) = builds.find(|build| build.id == id) {
                        *build = transition(build, event, now)?;
                    }
                }
                Change::Pipeline(progress) => {
                    self.pipeline.status = progress.status;
                    self.pipeline.started_at = progress.started_at;
                    self.pipeline.finished_at = progress.finished_at;
                    self.pipeline.duration = progress.duration;
                    self.pipeline.updated_at = now;
                    // Of two that decide on pictures of different age only one may land.
                    self.pipeline.revision += 1;
                }
            }
        }
        Ok(())
    }
}
