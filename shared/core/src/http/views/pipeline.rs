//! Pipelines and commits.

use serde::Serialize;
use utoipa::ToSchema;

use super::BasicUserView;
use crate::ids::{PipelineId, ProjectId};
use crate::job::Status;
use crate::pipeline::{Commit, Pipeline, Source};
use crate::user::User;

/// A pipeline as a job shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Pipeline)]
pub struct PipelineView {
    pub id: PipelineId,
    pub iid: u64,
    pub project_id: ProjectId,
    pub sha: String,
    #[serde(rename = "ref")]
    pub ref_name: String,
    pub status: Status,
    pub source: Source,
    pub created_at: String,
    pub updated_at: String,
    pub web_url: String,
}

impl PipelineView {
    /// `project_url` is the address of the pipeline's own project.
    pub fn new(pipeline: &Pipeline, project_url: &str) -> Self {
        Self {
            id: pipeline.id,
            iid: pipeline.iid,
            project_id: pipeline.project_id,
            sha: pipeline.sha.clone(),
            ref_name: pipeline.ref_name.clone(),
            status: pipeline.status,
            source: pipeline.source,
            created_at: pipeline.created_at.to_string(),
            updated_at: pipeline.updated_at.to_string(),
            web_url: format!("{project_url}/-/pipelines/{}", pipeline.id),
        }
    }
}

/// A pipeline in the list of pipelines.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = PipelineListEntry)]
pub struct PipelineListView {
    #[serde(flatten)]
    pub pipeline: PipelineView,
    pub name: Option<String>,
}

impl PipelineListView {
    pub fn new(pipeline: &Pipeline, project_url: &str) -> Self {
        Self {
            pipeline: PipelineView::new(pipeline, project_url),
            name: pipeline.name.clone(),
        }
    }
}

/// A pipeline alone.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = PipelineDetails)]
pub struct PipelineDetailsView {
    #[serde(flatten)]
    pub entry: PipelineListView,
    pub before_sha: String,
    pub tag: bool,
    pub yaml_errors: Option<String>,
    pub user: Option<BasicUserView>,
    pub started_at: Option<String>,
    pub finished_at: Option<String>,
    pub committed_at: Option<String>,
    /// Whole seconds.
    pub duration: Option<u64>,
    pub queued_duration: Option<f64>,
    /// Percent with two digits, as text.
    pub coverage: Option<String>,
    pub detailed_status: DetailedStatusView,
}

impl PipelineDetailsView {
    pub fn new(
        pipeline: &Pipeline,
        user: Option<&User>,
        project_path: &str,
        base_url: &str,
    ) -> Self {
        let text = |time: Option<crate::time::Time>| time.map(|time| time.to_string());
        let details = format!("/{project_path}/-/pipelines/{}", pipeline.id);
        Self {
            entry: PipelineListView::new(pipeline, &format!("{base_url}/{project_path}")),
            before_sha: pipeline.before_sha.clone(),
            tag: pipeline.tag,
            yaml_errors: pipeline.yaml_errors.clone(),
            user: user
                .filter(|user| user.exists())
                .map(|user| BasicUserView::new(user, base_url)),
            started_at: text(pipeline.started_at),
            finished_at: text(pipeline.finished_at),
            committed_at: None,
            duration: pipeline.duration,
            queued_duration: pipeline.queued_duration(),
            coverage: pipeline.coverage.map(|percent| format!("{percent:.2}")),
            detailed_status: DetailedStatusView::new(pipeline.status, details),
        }
    }
}

/// A status in the words and pictures of GitLab's pages.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = DetailedStatus)]
pub struct DetailedStatusView {
    pub icon: String,
    pub text: &'static str,
    pub label: &'static str,
    pub group: &'static str,
    pub tooltip: &'static str,
    pub has_details: bool,
    pub details_path: String,
    pub illustration: Option<String>,
    pub favicon: String,
}

impl DetailedStatusView {
    fn new(status: Status, details_path: String) -> Self {
        let (text, label, group) = match status {
            Status::Created => ("Created", "created", "created"),
            Status::WaitingForResource => {
                ("Waiting", "waiting for resource", "waiting-for-resource")
            }
            Status::Preparing => ("Preparing", "preparing", "preparing"),
            Status::WaitingForCallback => {
                ("Waiting", "waiting for callback", "waiting-for-callback")
            }
            Status::Pending => ("Pending", "pending", "pending"),
            Status::Running => ("Running", "running", "running"),
            Status::Success => ("Passed", "passed", "success"),
            Status::Failed => ("Failed", "failed", "failed"),
            Status::Canceling => ("Canceling", "canceling", "canceling"),
            Status::Canceled => ("Canceled", "canceled", "canceled"),
            Status::Skipped => ("Skipped", "skipped", "skipped"),
            Status::Manual => ("Manual", "manual action", "manual"),
            Status::Scheduled => ("Delayed", "delayed", "scheduled"),
        };
        let waits = matches!(
            status,
            Status::WaitingForResource | Status::WaitingForCallback
        );
        let word = if waits { "pending" } else { status.as_str() };
        Self {
            icon: format!("status_{word}"),
            text,
            label,
            group,
            tooltip: label,
            has_details: true,
            details_path,
            illustration: None,
            favicon: format!("/assets/ci_favicons/favicon_status_{word}.png"),
        }
    }
}

/// A commit as a job shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Commit)]
pub struct CommitView {
    pub id: String,
    pub short_id: String,
    pub created_at: String,
    pub parent_ids: Vec<String>,
    pub title: String,
    pub message: String,
    pub author_name: String,
    pub author_email: String,
    pub authored_date: String,
    pub committer_name: String,
    pub committer_email: String,
    pub committed_date: String,
    #[schema(value_type = Object)]
    pub trailers: serde_json::Map<String, serde_json::Value>,
    #[schema(value_type = Object)]
    pub extended_trailers: serde_json::Map<String, serde_json::Value>,
    pub web_url: String,
}

impl CommitView {
    pub fn new(commit: &Commit, project_url: &str) -> Self {
        Self {
            id: commit.id.clone(),
            short_id: commit.id.chars().take(8).collect(),
            created_at: commit.committed_date.clone(),
            parent_ids: commit.parent_ids.clone(),
            title: commit.title.clone(),
            message: commit.message.clone(),
            author_name: commit.author_name.clone(),
            author_email: commit.author_email.clone(),
            authored_date: commit.authored_date.clone(),
            committer_name: commit.committer_name.clone(),
            committer_email: commit.committer_email.clone(),
            committed_date: commit.committed_date.clone(),
            trailers: serde_json::Map::new(),
            extended_trailers: serde_json::Map::new(),
            web_url: format!("{project_url}/-/commit/{}", commit.id),
        }
    }
}
