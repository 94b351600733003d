//! Access tokens of projects and groups, and tokens in clear.

use serde::Serialize;
use utoipa::ToSchema;

use super::TokenView;
use crate::member::Role;
use crate::time::Time;
use crate::token::{AccessToken, Secret};

/// An access token of a project or a group, without its secret.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ResourceAccessToken)]
pub struct ResourceTokenView {
    #[serde(flatten)]
    pub token: TokenView,
    /// The role of its bot.
    pub access_level: u8,
}

impl ResourceTokenView {
    pub fn new(token: &AccessToken, role: Role, now: Time) -> Self {
        Self {
            token: TokenView::new(token, now),
            access_level: role.into(),
        }
    }
}

/// A personal access token that was just made: the only answers that show it in clear.
#[derive(Serialize, ToSchema)]
#[schema(as = PersonalAccessTokenWithToken)]
pub struct NewTokenView {
    #[serde(flatten)]
    pub shown: TokenView,
    pub token: String,
}

impl NewTokenView {
    pub fn new(token: &AccessToken, secret: &Secret, now: Time) -> Self {
        Self {
            shown: TokenView::new(token, now),
            token: secret.reveal().to_owned(),
        }
    }
}

/// The same of a project or a group.
#[derive(Serialize, ToSchema)]
#[schema(as = ResourceAccessTokenWithToken)]
pub struct NewResourceTokenView {
    #[serde(flatten)]
    pub shown: ResourceTokenView,
    pub token: String,
}

impl NewResourceTokenView {
    pub fn new(token: &AccessToken, role: Role, secret: &Secret, now: Time) -> Self {
        Self {
            shown: ResourceTokenView::new(token, role, now),
            token: secret.reveal().to_owned(),
        }
    }
}
