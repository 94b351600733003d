//! The `agents` and `agent_grants` tables: which agents a job may use.

use super::jobs::items;
use super::{Key, Store, Table, Write, Written, number, row_of};
use crate::agent::{Agent, AgentGrant};
use crate::error::Result;
use crate::ids::ProjectId;
use crate::member::Source;
use crate::project::Project;

/// Agents of one project, and grants to one project or group, that are looked at.
pub const MAX_AGENTS: usize = 500;

/// What a new agent can clash with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AgentCreated {
    Yes,
    /// Another agent of the project has that name.
    NameTaken,
    /// The project is gone.
    ProjectGone,
}

impl Store {
    /// Writes a new agent with its name, or nothing. Assumes that the name and the id are
    /// free, and that its project was not marked as deleted meanwhile.
    pub async fn create_agent(&self, agent: &Agent, project: &Project) -> Result<AgentCreated> {
        let writes = vec![
            Write::create(&agent.name_row())?,
            Write::check(project)?,
            Write::create(agent)?,
        ];
        Ok(match self.write_all(writes).await? {
            Written::All => AgentCreated::Yes,
            Written::Refused(places) if places.contains(&1) => AgentCreated::ProjectGone,
            Written::Refused(_) => AgentCreated::NameTaken,
        })
    }

    /// Deletes an agent with its name, and before it every grant of it: whoever is cut
    /// short has left nothing that nobody would find again. Assumes that it is there and
    /// was granted to no other place meanwhile; answers whether it was so.
    pub async fn delete_agent(&self, agent: &Agent) -> Result<bool> {
        let grants = agent.granted_to.iter();
        let grants: Vec<Key> = grants
            .map(|source| Key::AgentGrant(*source, agent.id))
            .collect();
        self.delete_all(&grants).await?;
        let writes = vec![Write::delete(agent)?, Write::delete(&agent.name_row())?];
        Ok(self.write_all(writes).await? == Written::All)
    }

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
