//! Create a user.

use axum::extract::State;
use http::StatusCode;
use switchyard::error::{Error, Result};
use switchyard::http::views::AdminUserView;
use switchyard::http::{Accepts, App, CallerAccess, Endpoint, Json, Reader};
use switchyard::ids::{GroupId, UserId};
use switchyard::store::counters::Counter;
use switchyard::store::users::UserCreated;
use switchyard::store::{Key, Rows};
use switchyard::time::Time;
use switchyard::user::{Profile, User, UserState};
use utoipa::ToSchema;

use super::attributes::{Attributes, PROJECTS_LIMIT};
use super::taken::{self, email_taken};

/// How often a name that was free is looked up again.
const ATTEMPTS: u32 = 3;

pub(crate) struct CreateUser {
    attributes: Attributes,
    /// Whether a password is made up.
    random_password: bool,
}

impl Endpoint for CreateUser {
    const ACCEPTS: Accepts = Accepts::WRITER;

    fn read(reader: &mut Reader<'_>) -> Self {
        require(reader, "email");
        reader.at_least_one_of(&["password", "reset_password", "force_random_password"]);
        require(reader, "name");
        require(reader, "username");
        let random = ["reset_password", "force_random_password"]
            .map(|name| reader.boolean(name).unwrap_or(false));
        Self {
            attributes: Attributes::read(reader),
            random_password: random.contains(&true),
        }
    }
}

fn require(reader: &mut Reader<'_>, name: &str) {
    if !reader.has(name) {
        reader.fault(format!("{name} is missing"));
    }
}

/// The parameters, as a body has them.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes, and is read by other means")]
pub(crate) struct UserRequest {
    email: String,
    name: String,
    username: String,
    /// Checked, and not kept: nobody signs in with it.
    password: Option<String>,
    reset_password: Option<bool>,
    force_random_password: Option<bool>,
    admin: Option<bool>,
    external: Option<bool>,
    private_profile: Option<bool>,
    can_create_group: Option<bool>,
    projects_limit: Option<u64>,
    bio: Option<String>,
    location: Option<String>,
    organization: Option<String>,
    job_title: Option<String>,
    website_url: Option<String>,
    linkedin: Option<String>,
    twitter: Option<String>,
    public_email: Option<String>,
    note: Option<String>,
}

/// Create a user
///
/// For administrators. The password is checked and dropped: nobody signs in with one.
#[utoipa::path(
    post,
    path = "/api/v4/users",
    request_body = UserRequest,
    responses((status = 201, body = AdminUserView)),
)]
pub(crate) async fn create(
    State(app): State<App>,
    access: CallerAccess<CreateUser>,
) -> Result<(StatusCode, Json<AdminUserView>)> {
    let administrator = access.caller.administrator()?;
    let (params, request) = (&access.params, &access.request);
    let blank = blank(administrator.id, request.now);
    let (user, mut errors) = params.attributes.apply(&blank);
    if params.attributes.password.is_none() && !params.random_password {
        errors.add("password", "can't be blank");
    }
    taken::check(&app, &blank, &user, &mut errors).await?;
    errors.finish()?;
    let user = write(&app, user).await?;
    let mut rows = Rows::default();
    rows.load(&app.store, [Key::User(administrator.id)]).await?;
    let view = AdminUserView::new(&user, &rows, &request.base_url)?;
    Ok((StatusCode::CREATED, Json(view)))
}

async fn write(app: &App, mut user: User) -> Result<User> {
    user.id = UserId(app.store.reserve_ids(Counter::Users, 1).await?);
    user.namespace_id = GroupId(app.store.reserve_ids(Counter::Groups, 1).await?);
    for _ in 0..ATTEMPTS {
        match app.store.create_user(&user).await? {
            UserCreated::Yes => return Ok(user),
            UserCreated::EmailTaken => return Err(email_taken()),
            // Somebody was faster. Whether it is a user or a group now says the row.
            UserCreated::UsernameTaken => {
                let mut errors = Default::default();
                let nobody = blank(user.id, user.created_at);
                taken::check(app, &nobody, &user, &mut errors).await?;
                errors.finish()?;
            }
        }
    }
    Err(Error::ResourceLock)
}

/// What a new user is if nothing is said about it.
fn blank(created_by: UserId, now: Time) -> User {
    User {
        id: UserId(0),
        username: String::new(),
        name: String::new(),
        email: String::new(),
        state: UserState::Active,
        admin: false,
        bot: false,
        can_create_group: true,
        projects_limit: PROJECTS_LIMIT,
        namespace_id: GroupId(0),
        created_at: now,
        updated_at: None,
        avatar_url: None,
        profile: Profile::default(),
        external: false,
        private_profile: false,
        note: None,
        created_by: Some(created_by),
        deleted_at: None,
        deadline: None,
    }
}
