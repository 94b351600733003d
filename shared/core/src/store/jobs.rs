//! The `jobs` and `bridges` tables: lists of them. Rows by key are read with [`Rows`].

use std::collections::BTreeSet;

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, Select};
use futures::future::{try_join, try_join_all};
use serde::Deserialize;

use super::{
    Item, JobRelations, Key, Row, Rows, Store, Table, failure, key::in_project, number, row_of,
};
use crate::error::{Error, Result};
use crate::ids::{JobId, PipelineId, ProjectId, RunnerId, UserId};
use crate::job::{Bridge, Job, Status};

mod search;

pub use search::{Found, JobSearch};

/// Where a list goes on from, and in which direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From<Id = JobId> {
    Newest,
    /// Newest first among the ids below.
    Below(Id),
    /// Oldest first among the ids above.
    Above(Id),
}

/// A job's id with the ids of what it is shown with.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct JobLink {
    pub id: JobId,
    pub pipeline_id: PipelineId,
    pub user_id: UserId,
    #[serde(default)]
    pub runner_id: Option<RunnerId>,
    #[serde(default)]
    pub system_id: Option<String>,
}

impl JobLink {
    /// What the job is shown with, unless it moved on since.
    pub fn relations(&self) -> JobRelations {
        let runner = self
            .runner_id
            .map(|runner| (runner, self.system_id.clone()));
        JobRelations {
            pipeline_id: self.pipeline_id,
            user_id: self.user_id,
            runner,
        }
    }
}

impl Store {
    /// At most `limit` jobs of a project, in the order that `from` gives. Strongly consistent.
    pub async fn jobs(&self, project: ProjectId, from: From, limit: usize) -> Result<Vec<Job>> {
        let query = self.query_jobs(project, from).consistent_read(true);
        items(query, limit).await?.into_iter().map(row_of).collect()
    }

    /// The id of the job that lies `skip` places below `before`. On the keys-only
    /// index `by_id`, eventually consistent: only for rows too old to move.
    pub async fn skip_jobs(
        &self,
        project: ProjectId,
        before: JobId,
        skip: usize,
    ) -> Result<Option<JobId>> {
        let query = self
            .query_jobs(project, From::Below(before))
            .index_name("by_id")
            .projection_expression("id");
        let last = items(query, skip)
            .await?
            .into_iter()
            .nth(skip.saturating_sub(1));
        last.map(|item| serde_dynamo::from_item::<_, OnlyId>(item).map(|only| only.id))
            .transpose()
            .map_err(unreadable)
    }

    /// At most `limit` links of jobs in one of the statuses, in the order that `from`
    /// gives. On the index `by_status`, eventually consistent: the rows decide.
    pub async fn job_links_by_status(
        &self,
        project: ProjectId,
        statuses: &BTreeSet<Status>,
        from: From,
        limit: usize,
    ) -> Result<Vec<JobLink>> {
        let queries = statuses.iter().map(|status| async {
            let query = self.query_by_status(project, *status, from);
            links(items(query, limit).await?)
        });
        let mut links: Vec<JobLink> = try_join_all(queries).await?.into_iter().flatten().collect();
        links.sort_unstable_by_key(|link| link.id);
        if !matches!(from, From::Above(_)) {
            links.reverse();
        }
        // A job whose status moved between two of the queries may stand in both.
        links.dedup_by_key(|link| link.id);
        links.truncate(limit);
        Ok(links)
    }

    /// How many jobs have one of the statuses, counted on keys. Eventually consistent.
    pub async fn count_jobs_by_status(
        &self,
        project: ProjectId,
        statuses: &BTreeSet<Status>,
    ) -> Result<u64> {
        let counts = statuses.iter().map(|status| async {
            let query = self
                .query_by_status(project, *status, From::Newest)
                .select(Select::Count);
            let mut pages = query.into_paginator().send();
            let mut count = 0;
            while let Some(page) = pages.next().await {
                let page = page.map_err(|error| failure("Query", error))?;
                count += u64::try_from(page.count).unwrap_or_default();
            }
            Ok::<_, Error>(count)
        });
        Ok(try_join_all(counts).await?.into_iter().sum())
    }

    /// The jobs with these ids, in their order; ids without a job are left out.
    /// Neighbours are read as ranges, the rest one by one, side by side. Strongly consistent.
    pub async fn jobs_by_id(&self, project: ProjectId, ids: &[JobId]) -> Result<Vec<Job>> {
        let jobs: Vec<Job> = self.by_id(Table::Jobs, project, ids, Key::Job).await?;
        Ok(in_order(jobs, ids, |job| job.build.id))
    }

    /// The bridges with these ids, as [`jobs_by_id`](Self::jobs_by_id).
    pub async fn bridges_by_id(&self, project: ProjectId, ids: &[JobId]) -> Result<Vec<Bridge>> {
        let bridges: Vec<Bridge> = self
            .by_id(Table::Bridges, project, ids, Key::Bridge)
            .await?;
        Ok(in_order(bridges, ids, |bridge| bridge.build.id))
    }

    async fn by_id<R: Row>(
        &self,
        table: Table,
        project: ProjectId,
        ids: &[JobId],
        key: fn(ProjectId, JobId) -> Key,
    ) -> Result<Vec<R>> {
        let (ranges, single) = runs(ids);
        let ranges = ranges.into_iter().map(|(first, last)| async move {
            let query = self
                .client
                .query()
                .table_name(self.table(table))
                .key_condition_expression("project_id = :project and id between :first and :last")
                .expression_attribute_values(":project", number(project.0))
                .expression_attribute_values(":first", number(first.0))
                .expression_attribute_values(":last", number(last.0))
                .consistent_read(true);
            let length = usize::try_from(last.0 - first.0).unwrap_or(usize::MAX);
            items(query, length.saturating_add(1)).await
        });
        let mut rows = Rows::default();
        let keys = single.iter().map(|id| key(project, *id));
        let (ranges, ()) = try_join(try_join_all(ranges), rows.load(self, keys)).await?;
        let mut found = Vec::with_capacity(ids.len());
        for item in ranges.into_iter().flatten() {
            found.push(row_of(item)?);
        }
        for id in single {
            found.extend(rows.get(&key(project, id))?);
        }
        Ok(found)
    }

    fn query_jobs(&self, project: ProjectId, from: From) -> QueryFluentBuilder {
        let query = self.client.query().table_name(self.table(Table::Jobs));
        onward(query, "project_id", number(project.0), from)
    }

    fn query_by_status(
        &self,
        project: ProjectId,
        status: Status,
        from: From,
    ) -> QueryFluentBuilder {
        let query = self
            .client
            .query()
            .table_name(self.table(Table::Jobs))
            .index_name("by_status");
        onward(
            query,
            "project_status",
            in_project(project, status.as_str()),
            from,
        )
    }
}

#[derive(Deserialize)]
struct OnlyId {
    id: JobId,
}

/// Sets key condition and direction of a query over rows that are sorted by `id`.
pub(super) fn onward<Id: Into<u64>>(
    query: QueryFluentBuilder,
    partition: &str,
    value: AttributeValue,
    from: From<Id>,
) -> QueryFluentBuilder {
    let query = query
        .expression_attribute_names("#partition", partition)
        .expression_attribute_values(":partition", value);
    match from {
        From::Newest => query
            .key_condition_expression("#partition = :partition")
            .scan_index_forward(false),
        From::Below(id) => query
            .key_condition_expression("#partition = :partition and id < :id")
            .expression_attribute_values(":id", number(id.into()))
            .scan_index_forward(false),
        From::Above(id) => query
            .key_condition_expression("#partition = :partition and id > :id")
            .expression_attribute_values(":id", number(id.into()))
            .scan_index_forward(true),
    }
}

/// The first `limit` items of a query, over as many of its pages as that takes.
pub(super) async fn items(query: QueryFluentBuilder, limit: usize) -> Result<Vec<Item>> {
    let mut found = Vec::new();
    let mut next: Option<Item> = None;
    while found.len() < limit {
        let wanted = limit - found.len();
        let page = query
            .clone()
            .limit(i32::try_from(wanted).unwrap_or(i32::MAX))
            .set_exclusive_start_key(next)
            .send()
            .await
            .map_err(|error| failure("Query", error))?;
        found.extend(page.items.unwrap_or_default());
        next = page.last_evaluated_key;
        if next.is_none() {
            break;
        }
    }
    Ok(found)
}

fn links(items: Vec<Item>) -> Result<Vec<JobLink>> {
    items
        .into_iter()
        .map(|item| serde_dynamo::from_item(item).map_err(unreadable))
        .collect()
}

fn unreadable(error: serde_dynamo::Error) -> Error {
    Error::Internal(format!("a row cannot be read: {error}"))
}

/// Splits ids into runs worth a range query (first and last id) and single ones.
/// A run has at least four ids, none further than four from the next.
fn runs(ids: &[JobId]) -> (Vec<(JobId, JobId)>, Vec<JobId>) {
    let mut sorted = ids.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let (mut ranges, mut single) = (Vec::new(), Vec::new());
    for run in sorted.chunk_by(|a, b| b.0 - a.0 <= 4) {
        match run {
            [first, .., last] if run.len() >= 4 => ranges.push((*first, *last)),
            _ => single.extend_from_slice(run),
        }
    }
    (ranges, single)
}

fn in_order<R>(rows: Vec<R>, ids: &[JobId], id: impl Fn(&R) -> JobId) -> Vec<R> {
    let mut by_id: std::collections::HashMap<JobId, R> =
        rows.into_iter().map(|row| (id(&row), row)).collect();
    ids.iter().filter_map(|id| by_id.remove(id)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_become_ranges() {
        let ids = [40, 12, 11, 10, 9, 5, 100, 101, 102, 106].map(JobId);
        let (ranges, single) = runs(&ids);
        assert_eq!(ranges, [(JobId(5), JobId(12)), (JobId(100), JobId(106))]);
        assert_eq!(single, [JobId(40)]);
    }
}
