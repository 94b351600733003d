//! Validate a configuration that is given.

use axum::extract::State;
use serde::Deserialize;
use switchyard::error::Result;
use switchyard::http::{Accepts, App, Endpoint, Json, ProjectAccess, Reader};
use switchyard::policy::Action;
use switchyard::repository::Repository;
use utoipa::ToSchema;

use super::Mode;
use super::view::LintView;

pub(crate) struct LintGiven {
    content: String,
    mode: Mode,
}

/// The body, when it is JSON.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "it only describes the parameters")]
pub(crate) struct LintRequest {
    content: String,
    /// Plan a pipeline.
    dry_run: Option<bool>,
    /// Branch or tag of the dry run; by default the default branch.
    #[serde(rename = "ref")]
    ref_name: Option<String>,
    include_jobs: Option<bool>,
}

impl Endpoint for LintGiven {
    const ACCEPTS: Accepts = Accepts::WRITER;
    const ACTION: Action = Action::CreatePipeline;

    fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            content: reader.required("content", Reader::text),
            mode: Mode::read(reader, &["ref"]),
        }
    }
}

/// Validate sample CI configuration
///
/// As if it were at the head of the default branch. 200 also if it is invalid. `faults` says
/// where in which file.
#[utoipa::path(
    post,
    path = "/api/v4/projects/{id}/ci/lint",
    params(("id" = String, Path, description = "number or encoded full path of the project")),
    request_body(content = LintRequest),
    responses((status = 200, body = LintView)),
)]
pub(crate) async fn lint(
    State(app): State<App>,
    access: ProjectAccess<LintGiven>,
) -> Result<Json<LintView>> {
    let (project, params) = (&access.project, &access.params);
    let repository = Repository::new(project.id, &app.store, &app.blobs);
    let resolved = match &project.default_branch {
        Some(branch) => repository.resolve(branch).await?,
        None => None,
    };
    let commit = resolved.map(|resolved| resolved.commit);
    let text = params.content.as_bytes();
    super::lint(&app, &access, &params.mode, text, commit).await
}
