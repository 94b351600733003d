//! Retrying: old rows are marked and new ones created in one transaction with the pipeline.

use std::time::Duration;

use super::counters::Counter;
use super::{Key, MAX_TRANSACTION, Row, Store, Write, Written};
use crate::error::{Error, Result};
use crate::ids::{JobId, PipelineId, ProjectId, UserId};
use crate::job::{Build, Job};
use crate::pipeline::Picture;
use crate::time::Time;
use crate::variable::{Owner, Variable};

/// How often what others forestalled is decided anew.
const ATTEMPTS: u32 = 8;

/// What a transaction has room for beside the rows of the retried jobs: the pipeline, and
/// the project that counts its jobs.
const MAX_WRITES: usize = MAX_TRANSACTION - 2;

impl Store {
    /// Runs all jobs and bridges of a pipeline again that failed or were canceled, each as
    /// a new one, on behalf of `user`, and lets skipped ones come back. What is older than
    /// `age` is not touched. Gives the picture after it; none if there is no such pipeline.
    ///
    /// One transaction for some thirty jobs: whoever stops in between has retried some of
    /// them, and goes on with the others when called again.
    ///
    /// # Errors
    /// [`Error::ResourceLock`] if others were faster each time.
    pub async fn retry_pipeline(
        &self,
        project: ProjectId,
        id: PipelineId,
        user: UserId,
        age: Option<Duration>,
        now: Time,
    ) -> Result<Option<Picture>> {
        // What fails again meanwhile is not retried again.
        let (mut newest, mut lost) = (None, 0);
        while lost < ATTEMPTS {
            let Some(picture) = self.picture(project, id).await? else {
                return Ok(None);
            };
            let mut retryable = picture.retryable(age, now);
            let newest = *newest.get_or_insert(retryable.last().copied());
            retryable.retain(|id| Some(*id) <= newest);
            if retryable.is_empty() {
                return Ok(Some(picture));
            }
            if self
                .retry_some(&picture, retryable, Some(user), now)
                .await?
            {
                self.process(project, id, now).await?;
            } else {
                lost += 1;
            }
        }
        Err(Error::ResourceLock)
    }

    /// As many as fit into one transaction, on behalf of `user`; without one, each on behalf
    /// of whom it ran for, and at once where it had waited for somebody. Answers whether all
    /// was as in the picture.
    pub(super) async fn retry_some(
        &self,
        picture: &Picture,
        retryable: Vec<JobId>,
        user: Option<UserId>,
        now: Time,
    ) -> Result<bool> {
        let mut id = self
            .reserve_ids(Counter::Jobs, retryable.len().min(MAX_WRITES / 2) as u64)
            .await?;
        let mut pipeline = picture.pipeline.clone();
        let (mut writes, mut jobs) = (Vec::new(), 0);
        for old in retryable.into_iter().take(MAX_WRITES / 2) {
            let new = JobId(id);
            let (rows, for_whom) = match (picture.job(old), picture.bridge(old)) {
                (Some(job), _) => {
                    let kept = self.variables_for(job, new, &[]).await?;
                    let copy = match user {
                        Some(user) => job.copy(new, user, now),
                        None => job.again(new, job.build.user_id, now),
                    };
                    (retry_writes(job, &copy, &kept)?, copy.build.user_id)
                }
                (None, Some(bridge)) => {
                    let copy = match user {
                        Some(user) => bridge.copy(new, user, now),
                        None => bridge.again(new, bridge.build.user_id, now),
                    };
                    let rows = replacing(bridge, &bridge.replaced_by(new), &copy)?;
                    (rows, copy.build.user_id)
                }
                (None, None) => continue,
            };
            if writes.len() + rows.len() > MAX_WRITES {
                break;
            }
            jobs += i64::from(picture.job(old).is_some());
            writes.extend(rows);
            pipeline = pipeline.with_retry(old, new, for_whom, now);
            id += 1;
        }
        if jobs > 0 {
            writes.push(Write::add(
                Key::Project(picture.pipeline.project_id),
                "job_count",
                jobs,
            ));
        }
        writes.push(Write::edit(&picture.pipeline, &pipeline)?);
        Ok(self.write_all(writes).await? == Written::All)
    }

    /// The variables that the job `new` gets in the place of `job`: those given now, and
    /// those of the old one besides.
    pub async fn variables_for(
        &self,
        job: &Job,
        new: JobId,
        given: &[(String, String)],
    ) -> Result<Vec<Variable>> {
        let owner = Owner::Job(new);
        let mut variables: Vec<Variable> = Vec::new();
        if job.has_variables {
            let kept = self.variables_of(Owner::Job(job.build.id)).await?;
            let kept = kept
                .into_iter()
                .filter(|kept| given.iter().all(|(key, _)| *key != kept.key));
            variables.extend(kept.map(|kept| Variable { owner, ..kept }));
        }
        let given = given.iter().cloned();
        variables.extend(given.map(|(key, value)| Variable { owner, key, value }));
        Ok(variables)
    }
}

/// The rows of a retried job, with the variables of the new one.
pub fn retry_writes(old: &Job, new: &Job, variables: &[Variable]) -> Result<Vec<Write>> {
    let mut new = new.clone();
    new.has_variables = !variables.is_empty();
    let mut writes = replacing(old, &old.replaced_by(new.build.id), &new)?;
    for variable in variables {
        writes.push(Write::create(variable)?);
    }
    Ok(writes)
}

/// The rows of a retried job or bridge.
pub fn replacing<R: Row>(old: &R, replaced: &R, new: &R) -> Result<Vec<Write>> {
    Ok(vec![Write::edit(old, replaced)?, Write::create(new)?])
}

impl Picture {
    /// What a retry of the pipeline runs again, in stage order.
    pub fn retryable(&self, age: Option<Duration>, now: Time) -> Vec<JobId> {
        let has_failed = |build: &&Build| {
            build.status != crate::job::Status::Success
                && build.is_retryable(build.is_archived(age, now))
        };
        let mut ids: Vec<JobId> = self
            .builds()
            .into_iter()
            .filter(has_failed)
            .map(|build| build.id)
            .collect();
        ids.sort_unstable();
        ids
    }
}
