//! Tags of a repository.

mod create;
mod delete;
mod list;
mod show;

use axum::Router;
use axum::routing::get;
use serde::Serialize;
use switchyard::error::{Error, Result};
use switchyard::http::App;
use switchyard::http::views::CommitView;
use switchyard::pipeline::Ref;
use switchyard::project::Project;
use switchyard::repository::{StoredCommit, is_protected};
use switchyard::store::{Key, Rows};
use utoipa::{OpenApi, ToSchema};

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route(
            "/api/v4/projects/{id}/repository/tags",
            get(list::list).post(create::create),
        )
        .route(
            "/api/v4/projects/{id}/repository/tags/{tag_name}",
            get(show::show).delete(delete::delete),
        )
}

#[derive(OpenApi)]
#[openapi(paths(list::list, show::show, create::create, delete::delete))]
pub(crate) struct ApiDoc;

/// A tag with its commit.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Tag)]
pub(crate) struct TagView {
    name: String,
    /// Of an annotated tag.
    message: Option<String>,
    /// The tag object of an annotated tag, else the commit.
    target: String,
    /// Null where the tag leads to a commit that is not here.
    commit: Option<CommitView>,
    #[schema(value_type = Option<Object>)]
    release: Option<()>,
    protected: bool,
    created_at: Option<String>,
}

impl TagView {
    fn new(tag: &Ref, commit: Option<&StoredCommit>, project: &Project, base_url: &str) -> Self {
        let project_url = format!("{base_url}/{}", project.full_path);
        let annotation = tag.annotation.as_ref();
        Self {
            name: tag.name.clone(),
            message: annotation.map(|it| it.message.clone()),
            target: annotation.map_or(tag.sha.clone(), |it| it.id.to_string()),
            commit: commit.map(|commit| CommitView::new(&commit.commit, &project_url)),
            release: None,
            protected: is_protected(project, &tag.name, true),
            created_at: annotation.map(|it| it.created_at.to_string()),
        }
    }
}

/// The tag of that name.
///
/// # Errors
/// 404 if there is none.
async fn find(project: &Project, name: &str, app: &App) -> Result<Ref> {
    let key = Key::Ref(project.id, name.to_owned());
    let mut rows = Rows::default();
    rows.load(&app.store, [key.clone()]).await?;
    let found: Option<Ref> = rows.get(&key)?;
    let found = found.filter(|found| found.tag);
    found.ok_or_else(|| Error::not_found("Tag"))
}
