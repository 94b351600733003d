//! Pipeline triggers: tokens that start pipelines of one project, in the name of whoever
//! made them. Source of the fields: GitLab's API of pipeline triggers.

use serde::{Deserialize, Serialize};

use crate::ids::{ProjectId, TriggerId, UserId};
use crate::time::Time;
use crate::token::{Digest, Secret, TRIGGER_TOKEN_PREFIX};

/// Characters of a token, behind what all of them begin with, that stay to be shown.
const SHOWN: usize = 4;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trigger {
    pub project_id: ProjectId,
    pub id: TriggerId,
    pub digest: Digest,
    /// The first characters of its token, by which people tell tokens apart.
    pub token_start: String,
    pub description: String,
    pub owner_id: UserId,
    pub created_at: Time,
    pub updated_at: Time,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used: Option<Time>,
    /// From then on it starts nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Time>,
}

impl Trigger {
    /// What of a token may be shown later.
    pub fn start_of(secret: &Secret) -> String {
        let token = secret.reveal();
        let behind = token.strip_prefix(TRIGGER_TOKEN_PREFIX).unwrap_or_default();
        behind.chars().take(SHOWN).collect()
    }

    pub fn is_expired(&self, now: Time) -> bool {
        self.expires_at.is_some_and(|time| time <= now)
    }
}
