//! Projects: list, create, show, edit, archive, delete.

mod archive;
mod below;
mod collection;
mod create;
mod delete;
mod edit;
mod filter;
mod list;
mod mine;
mod names;
mod of_group;
mod of_user;
mod order;
mod settings;
mod show;

use axum::Router;
use axum::routing::{get, post};
use switchyard::error::{Error, Result};
use switchyard::http::App;
use switchyard::ids::GroupId;
use switchyard::project::{DirectoryEntry, DirectoryTarget, Namespace, Project};
use switchyard::store::{Key, Rows};
use switchyard::user::User;
use utoipa::OpenApi;

/// How often a change that others forestalled is tried anew.
const ATTEMPTS: u32 = 6;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/api/v4/projects", get(list::list).post(create::create))
        .route("/api/v4/users/{id}/projects", get(of_user::list))
        .route("/api/v4/groups/{id}/projects", get(of_group::list))
        .route(
            "/api/v4/projects/user/{user_id}",
            post(create::create_for_user),
        )
        .route(
            "/api/v4/projects/{id}",
            get(show::show).put(edit::edit).delete(delete::delete),
        )
        .route("/api/v4/projects/{id}/archive", post(archive::archive))
        .route("/api/v4/projects/{id}/unarchive", post(archive::unarchive))
}

#[derive(OpenApi)]
#[openapi(paths(
    list::list,
    of_user::list,
    of_group::list,
    create::create,
    create::create_for_user,
    show::show,
    edit::edit,
    delete::delete,
    archive::archive,
    archive::unarchive
))]
pub(crate) struct ApiDoc;

/// The project as it is now.
///
/// # Errors
/// 404 if somebody deleted it meanwhile.
async fn read_again(project: &Project, app: &App) -> Result<Project> {
    let key = Key::Project(project.id);
    let mut rows = Rows::default();
    rows.load(&app.store, [key.clone()]).await?;
    let project: Option<Project> = rows.get(&key)?;
    project
        .filter(|project| project.deleted_at.is_none())
        .ok_or_else(|| Error::not_found("Project"))
}

/// The number of the namespace that a project's name is unique in. The rows must hold
/// what [`Above::keys`](switchyard::http::views::Above::keys) names.
fn namespace_id(project: &Project, rows: &Rows) -> Result<GroupId> {
    match &project.namespace {
        Namespace::Group { ancestors } => Ok(ancestors.last().copied().unwrap_or(GroupId(0))),
        Namespace::User { user_id } => {
            let owner: Option<User> = rows.get(&Key::User(*user_id))?;
            let id = owner.map(|owner| owner.namespace_id);
            id.ok_or_else(|| Error::Internal(format!("project {} has no owner", project.id)))
        }
    }
}

/// Whether a path so long can be kept.
fn is_possible(project: &Project) -> bool {
    Key::Directory(project.full_path.to_lowercase()).is_possible()
}

fn leads_to(entry: &DirectoryEntry, project: &Project) -> bool {
    match &entry.target {
        DirectoryTarget::Project { id, .. } => *id == project.id,
        DirectoryTarget::MovedProject { .. }
        | DirectoryTarget::Group { .. }
        | DirectoryTarget::User { .. } => false,
    }
}
