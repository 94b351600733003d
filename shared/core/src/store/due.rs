//! What the sweeper looks for: rows whose deadline has passed.

use futures::future::try_join_all;

use super::jobs::items;
use super::key::DEADLINE_SHARDS;
use super::{Item, Key, Store, Table, number};
use crate::error::{Error, Result};
use crate::ids::{GroupId, JobId, PipelineId, ProjectId, PushId, UserId};
use crate::time::Time;

impl Store {
    /// The keys of at most `limit` rows of a table whose deadline has passed, those that
    /// wait longest first. On the index `by_deadline`, eventually consistent: the rows
    /// decide.
    pub async fn due(&self, table: Table, now: Time, limit: usize) -> Result<Vec<Key>> {
        let shards = (0..DEADLINE_SHARDS).map(|shard| async move {
            let query = self
                .client
                .query()
                .table_name(self.table(table))
                .index_name("by_deadline")
                .key_condition_expression("deadline_shard = :shard and deadline <= :now")
                .expression_attribute_values(":shard", number(shard))
                .expression_attribute_values(
                    ":now",
                    number(u64::try_from(now.microseconds()).unwrap_or_default()),
                );
            items(query, limit).await
        });
        let mut found: Vec<(u64, Key)> = Vec::new();
        for item in try_join_all(shards).await?.into_iter().flatten() {
            let key = key_of(table, &item);
            let entry = attribute(&item, "deadline").zip(key);
            found.push(entry.ok_or_else(|| {
                Error::Internal(format!("{table:?} have no rows with a deadline"))
            })?);
        }
        found.sort_by_key(|(deadline, _)| *deadline);
        found.truncate(limit);
        Ok(found.into_iter().map(|(_, key)| key).collect())
    }
}

fn key_of(table: Table, item: &Item) -> Option<Key> {
    let id = attribute(item, "id")?;
    let project = || attribute(item, "project_id").map(ProjectId);
    match table {
        Table::Projects => Some(Key::Project(ProjectId(id))),
        Table::Groups => Some(Key::Group(GroupId(id))),
        Table::Users => Some(Key::User(UserId(id))),
        Table::Pipelines => Some(Key::Pipeline(project()?, PipelineId(id))),
        Table::Jobs => Some(Key::Job(project()?, JobId(id))),
        Table::Bridges => Some(Key::Bridge(project()?, JobId(id))),
        Table::Pushes => Some(Key::Push(project()?, PushId(id))),
        Table::Runners
        | Table::RunnerManagers
        | Table::Directory
        | Table::Members
        | Table::Tokens
        | Table::TokenIds
        | Table::Agents
        | Table::AgentGrants
        | Table::Definitions
        | Table::LogChunks
        | Table::Refs
        | Table::Commits
        | Table::Variables
        | Table::ResourceGroups
        | Table::Schedules
        | Table::Triggers
        | Table::Counters => None,
    }
}

fn attribute(item: &Item, name: &str) -> Option<u64> {
    item.get(name)?.as_n().ok()?.parse().ok()
}
