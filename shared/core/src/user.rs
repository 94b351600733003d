//! People and bots.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::{GroupId, UserId};
use crate::time::Time;

mod state;

pub use state::{StateChange, StateEvent};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UserState {
    #[default]
    Active,
    Blocked,
    Banned,
    Deactivated,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    pub id: UserId,
    pub username: String,
    pub name: String,
    pub email: String,
    pub state: UserState,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub admin: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub bot: bool,
    pub can_create_group: bool,
    pub projects_limit: u64,
    /// The personal namespace.
    pub namespace_id: GroupId,
    pub created_at: Time,
    /// When an administrator last changed it; none before the first time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avatar_url: Option<String>,
    #[serde(default)]
    pub profile: Profile,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub external: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub private_profile: bool,
    /// What administrators write down about them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_by: Option<UserId>,
    /// Marked for deletion: nobody sees them any more, and their tokens are dead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<Time>,
    /// By when the sweeper looks after the row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Time>,
}

impl User {
    /// Whether it is somebody to others: not marked for deletion.
    pub fn exists(&self) -> bool {
        self.deleted_at.is_none()
    }

    /// When anything about it was last changed.
    pub fn changed_at(&self) -> Time {
        self.updated_at.unwrap_or(self.created_at)
    }
}

/// Keeps an address, in lower case, with one user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Email {
    pub email: String,
    pub user_id: UserId,
}

/// What people tell of themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Profile {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bio: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub public_email: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub linkedin: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub twitter: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub website_url: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub organization: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub job_title: String,
}
