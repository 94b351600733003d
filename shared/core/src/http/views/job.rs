//! Jobs, bridges, and the runners that took them.

use std::time::Duration;

use serde::Serialize;
use utoipa::ToSchema;

use super::{CommitView, PipelineView, UserView};
use crate::error::{Error, Result};
use crate::ids::{JobId, RunnerId};
use crate::job::{Artifact, Bridge, Build, FailureReason, Job, Status};
use crate::pipeline::Pipeline;
use crate::project::Project;
use crate::runner::{self, Runner, RunnerManager, RunnerStatus, RunnerType};
use crate::store::{Key, Rows};
use crate::time::Time;
use crate::user::User;

/// What a job and a bridge show alike.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Build)]
pub struct BuildView {
    pub id: JobId,
    pub status: Status,
    pub stage: String,
    pub name: String,
    #[serde(rename = "ref")]
    pub ref_name: String,
    pub tag: bool,
    pub coverage: Option<f64>,
    pub allow_failure: bool,
    pub created_at: String,
    pub started_at: Option<String>,
    pub finished_at: Option<String>,
    pub erased_at: Option<String>,
    /// Seconds.
    pub duration: Option<f64>,
    /// Seconds.
    pub queued_duration: Option<f64>,
    pub user: UserView,
    pub commit: Option<CommitView>,
    pub pipeline: PipelineView,
    /// Only for failed jobs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure_reason: Option<FailureReason>,
    pub web_url: String,
    pub project: JobProjectView,
}

/// The one project setting that a job shows.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = JobProject)]
pub struct JobProjectView {
    pub ci_job_token_scope_enabled: bool,
}

impl BuildView {
    fn new(build: &Build, shown: &Shown<'_>) -> Result<Self> {
        let project = shown.project;
        let pipeline: Pipeline = shown
            .rows
            .get(&Key::Pipeline(build.project_id, build.pipeline_id))?
            .ok_or_else(|| Error::Internal(format!("job {} has lost its pipeline", build.id)))?;
        let user: Option<User> = shown.rows.get(&Key::User(build.user_id))?;
        let user = user.filter(User::exists);
        let base_url = shown.base_url;
        let project_url = format!("{base_url}/{}", project.full_path);
        let text = |time: Option<Time>| time.map(|time| time.to_string());
        Ok(Self {
            id: build.id,
            status: build.status,
            stage: build.stage.clone(),
            name: build.name.clone(),
            ref_name: pipeline.ref_name.clone(),
            tag: pipeline.tag,
            coverage: build.coverage,
            allow_failure: build.allow_failure,
            created_at: build.created_at.to_string(),
            started_at: text(build.started_at),
            finished_at: text(build.finished_at),
            erased_at: text(build.erased_at),
            duration: build.duration(shown.now),
            queued_duration: build.queued_duration(shown.now),
            user: match user {
                Some(user) => UserView::new(&user, base_url),
                None => UserView::ghost(build.user_id, base_url),
            },
            commit: pipeline
                .commit
                .as_ref()
                .map(|commit| CommitView::new(commit, &project_url)),
            pipeline: PipelineView::new(&pipeline, &project_url),
            failure_reason: build.shown_failure_reason(),
            web_url: format!("{project_url}/-/jobs/{}", build.id),
            project: JobProjectView {
                ci_job_token_scope_enabled: project.ci_job_token_scope_enabled,
            },
        })
    }
}

/// What jobs are shown with: their project and the rows that belong to them.
#[derive(Clone, Copy)]
pub struct Shown<'a> {
    pub project: &'a Project,
    pub rows: &'a Rows,
    pub base_url: &'a str,
    pub now: Time,
    /// The age from which jobs are archived.
    pub archive_after: Option<Duration>,
}

/// A job, on every job endpoint alike.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Job)]
pub struct JobView {
    #[serde(flatten)]
    pub build: BuildView,
    /// Only while an archive is there and has not expired.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub artifacts_file: Option<ArtifactsFileView>,
    pub artifacts: Vec<Artifact>,
    pub runner: Option<RunnerView>,
    pub runner_manager: Option<RunnerManagerView>,
    pub artifacts_expire_at: Option<String>,
    pub archived: bool,
    pub tag_list: Vec<String>,
}

/// The archive that a job left behind.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ArtifactsFile)]
pub struct ArtifactsFileView {
    pub filename: String,
    /// Bytes.
    pub size: u64,
}

impl JobView {
    /// The rows must hold what [`JobRelations::keys`](crate::store::JobRelations::keys) names.
    pub fn new(job: &Job, shown: &Shown<'_>) -> Result<Self> {
        let runner: Option<Runner> = match job.runner_id {
            Some(id) => shown.rows.get(&Key::Runner(id))?,
            None => None,
        };
        let manager: Option<RunnerManager> = match (job.runner_id, &job.system_id) {
            (Some(id), Some(system)) => shown.rows.get(&Key::RunnerManager(id, system.clone()))?,
            _ => None,
        };
        let mut tag_list = job.tag_list.clone();
        tag_list.sort_unstable();
        Ok(Self {
            build: BuildView::new(&job.build, shown)?,
            artifacts_file: job
                .available_archive(shown.now)
                .map(|archive| ArtifactsFileView {
                    filename: archive.filename.clone(),
                    size: archive.size,
                }),
            artifacts: job.artifacts.clone(),
            runner: runner.map(|runner| RunnerView::new(&runner, shown.now)),
            runner_manager: manager.map(|manager| RunnerManagerView::new(&manager, shown.now)),
            artifacts_expire_at: job.artifacts_expire_at.map(|time| time.to_string()),
            archived: job.build.is_archived(shown.archive_after, shown.now),
            tag_list,
        })
    }
}

impl JobView {
    /// A bridge in the form of a job, as a retry answers it.
    pub fn of_bridge(bridge: &Bridge, shown: &Shown<'_>) -> Result<Self> {
        Ok(Self {
            build: BuildView::new(&bridge.build, shown)?,
            artifacts_file: None,
            artifacts: Vec::new(),
            runner: None,
            runner_manager: None,
            artifacts_expire_at: None,
            archived: bridge.build.is_archived(shown.archive_after, shown.now),
            tag_list: vec!["bridge".to_owned()],
        })
    }
}

/// A trigger job.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Bridge)]
pub struct BridgeView {
    #[serde(flatten)]
    pub build: BuildView,
    pub downstream_pipeline: Option<PipelineView>,
}

impl BridgeView {
    /// The rows must hold the bridge's pipeline and user, and the downstream pipeline
    /// with its project.
    pub fn new(bridge: &Bridge, shown: &Shown<'_>) -> Result<Self> {
        let downstream = match bridge.downstream {
            Some(to) => {
                let pipeline: Option<Pipeline> = shown
                    .rows
                    .get(&Key::Pipeline(to.project_id, to.pipeline_id))?;
                let project: Option<Project> = shown.rows.get(&Key::Project(to.project_id))?;
                pipeline
                    .filter(|pipeline| pipeline.is_published())
                    .zip(project)
            }
            None => None,
        };
        Ok(Self {
            build: BuildView::new(&bridge.build, shown)?,
            downstream_pipeline: downstream.map(|(pipeline, project)| {
                PipelineView::new(
                    &pipeline,
                    &format!("{}/{}", shown.base_url, project.full_path),
                )
            }),
        })
    }
}

/// A runner as a job shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Runner)]
pub struct RunnerView {
    pub id: RunnerId,
    pub description: String,
    pub ip_address: Option<String>,
    pub active: bool,
    pub paused: bool,
    pub is_shared: bool,
    pub runner_type: RunnerType,
    pub name: Option<String>,
    pub online: Option<bool>,
    pub status: RunnerStatus,
}

impl RunnerView {
    pub fn new(runner: &Runner, now: Time) -> Self {
        let status = runner::status(runner.created_at, runner.contacted_at, now);
        Self {
            id: runner.id,
            description: runner.description.clone(),
            ip_address: None,
            active: !runner.paused,
            paused: runner.paused,
            is_shared: runner.runner_type == RunnerType::InstanceType,
            runner_type: runner.runner_type,
            name: runner.name.clone(),
            online: runner.contacted_at.map(|_| status == RunnerStatus::Online),
            status,
        }
    }
}

/// The machine that took a job.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RunnerManager)]
pub struct RunnerManagerView {
    pub id: u64,
    pub system_id: String,
    pub version: String,
    pub revision: String,
    pub platform: String,
    pub architecture: String,
    pub created_at: String,
    pub contacted_at: Option<String>,
    pub ip_address: Option<String>,
    pub status: RunnerStatus,
}

impl RunnerManagerView {
    pub fn new(manager: &RunnerManager, now: Time) -> Self {
        Self {
            id: manager.id,
            system_id: manager.system_id.clone(),
            version: manager.version.clone(),
            revision: manager.revision.clone(),
            platform: manager.platform.clone(),
            architecture: manager.architecture.clone(),
            created_at: manager.created_at.to_string(),
            contacted_at: manager.contacted_at.map(|time| time.to_string()),
            ip_address: manager.ip_address.clone(),
            status: runner::status(manager.created_at, manager.contacted_at, now),
        }
    }
}
