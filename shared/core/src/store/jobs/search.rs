//! Searching a project's jobs for what no index serves, over a bounded number of rows.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;

use super::{From, OnlyId, unreadable};
use crate::error::Result;
use crate::ids::{JobId, ProjectId};
use crate::job::{Job, Status};
use crate::store::{Item, Store, failure, row_of};
use crate::time::Time;

/// What a search looks for in the rows themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobSearch {
    pub name: Option<String>,
    pub created_after: Option<Time>,
    pub created_before: Option<Time>,
    /// Empty means any.
    pub statuses: BTreeSet<Status>,
}

/// Rows that a search looks at in its first call: enough for a page where a fair part of
/// them fits. Where few do, later calls look at more.
const SEARCH_STEP: usize = 100;
const MAX_SEARCH_STEP: usize = 1_000;

/// What a bounded search found.
#[derive(Debug)]
pub struct Found {
    pub jobs: Vec<Job>,
    /// The last row that was looked at, if rows beyond it were not.
    pub stopped_at: Option<JobId>,
    /// How many rows were looked at.
    pub read: usize,
}

impl Store {
    /// Looks through the rows for what is searched, in the order that `from` gives:
    /// at most `read` rows, at most `limit` results. Strongly consistent.
    pub async fn search_jobs(
        &self,
        project: ProjectId,
        search: &JobSearch,
        from: From,
        limit: usize,
        read: usize,
    ) -> Result<Found> {
        let mut jobs = Vec::new();
        let (mut left, mut step) = (read, SEARCH_STEP);
        let mut next: Option<Item> = None;
        loop {
            let page = search
                .narrow(self.query_jobs(project, from).consistent_read(true), from)
                .limit(i32::try_from(left.min(step)).unwrap_or(i32::MAX))
                .set_exclusive_start_key(next)
                .send()
                .await
                .map_err(|error| failure("Query", error))?;
            step = (step * 4).min(MAX_SEARCH_STEP);
            left = left.saturating_sub(usize::try_from(page.scanned_count).unwrap_or_default());
            let mut past = false;
            for item in page.items.unwrap_or_default() {
                let job: Job = row_of(item)?;
                past = search.is_past(&job, from);
                if past {
                    break;
                }
                jobs.push(job);
            }
            next = page.last_evaluated_key;
            let stopped_at = if jobs.len() > limit {
                jobs.truncate(limit);
                jobs.last().map(|job| job.build.id)
            } else {
                let last = next.clone().filter(|_| !past);
                let last: Option<OnlyId> = last
                    .map(serde_dynamo::from_item)
                    .transpose()
                    .map_err(unreadable)?;
                last.map(|only| only.id)
            };
            if stopped_at.is_none() || left == 0 || jobs.len() == limit {
                let read = read - left;
                return Ok(Found {
                    jobs,
                    stopped_at,
                    read,
                });
            }
        }
    }
}

impl JobSearch {
    /// Adds the conditions, but for the one at which the search stops: that one needs
    /// to see the row beyond.
    fn narrow(&self, mut query: QueryFluentBuilder, from: From) -> QueryFluentBuilder {
        let mut conditions = Vec::new();
        if let Some(name) = &self.name {
            conditions.push("#name = :name".to_owned());
            query = query
                .expression_attribute_names("#name", "name")
                .expression_attribute_values(":name", AttributeValue::S(name.clone()));
        }
        let (time, condition) = match from {
            From::Newest | From::Below(_) => (self.created_before, "created_at < :time"),
            From::Above(_) => (self.created_after, "created_at > :time"),
        };
        if let Some(time) = time {
            conditions.push(condition.to_owned());
            let value = AttributeValue::N(time.microseconds().to_string());
            query = query.expression_attribute_values(":time", value);
        }
        if !self.statuses.is_empty() {
            let placeholders: Vec<String> = (0..self.statuses.len())
                .map(|at| format!(":status{at}"))
                .collect();
            conditions.push(format!("#status in ({})", placeholders.join(", ")));
            query = query.expression_attribute_names("#status", "status");
            for (placeholder, status) in placeholders.into_iter().zip(&self.statuses) {
                let value = AttributeValue::S(status.as_str().to_owned());
                query = query.expression_attribute_values(placeholder, value);
            }
        }
        let filter = (!conditions.is_empty()).then(|| conditions.join(" and "));
        query.set_filter_expression(filter)
    }

    /// Ids follow creation, so nothing beyond this job can be found any more.
    fn is_past(&self, job: &Job, from: From) -> bool {
        match from {
            From::Newest | From::Below(_) => self
                .created_after
                .is_some_and(|after| job.build.created_at <= after),
            From::Above(_) => self
                .created_before
                .is_some_and(|before| job.build.created_at >= before),
        }
    }
}
