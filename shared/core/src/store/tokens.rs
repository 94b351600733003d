//! The `tokens` and `token_ids` tables: access tokens by number, by user, by project or
//! group; how they are made, rotated and revoked.
//!
//! A token's row and the one that leads to it by its number are written together.

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Deserialize;

use super::jobs::{From, items, onward};
use super::{Key, Rows, Store, Table, Write, Written, number};
use crate::error::{Error, Result};
use crate::ids::{TokenId, UserId};
use crate::member::Source;
use crate::token::{AccessToken, Digest, TokenLink};

/// How often a change that others were in the way of is decided anew.
const ATTEMPTS: u32 = 5;

/// Which tokens are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokensOf {
    User(UserId),
    Source(Source),
}

/// What an index says about a token.
#[derive(Deserialize)]
struct Listed {
    digest: Digest,
}

impl Store {
    /// The digests of at most `limit` tokens, in the order of their numbers that `from`
    /// gives. On the index `by_user` or `by_source`, eventually consistent: the rows decide.
    pub async fn tokens_of(
        &self,
        whose: TokensOf,
        from: From<u64>,
        limit: usize,
    ) -> Result<Vec<Digest>> {
        let (index, attribute, value) = match whose {
            TokensOf::User(user) => ("by_user", "user_id", number(user.0)),
            TokensOf::Source(source) => {
                let source = AttributeValue::S(source.to_string());
                ("by_source", "source", source)
            }
        };
        let table = self.table(Table::Tokens);
        let query = self.client.query().table_name(table).index_name(index);
        let query = onward(query, attribute, value, from);
        let found = items(query, limit).await?.into_iter();
        let listed = found.map(serde_dynamo::from_item::<_, Listed>);
        let digests = listed.map(|listed| listed.map(|listed| listed.digest));
        digests
            .collect::<Result<_, _>>()
            .map_err(|error| Error::Internal(format!("an index cannot be read: {error}")))
    }

    /// The token of this number. Strongly consistent; in one round if it was seen before.
    pub async fn token(&self, id: TokenId, rows: &mut Rows) -> Result<Option<AccessToken>> {
        let hints = &self.hints().digest_of_token;
        let hint = hints.get(&id).map(Key::Token);
        rows.load(self, [Key::TokenLink(id)].into_iter().chain(hint))
            .await?;
        let Some(link) = rows.get::<TokenLink>(&Key::TokenLink(id))? else {
            return Ok(None);
        };
        hints.learn(id, link.digest.clone());
        let key = Key::Token(link.digest);
        rows.load(self, [key.clone()]).await?;
        rows.get(&key)
    }

    /// Writes a new token with what leads to it and what else is made along, or nothing.
    /// Assumes that its digest and its number are free, and what the others assume. Answers
    /// whether all of that held.
    pub async fn create_token(&self, token: &AccessToken, along: Vec<Write>) -> Result<bool> {
        let mut writes = vec![Write::create(token)?, Write::create(&token.link())?];
        writes.extend(along);
        let written = match self.write_all(writes).await? {
            Written::All => true,
            // Nobody else makes this token: if it is there, it was written by this very
            // transaction, whose answer was lost.
            Written::Refused(_) => self.fresh_token(&token.digest).await?.is_some(),
        };
        if written {
            let hints = &self.hints().digest_of_token;
            hints.learn(token.id, token.digest.clone());
        }
        Ok(written)
    }

    /// Puts `new` in the place of `old`, which is revoked. Assumes that it was not yet:
    /// answers `false`, and changes nothing, if it was.
    pub async fn rotate_token(&self, mut old: AccessToken, new: &AccessToken) -> Result<bool> {
        for _ in 0..ATTEMPTS {
            if old.revoked {
                return Ok(false);
            }
            let replaced = AccessToken {
                revoked: true,
                replaced_by: Some(new.digest.clone()),
                ..old.clone()
            };
            let along = vec![Write::edit(&old, &replaced)?];
            if self.create_token(new, along).await? {
                return Ok(true);
            }
            match self.fresh_token(&old.digest).await? {
                Some(now) => old = now,
                None => return Ok(false),
            }
        }
        Err(Error::ResourceLock)
    }

    /// Revokes a token; one that is revoked already stays so.
    pub async fn revoke_token(&self, mut token: AccessToken) -> Result<()> {
        for _ in 0..ATTEMPTS {
            if token.revoked || self.revoke_as_read(&token).await? {
                return Ok(());
            }
            match self.fresh_token(&token.digest).await? {
                Some(now) => token = now,
                None => return Ok(()),
            }
        }
        Err(Error::ResourceLock)
    }

    /// Revokes whatever came from a token by rotation. Of a family only the last one can
    /// be good, and each leads to the next.
    pub async fn revoke_family(&self, mut token: AccessToken) -> Result<()> {
        loop {
            let next = match &token.replaced_by {
                Some(next) => next.clone(),
                None if token.revoked => return Ok(()),
                None if self.revoke_as_read(&token).await? => return Ok(()),
                // It was rotated in the meantime, or revoked.
                None => token.digest.clone(),
            };
            match self.fresh_token(&next).await? {
                Some(now) => token = now,
                None => return Ok(()),
            }
        }
    }

    /// Revokes a token that is as it was read. Answers `false`, and changes nothing, if it
    /// moved on.
    ///
    /// A transaction of one, because it may meet a rotation: a transaction that is in the
    /// way is waited for, and whoever revokes must not be sent away by those who rotate.
    async fn revoke_as_read(&self, token: &AccessToken) -> Result<bool> {
        let edit = Write::edit(token, &token.clone().into_revoked())?;
        Ok(self.write_all(vec![edit]).await? == Written::All)
    }

    /// The token as it is now, whatever was read before. Strongly consistent.
    async fn fresh_token(&self, digest: &Digest) -> Result<Option<AccessToken>> {
        let key = Key::Token(digest.clone());
        let mut rows = Rows::default();
        rows.load(self, [key.clone()]).await?;
        rows.get(&key)
    }
}
