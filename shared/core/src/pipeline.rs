//! A pipeline: what is stored of it, and which jobs are its own.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::{JobId, PipelineId, ProjectId, UserId};
use crate::job::Status;
use crate::repository::TagObject;
use crate::time::Time;

pub mod advance;
pub mod composite;
mod errands;
mod graph;
mod picture;

pub use errands::Errand;
pub use picture::Picture;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pipeline {
    pub project_id: ProjectId,
    pub id: PipelineId,
    /// Counts the project's pipelines from 1.
    pub iid: u64,
    pub status: Status,
    /// Its jobs are still being written: nobody may see it yet.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub building: bool,
    /// Marked for deletion: nobody sees it any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<Time>,
    pub source: Source,
    #[serde(rename = "ref")]
    pub ref_name: String,
    pub tag: bool,
    pub sha: String,
    pub before_sha: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yaml_errors: Option<String>,
    pub user_id: UserId,
    /// The commit as it was when the pipeline started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<Commit>,
    pub created_at: Time,
    pub updated_at: Time,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Time>,
    /// Seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<u64>,
    /// Percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coverage: Option<f64>,
    /// The ids of its jobs and bridges: one block at birth, one more with every retry.
    pub blocks: Vec<Block>,
    /// Which of these ids are bridges.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub bridges: BTreeSet<JobId>,
    /// Which of these ids a later job replaced.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub retried: BTreeSet<JobId>,
    /// There are variables that it was given.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub has_variables: bool,
    /// Older pipelines of its ref have yet to be canceled.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub supersedes: bool,
    /// The bridge that started it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upstream: Option<Upstream>,
    /// The end that this bridge has heard of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported: Option<Status>,
    #[serde(default, skip_serializing_if = "AutoCancel::is_default")]
    pub auto_cancel: AutoCancel,
    /// By when the sweeper looks after the row: a change may not have been followed up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Time>,
    /// Jobs that run again, behind which skipped ones have yet to come back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resets: Vec<Reset>,
    /// Grows whenever a decision on an older picture of the jobs would be wrong.
    pub revision: u64,
}

/// Consecutive ids of one pipeline, in stage order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    pub first: JobId,
    pub count: u64,
}

/// The bridge that started a pipeline, or the job that did it with its token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upstream {
    pub project_id: ProjectId,
    pub pipeline_id: PipelineId,
    pub bridge_id: JobId,
    /// The bridge waits for the end of the pipeline, and ends the same: `trigger:strategy`.
    pub follows: bool,
}

/// `workflow:auto_cancel`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AutoCancel {
    #[serde(default)]
    pub on_new_commit: AutoCancelOnNewCommit,
    #[serde(default)]
    pub on_job_failure: AutoCancelOnJobFailure,
}

impl AutoCancel {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// What a newer pipeline of the same ref cancels of this one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AutoCancelOnNewCommit {
    /// All of it, while no job has started that is not interruptible.
    #[default]
    Conservative,
    /// Its interruptible jobs.
    Interruptible,
    None,
}

/// What a failed job cancels of its pipeline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AutoCancelOnJobFailure {
    #[default]
    None,
    All,
}

/// A job that somebody runs again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reset {
    pub job: JobId,
    pub user: UserId,
}

/// How long a function has to follow up its own change before the sweeper does, in
/// microseconds: longer than a function may run.
const FOLLOW_UP: i64 = 30_000_000;

/// How long what belongs to a deleted pipeline stays, in microseconds.
const SETTLING: i64 = 60_000_000;

impl Pipeline {
    /// Whether it, and what is in it, may be seen.
    pub const fn is_published(&self) -> bool {
        !self.building && self.deleted_at.is_none()
    }

    /// This pipeline with a change in one of its jobs: decisions made before do not land
    /// any more, and the sweeper follows up unless somebody did.
    #[must_use]
    pub fn touched(&self, now: Time) -> Self {
        Self {
            revision: self.revision + 1,
            deadline: Some(Time::from_microseconds(now.microseconds() + FOLLOW_UP)),
            ..self.clone()
        }
    }

    /// This pipeline once it was deleted. Whoever saw it before has come to an end by the
    /// time at which the sweeper removes it.
    #[must_use]
    pub fn deleted(&self, now: Time) -> Self {
        Self {
            revision: self.revision + 1,
            deleted_at: Some(now),
            deadline: Some(Time::from_microseconds(now.microseconds() + SETTLING)),
            ..self.clone()
        }
    }

    /// The ids of its jobs, newest first; without retried ones unless they are asked for.
    pub fn job_ids(&self, include_retried: bool) -> Vec<JobId> {
        let mut ids: Vec<JobId> = self
            .ids()
            .filter(|id| !self.bridges.contains(id))
            .filter(|id| include_retried || !self.retried.contains(id))
            .collect();
        ids.sort_unstable_by(|a, b| b.cmp(a));
        ids
    }

    /// The ids of its bridges that no later one replaced, newest first.
    pub fn bridge_ids(&self) -> Vec<JobId> {
        self.bridges
            .iter()
            .rev()
            .filter(|id| !self.retried.contains(id))
            .copied()
            .collect()
    }

    fn ids(&self) -> impl Iterator<Item = JobId> + '_ {
        self.blocks
            .iter()
            .flat_map(|block| (block.first.0..block.first.0.saturating_add(block.count)).map(JobId))
    }

    /// Seconds between birth and the start of its first job.
    pub fn queued_duration(&self) -> Option<f64> {
        Some(self.started_at?.seconds_since(self.created_at))
    }
}

/// What started a pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    Push,
    Web,
    Trigger,
    Schedule,
    Api,
    External,
    Pipeline,
    Chat,
    Webide,
    MergeRequestEvent,
    ExternalPullRequestEvent,
    ParentPipeline,
    OndemandDastScan,
    OndemandDastValidation,
    SecurityOrchestrationPolicy,
    ContainerRegistryPush,
}

impl Source {
    pub const ALL: [Self; 16] = [
        Self::Push,
        Self::Web,
        Self::Trigger,
        Self::Schedule,
        Self::Api,
        Self::External,
        Self::Pipeline,
        Self::Chat,
        Self::Webide,
        Self::MergeRequestEvent,
        Self::ExternalPullRequestEvent,
        Self::ParentPipeline,
        Self::OndemandDastScan,
        Self::OndemandDastValidation,
        Self::SecurityOrchestrationPolicy,
        Self::ContainerRegistryPush,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::Web => "web",
            Self::Trigger => "trigger",
            Self::Schedule => "schedule",
            Self::Api => "api",
            Self::External => "external",
            Self::Pipeline => "pipeline",
            Self::Chat => "chat",
            Self::Webide => "webide",
            Self::MergeRequestEvent => "merge_request_event",
            Self::ExternalPullRequestEvent => "external_pull_request_event",
            Self::ParentPipeline => "parent_pipeline",
            Self::OndemandDastScan => "ondemand_dast_scan",
            Self::OndemandDastValidation => "ondemand_dast_validation",
            Self::SecurityOrchestrationPolicy => "security_orchestration_policy",
            Self::ContainerRegistryPush => "container_registry_push",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.as_str() == text)
    }
}

/// A commit as a job shows it. Its times keep the committer's offset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commit {
    pub id: String,
    pub title: String,
    pub message: String,
    pub author_name: String,
    pub author_email: String,
    pub authored_date: String,
    pub committer_name: String,
    pub committer_email: String,
    pub committed_date: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parent_ids: Vec<String>,
}

/// The head of a branch or a tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ref {
    pub project_id: ProjectId,
    pub name: String,
    pub tag: bool,
    /// The commit that it names, also where there is a tag object between.
    pub sha: String,
    /// Of an annotated tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub annotation: Option<TagObject>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retried_jobs_and_bridges_are_told_apart_by_the_row_alone() {
        let text = r#"{"project_id":1,"id":6,"iid":1,"status":"pending","source":"push","ref":"main",
            "tag":false,"sha":"0ff3","before_sha":"0000","user_id":1,"created_at":0,"updated_at":0,
            "blocks":[{"first":6,"count":4},{"first":20,"count":1}],"bridges":[8,9],"retried":[6,9],
            "revision":1}"#;
        let pipeline: Pipeline = serde_json::from_str(text).unwrap();
        assert_eq!(pipeline.job_ids(false), [20, 7].map(JobId));
        assert_eq!(pipeline.job_ids(true), [20, 7, 6].map(JobId));
        assert_eq!(pipeline.bridge_ids(), [8].map(JobId));
    }

    #[test]
    fn sources_read_as_they_are_written() {
        for source in Source::ALL {
            let written = serde_json::to_value(source).unwrap();
            assert_eq!(written, source.as_str());
        }
    }
}
