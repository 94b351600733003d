//! A user's rows: the user, their name, their address, their personal namespace.

mod ending;
mod rename;

pub use ending::Ownership;
pub use rename::{MAX_MOVED_PROJECTS, UserEdited};

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::jobs::items;
use super::{Item, Key, Rows, Store, Table, Write, Written, number};
use crate::error::{Error, Result};
use crate::ids::{GroupId, ProjectId, TokenId, UserId};
use crate::member::Source;
use crate::project::{
    DirectoryEntry, DirectoryTarget, Group, ProjectCreationLevel, SharedRunnersSetting,
    SubgroupCreationLevel, Visibility,
};
use crate::token::Digest;
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
    Ok(vec![
        Write::create(&email_of(user))?,
        Write::create(&entry_of(user))?,
        Write::create(user)?,
        Write::create(&personal_namespace(user))?,
    ])
}

impl Store {
    /// Who has a name now. Strongly consistent.
    pub async fn user_called(&self, name: &str) -> Result<Option<User>> {
        let key = Key::Directory(name.to_lowercase());
        let mut rows = Rows::default();
        rows.load(self, [key.clone()]).await?;
        let entry: Option<DirectoryEntry> = rows.get(&key)?;
        match entry.map(|entry| entry.target) {
            Some(DirectoryTarget::User { id }) => self.user(id).await,
            Some(
                DirectoryTarget::Project { .. }
                | DirectoryTarget::MovedProject { .. }
                | DirectoryTarget::Group { .. },
            )
            | None => Ok(None),
        }
    }

    /// A user who is not marked for deletion. Strongly consistent.
    pub async fn user(&self, id: UserId) -> Result<Option<User>> {
        let mut rows = Rows::default();
        rows.load(self, [Key::User(id)]).await?;
        let user: Option<User> = rows.get(&Key::User(id))?;
        Ok(user.filter(User::exists))
    }

    /// The keys of at most `limit` personal access tokens of a user, each with that of the
    /// row that leads to it. On the index `by_user`, eventually consistent.
    pub async fn token_keys_of_user(&self, user: UserId, limit: usize) -> Result<Vec<[Key; 2]>> {
        #[derive(Deserialize)]
        struct Keys {
            digest: Digest,
            id: TokenId,
        }
        let found: Vec<Keys> = self.of_user(Table::Tokens, user, limit).await?;
        let keys = found.into_iter();
        Ok(keys
            .map(|keys| [Key::Token(keys.digest), Key::TokenLink(keys.id)])
            .collect())
    }

    /// Where a user is a member, at most `limit` places. On the index `by_user`, eventually
    /// consistent.
    pub async fn sources_of_user(&self, user: UserId, limit: usize) -> Result<Vec<Source>> {
        #[derive(Deserialize)]
        struct Keys {
            source: Source,
        }
        let found: Vec<Keys> = self.of_user(Table::Members, user, limit).await?;
        Ok(found.into_iter().map(|keys| keys.source).collect())
    }

    /// The ids of at most `limit` personal projects of a user above `after`, in their order.
    /// On the index `by_namespace`, eventually consistent.
    pub async fn personal_project_ids(
        &self,
        user: UserId,
        after: ProjectId,
        limit: usize,
    ) -> Result<Vec<ProjectId>> {
        #[derive(Deserialize)]
        struct Keys {
            id: ProjectId,
        }
        let namespace = AttributeValue::S(format!("user#{user}"));
        let query = self
            .client
            .query()
            .table_name(self.table(Table::Projects))
            .index_name("by_namespace")
            .key_condition_expression("in_namespace = :namespace and id > :after")
            .expression_attribute_values(":namespace", namespace)
            .expression_attribute_values(":after", number(after.0));
        let found = items(query, limit).await?.into_iter();
        found.map(|item| Ok(read::<Keys>(item)?.id)).collect()
    }

    async fn of_user<K: DeserializeOwned>(
        &self,
        table: Table,
        user: UserId,
        limit: usize,
    ) -> Result<Vec<K>> {
        let query = self
            .client
            .query()
            .table_name(self.table(table))
            .index_name("by_user")
            .key_condition_expression("user_id = :user")
            .expression_attribute_values(":user", number(user.0));
        items(query, limit).await?.into_iter().map(read).collect()
    }
}

fn read<K: DeserializeOwned>(item: Item) -> Result<K> {
    serde_dynamo::from_item(item)
        .map_err(|error| Error::Internal(format!("a key cannot be read: {error}")))
}

/// The row that keeps a user's address.
fn email_of(user: &User) -> Email {
    Email {
        email: user.email.to_lowercase(),
        user_id: user.id,
    }
}

/// The row that keeps a user's name.
fn entry_of(user: &User) -> DirectoryEntry {
    DirectoryEntry {
        path: user.username.to_lowercase(),
        target: DirectoryTarget::User { id: user.id },
    }
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
        updated_at: None,
        description: None,
        project_creation_level: ProjectCreationLevel::default(),
        subgroup_creation_level: SubgroupCreationLevel::default(),
        shared_runners_setting: SharedRunnersSetting::default(),
        owner: Some(user.id),
        owners_revision: 0,
        children_revision: 0,
        variable_count: 0,
        deleted_at: None,
        deadline: None,
    }
}
