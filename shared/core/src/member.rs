//! Memberships: who has which role in a project or a group.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ids::{GroupId, ProjectId, UserId};
use crate::time::{Day, Time};

/// Roles in ascending order, with GitLab's access levels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "u8", try_from = "u8")]
pub enum Role {
    Guest = 10,
    Planner = 15,
    Reporter = 20,
    Developer = 30,
    Maintainer = 40,
    Owner = 50,
}

impl Role {
    pub const ALL: [Self; 6] = [
        Self::Guest,
        Self::Planner,
        Self::Reporter,
        Self::Developer,
        Self::Maintainer,
        Self::Owner,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Guest => "guest",
            Self::Planner => "planner",
            Self::Reporter => "reporter",
            Self::Developer => "developer",
            Self::Maintainer => "maintainer",
            Self::Owner => "owner",
        }
    }

    /// As GitLab writes it in a sentence.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Guest => "Guest",
            Self::Planner => "Planner",
            Self::Reporter => "Reporter",
            Self::Developer => "Developer",
            Self::Maintainer => "Maintainer",
            Self::Owner => "Owner",
        }
    }

    /// The role with this access level.
    pub fn of_level(level: i64) -> Option<Self> {
        let level = u8::try_from(level).ok()?;
        Self::try_from(level).ok()
    }
}

impl From<Role> for u8 {
    fn from(role: Role) -> Self {
        role as Self
    }
}

impl TryFrom<u8> for Role {
    type Error = UnknownRole;

    fn try_from(level: u8) -> Result<Self, UnknownRole> {
        Self::ALL
            .into_iter()
            .find(|role| *role as u8 == level)
            .ok_or(UnknownRole(level))
    }
}

#[derive(Debug, thiserror::Error)]
#[error("no role has the access level {0}")]
pub struct UnknownRole(u8);

/// Where a membership or a grant holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    Project(ProjectId),
    Group(GroupId),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Project(id) => write!(f, "project#{id}"),
            Self::Group(id) => write!(f, "group#{id}"),
        }
    }
}

impl Serialize for Source {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let read = |prefix| {
            text.strip_prefix(prefix)
                .and_then(|id: &str| id.parse().ok())
        };
        None.or_else(|| read("project#").map(|id| Self::Project(ProjectId(id))))
            .or_else(|| read("group#").map(|id| Self::Group(GroupId(id))))
            .ok_or_else(|| serde::de::Error::custom("neither a project nor a group"))
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    pub source: Source,
    pub user_id: UserId,
    pub access_level: Role,
    pub created_at: Time,
    /// On this day the membership has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Day>,
    /// Who granted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_by: Option<UserId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Time>,
}

impl Member {
    /// When anything about it was last changed.
    pub fn changed_at(&self) -> Time {
        self.updated_at.unwrap_or(self.created_at)
    }

    /// The role, unless it has expired.
    pub fn role(&self, today: Day) -> Option<Role> {
        let expired = self.expires_at.is_some_and(|day| day <= today);
        (!expired).then_some(self.access_level)
    }
}
