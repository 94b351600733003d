//! Doing what a pipeline has to do outside of its own rows.

use super::jobs::From;
use super::pipelines::Among;
use super::resource_groups::Settled;
use super::{Key, Rows, Store, Write, Written};
use crate::error::Result;
use crate::ids::{JobId, PipelineId, ProjectId};
use crate::job::lifecycle::{Event, transition};
use crate::job::{Bridge, FailureReason, Status};
use crate::pipeline::{Errand, Picture, Pipeline, Source};
use crate::time::Time;

/// How many older pipelines a newer one looks at.
const OLDER: usize = 100;

/// A pipeline that somebody has to look at.
pub(super) type Place = (ProjectId, PipelineId);

impl Store {
    /// Does what is due first, as far as a store can, and gives the pipelines in which
    /// something follows from it. None if there was nothing that it can do. What others
    /// forestalled is still due in the next picture.
    pub(super) async fn run_errand(
        &self,
        picture: &Picture,
        now: Time,
    ) -> Result<Option<Vec<Place>>> {
        let project = picture.pipeline.project_id;
        let id = picture.pipeline.id;
        let mut touched = Vec::new();
        // One at a time: it may change what the next one is about.
        match picture.errands().into_iter().next() {
            None | Some(Errand::StartDownstream(_)) => return Ok(None),
            Some(Errand::Retry(jobs)) => {
                self.retry_some(picture, jobs, None, now).await?;
            }
            Some(Errand::Cancel) => {
                self.cancel_pipeline(project, id, None, now).await?;
            }
            Some(Errand::Supersede) => {
                touched.extend(self.supersede(&picture.pipeline, now).await?);
            }
            Some(Errand::Settle(name)) => match self.settle(picture, &name, now).await? {
                Settled::Lost | Settled::Done(None) => {}
                Settled::Done(Some(pipeline)) => touched.push((project, pipeline)),
            },
            Some(Errand::Report) => touched.extend(self.report(&picture.pipeline, now).await?),
            Some(Errand::CancelDownstream(bridge)) => {
                touched.extend(self.cancel_downstream(picture, bridge, now).await?);
            }
        }
        touched.retain(|place| *place != (project, id));
        Ok(Some(touched))
    }

    /// Cancels older pipelines of the same ref for another commit, as far as they let
    /// themselves be canceled.
    async fn supersede(&self, pipeline: &Pipeline, now: Time) -> Result<Vec<Place>> {
        let project = pipeline.project_id;
        let walked = self.pipelines(project, &Among::All, From::Below(pipeline.id), OLDER);
        let older = walked.await?.pipelines.into_iter().filter(|older| {
            let same_ref = older.ref_name == pipeline.ref_name && older.tag == pipeline.tag;
            let goes_on = !older.status.is_final() && older.is_published();
            let is_child = older.source == Source::ParentPipeline;
            same_ref && goes_on && !is_child && older.sha != pipeline.sha
        });
        let mut canceled = Vec::new();
        for older in older {
            if self.supersede_one(project, older.id, now).await? {
                canceled.push((project, older.id));
            }
        }
        let done = Pipeline {
            supersedes: false,
            revision: pipeline.revision + 1,
            ..pipeline.clone()
        };
        self.edit(pipeline, &done).await?;
        Ok(canceled)
    }

    /// Lets the bridge that started a pipeline end as the pipeline did.
    async fn report(&self, pipeline: &Pipeline, now: Time) -> Result<Option<Place>> {
        let reported = Pipeline {
            reported: Some(pipeline.status),
            revision: pipeline.revision + 1,
            ..pipeline.clone()
        };
        let mut writes = vec![Write::edit(pipeline, &reported)?];
        let mut parent = None;
        if let Some(upstream) = &pipeline.upstream {
            let bridge_key = Key::Bridge(upstream.project_id, upstream.bridge_id);
            let parent_key = Key::Pipeline(upstream.project_id, upstream.pipeline_id);
            let mut rows = Rows::default();
            let keys = [bridge_key.clone(), parent_key.clone()];
            rows.load(self, keys).await?;
            let bridge: Option<Bridge> = rows.get(&bridge_key)?;
            let above: Option<Pipeline> = rows.get(&parent_key)?;
            if let Some((bridge, above)) = bridge.zip(above)
                && let Some(event) = outcome(pipeline.status)
                && let Ok(build) = transition(&bridge.build, event, now)
            {
                let ended = Bridge {
                    build,
                    ..bridge.clone()
                };
                writes.push(Write::edit(&bridge, &ended)?);
                writes.push(Write::edit(&above, &above.touched(now))?);
                parent = Some((above.project_id, above.id));
            }
        }
        let written = self.write_all(writes).await? == Written::All;
        Ok(parent.filter(|_| written))
    }

    /// Cancels the child that a canceled bridge had started.
    async fn cancel_downstream(
        &self,
        picture: &Picture,
        bridge: JobId,
        now: Time,
    ) -> Result<Option<Place>> {
        let Some(bridge) = picture.bridge(bridge) else {
            return Ok(None);
        };
        let child = match bridge.downstream {
            Some(child) => {
                let (project, id) = (child.project_id, child.pipeline_id);
                self.cancel_pipeline(project, id, None, now).await?;
                Some((project, id))
            }
            None => None,
        };
        let mut cascaded = bridge.clone();
        cascaded.cascaded = true;
        cascaded.build.revision += 1;
        self.edit(bridge, &cascaded).await?;
        Ok(child)
    }
}

/// What the end of a pipeline is to a bridge that follows it.
const fn outcome(status: Status) -> Option<Event> {
    match status {
        Status::Success => Some(Event::Success),
        Status::Failed | Status::Skipped => Some(Event::Drop(FailureReason::UnknownFailure)),
        Status::Canceled => Some(Event::Cancel { graceful: false }),
        Status::Created
        | Status::WaitingForResource
        | Status::Preparing
        | Status::WaitingForCallback
        | Status::Pending
        | Status::Running
        | Status::Canceling
        | Status::Manual
        | Status::Scheduled => None,
    }
}
