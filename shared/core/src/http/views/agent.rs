//! Cluster agents.

use serde::Serialize;
use utoipa::ToSchema;

use super::ConfigProjectView;
use crate::agent::Agent;
use crate::ids::{AgentId, UserId};

/// An agent, with the project that configures it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ClusterAgent)]
pub struct AgentView {
    pub id: AgentId,
    pub name: String,
    pub config_project: ConfigProjectView,
    pub created_at: String,
    pub created_by_user_id: Option<UserId>,
}

impl AgentView {
    pub fn new(agent: &Agent, config_project: ConfigProjectView) -> Self {
        Self {
            id: agent.id,
            name: agent.name.clone(),
            config_project,
            created_at: agent.created_at.to_string(),
            created_by_user_id: agent.created_by_user_id,
        }
    }
}
