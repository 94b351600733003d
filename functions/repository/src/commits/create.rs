//! Create a commit.

use axum::extract::State;
use http::StatusCode;
use switchyard::error::{Error, Result};
use switchyard::http::views::CommitView;
use switchyard::http::{Accepts, App, Endpoint, Json, ProjectAccess, Reader};
use switchyard::policy::Action;
use switchyard::repository::{Change, Committed, MAX_MESSAGE_BYTES, Refusal, Start};

use super::{CommitDetailsView, actions};
use crate::request::{CommitParams, TOO_LONG, follow_up, repository};

pub(crate) struct CreateCommit {
    commit: CommitParams,
    start_sha: Option<String>,
    force: bool,
    /// With what is wrong in GitLab's words.
    changes: Result<Vec<Change>>,
}

impl Endpoint for CreateCommit {
    const ACCEPTS: Accepts = Accepts::WRITER;
    const ACTION: Action = Action::PushCode;

    fn read(reader: &mut Reader<'_>) -> Self {
        reader.boolean("stats");
        let params = Self {
            commit: CommitParams::read_plainly(reader),
            start_sha: reader.text("start_sha"),
            force: reader.boolean("force").unwrap_or_default(),
            changes: Ok(Vec::new()),
        };
        Self {
            changes: params.faults().and_then(|()| actions::read(reader)),
            ..params
        }
    }
}

impl CreateCommit {
    fn faults(&self) -> Result<()> {
        let text = if self.commit.branch.trim().is_empty() {
            "branch is required"
        } else if self.commit.message.trim().is_empty() {
            "commit_message is required"
        } else if self.commit.message.len() > MAX_MESSAGE_BYTES {
            TOO_LONG
        } else if self.commit.start_branch.is_some() && self.start_sha.is_some() {
            "start_branch, start_sha are mutually exclusive"
        } else {
            return Ok(());
        };
        Err(Error::bad_request(text))
    }
}

/// Create a commit with several files and actions
///
/// All actions apply, or none. At most 1,000 of them.
#[utoipa::path(
    post,
    path = "/api/v4/projects/{id}/repository/commits",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("branch" = String, Query, description = "here and below: in the query or in the body"),
        ("commit_message" = String, Query),
        ("actions" = Vec<String>, Query, description = "`action` (`create`, `update`, `move`, `delete`, `chmod`), `file_path`, `previous_path`, `content`, `encoding`, `last_commit_id`, `execute_filemode`"),
        ("start_branch" = Option<String>, Query), ("start_sha" = Option<String>, Query),
        ("force" = Option<bool>, Query),
        ("author_name" = Option<String>, Query), ("author_email" = Option<String>, Query),
    ),
    responses((status = 201, body = CommitDetailsView)),
)]
pub(crate) async fn create(
    State(app): State<App>,
    mut access: ProjectAccess<CreateCommit>,
) -> Result<(StatusCode, Json<CommitDetailsView>)> {
    let changes = std::mem::replace(&mut access.params.changes, Ok(Vec::new()))?;
    let params = access.params.commit.take();
    let mut commit = params.into_commit(changes, &access)?;
    commit.force = access.params.force;
    if let Some(sha) = access.params.start_sha.take() {
        commit.start = Start::Sha(sha.to_ascii_lowercase());
    }
    let project = &access.project;
    let made = repository(project, &app).commit(project, &commit).await?;
    let row = match made {
        Committed::Yes(row, push) => {
            follow_up(&app, &push, &access.request).await;
            row
        }
        Committed::Refused(Refusal::NotAllowed) => {
            let text = "You are not allowed to push into this branch";
            return Err(Error::Forbidden(Some(text.to_owned())));
        }
        Committed::Refused(refusal) => return Err(refusal.into_error()),
    };
    let project_url = format!("{}/{}", access.request.base_url, project.full_path);
    let view = CommitDetailsView {
        commit: CommitView::new(&row.commit, &project_url),
        project_id: project.id,
        status: None,
        last_pipeline: None,
    };
    Ok((StatusCode::CREATED, Json(view)))
}
