//! The `triggers` table: which trigger a token is of.

use super::{Key, Rows, Store, Write, Written};
use crate::error::Result;
use crate::time::Time;
use crate::token::trigger_of_token;
use crate::trigger::Trigger;

impl Store {
    /// The trigger of this token, which may have expired. Strongly consistent.
    pub async fn trigger_of(&self, token: &str) -> Result<Option<Trigger>> {
        let Some((project, id)) = trigger_of_token(token) else {
            return Ok(None);
        };
        let key = Key::Trigger(project, id);
        let mut rows = Rows::default();
        rows.load(self, [key.clone()]).await?;
        let trigger: Option<Trigger> = rows.get(&key)?;
        let digest = crate::token::Digest::of(token);
        Ok(trigger.filter(|trigger| trigger.digest.equals(digest.as_str())))
    }

    /// Notes that a trigger was used. Answers `false` if it is not there any more, or
    /// changed since it was read: it does no harm if somebody else's note stands there.
    pub async fn trigger_used(&self, trigger: &Trigger, now: Time) -> Result<bool> {
        let used = Trigger {
            last_used: Some(now),
            ..trigger.clone()
        };
        let edit = Write::edit(trigger, &used)?;
        Ok(self.write_all(vec![edit]).await? == Written::All)
    }
}
