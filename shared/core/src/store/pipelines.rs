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

/// Some pipelines in order.
#[derive(Debug)]
pub struct Walked {
    pub pipelines: Vec<Pipeline>,
    /// Where unread rows begin; none at the end of the list.
    pub rest: Option<From<PipelineId>>,
}

impl Store {
    /// Walks over at most `limit` pipelines in the order that `from` gives.
    ///
    /// Strongly consistent for [`Among::All`]. The indexes only say which rows to
    /// read; the rows are read strongly, and those that moved on are left out.
    pub async fn pipelines(
        &self,
        project: ProjectId,
        among: &Among,
        from: From<PipelineId>,
        limit: usize,
    ) -> Result<Walked> {
        let partitions: Vec<(&str, &str, String)> = match among {
            Among::All => {
                let query = self.client.query().table_name(self.table(Table::Pipelines));
                let query = onward(query, "project_id", number(project.0), from);
                let rows = items(query.consistent_read(true), limit).await?;
                let pipelines: Vec<Pipeline> =
                    rows.into_iter().map(row_of).collect::<Result<_>>()?;
                let last = pipelines.last().filter(|_| pipelines.len() == limit);
                let rest = last.map(|pipeline| behind(from, pipeline.id));
                return Ok(Walked { pipelines, rest });
            }
            Among::OfRef(name) if !Key::Ref(project, name.clone()).is_possible() => {
                return Ok(Walked {
                    pipelines: Vec::new(),
                    rest: None,
                });
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
        if !matches!(from, From::Above(_)) {
            ids.reverse();
        }
        ids.truncate(limit);
        let last = ids.last().filter(|_| ids.len() == limit);
        let rest = last.map(|last| behind(from, *last));

        let mut rows = Rows::default();
        rows.load(self, ids.iter().map(|id| Key::Pipeline(project, *id)))
            .await?;
        let mut pipelines = Vec::with_capacity(ids.len());
        for id in ids {
            if let Some(pipeline) = rows.get::<Pipeline>(&Key::Pipeline(project, id))?
                && among.holds(&pipeline)
            {
                pipelines.push(pipeline);
            }
        }
        Ok(Walked { pipelines, rest })
    }
}

fn behind(from: From<PipelineId>, last: PipelineId) -> From<PipelineId> {
    match from {
        From::Newest | From::Below(_) => From::Below(last),
        From::Above(_) => From::Above(last),
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
