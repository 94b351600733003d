//! The first administrator of a deployment.

use switchyard::ids::{GroupId, TokenId, UserId};
use switchyard::project::{DirectoryEntry, DirectoryTarget};
use switchyard::store::counters::Counter;
use switchyard::store::users::UserCreated;
use switchyard::store::{Key, Rows, Store, Write};
use switchyard::time::Time;
use switchyard::token::{AccessToken, Scope, Secret};
use switchyard::user::{Profile, User, UserState};

use crate::Error;

const USERNAME: &str = "root";

/// Makes the administrator if there is none, and a token, which it gives in clear.
pub async fn create_root(store: &Store, now: Time) -> Result<Secret, Error> {
    let user = match administrator(store).await? {
        Some(user) => user,
        None => create(store, now).await?,
    };
    let secret = Secret::personal_access_token();
    let token = AccessToken {
        digest: secret.digest(),
        id: TokenId(store.reserve_ids(Counter::Tokens, 1).await?),
        user_id: user,
        name: "made by switchyard-admin".to_owned(),
        description: None,
        scopes: vec![Scope::Api, Scope::Sudo],
        revoked: false,
        created_at: now,
        last_used_at: None,
        expires_at: None,
        source: None,
        family: None,
        replaced_by: None,
    };
    store
        .write_all(vec![Write::create(&token)?, Write::create(&token.link())?])
        .await?;
    Ok(secret)
}

async fn administrator(store: &Store) -> Result<Option<UserId>, Error> {
    let key = Key::Directory(USERNAME.to_owned());
    let mut rows = Rows::default();
    rows.load(store, [key.clone()]).await?;
    let entry: Option<DirectoryEntry> = rows.get(&key)?;
    let id = match entry.map(|entry| entry.target) {
        None => return Ok(None),
        Some(DirectoryTarget::User { id }) => id,
        Some(_) => return Err(format!("the name {USERNAME} belongs to no user").into()),
    };
    rows.load(store, [Key::User(id)]).await?;
    match rows.get::<User>(&Key::User(id))? {
        Some(user) if user.admin => Ok(Some(id)),
        Some(_) | None => Err(format!("{USERNAME} is no administrator").into()),
    }
}

async fn create(store: &Store, now: Time) -> Result<UserId, Error> {
    let root = User {
        id: UserId(store.reserve_ids(Counter::Users, 1).await?),
        username: USERNAME.to_owned(),
        name: "Administrator".to_owned(),
        email: "root@localhost".to_owned(),
        state: UserState::Active,
        admin: true,
        bot: false,
        can_create_group: true,
        projects_limit: 100_000,
        namespace_id: GroupId(store.reserve_ids(Counter::Groups, 1).await?),
        created_at: now,
        updated_at: None,
        avatar_url: None,
        profile: Profile::default(),
        external: false,
        private_profile: false,
        note: None,
        created_by: None,
        deleted_at: None,
        deadline: None,
    };
    match store.create_user(&root).await? {
        UserCreated::Yes => Ok(root.id),
        UserCreated::EmailTaken | UserCreated::UsernameTaken => {
            Err("somebody else is doing the same just now".into())
        }
    }
}
