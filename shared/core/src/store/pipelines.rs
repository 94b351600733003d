//! The `pipelines` table: lists of pipelines.

use futures::future::try_join_all;

use super::jobs::{From, items, onward};
use super::{Key, Rows, Store, Table, key::in_project, number, row_of};
use crate::error::{Error, Result};
use crate::ids::{PipelineId, ProjectId};
use crate::job::Status;
use crate::pipeline::Pipeline;

/// Which pipelines a list walks through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Among {
    All,
    /// On the index `by_ref`.
    OfRef(String),
    /// On the index `by_status`.
    WithStatus(Vec<Status>),
}

impl Store {
    /// The first `limit` pipelines from the newest or the oldest on.
    ///
    /// Strongly consistent for [`Among::All`]. The indexes only say which rows to
    /// read; the rows are read strongly, and those that moved on are left out.
    pub async fn pipelines(
        &self,
        project: ProjectId,
        among: &Among,
        oldest_first: bool,
        limit: usize,
    ) -> Result<Vec<Pipeline>> {
        let from = if oldest_first {
            From::Above(crate::ids::JobId(0))
        } else {
            From::Newest
        };
        let partitions: Vec<(&str, &str, String)> = match among {
            Among::All => {
                let query = self.client.query().table_name(self.table(Table::Pipelines));
                let query =
                    onward(query, "project_id", number(project.0), from).consistent_read(true);
                return items(query, limit).await?.into_iter().map(row_of).collect();
            }
            Among::OfRef(name) => vec![("by_ref", "project_ref", name.clone())],
            Among::WithStatus(statuses) => statuses
                .iter()
                .map(|status| ("by_status", "project_status", status.as_str().to_owned()))
                .collect(),
        };
        let queries = partitions.iter().map(|(index, attribute, value)| {
            let query = self
                .client
                .query()
                .table_name(self.table(Table::Pipelines))
                .index_name(*index)
                .projection_expression("id");
            items(
                onward(query, attribute, in_project(project, value), from),
                limit,
            )
        });
        let mut ids: Vec<PipelineId> = Vec::new();
        for item in try_join_all(queries).await?.into_iter().flatten() {
            let id = item
                .get("id")
                .and_then(|id| id.as_n().ok())
                .and_then(|id| id.parse().ok());
            ids.push(PipelineId(id.ok_or_else(|| {
                Error::Internal("an index without id".to_owned())
            })?));
        }
        ids.sort_unstable();
        ids.dedup();
        if !oldest_first {
            ids.reverse();
        }
        ids.truncate(limit);

        let mut rows = Rows::default();
        rows.load(self, ids.iter().map(|id| Key::Pipeline(project, *id)))
            .await?;
        let mut found = Vec::with_capacity(ids.len());
        for id in ids {
            if let Some(pipeline) = rows.get::<Pipeline>(&Key::Pipeline(project, id))?
                && among.holds(&pipeline)
            {
                found.push(pipeline);
            }
        }
        Ok(found)
    }
}

impl Among {
    fn holds(&self, pipeline: &Pipeline) -> bool {
        match self {
            Self::All => true,
            Self::OfRef(name) => pipeline.ref_name == *name,
            Self::WithStatus(statuses) => statuses.contains(&pipeline.status),
        }
    }
}
