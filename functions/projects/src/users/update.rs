//! Change a user.

use axum::extract::State;
use switchyard::error::{Error, Result};
use switchyard::http::views::AdminUserView;
use switchyard::http::{Accepts, App, CallerAccess, Endpoint, Json, Reader};
use switchyard::ids::UserId;
use switchyard::project::Project;
use switchyard::store::Rows;
use switchyard::store::users::{MAX_MOVED_PROJECTS, UserEdited};
use switchyard::time::Time;
use switchyard::user::User;

use super::attributes::Attributes;
use super::{create::UserRequest, id_of, not_found, taken};

/// How often a change that met another one is decided anew.
const ATTEMPTS: u32 = 5;

/// After so long the index shows the personal projects that were made before a name changed.
const INDEX_LAG: i64 = 60_000_000;

pub(crate) struct UpdateUser(Attributes);

impl Endpoint for UpdateUser {
    const ACCEPTS: Accepts = Accepts::WRITER;

    fn read(reader: &mut Reader<'_>) -> Self {
        Self(Attributes::read(reader))
    }
}

/// Change a user
///
/// For administrators. All parameters are optional. With the name change the paths of the
/// personal projects, of which there may be no more than 25 then.
#[utoipa::path(
    put,
    path = "/api/v4/users/{id}",
    params(("id" = u64, Path)),
    request_body(content = UserRequest, description = "none of it is required"),
    responses((status = 200, body = AdminUserView)),
)]
pub(crate) async fn update(
    State(app): State<App>,
    access: CallerAccess<UpdateUser>,
) -> Result<Json<AdminUserView>> {
    access.caller.administrator()?;
    let id = id_of(&access.ids)?;
    let user = change(&app, id, &access.params.0, access.request.now).await?;
    let mut rows = Rows::default();
    rows.load(&app.store, AdminUserView::key(&user)).await?;
    let view = AdminUserView::new(&user, &rows, &access.request.base_url)?;
    Ok(Json(view))
}

async fn change(app: &App, id: UserId, attributes: &Attributes, now: Time) -> Result<User> {
    for _ in 0..ATTEMPTS {
        let old = app.store.user(id).await?.ok_or_else(not_found)?;
        let (mut new, mut errors) = attributes.apply(&old);
        taken::check(app, &old, &new, &mut errors).await?;
        errors.finish()?;
        if new == old {
            return Ok(old);
        }
        new.updated_at = Some(now);
        let projects = if new.username == old.username {
            Vec::new()
        } else {
            // The sweeper looks for projects that the index did not show yet.
            let deadline = now.microseconds() + INDEX_LAG;
            new.deadline = Some(Time::from_microseconds(deadline));
            projects_to_move(app, &old).await?
        };
        match app.store.edit_user(&old, &new, &projects).await? {
            UserEdited::Yes => return Ok(new),
            // What it met is looked up at the next attempt.
            UserEdited::EmailTaken | UserEdited::UsernameTaken | UserEdited::MovedOn => {}
        }
    }
    Err(Error::ResourceLock)
}

async fn projects_to_move(app: &App, owner: &User) -> Result<Vec<Project>> {
    let projects = app
        .store
        .personal_projects(owner, MAX_MOVED_PROJECTS)
        .await?;
    projects.ok_or_else(|| {
        Error::invalid(
            "username",
            format!(
                "cannot be changed while there are more than {MAX_MOVED_PROJECTS} personal projects"
            ),
        )
    })
}
