//! Typed ids. All are plain increasing numbers, as in GitLab's API.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
        #[serde(transparent)]
        pub struct $name(pub u64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<u64> for $name {
            fn from(id: u64) -> Self {
                Self(id)
            }
        }

        impl From<$name> for u64 {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    )+};
}

ids! {
    /// A project.
    ProjectId,
    /// A group; a user's personal namespace takes its id from the same sequence.
    GroupId,
    /// A person or a bot.
    UserId,
    /// A pipeline, unique over all projects.
    PipelineId,
    /// A job or a bridge (they share one sequence), unique over all projects.
    JobId,
    /// A runner as registered.
    RunnerId,
    /// A personal, project or group access token.
    TokenId,
    /// A cluster agent.
    AgentId,
    /// A resource group.
    ResourceGroupId,
    /// A push.
    PushId,
    /// A pipeline schedule, unique over all projects.
    ScheduleId,
    /// A pipeline trigger, unique over all projects.
    TriggerId,
}

/// The largest id that exists: what fits a signed 64-bit number, as in GitLab.
pub const MAX_ID: u64 = i64::MAX as u64;
