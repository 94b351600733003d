//! The `refs` and `commits` tables: lists of them. Rows by key are read with [`Rows`].

use aws_sdk_dynamodb::types::AttributeValue;

use super::jobs::items;
use super::{Key, Rows, Store, Table, number, row_of};
use crate::error::Result;
use crate::ids::ProjectId;
use crate::pipeline::Ref;
use crate::repository::StoredCommit;

/// Branches and tags of a project that a list looks at.
pub const MAX_REFS: usize = 5_000;

impl Store {
    /// The branches and tags of a project in the order of their names, at most [`MAX_REFS`].
    /// Strongly consistent.
    pub async fn refs(&self, project: ProjectId) -> Result<Vec<Ref>> {
        let query = self
            .client
            .query()
            .table_name(self.table(Table::Refs))
            .key_condition_expression("project_id = :project")
            .expression_attribute_values(":project", number(project.0))
            .consistent_read(true);
        let rows = items(query, MAX_REFS).await?.into_iter();
        rows.map(row_of).collect()
    }

    /// The one commit whose id begins so; none if there are several. Strongly consistent.
    pub async fn commit_beginning(
        &self,
        project: ProjectId,
        beginning: &str,
    ) -> Result<Option<StoredCommit>> {
        let query = self
            .client
            .query()
            .table_name(self.table(Table::Commits))
            .key_condition_expression("project_id = :project and begins_with(sha, :sha)")
            .expression_attribute_values(":project", number(project.0))
            .expression_attribute_values(":sha", AttributeValue::S(beginning.to_owned()))
            .consistent_read(true);
        let mut found = items(query, 2).await?;
        match found.len() {
            1 => found.pop().map(row_of).transpose(),
            _ => Ok(None),
        }
    }

    /// These commits, as far as they are there, in this order. Strongly consistent.
    pub async fn commits(
        &self,
        project: ProjectId,
        shas: impl IntoIterator<Item = String>,
    ) -> Result<Vec<StoredCommit>> {
        let keys = shas.into_iter().map(|sha| Key::Commit(project, sha));
        let keys: Vec<Key> = keys.collect();
        let mut rows = Rows::default();
        rows.load(self, keys.iter().cloned()).await?;
        let mut commits = Vec::with_capacity(keys.len());
        for key in &keys {
            commits.extend(rows.get::<StoredCommit>(key)?);
        }
        Ok(commits)
    }
}
