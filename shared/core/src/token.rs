//! Access tokens and job tokens: only their digests are stored.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use utoipa::ToSchema;

use crate::ids::{JobId, MAX_ID, ProjectId, TokenId, TriggerId, UserId};
use crate::member::Source;
use crate::time::{Day, Time};

/// What a token allows. Others of GitLab's scopes are added with the routes that need them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    Api,
    ReadUser,
    ReadApi,
    ReadRepository,
    WriteRepository,
    ReadRegistry,
    WriteRegistry,
    CreateRunner,
    ManageRunner,
    K8sProxy,
    SelfRotate,
    AiFeatures,
    Sudo,
    AdminMode,
}

impl Scope {
    pub const ALL: [Self; 14] = [
        Self::Api,
        Self::ReadUser,
        Self::ReadApi,
        Self::ReadRepository,
        Self::WriteRepository,
        Self::ReadRegistry,
        Self::WriteRegistry,
        Self::CreateRunner,
        Self::ManageRunner,
        Self::K8sProxy,
        Self::SelfRotate,
        Self::AiFeatures,
        Self::Sudo,
        Self::AdminMode,
    ];

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == text)
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::ReadUser => "read_user",
            Self::ReadApi => "read_api",
            Self::ReadRepository => "read_repository",
            Self::WriteRepository => "write_repository",
            Self::ReadRegistry => "read_registry",
            Self::WriteRegistry => "write_registry",
            Self::CreateRunner => "create_runner",
            Self::ManageRunner => "manage_runner",
            Self::K8sProxy => "k8s_proxy",
            Self::SelfRotate => "self_rotate",
            Self::AiFeatures => "ai_features",
            Self::Sudo => "sudo",
            Self::AdminMode => "admin_mode",
        }
    }
}

/// A personal, project or group access token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessToken {
    pub digest: Digest,
    pub id: TokenId,
    pub user_id: UserId,
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    pub scopes: Vec<Scope>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub revoked: bool,
    pub created_at: Time,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<Time>,
    /// On this day it has expired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Day>,
    /// Whose token it is, if it is not a person's: `user_id` is a bot then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// The first of the tokens that this one replaced by rotation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family: Option<TokenId>,
    /// The one that rotation put in its place: so the last of a family is found, and
    /// surely, from any of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<Digest>,
}

/// Leads from a token's number to its row. It never changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenLink {
    pub id: TokenId,
    pub digest: Digest,
    pub user_id: UserId,
}

impl AccessToken {
    pub fn link(&self) -> TokenLink {
        TokenLink {
            id: self.id,
            digest: self.digest.clone(),
            user_id: self.user_id,
        }
    }

    /// The same, revoked.
    #[must_use]
    pub fn into_revoked(self) -> Self {
        Self {
            revoked: true,
            ..self
        }
    }

    pub fn is_expired(&self, today: Day) -> bool {
        self.expires_at.is_some_and(|day| day <= today)
    }
}

/// The SHA-256 of a secret, in hexadecimal. Safe to store; still not logged.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digest(String);

impl Digest {
    pub fn of(secret: &str) -> Self {
        Self(hex::encode(Sha256::digest(secret.as_bytes())))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Compares in constant time.
    pub fn equals(&self, other: &str) -> bool {
        self.0.as_bytes().ct_eq(other.as_bytes()).into()
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digest(…)")
    }
}

/// A token in clear: shown once, when it is made.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A new personal access token: `glpat-` and 20 random characters.
    pub fn personal_access_token() -> Self {
        Self(format!("glpat-{}", random_characters()))
    }

    /// A new job token. It carries the job's key, so that authenticating is the
    /// same read that loads the job.
    pub fn job_token(project_id: ProjectId, job_id: JobId) -> Self {
        Self(format!(
            "{JOB_TOKEN_PREFIX}{project_id}_{job_id}_{}",
            random_characters()
        ))
    }

    /// A new trigger token: 40 random hexadecimal digits, as GitLab's have, and behind
    /// them the trigger's key, so that the token leads to its row.
    pub fn trigger_token(project_id: ProjectId, id: TriggerId) -> Self {
        let random = hex::encode(rand::random::<[u8; 20]>());
        Self(format!("{TRIGGER_TOKEN_PREFIX}{random}_{project_id}_{id}"))
    }

    /// A token that somebody chose, for the first administrator of a local stack.
    pub fn chosen(text: String) -> Self {
        Self(text)
    }

    pub fn digest(&self) -> Digest {
        Digest::of(&self.0)
    }

    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// What GitLab's job tokens begin with.
pub const JOB_TOKEN_PREFIX: &str = "glcbt-";

/// What GitLab's trigger tokens begin with.
pub const TRIGGER_TOKEN_PREFIX: &str = "glptt-";

/// The job that a job token names; whether the token is good, its row tells.
pub fn job_of_token(token: &str) -> Option<(ProjectId, JobId)> {
    let mut parts = token.strip_prefix(JOB_TOKEN_PREFIX)?.splitn(3, '_');
    let mut id = || id_of(parts.next()?);
    Some((ProjectId(id()?), JobId(id()?)))
}

/// The trigger that a trigger token names; whether the token is good, its row tells.
pub fn trigger_of_token(token: &str) -> Option<(ProjectId, TriggerId)> {
    let mut parts = token.strip_prefix(TRIGGER_TOKEN_PREFIX)?.splitn(3, '_');
    let _random = parts.next()?;
    let mut id = || id_of(parts.next()?);
    Some((ProjectId(id()?), TriggerId(id()?)))
}

fn id_of(text: &str) -> Option<u64> {
    text.parse().ok().filter(|id| *id <= MAX_ID)
}

/// 20 characters of `[A-Za-z0-9_-]`, 120 bits from the system's generator.
fn random_characters() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 15]>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trigger_token_names_its_trigger() {
        let token = Secret::trigger_token(ProjectId(3), TriggerId(12));
        let named = trigger_of_token(token.reveal());
        assert_eq!(named, Some((ProjectId(3), TriggerId(12))));
        for broken in [
            "",
            "glptt-",
            "glptt-_1",
            "glptt-a_1_",
            "glptt-a_1_x",
            "glptt-a_1_2_3",
            "glcbt-a_1_2",
            "glptt-a_1_99999999999999999999",
        ] {
            assert_eq!(trigger_of_token(broken), None, "{broken}");
        }
    }

    #[test]
    fn a_job_token_names_its_job() {
        let token = Secret::job_token(ProjectId(3), JobId(12));
        assert_eq!(
            job_of_token(token.reveal()),
            Some((ProjectId(3), JobId(12)))
        );
        for broken in [
            "glcbt-",
            "glcbt-1",
            "glcbt-1_",
            "glcbt-x_1_a",
            "glpat-1_2_a",
            "glcbt-1_99999999999999999999_a",
        ] {
            assert_eq!(job_of_token(broken), None, "{broken}");
        }
    }

    #[test]
    fn debug_output_shows_no_secret() {
        let token = Secret::personal_access_token();
        assert_eq!(
            format!("{token:?} {:?}", token.digest()),
            "Secret(…) Digest(…)"
        );
    }
}
