//! Lint: what is wrong with a configuration, without making anything of it.
//!
//! A configuration is compiled by itself, or, in a dry run, planned as a pipeline of a branch
//! or tag would be. Nothing is written either way.

mod committed;
mod given;
mod jobs;
mod space;
mod verdict;
mod view;

use axum::Router;
use axum::routing::get;
use switchyard::error::Result;
use switchyard::http::{App, Json, ProjectAccess, Reader};
use switchyard::repository::Oid;
use utoipa::OpenApi;

use verdict::Verdict;
use view::LintView;

pub(crate) fn routes() -> Router<App> {
    Router::new().route(
        "/api/v4/projects/{id}/ci/lint",
        get(committed::lint).post(given::lint),
    )
}

/// This part of the API's description.
#[derive(OpenApi)]
#[openapi(paths(committed::lint, given::lint))]
pub(crate) struct ApiDoc;

/// How it is checked.
struct Mode {
    is_dry_run: bool,
    shows_jobs: bool,
    /// The branch or tag of a dry run; by default the default branch.
    ref_name: Option<String>,
}

impl Mode {
    /// Of several names of the parameter for the branch only one may be given.
    fn read(reader: &mut Reader<'_>, ref_names: &[&str]) -> Self {
        let is_dry_run = reader.boolean("dry_run").unwrap_or_default();
        let shows_jobs = reader.boolean("include_jobs").unwrap_or_default();
        let mut ref_name = None;
        for name in ref_names {
            ref_name = ref_name.or(reader.text(name));
        }
        reader.mutually_exclusive(ref_names);
        Self {
            is_dry_run,
            shows_jobs,
            ref_name,
        }
    }
}

/// Checks a text whose local files are at `commit`; in a dry run they are where the branch or
/// tag is.
async fn lint<E>(
    app: &App,
    access: &ProjectAccess<E>,
    mode: &Mode,
    text: &[u8],
    commit: Option<Oid>,
) -> Result<Json<LintView>> {
    let verdict = if mode.is_dry_run {
        let default = access.project.default_branch.as_deref();
        let name = mode.ref_name.as_deref().or(default).unwrap_or_default();
        Verdict::simulated(app, access, name, text).await?
    } else {
        Verdict::compiled(app, access, text, commit).await?
    };
    let base_url = &access.request.base_url;
    Ok(Json(LintView::new(verdict, mode.shows_jobs, base_url)))
}
