//! The `agents` and `agent_grants` tables: which agents a job may use.

use super::jobs::items;
use super::{Store, Table, number, row_of};
use crate::agent::{Agent, AgentGrant};
use crate::error::Result;
use crate::ids::ProjectId;
use crate::member::Source;

/// Agents of one project, and grants to one project or group, that are looked at.
pub const MAX_AGENTS: usize = 500;

impl Store {
    /// The agents that a project configures, in the order of their ids. Strongly consistent.
    pub async fn agents_of(&self, project: ProjectId) -> Result<Vec<Agent>> {
        let query = self
            .client
            .query()
            .table_name(self.table(Table::Agents))
            .key_condition_expression("project_id = :project")
            .expression_attribute_values(":project", number(project.0))
            .consistent_read(true);
        items(query, MAX_AGENTS)
            .await?
            .into_iter()
            .map(row_of)
            .collect()
    }

    /// The agents that were granted to a project or a group. Strongly consistent.
    pub async fn agent_grants_to(&self, source: Source) -> Result<Vec<AgentGrant>> {
        let query = self
            .client
            .query()
            .table_name(self.table(Table::AgentGrants))
            .key_condition_expression("#source = :source")
            .expression_attribute_names("#source", "source")
            .expression_attribute_values(
                ":source",
                aws_sdk_dynamodb::types::AttributeValue::S(source.to_string()),
            )
            .consistent_read(true);
        items(query, MAX_AGENTS)
            .await?
            .into_iter()
            .map(row_of)
            .collect()
    }
}
