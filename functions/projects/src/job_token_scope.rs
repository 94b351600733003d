//! Whose job tokens may come into a project: those of the projects and groups that it
//! lists, or all.

mod add;
mod list;
mod remove;
mod show;
mod update;

use axum::Router;
use axum::routing::{delete, get};
use switchyard::error::{Error, Result};
use switchyard::http::App;
use switchyard::project::Project;
use switchyard::store::{Key, Rows, Write, Written};
use utoipa::OpenApi;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route(
            "/api/v4/projects/{id}/job_token_scope",
            get(show::show).patch(update::update),
        )
        .route(
            "/api/v4/projects/{id}/job_token_scope/allowlist",
            get(list::projects).post(add::project),
        )
        .route(
            "/api/v4/projects/{id}/job_token_scope/allowlist/{target_project_id}",
            delete(remove::project),
        )
        .route(
            "/api/v4/projects/{id}/job_token_scope/groups_allowlist",
            get(list::groups).post(add::group),
        )
        .route(
            "/api/v4/projects/{id}/job_token_scope/groups_allowlist/{target_group_id}",
            delete(remove::group),
        )
}

#[derive(OpenApi)]
#[openapi(paths(
    show::show,
    update::update,
    list::projects,
    list::groups,
    add::project,
    add::group,
    remove::project,
    remove::group
))]
pub(crate) struct ApiDoc;

/// How often a change is decided anew when others change the project at the same time.
const ATTEMPTS: u32 = 10;

/// Changes the project's row as `change` decides from what it is. Of several at once each
/// is decided on what the ones before it left. Each is a transaction of its own: whoever
/// gets no answer has to know its own write again even below that of another.
async fn edit(
    mut project: Project,
    app: &App,
    change: impl Fn(&mut Project) -> Result<()>,
) -> Result<()> {
    for _ in 0..ATTEMPTS {
        let mut changed = project.clone();
        change(&mut changed)?;
        if changed == project {
            return Ok(());
        }
        let write = Write::edit(&project, &changed)?;
        if app.store.write_all(vec![write]).await? == Written::All {
            return Ok(());
        }
        let key = Key::Project(project.id);
        let mut rows = Rows::default();
        rows.load(&app.store, [key.clone()]).await?;
        let found: Option<Project> = rows.get(&key)?;
        project = found
            .filter(|project| project.deleted_at.is_none())
            .ok_or_else(|| Error::not_found("Project"))?;
    }
    Err(Error::ResourceLock)
}
