//! The bots of projects and groups: each comes and goes with its membership and its token.

use super::{Key, Row, Rows, Store, Write, Written, users};
use crate::error::{Error, Result};
use crate::member::Member;
use crate::project::{DirectoryEntry, DirectoryTarget};
use crate::time::Time;
use crate::token::AccessToken;
use crate::user::{Email, User};

/// How often a change that others were in the way of is decided anew.
const ATTEMPTS: u32 = 5;

/// A token of a project or a group, and who uses it.
#[derive(Clone, Debug)]
pub struct BotToken {
    pub token: AccessToken,
    pub member: Member,
    pub bot: User,
}

impl Store {
    /// Writes a bot with its membership and its token, or nothing. Assumes that all of
    /// them are new, and what `home` assumes of the project or the group. Answers whether
    /// that held.
    pub async fn create_bot_token(&self, new: &BotToken, home: Write) -> Result<bool> {
        let mut along = users::user_writes(&new.bot)?;
        along.extend([Write::create(&new.member)?, home]);
        self.create_token(&new.token, along).await
    }

    /// Revokes a token and takes its bot away, so that nothing of it works on the next
    /// request. One that is gone already stays so. The sweeper removes what is left.
    pub async fn remove_bot_token(&self, mut old: BotToken, now: Time) -> Result<()> {
        for _ in 0..ATTEMPTS {
            let gone = User {
                deleted_at: Some(now),
                deadline: Some(now),
                ..old.bot.clone()
            };
            let mut writes = vec![
                Write::edit(&old.token, &old.token.clone().into_revoked())?,
                Write::delete(&old.member)?,
                Write::edit(&old.bot, &gone)?,
            ];
            writes.extend(self.names_of(&old.bot).await?);
            if self.write_all(writes).await? == Written::All {
                return Ok(());
            }
            let key = old.token.key();
            let mut rows = Rows::default();
            rows.load(self, [key.clone()]).await?;
            let token = rows.get(&key)?;
            let now = match token {
                Some(token) => self.bot_of(token, &mut rows).await?,
                None => None,
            };
            match now {
                Some(now) => old = now,
                None => return Ok(()),
            }
        }
        Err(Error::ResourceLock)
    }

    /// Ends the rows that keep a user's name and address for them, as far as they still do.
    pub async fn names_of(&self, user: &User) -> Result<Vec<Write>> {
        let name = Key::Directory(user.username.to_lowercase());
        let address = Key::Email(user.email.to_lowercase());
        let mut rows = Rows::default();
        rows.load(self, [name.clone(), address.clone()]).await?;
        let is_theirs = |entry: &DirectoryEntry| match entry.target {
            DirectoryTarget::User { id } => id == user.id,
            DirectoryTarget::Project { .. }
            | DirectoryTarget::MovedProject { .. }
            | DirectoryTarget::Group { .. } => false,
        };
        let entry: Option<DirectoryEntry> = rows.get(&name)?;
        let entry = entry.filter(is_theirs);
        let email: Option<Email> = rows.get(&address)?;
        let email = email.filter(|email| email.user_id == user.id);
        let writes = entry.iter().map(Write::delete);
        writes.chain(email.iter().map(Write::delete)).collect()
    }

    /// A token of a project or a group with its bot, as long as that is a member there.
    pub async fn bot_of(&self, token: AccessToken, rows: &mut Rows) -> Result<Option<BotToken>> {
        let Some(source) = token.source else {
            return Ok(None);
        };
        let keys = [Key::Member(source, token.user_id), Key::User(token.user_id)];
        rows.load(self, keys.clone()).await?;
        let [member, bot] = keys;
        let member: Option<Member> = rows.get(&member)?;
        let bot: Option<User> = rows.get(&bot)?;
        let bot = bot.filter(|bot| bot.deleted_at.is_none());
        Ok(member
            .zip(bot)
            .map(|(member, bot)| BotToken { token, member, bot }))
    }
}
