//! A job: what is stored of it, and questions about it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::{JobId, PipelineId, ProjectId, RunnerId, UserId};
use crate::time::Time;

pub mod lifecycle;
mod needs;
mod retry;

pub use needs::Needs;
pub use retry::{Retry, RetryWhen};

/// The thirteen states of a job; a pipeline has the same ones.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Created,
    WaitingForResource,
    Preparing,
    WaitingForCallback,
    Pending,
    Running,
    Success,
    Failed,
    Canceling,
    Canceled,
    Skipped,
    Manual,
    Scheduled,
}

impl Status {
    pub const ALL: [Self; 13] = [
        Self::Created,
        Self::WaitingForResource,
        Self::Preparing,
        Self::WaitingForCallback,
        Self::Pending,
        Self::Running,
        Self::Success,
        Self::Failed,
        Self::Canceling,
        Self::Canceled,
        Self::Skipped,
        Self::Manual,
        Self::Scheduled,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::WaitingForResource => "waiting_for_resource",
            Self::Preparing => "preparing",
            Self::WaitingForCallback => "waiting_for_callback",
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Success => "success",
            Self::Failed => "failed",
            Self::Canceling => "canceling",
            Self::Canceled => "canceled",
            Self::Skipped => "skipped",
            Self::Manual => "manual",
            Self::Scheduled => "scheduled",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }

    /// A runner works on the job, so its token is alive.
    pub const fn is_executing(self) -> bool {
        match self {
            Self::Running | Self::Canceling => true,
            Self::Created
            | Self::WaitingForResource
            | Self::Preparing
            | Self::WaitingForCallback
            | Self::Pending
            | Self::Success
            | Self::Failed
            | Self::Canceled
            | Self::Skipped
            | Self::Manual
            | Self::Scheduled => false,
        }
    }

    /// The job has ended, and so has a time at which it did. It never leaves this state.
    pub const fn is_finished(self) -> bool {
        match self {
            Self::Success | Self::Failed | Self::Canceled => true,
            Self::Created
            | Self::WaitingForResource
            | Self::Preparing
            | Self::WaitingForCallback
            | Self::Pending
            | Self::Running
            | Self::Canceling
            | Self::Skipped
            | Self::Manual
            | Self::Scheduled => false,
        }
    }

    /// Nothing more happens to the job by itself: it is finished, or skipped. A skipped
    /// one comes back when a job that it depends on is run again.
    pub const fn is_final(self) -> bool {
        match self {
            Self::Success | Self::Failed | Self::Canceled | Self::Skipped => true,
            Self::Created
            | Self::WaitingForResource
            | Self::Preparing
            | Self::WaitingForCallback
            | Self::Pending
            | Self::Running
            | Self::Canceling
            | Self::Manual
            | Self::Scheduled => false,
        }
    }
}

/// Why a job failed, in the words of GitLab's API. Reasons that only runners and
/// the sweeper give are added with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FailureReason {
    UnknownFailure,
    ScriptFailure,
    ApiFailure,
    StuckOrTimeoutFailure,
    RunnerSystemFailure,
    MissingDependencyFailure,
    RunnerUnsupported,
    StaleSchedule,
    JobExecutionTimeout,
    ArchivedFailure,
    UnmetPrerequisites,
    SchedulerFailure,
    DataIntegrityFailure,
    UserBlocked,
    ProjectDeleted,
    NoMatchingRunner,
    TraceSizeExceeded,
    BuildsDisabled,
    DownstreamBridgeProjectNotFound,
    DownstreamPipelineCreationFailed,
    InsufficientBridgePermissions,
    InvalidBridgeTrigger,
    PipelineLoopDetected,
    ReachedMaxDescendantPipelinesDepth,
    ReachedMaxPipelineHierarchySize,
}

impl FailureReason {
    /// To do the same again would end the same, so nothing does so by itself.
    pub const fn is_hopeless(self) -> bool {
        match self {
            Self::MissingDependencyFailure
            | Self::NoMatchingRunner
            | Self::PipelineLoopDetected
            | Self::ReachedMaxDescendantPipelinesDepth
            | Self::ReachedMaxPipelineHierarchySize => true,
            Self::UnknownFailure
            | Self::ScriptFailure
            | Self::ApiFailure
            | Self::StuckOrTimeoutFailure
            | Self::RunnerSystemFailure
            | Self::RunnerUnsupported
            | Self::StaleSchedule
            | Self::JobExecutionTimeout
            | Self::ArchivedFailure
            | Self::UnmetPrerequisites
            | Self::SchedulerFailure
            | Self::DataIntegrityFailure
            | Self::UserBlocked
            | Self::ProjectDeleted
            | Self::TraceSizeExceeded
            | Self::BuildsDisabled
            | Self::DownstreamBridgeProjectNotFound
            | Self::InsufficientBridgePermissions
            | Self::InvalidBridgeTrigger
            | Self::DownstreamPipelineCreationFailed => false,
        }
    }
}

/// When a job starts once those before it have ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    #[default]
    OnSuccess,
    OnFailure,
    Always,
    Manual,
    Delayed,
}

/// What a job and a bridge have in common: all that a list of either shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Build {
    pub project_id: ProjectId,
    pub id: JobId,
    pub pipeline_id: PipelineId,
    pub name: String,
    pub stage: String,
    pub status: Status,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure_reason: Option<FailureReason>,
    #[serde(default)]
    pub when: When,
    /// Seconds that a delayed job waits once its time has come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_in: Option<u32>,
    pub allow_failure: bool,
    /// What it waits for. None: for the stages before its own, whose order is that of the
    /// ids. Empty: for nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needs: Option<Needs>,
    /// Seconds that it may run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<u32>,
    /// One at a time of the project's jobs that name the same group runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_group: Option<String>,
    /// What it is to its resource group, as far as that was written.
    #[serde(default, skip_serializing_if = "Turn::is_outside")]
    pub turn: Turn,
    /// A newer pipeline of its ref may cancel it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub interruptible: bool,
    /// When it runs once more by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<Retry>,
    /// With one of these its failure is allowed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed_exit_codes: Vec<i32>,
    /// What its script ended with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    /// Percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coverage: Option<f64>,
    pub user_id: UserId,
    pub created_at: Time,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queued_at: Option<Time>,
    /// When a `scheduled` job starts by itself; none in any other state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheduled_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erased_at: Option<Time>,
    /// The job that replaced this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retried_by: Option<JobId>,
    /// By when the sweeper looks after the row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Time>,
    /// Grows with every change; a decision made on an older picture cannot land.
    pub revision: u64,
}

/// What a job is to its resource group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    #[default]
    Outside,
    Upcoming,
    Waiting,
    Holding,
}

impl Turn {
    const fn is_outside(&self) -> bool {
        match self {
            Self::Outside => true,
            Self::Upcoming | Self::Waiting | Self::Holding => false,
        }
    }
}

impl Build {
    /// Seconds from start to end, or until now; none before it started.
    pub fn duration(&self, now: Time) -> Option<f64> {
        let started = self.started_at?;
        Some(self.finished_at.unwrap_or(now).seconds_since(started))
    }

    /// Seconds from queueing to start, or until now; none if it never queued.
    /// A job cancelled while pending keeps growing, as in GitLab.
    pub fn queued_duration(&self, now: Time) -> Option<f64> {
        let queued = self.queued_at?;
        Some(self.started_at.unwrap_or(now).seconds_since(queued))
    }

    /// The reason to show: a failed job always has one.
    pub fn shown_failure_reason(&self) -> Option<FailureReason> {
        (self.status == Status::Failed)
            .then(|| self.failure_reason.unwrap_or(FailureReason::UnknownFailure))
    }
}

/// A job that a runner works on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Job {
    #[serde(flatten)]
    pub build: Build,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runner_id: Option<RunnerId>,
    /// Which of the runner's machines took it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system_id: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tag_list: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub artifacts: Vec<Artifact>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifacts_expire_at: Option<Time>,
    /// The joined log, once it was archived. A live log is in the `log_chunks` table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<ArchivedLog>,
    /// SHA-256 of the job token, while one is out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_digest: Option<String>,
    /// What it runs, in `definitions`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definition: Option<String>,
    /// The log may hold secrets: it runs with `CI_DEBUG_TRACE` or `CI_DEBUG_SERVICES`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub debug: bool,
    /// There are variables of its own, given when it was played.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub has_variables: bool,
    /// It was erased, and what it left may not be gone yet.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub erasing: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<Environment>,
}

impl Job {
    /// The archive that `artifacts_file` names: there, and not expired.
    pub fn available_archive(&self, now: Time) -> Option<&Artifact> {
        if self.artifacts_expire_at.is_some_and(|expiry| expiry <= now) {
            return None;
        }
        self.artifacts
            .iter()
            .find(|artifact| artifact.file_type == FileType::Archive)
    }
}

/// Where a deployment goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Environment {
    pub name: String,
    pub slug: String,
    pub tier: String,
}

/// The log as one object: its size and checksum, which make its `ETag`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArchivedLog {
    /// Bytes.
    pub size: u64,
    pub crc32: u32,
}

/// A file that a job left behind, as the job shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Artifact {
    pub file_type: FileType,
    /// Bytes.
    pub size: u64,
    pub filename: String,
    pub file_format: Option<FileFormat>,
}

/// What a file is to GitLab; report types are added with the artifacts API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FileType {
    Archive,
    Metadata,
    Trace,
    Junit,
    Dotenv,
    Cobertura,
    Codequality,
}

impl FileType {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Archive => "archive",
            Self::Metadata => "metadata",
            Self::Trace => "trace",
            Self::Junit => "junit",
            Self::Dotenv => "dotenv",
            Self::Cobertura => "cobertura",
            Self::Codequality => "codequality",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FileFormat {
    Raw,
    Zip,
    Gzip,
}

/// A trigger job: it starts another pipeline instead of running on a runner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bridge {
    #[serde(flatten)]
    pub build: Build,
    /// The pipeline it started; it may live in another project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub downstream: Option<Downstream>,
    /// What to start, in `definitions`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definition: Option<String>,
    /// It was canceled, and so is the child that it had started.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cascaded: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Downstream {
    pub project_id: ProjectId,
    pub pipeline_id: PipelineId,
}
