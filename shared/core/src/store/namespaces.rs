//! What stands in a group, as far as the indexes know by now: they lag, so the rows decide.

use std::str::FromStr;

use aws_sdk_dynamodb::types::AttributeValue;
use futures::future::try_join_all;

use super::jobs::{From, items, onward};
use super::key::namespace_key;
use super::{Item, Key, Rows, Store, Table, number};
use crate::error::{Error, Result};
use crate::ids::{GroupId, ProjectId};
use crate::member::Source;
use crate::project::{Group, Namespace};
use crate::token::Digest;

/// Queries that run side by side.
const QUERIES_AT_ONCE: usize = 50;

/// Keys that are looked at right below one group: also of what is deleted, and was not
/// swept yet.
pub const MAX_CHILDREN: usize = 2_000;

/// Groups below others.
#[derive(Debug)]
pub struct Below {
    pub groups: Vec<Group>,
    /// Whether there are no more of them.
    pub is_all: bool,
}

impl Store {
    /// At most `limit` groups right below a group, by their numbers. On the index `by_parent`.
    pub async fn subgroup_ids(&self, group: GroupId, limit: usize) -> Result<Vec<GroupId>> {
        let query = self
            .client
            .query()
            .table_name(self.table(Table::Groups))
            .index_name("by_parent")
            .key_condition_expression("parent_id = :parent")
            .expression_attribute_values(":parent", number(group.0));
        let found = items(query, limit).await?;
        found.iter().map(|item| Ok(GroupId(id_of(item)?))).collect()
    }

    /// At most `limit` projects right in a group, the newest first. On the index
    /// `by_namespace`.
    pub async fn project_ids_in(&self, group: GroupId, limit: usize) -> Result<Vec<ProjectId>> {
        let ancestors = vec![group];
        let namespace = Namespace::Group { ancestors };
        self.project_ids_of(&namespace, From::Newest, limit).await
    }

    /// At most `limit` projects right in a namespace, of which of a group the last one
    /// counts, in the order that `from` gives. On the index `by_namespace`.
    pub async fn project_ids_of(
        &self,
        namespace: &Namespace,
        from: From<ProjectId>,
        limit: usize,
    ) -> Result<Vec<ProjectId>> {
        let query = self
            .client
            .query()
            .table_name(self.table(Table::Projects))
            .index_name("by_namespace");
        let namespace = AttributeValue::S(namespace_key(namespace));
        let found = items(onward(query, "in_namespace", namespace, from), limit).await?;
        found
            .iter()
            .map(|item| Ok(ProjectId(id_of(item)?)))
            .collect()
    }

    /// The digests of at most `limit` access tokens of a project or group. On the index
    /// `by_source`.
    pub async fn token_digests_of(&self, source: Source, limit: usize) -> Result<Vec<Digest>> {
        let query = self
            .client
            .query()
            .table_name(self.table(Table::Tokens))
            .index_name("by_source")
            .key_condition_expression("#source = :source")
            .expression_attribute_names("#source", "source")
            .expression_attribute_values(":source", AttributeValue::S(source.to_string()));
        let found = items(query, limit).await?;
        let digests = found.into_iter().map(|item| {
            serde_dynamo::from_item::<_, Named>(item)
                .map(|named| named.digest)
                .map_err(|error| Error::Internal(format!("a key cannot be read: {error}")))
        });
        digests.collect()
    }

    /// The groups below these ones, level after level, so that a parent comes before what
    /// is below it. Their rows are read strongly. Stops once there are more than `limit`.
    pub async fn groups_below(&self, groups: &[GroupId], limit: usize) -> Result<Below> {
        let mut found = Below {
            groups: Vec::new(),
            is_all: true,
        };
        let mut level = groups.to_vec();
        while !level.is_empty() && found.is_all {
            let mut next = Vec::new();
            for parents in level.chunks(QUERIES_AT_ONCE) {
                let queries = parents
                    .iter()
                    .map(|id| self.subgroup_ids(*id, MAX_CHILDREN));
                let ids = try_join_all(queries).await?;
                found.is_all &= ids.iter().all(|ids| ids.len() < MAX_CHILDREN);
                let ids = ids.into_iter().flatten();
                let ids: Vec<GroupId> = ids.filter(|id| !groups.contains(id)).collect();
                let mut below = self.groups(&ids).await?;
                below.retain(|it| it.ancestors.last().is_some_and(|id| parents.contains(id)));
                next.extend(below.iter().map(|group| group.id));
                found.groups.extend(below);
                if found.groups.len() > limit {
                    found.is_all = false;
                    break;
                }
            }
            level = next;
        }
        found.groups.truncate(limit);
        Ok(found)
    }

    /// The groups of these numbers that exist. Strongly consistent.
    pub async fn groups(&self, ids: &[GroupId]) -> Result<Vec<Group>> {
        let mut rows = Rows::default();
        rows.load(self, ids.iter().copied().map(Key::Group)).await?;
        let mut groups = Vec::new();
        for id in ids {
            groups.extend(rows.get::<Group>(&Key::Group(*id))?);
        }
        groups.retain(Group::exists);
        Ok(groups)
    }
}

#[derive(serde::Deserialize)]
struct Named {
    digest: Digest,
}

fn id_of(item: &Item) -> Result<u64> {
    let id = item.get("id").and_then(|id| id.as_n().ok());
    id.and_then(|id| u64::from_str(id).ok())
        .ok_or_else(|| Error::Internal("a key has no number".to_owned()))
}
