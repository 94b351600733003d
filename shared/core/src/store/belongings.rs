//! What belongs to a project, a group or a job, by its keys: for who takes it away.

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Deserialize;

use super::jobs::items;
use super::{Key, Store, Table, number};
use crate::error::{Error, Result};
use crate::ids::{
    AgentId, JobId, PipelineId, ProjectId, PushId, ScheduleId, TokenId, TriggerId, UserId,
};
use crate::member::Source;
use crate::token::Digest;
use crate::variable::Owner;

/// Rows of one table that lie together because they belong to one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Partition {
    Pipelines(ProjectId),
    Bridges(ProjectId),
    Definitions(ProjectId),
    Refs(ProjectId),
    ResourceGroups(ProjectId),
    Commits(ProjectId),
    Pushes(ProjectId),
    AgentGrants(Source),
    Members(Source),
    LogChunks(JobId),
    Variables(Owner),
    Schedules(ProjectId),
    Triggers(ProjectId),
}

/// An access token as an index lists it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ListedToken {
    pub id: TokenId,
    pub digest: Digest,
}

impl Partition {
    pub(super) const fn table(self) -> Table {
        match self {
            Self::Pipelines(_) => Table::Pipelines,
            Self::Bridges(_) => Table::Bridges,
            Self::Definitions(_) => Table::Definitions,
            Self::Refs(_) => Table::Refs,
            Self::ResourceGroups(_) => Table::ResourceGroups,
            Self::Commits(_) => Table::Commits,
            Self::Pushes(_) => Table::Pushes,
            Self::AgentGrants(_) => Table::AgentGrants,
            Self::Members(_) => Table::Members,
            Self::LogChunks(_) => Table::LogChunks,
            Self::Variables(_) => Table::Variables,
            Self::Schedules(_) => Table::Schedules,
            Self::Triggers(_) => Table::Triggers,
        }
    }

    pub(super) const fn sort_key(self) -> &'static str {
        match self {
            Self::Pipelines(_)
            | Self::Bridges(_)
            | Self::Pushes(_)
            | Self::Schedules(_)
            | Self::Triggers(_) => "id",
            Self::Definitions(_) => "checksum",
            Self::Refs(_) => "name",
            Self::Commits(_) => "sha",
            Self::AgentGrants(_) => "agent_id",
            Self::Members(_) => "user_id",
            Self::LogChunks(_) => "offset",
            Self::Variables(_) | Self::ResourceGroups(_) => "key",
        }
    }

    pub(super) fn value(self) -> AttributeValue {
        match self {
            Self::Pipelines(project)
            | Self::Bridges(project)
            | Self::Definitions(project)
            | Self::Refs(project)
            | Self::ResourceGroups(project)
            | Self::Commits(project)
            | Self::Pushes(project)
            | Self::Schedules(project)
            | Self::Triggers(project) => number(project.0),
            Self::AgentGrants(source) | Self::Members(source) => {
                AttributeValue::S(source.to_string())
            }
            Self::LogChunks(job) => number(job.0),
            Self::Variables(owner) => AttributeValue::S(owner.to_string()),
        }
    }

    /// The key of the row that has this sort key.
    fn key(self, sort: &AttributeValue) -> Option<Key> {
        let id = || sort.as_n().ok()?.parse().ok();
        let text = || sort.as_s().ok().cloned();
        Some(match self {
            Self::Pipelines(project) => Key::Pipeline(project, PipelineId(id()?)),
            Self::Bridges(project) => Key::Bridge(project, JobId(id()?)),
            Self::Definitions(project) => Key::Definition(project, text()?),
            Self::Refs(project) => Key::Ref(project, text()?),
            Self::ResourceGroups(project) => Key::ResourceGroup(project, text()?),
            Self::Commits(project) => Key::Commit(project, text()?),
            Self::Pushes(project) => Key::Push(project, PushId(id()?)),
            Self::AgentGrants(source) => Key::AgentGrant(source, AgentId(id()?)),
            Self::Members(source) => Key::Member(source, UserId(id()?)),
            Self::LogChunks(job) => Key::LogChunk(job, id()?),
            Self::Variables(owner) => Key::Variable(owner, text()?),
            Self::Schedules(project) => Key::Schedule(project, ScheduleId(id()?)),
            Self::Triggers(project) => Key::Trigger(project, TriggerId(id()?)),
        })
    }
}

impl Store {
    /// The keys of at most `limit` rows that lie together. Strongly consistent.
    pub async fn keys_in(&self, partition: Partition, limit: usize) -> Result<Vec<Key>> {
        let (table, sort_key) = (partition.table(), partition.sort_key());
        let query = self
            .client
            .query()
            .table_name(self.table(table))
            .key_condition_expression("#partition = :value")
            .expression_attribute_names("#partition", table.partition_key())
            .expression_attribute_names("#sort", sort_key)
            .expression_attribute_values(":value", partition.value())
            .projection_expression("#sort")
            .consistent_read(true);
        let found = items(query, limit).await?.into_iter();
        let keys = found.map(|item| item.get(sort_key).and_then(|sort| partition.key(sort)));
        keys.collect::<Option<_>>()
            .ok_or_else(|| Error::Internal(format!("{table:?} have a row without a key")))
    }

    /// At most `limit` access tokens of a project or a group whose numbers are above
    /// `after`, in their order. On the index `by_source`, eventually consistent: the rows
    /// decide.
    pub async fn listed_tokens(
        &self,
        source: Source,
        after: TokenId,
        limit: usize,
    ) -> Result<Vec<ListedToken>> {
        let query = self
            .client
            .query()
            .table_name(self.table(Table::Tokens))
            .index_name("by_source")
            .key_condition_expression("#source = :source and id > :after")
            .expression_attribute_names("#source", "source")
            .expression_attribute_values(":source", AttributeValue::S(source.to_string()))
            .expression_attribute_values(":after", number(after.0));
        let found = items(query, limit).await?.into_iter();
        found
            .map(serde_dynamo::from_item)
            .collect::<Result<_, _>>()
            .map_err(|error| Error::Internal(format!("an index cannot be read: {error}")))
    }
}
