//! Runners and the machines behind them, as far as jobs show them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::RunnerId;
use crate::time::Time;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunnerType {
    InstanceType,
    GroupType,
    ProjectType,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Runner {
    pub id: RunnerId,
    pub description: String,
    pub runner_type: RunnerType,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub paused: bool,
    /// What the runner calls itself, such as `gitlab-runner`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    pub created_at: Time,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contacted_at: Option<Time>,
}

/// One machine of a runner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunnerManager {
    pub runner_id: RunnerId,
    pub system_id: String,
    pub id: u64,
    pub version: String,
    pub revision: String,
    pub platform: String,
    pub architecture: String,
    pub created_at: Time,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contacted_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip_address: Option<String>,
    /// It can be asked to stop a job, and reports when it has.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cancel_gracefully: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunnerStatus {
    Online,
    Offline,
    Stale,
    NeverContacted,
}

/// Online within two hours of the last contact, stale after seven days without one.
pub fn status(created_at: Time, contacted_at: Option<Time>, now: Time) -> RunnerStatus {
    const ONLINE: f64 = 2.0 * 3600.0;
    const STALE: f64 = 7.0 * 86_400.0;
    match contacted_at {
        Some(contact) if now.seconds_since(contact) < ONLINE => RunnerStatus::Online,
        Some(contact) if now.seconds_since(contact) < STALE => RunnerStatus::Offline,
        Some(_) => RunnerStatus::Stale,
        None if now.seconds_since(created_at) < STALE => RunnerStatus::NeverContacted,
        None => RunnerStatus::Stale,
    }
}
