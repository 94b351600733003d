//! Validate the configuration of a project as it is in the repository.

use axum::extract::State;
use create_pipeline::configuration_at;
use switchyard::error::{Error, Result};
use switchyard::http::{Accepts, App, Endpoint, Json, ProjectAccess, Reader};
use switchyard::policy::Action;
use switchyard::repository::Repository;

use super::Mode;
use super::view::LintView;

pub(crate) struct LintCommitted {
    /// A branch, a tag or a commit.
    content_ref: Option<String>,
    mode: Mode,
}

impl Endpoint for LintCommitted {
    const ACCEPTS: Accepts = Accepts::ANYBODY;
    const ACTION: Action = Action::ReadCode;

    fn read(reader: &mut Reader<'_>) -> Self {
        let content_ref = reader.text("content_ref").or(reader.text("sha"));
        let mode = Mode::read(reader, &["dry_run_ref", "ref"]);
        reader.mutually_exclusive(&["sha", "content_ref"]);
        Self { content_ref, mode }
    }
}

/// Validate a project's CI configuration
///
/// 200 also if it is invalid. `faults` says where in which file.
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}/ci/lint",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("content_ref" = Option<String>, Query, description = "branch, tag or commit of the configuration; by default the head of the default branch"),
        ("sha" = Option<String>, Query, description = "the same under an older name"),
        ("dry_run" = Option<bool>, Query, description = "plan a pipeline, for those who may run one"),
        ("dry_run_ref" = Option<String>, Query, description = "branch or tag of the dry run; by default the default branch"),
        ("ref" = Option<String>, Query, description = "the same under an older name"),
        ("include_jobs" = Option<bool>, Query),
    ),
    responses((status = 200, body = LintView)),
)]
pub(crate) async fn lint(
    State(app): State<App>,
    access: ProjectAccess<LintCommitted>,
) -> Result<Json<LintView>> {
    let (project, params) = (&access.project, &access.params);
    let Some(default_branch) = &project.default_branch else {
        return Err(Error::not_found("Repository"));
    };
    let name = params.content_ref.as_ref().unwrap_or(default_branch);
    let repository = Repository::new(project.id, &app.store, &app.blobs);
    let resolved = repository.resolve(name).await?;
    let commit = resolved.ok_or_else(|| Error::not_found("Commit"))?.commit;
    let text = configuration_at(&app, project, commit, access.request.now).await?;
    // Without a file there is nothing in it, which is an error like others.
    let text = text.unwrap_or_default();
    super::lint(&app, &access, &params.mode, &text, Some(commit)).await
}
