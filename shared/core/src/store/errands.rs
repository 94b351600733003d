//! Doing what a pipeline has to do outside of its own rows.

use super::resource_groups::Settled;
use super::{Key, Rows, Store, Write, Written};
use crate::error::Result;
use crate::ids::{JobId, PipelineId, ProjectId};
use crate::job::lifecycle::{Event, transition};
use crate::job::{Bridge, FailureReason, Status};
use crate::pipeline::{Errand, Picture, Pipeline};
use crate::time::Time;

/// A pipeline that somebody has to look at.
pub(super) type Place = (ProjectId, PipelineId);

impl Store {
    /// Does what is due, as far as a store can, and gives the pipelines in which something
    /// follows from it. None if there was nothing that it can do. What others forestalled is
    /// still due in the next picture.
    pub(super) async fn run_errands(
        &self,
        picture: &Picture,
        now: Time,
    ) -> Result<Option<Vec<Place>>> {
        let project = picture.pipeline.project_id;
        let id = picture.pipeline.id;
        let mut touched = Vec::new();
        let mut did_something = false;
        for errand in picture.errands() {
            match errand {
                Errand::Retry(jobs) => {
                    self.retry_some(picture, jobs, None, now).await?;
                }
                Errand::Cancel => {
                    self.cancel_pipeline(project, id, None, now).await?;
                }
                Errand::Settle(name) => match self.settle(picture, &name, now).await? {
                    Settled::Lost | Settled::Done(None) => {}
                    Settled::Done(Some(pipeline)) => touched.push((project, pipeline)),
                },
                Errand::Report => touched.extend(self.report(&picture.pipeline, now).await?),
                Errand::CancelDownstream(bridge) => {
                    touched.extend(self.cancel_downstream(picture, bridge, now).await?);
                }
                Errand::StartDownstream(_) => continue,
            }
            did_something = true;
            // It may have changed what the next one is about.
            break;
        }
        touched.retain(|place| *place != (project, id));
        Ok(did_something.then_some(touched))
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
