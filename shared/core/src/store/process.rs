//! Processing a pipeline: reading all of it, deciding, and writing what follows.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use futures::future::try_join;

use super::{Key, MAX_TRANSACTION, Row, Rows, Store, Write, Written};
use crate::error::{Error, Result};
use crate::ids::{JobId, PipelineId, ProjectId};
use crate::job::Status;
use crate::pipeline::{Picture, Source};
use crate::runner::RunnerManager;
use crate::time::Time;

/// How often a decision that came too late is made anew.
const ATTEMPTS: u32 = 8;

/// How many steps a pipeline takes at a time, each of them deciding and one errand.
const STEPS: u32 = 64;

/// Other pipelines in which something follows, that are processed in the same go.
const OTHERS: u32 = 16;

impl Store {
    /// Reads a pipeline, then its jobs and bridges. Strongly consistent. None if it is
    /// not there or still being written.
    pub async fn picture(&self, project: ProjectId, id: PipelineId) -> Result<Option<Picture>> {
        let key = Key::Pipeline(project, id);
        let mut rows = Rows::default();
        rows.load(self, [key.clone()]).await?;
        let pipeline: Option<crate::pipeline::Pipeline> = rows.get(&key)?;
        match pipeline.filter(crate::pipeline::Pipeline::is_published) {
            Some(pipeline) => self.picture_of(pipeline).await.map(Some),
            None => Ok(None),
        }
    }

    /// Reads the jobs and bridges of a pipeline that was read just before.
    pub async fn picture_of(&self, pipeline: crate::pipeline::Pipeline) -> Result<Picture> {
        let project = pipeline.project_id;
        let jobs = pipeline.job_ids(true);
        let bridges: Vec<JobId> = pipeline.bridges.iter().copied().collect();
        let (jobs, bridges) = try_join(
            self.jobs_by_id(project, &jobs),
            self.bridges_by_id(project, &bridges),
        )
        .await?;
        Ok(Picture {
            pipeline,
            jobs,
            bridges,
        })
    }

    /// Does what is due in a pipeline, and gives the picture after it. Doing it twice, or
    /// in two places at once, does no harm: every write requires that the pipeline's
    /// revision, and that of each job, still is what the decision was made on.
    ///
    /// # Errors
    /// [`Error::ResourceLock`] if others were faster each time. The deadline in the
    /// pipeline's row stays then, so the sweeper comes back to it.
    pub async fn process(
        &self,
        project: ProjectId,
        id: PipelineId,
        now: Time,
    ) -> Result<Option<Picture>> {
        let mut others = VecDeque::new();
        let picture = self.process_one(project, id, now, &mut others).await?;
        for _ in 0..OTHERS {
            let Some((project, id)) = others.pop_front() else {
                break;
            };
            if let Err(error) = self.process_one(project, id, now, &mut others).await {
                tracing::warn!(%error, %project, pipeline = %id, "what follows there is left to the sweeper");
            }
        }
        Ok(picture)
    }

    /// Without those that it touches, which it adds to `others`: the sweeper comes to them
    /// if nobody else does.
    async fn process_one(
        &self,
        project: ProjectId,
        id: PipelineId,
        now: Time,
        others: &mut VecDeque<(ProjectId, PipelineId)>,
    ) -> Result<Option<Picture>> {
        let mut lost = 0;
        for _ in 0..STEPS {
            let Some(picture) = self.picture(project, id).await? else {
                return Ok(None);
            };
            let decided = picture
                .decided(now)
                .map_err(|error| Error::Internal(error.to_string()))?;
            if !self.write_difference(&picture, &decided).await? {
                lost += 1;
                if lost == ATTEMPTS {
                    break;
                }
                continue;
            }
            match self.run_errand(&decided, now).await? {
                Some(touched) => others.extend(touched),
                None => return Ok(Some(decided)),
            }
        }
        Err(Error::ResourceLock)
    }

    /// Cancels what can be canceled in a pipeline; what follows is done by
    /// [`process`](Self::process), which the sweeper calls if nobody does. Gives the
    /// picture after it; none if there is no such pipeline.
    ///
    /// # Errors
    /// [`Error::ResourceLock`] if others were faster each time.
    pub async fn cancel_pipeline(
        &self,
        project: ProjectId,
        id: PipelineId,
        age: Option<Duration>,
        now: Time,
    ) -> Result<Option<Picture>> {
        for _ in 0..ATTEMPTS {
            let Some(picture) = self.picture(project, id).await? else {
                return Ok(None);
            };
            let asked = self.jobs_that_can_be_asked(&picture).await?;
            let canceled = picture.canceled(Some(&asked), age, now);
            if canceled.jobs == picture.jobs && canceled.bridges == picture.bridges {
                return Ok(Some(picture));
            }
            if self.write_touched(picture, &canceled).await? {
                return Ok(Some(canceled));
            }
        }
        Err(Error::ResourceLock)
    }

    /// Cancels what a newer pipeline lets go of an older one. Answers whether that was anything.
    ///
    /// # Errors
    /// [`Error::ResourceLock`] if others were faster each time.
    pub(super) async fn supersede_one(
        &self,
        project: ProjectId,
        id: PipelineId,
        now: Time,
    ) -> Result<bool> {
        for _ in 0..ATTEMPTS {
            let Some(picture) = self.picture(project, id).await? else {
                return Ok(false);
            };
            let asked = self.jobs_that_can_be_asked(&picture).await?;
            let Some(canceled) = picture.superseded(&asked, now) else {
                return Ok(false);
            };
            if canceled.jobs == picture.jobs && canceled.bridges == picture.bridges {
                return Ok(false);
            }
            if self.write_touched(picture, &canceled).await? {
                return Ok(true);
            }
        }
        Err(Error::ResourceLock)
    }

    /// Cancels what runs in a pipeline, so that its tokens are dead, and marks the pipeline:
    /// from then on nobody sees it or what is in it, and the sweeper removes it. Answers
    /// whether there was one.
    ///
    /// # Errors
    /// [`Error::ResourceLock`] if others were faster each time.
    pub async fn delete_pipeline(
        &self,
        project: ProjectId,
        id: PipelineId,
        now: Time,
    ) -> Result<bool> {
        for _ in 0..ATTEMPTS {
            let Some(picture) = self.picture(project, id).await? else {
                return Ok(false);
            };
            let ended = picture.canceled(None, None, now);
            if !self.write_touched(picture, &ended).await? {
                continue;
            }
            let pipeline = &ended.pipeline;
            let marked = pipeline.deleted(now);
            let jobs = i64::try_from(pipeline.job_ids(true).len());
            let jobs = jobs.map_err(|error| Error::Internal(error.to_string()))?;
            let is_listed = pipeline.source != Source::ParentPipeline;
            let counts = [
                ("job_count", -jobs),
                ("pipeline_count", -i64::from(is_listed)),
            ];
            let writes = vec![
                Write::edit(pipeline, &marked)?,
                Write::add_all(Key::Project(project), &counts),
            ];
            if self.write_all(writes).await? == Written::All {
                return Ok(true);
            }
        }
        Err(Error::ResourceLock)
    }

    /// Running jobs whose runners can be asked to stop.
    async fn jobs_that_can_be_asked(&self, picture: &Picture) -> Result<BTreeSet<JobId>> {
        let running = picture.jobs.iter().filter_map(|job| {
            let is_running = job.build.status == Status::Running;
            let machine = job.runner_id.zip(job.system_id.clone());
            let (runner, system) = machine.filter(|_| is_running)?;
            Some((job.build.id, Key::RunnerManager(runner, system)))
        });
        let running: Vec<(JobId, Key)> = running.collect();
        let mut rows = Rows::default();
        let keys = running.iter().map(|(_, key)| key.clone());
        rows.load(self, keys).await?;
        let mut asked = BTreeSet::new();
        for (id, key) in running {
            let manager: Option<RunnerManager> = rows.get(&key)?;
            asked.extend(manager.filter(|it| it.cancel_gracefully).map(|_| id));
        }
        Ok(asked)
    }

    /// Writes a change of several jobs, and that somebody has to follow up: that comes
    /// first where one transaction does not suffice.
    async fn write_touched(&self, mut old: Picture, new: &Picture) -> Result<bool> {
        if old.jobs.len() + old.bridges.len() >= MAX_TRANSACTION {
            if !self.edit(&old.pipeline, &new.pipeline).await? {
                return Ok(false);
            }
            old.pipeline = new.pipeline.clone();
        }
        self.write_difference(&old, new).await
    }

    /// Answers whether everything was written; the pipeline's own row comes last.
    async fn write_difference(&self, old: &Picture, new: &Picture) -> Result<bool> {
        let mut writes = differences(&old.jobs, &new.jobs)?;
        writes.extend(differences(&old.bridges, &new.bridges)?);
        if writes.is_empty() {
            return match old.pipeline == new.pipeline {
                true => Ok(true),
                false => self.edit(&old.pipeline, &new.pipeline).await,
            };
        }
        while writes.len() >= MAX_TRANSACTION {
            let mut batch: Vec<Write> = writes.drain(..MAX_TRANSACTION - 1).collect();
            batch.push(Write::check(&old.pipeline)?);
            if self.write_all(batch).await? != Written::All {
                return Ok(false);
            }
        }
        writes.push(Write::edit(&old.pipeline, &new.pipeline)?);
        Ok(self.write_all(writes).await? == Written::All)
    }
}

/// Rows that changed; both lists have the same ones in the same order.
fn differences<R: Row + PartialEq>(old: &[R], new: &[R]) -> Result<Vec<Write>> {
    let changed = old.iter().zip(new).filter(|(old, new)| old != new);
    changed.map(|(old, new)| Write::edit(old, new)).collect()
}
