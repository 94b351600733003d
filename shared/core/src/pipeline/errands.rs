//! What a pipeline has to do outside of its own rows. Pure: it follows from the rows alone,
//! so it is found again by whoever comes after one that died.

use std::collections::BTreeSet;

use super::graph::Graph;
use super::{AutoCancelOnJobFailure, Picture};
use crate::ids::JobId;
use crate::job::{Bridge, Status};

/// One thing to do. Doing it changes the rows, so that it is not due any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Errand {
    /// These failed and run once more by themselves, each as a new job.
    Retry(Vec<JobId>),
    /// A job failed, and the others are not to go on.
    Cancel,
    /// A resource group has to hear of jobs of this pipeline.
    Settle(String),
    /// Older pipelines of the same ref are to be canceled.
    Supersede,
    /// The bridge that started this pipeline has to hear of its end.
    Report,
    /// A bridge was canceled, and what it started goes on.
    CancelDownstream(JobId),
    /// A bridge is to start its pipeline. That takes the compiler: the store cannot, so these
    /// come last.
    StartDownstream(JobId),
}

impl Picture {
    /// All that is due, in the order in which to do it.
    pub fn errands(&self) -> Vec<Errand> {
        let builds = self.builds();
        let graph = Graph::new(&self.pipeline, &builds);
        let mut errands = Vec::new();

        let failed = graph.nodes.iter().filter(|node| node.runs_again());
        let mut again: Vec<JobId> = failed.map(|node| node.build.id).collect();
        again.sort_unstable();
        if !again.is_empty() {
            errands.push(Errand::Retry(again));
        }

        let stops = match self.pipeline.auto_cancel.on_job_failure {
            AutoCancelOnJobFailure::All => true,
            AutoCancelOnJobFailure::None => false,
        };
        let has_failed = |node: &super::graph::Node<'_>| {
            node.status() == Status::Failed && !node.build.allow_failure
        };
        let goes_on = builds.iter().any(|build| build.is_cancelable());
        if stops && goes_on && graph.nodes.iter().any(has_failed) {
            errands.push(Errand::Cancel);
        }

        if self.pipeline.supersedes {
            errands.push(Errand::Supersede);
        }
        let out_of_turn = builds.iter().filter(|build| build.is_out_of_turn());
        let groups: BTreeSet<&String> = out_of_turn
            .filter_map(|build| build.resource_group.as_ref())
            .collect();
        errands.extend(groups.into_iter().cloned().map(Errand::Settle));

        let started = self.pipeline.upstream.as_ref();
        let follows = started.is_some_and(|upstream| upstream.follows);
        let news = self.pipeline.reported != Some(self.pipeline.status);
        if follows && news && self.pipeline.status.is_final() {
            errands.push(Errand::Report);
        }

        let canceled = self.bridges.iter().filter(|bridge| bridge.is_to_cascade());
        errands.extend(canceled.map(|bridge| Errand::CancelDownstream(bridge.build.id)));
        let pending = self.bridges.iter().filter(|bridge| bridge.is_to_start());
        errands.extend(pending.map(|bridge| Errand::StartDownstream(bridge.build.id)));
        errands
    }
}

impl Bridge {
    /// Its time has come.
    pub fn is_to_start(&self) -> bool {
        self.build.status == Status::Pending && self.downstream.is_none()
    }

    /// It was canceled, and the child that it started has not heard of it.
    fn is_to_cascade(&self) -> bool {
        let is_child = |it: &crate::job::Downstream| it.project_id == self.build.project_id;
        self.build.status == Status::Canceled
            && !self.cascaded
            && self.downstream.as_ref().is_some_and(is_child)
    }
}
