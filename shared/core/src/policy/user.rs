//! Who may see whom, and whose namespace.

use super::Standing;
use crate::member::Role;
use crate::project::Group;
use crate::user::{User, UserState};

/// Whether a user stands in the lists that somebody sees; nobody is not signed in.
pub fn may_list_user(user: &User, viewer: Option<&User>) -> bool {
    let is_seen = match user.state {
        UserState::Active | UserState::Deactivated => true,
        UserState::Blocked | UserState::Banned => viewer.is_some_and(|viewer| viewer.admin),
    };
    user.exists() && is_seen
}

/// Whether somebody with this role in a group and above it sees the group, or their own
/// personal one, as a namespace to put things in.
pub fn may_read_namespace(namespace: &Group, viewer: &User, role: Option<Role>) -> bool {
    let is_own = namespace.owner == Some(viewer.id);
    let is_member = namespace.owner.is_none() && role.is_some();
    namespace.deleted_at.is_none() && (viewer.admin || is_own || is_member)
}

/// How somebody with this role stands.
pub fn standing_of(user: &User, role: Option<Role>) -> Standing {
    if user.admin {
        Standing::Administrator
    } else {
        Standing::User(role)
    }
}
