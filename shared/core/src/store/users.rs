//! A user's rows: the user, their name, their address, their personal namespace.

use super::{Store, Write, Written};
use crate::error::Result;
use crate::ids::GroupId;
use crate::project::{
    DirectoryEntry, DirectoryTarget, Group, ProjectCreationLevel, SharedRunnersSetting,
    SubgroupCreationLevel, Visibility,
};
use crate::user::{Email, User};

/// What a new user can clash with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserCreated {
    Yes,
    /// The address belongs to somebody.
    EmailTaken,
    /// The name belongs to somebody, or to a group.
    UsernameTaken,
}

impl Store {
    /// Writes a new user with all that belongs to one, or nothing. Assumes that id, name,
    /// address and namespace are free.
    pub async fn create_user(&self, user: &User) -> Result<UserCreated> {
        Ok(match self.write_all(user_writes(user)?).await? {
            Written::All => UserCreated::Yes,
            Written::Refused(places) if places.contains(&0) => UserCreated::EmailTaken,
            Written::Refused(_) => UserCreated::UsernameTaken,
        })
    }
}

/// What a new user consists of: the address first, then the name, the user and the
/// personal namespace.
pub fn user_writes(user: &User) -> Result<Vec<Write>> {
    let email = Email {
        email: user.email.to_lowercase(),
        user_id: user.id,
    };
    let entry = DirectoryEntry {
        path: user.username.to_lowercase(),
        target: DirectoryTarget::User { id: user.id },
    };
    Ok(vec![
        Write::create(&email)?,
        Write::create(&entry)?,
        Write::create(user)?,
        Write::create(&personal_namespace(user))?,
    ])
}

/// The row that leads from a personal namespace to its user.
pub fn personal_namespace(user: &User) -> Group {
    Group {
        id: user.namespace_id,
        name: user.name.clone(),
        path: user.username.clone(),
        full_path: user.username.clone(),
        ancestors: Vec::<GroupId>::new(),
        visibility: Visibility::Public,
        created_at: user.created_at,
        description: None,
        project_creation_level: ProjectCreationLevel::default(),
        subgroup_creation_level: SubgroupCreationLevel::default(),
        shared_runners_setting: SharedRunnersSetting::default(),
        owner: Some(user.id),
        deleted_at: None,
        deadline: None,
    }
}
