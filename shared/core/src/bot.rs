//! Bots: the users of access tokens that belong to a project or a group.

use crate::ids::{GroupId, UserId};
use crate::member::Source;
use crate::time::Time;
use crate::user::{Profile, User, UserState};

/// A new bot of a project or a group, called like its token. Nobody can sign in as one,
/// and it may do what its membership allows, no more.
pub fn bot(
    id: UserId,
    namespace_id: GroupId,
    source: Source,
    name: &str,
    created_by: &User,
    now: Time,
) -> User {
    let (kind, number) = match source {
        Source::Project(id) => ("project", id.0),
        Source::Group(id) => ("group", id.0),
    };
    let random = hex::encode(rand::random::<[u8; 16]>());
    let username = format!("{kind}_{number}_bot_{random}");
    User {
        id,
        name: name.to_owned(),
        // Nothing is ever sent there: the domain is reserved for that.
        email: format!("{username}@noreply.invalid"),
        username,
        state: UserState::Active,
        admin: false,
        bot: true,
        can_create_group: false,
        projects_limit: 0,
        namespace_id,
        created_at: now,
        updated_at: None,
        avatar_url: None,
        profile: Profile::default(),
        external: created_by.external,
        private_profile: false,
        note: None,
        created_by: Some(created_by.id),
        deleted_at: None,
        deadline: None,
    }
}
