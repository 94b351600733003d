//! Users and their tokens.

use serde::Serialize;
use utoipa::ToSchema;

use crate::error::Result;
use crate::ids::{GroupId, TokenId, UserId};
use crate::store::{Key, Rows};
use crate::time::Time;
use crate::token::{AccessToken, Scope};
use crate::user::{User, UserState};

/// A user as pipelines and members show it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = BasicUser)]
pub struct BasicUserView {
    pub id: UserId,
    pub username: String,
    pub public_email: String,
    pub name: String,
    pub state: UserState,
    pub locked: bool,
    pub avatar_url: Option<String>,
    pub web_url: String,
}

impl BasicUserView {
    pub fn new(user: &User, base_url: &str) -> Self {
        Self {
            id: user.id,
            username: user.username.clone(),
            public_email: user.profile.public_email.clone(),
            name: user.name.clone(),
            state: user.state,
            locked: false,
            avatar_url: user.avatar_url.clone(),
            web_url: format!("{base_url}/{}", user.username),
        }
    }
}

/// A user as jobs show it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = User)]
pub struct UserView {
    #[serde(flatten)]
    pub basic: BasicUserView,
    pub created_at: Option<String>,
    pub bio: Option<String>,
    pub location: Option<String>,
    pub skype: String,
    pub linkedin: String,
    pub twitter: String,
    pub discord: String,
    pub website_url: String,
    pub organization: String,
    pub job_title: String,
    pub pronouns: Option<String>,
    pub bot: bool,
    pub work_information: Option<String>,
    pub followers: u64,
    pub following: u64,
    pub is_followed: bool,
    pub local_time: Option<String>,
}

impl UserView {
    pub fn new(user: &User, base_url: &str) -> Self {
        let profile = &user.profile;
        Self {
            basic: BasicUserView::new(user, base_url),
            created_at: Some(user.created_at.to_string()),
            bio: profile.bio.clone(),
            location: profile.location.clone(),
            skype: String::new(),
            linkedin: profile.linkedin.clone(),
            twitter: profile.twitter.clone(),
            discord: String::new(),
            website_url: profile.website_url.clone(),
            organization: profile.organization.clone(),
            job_title: profile.job_title.clone(),
            pronouns: None,
            bot: user.bot,
            work_information: None,
            followers: 0,
            following: 0,
            is_followed: false,
            local_time: None,
        }
    }

    /// As somebody else sees it: a profile may be private, and that of who is blocked is.
    pub fn of_stranger(user: &User, base_url: &str) -> Self {
        let is_open = match user.state {
            UserState::Active | UserState::Deactivated => !user.private_profile,
            UserState::Blocked | UserState::Banned => false,
        };
        let mut view = Self::new(user, base_url);
        view.created_at = view.created_at.filter(|_| is_open);
        view
    }

    /// Stands in for a user who is gone: strict clients break on null.
    pub fn ghost(id: UserId, base_url: &str) -> Self {
        let ghost = User {
            id,
            username: "ghost".to_owned(),
            name: "Ghost User".to_owned(),
            email: String::new(),
            state: UserState::Active,
            admin: false,
            bot: false,
            can_create_group: false,
            projects_limit: 0,
            namespace_id: 0.into(),
            created_at: Time::from_microseconds(0),
            updated_at: None,
            avatar_url: None,
            profile: crate::user::Profile::default(),
            external: false,
            private_profile: false,
            note: None,
            created_by: None,
            deleted_at: None,
            deadline: None,
        };
        Self {
            created_at: None,
            ..Self::new(&ghost, base_url)
        }
    }
}

/// What a user's account shows to its owner and to administrators.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = UserAccount)]
pub struct AccountView {
    #[serde(flatten)]
    pub user: UserView,
    pub confirmed_at: String,
    pub email: String,
    pub commit_email: String,
    pub identities: Vec<String>,
    pub can_create_group: bool,
    pub can_create_project: bool,
    pub projects_limit: u64,
    pub two_factor_enabled: bool,
    pub external: bool,
    pub private_profile: bool,
}

impl AccountView {
    fn new(user: &User, base_url: &str) -> Self {
        Self {
            user: UserView::new(user, base_url),
            confirmed_at: user.created_at.to_string(),
            email: user.email.clone(),
            commit_email: user.email.clone(),
            identities: Vec::new(),
            can_create_group: user.can_create_group,
            can_create_project: user.projects_limit > 0,
            projects_limit: user.projects_limit,
            two_factor_enabled: false,
            external: user.external,
            private_profile: user.private_profile,
        }
    }
}

/// What only administrators see, of themselves too.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = UserAdministration)]
pub struct AdministrationView {
    pub is_admin: bool,
    pub note: Option<String>,
    pub namespace_id: GroupId,
}

impl AdministrationView {
    fn new(user: &User) -> Self {
        Self {
            is_admin: user.admin,
            note: user.note.clone(),
            namespace_id: user.namespace_id,
        }
    }
}

/// `GET /user`: the caller's own record.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CurrentUser)]
pub struct CurrentUserView {
    #[serde(flatten)]
    pub account: AccountView,
    /// Only for administrators.
    #[serde(flatten)]
    pub administration: Option<AdministrationView>,
}

impl CurrentUserView {
    pub fn new(user: &User, base_url: &str) -> Self {
        Self {
            account: AccountView::new(user, base_url),
            administration: user.admin.then(|| AdministrationView::new(user)),
        }
    }
}

/// Anybody's record, as administrators see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AdminUser)]
pub struct AdminUserView {
    #[serde(flatten)]
    pub account: AccountView,
    #[serde(flatten)]
    pub administration: AdministrationView,
    pub created_by: Option<BasicUserView>,
    pub using_license_seat: bool,
}

impl AdminUserView {
    /// The key of the row that [`AdminUserView::new`] needs besides.
    pub fn key(user: &User) -> Option<Key> {
        user.created_by.map(Key::User)
    }

    pub fn new(user: &User, rows: &Rows, base_url: &str) -> Result<Self> {
        let creator: Option<User> = match Self::key(user) {
            Some(key) => rows.get(&key)?,
            None => None,
        };
        let creator = creator.filter(User::exists);
        Ok(Self {
            account: AccountView::new(user, base_url),
            administration: AdministrationView::new(user),
            created_by: creator.map(|creator| BasicUserView::new(&creator, base_url)),
            using_license_seat: false,
        })
    }
}

/// An access token, without its secret.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = PersonalAccessToken)]
pub struct TokenView {
    pub id: TokenId,
    pub name: String,
    pub revoked: bool,
    pub created_at: String,
    pub description: Option<String>,
    pub scopes: Vec<Scope>,
    pub user_id: UserId,
    pub last_used_at: Option<String>,
    pub active: bool,
    pub expires_at: Option<String>,
}

impl TokenView {
    pub fn new(token: &AccessToken, now: Time) -> Self {
        Self {
            id: token.id,
            name: token.name.clone(),
            revoked: token.revoked,
            created_at: token.created_at.to_string(),
            description: token.description.clone(),
            scopes: token.scopes.clone(),
            user_id: token.user_id,
            last_used_at: token.last_used_at.map(|time| time.to_string()),
            active: !token.revoked && !token.is_expired(now.day()),
            expires_at: token.expires_at.map(|day| day.to_string()),
        }
    }
}
