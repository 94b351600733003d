//! Members of projects and groups.

use serde::Serialize;
use utoipa::ToSchema;

use super::BasicUserView;
use crate::member::Member;
use crate::user::User;

/// A member: the user, and what the membership says. `id` is the user's.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Member)]
pub struct MemberView {
    #[serde(flatten)]
    pub user: BasicUserView,
    pub access_level: u8,
    pub created_at: String,
    pub expires_at: Option<String>,
    /// Absent when nobody knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_by: Option<BasicUserView>,
    pub membership_state: &'static str,
}

impl MemberView {
    pub fn new(member: &Member, user: &User, created_by: Option<&User>, base_url: &str) -> Self {
        Self {
            user: BasicUserView::new(user, base_url),
            access_level: member.access_level.into(),
            created_at: member.created_at.to_string(),
            expires_at: member.expires_at.map(|day| day.to_string()),
            created_by: created_by.map(|user| BasicUserView::new(user, base_url)),
            membership_state: "active",
        }
    }
}
