//! Walking over a project's pipelines until a page is full, over a bounded number of rows.

use switchyard::error::Result;
use switchyard::http::App;
use switchyard::http::pagination::{KeyPage, Keyset};
use switchyard::ids::{PipelineId, ProjectId, UserId};
use switchyard::pipeline::Pipeline;
use switchyard::store::jobs::From;

use crate::filter::Filter;

/// Rows that one request looks at.
pub(crate) const MAX_ROWS: usize = 2_000;

/// Which pipelines to look for.
pub(crate) struct Walk<'a> {
    pub(crate) app: &'a App,
    pub(crate) project: ProjectId,
    pub(crate) filter: &'a Filter,
    pub(crate) user: Option<UserId>,
}

/// Pipelines in a row, and how to go on.
pub(crate) struct Found {
    pub(crate) pipelines: Vec<Pipeline>,
    /// Where rows begin that were not looked at; none at the end of the list.
    pub(crate) rest: Option<From<PipelineId>>,
}

impl Walk<'_> {
    /// Looks at rows until `count` pipelines fit, or [`MAX_ROWS`] were looked at.
    pub(crate) async fn find(&self, from: From<PipelineId>, count: usize) -> Result<Found> {
        let among = self.filter.among();
        let mut pipelines = Vec::new();
        let mut rest = Some(from);
        let (mut read, mut left) = (count, MAX_ROWS);
        while let Some(from) = rest {
            if pipelines.len() >= count || left == 0 {
                break;
            }
            let limit = read.min(left);
            let walked = self
                .app
                .store
                .pipelines(self.project, &among, from, limit)
                .await?;
            let fitting = walked.pipelines.into_iter();
            pipelines.extend(fitting.filter(|pipeline| self.filter.fits(pipeline, self.user)));
            rest = walked.rest;
            left -= limit;
            // Where few fit, fewer and larger reads find them.
            read *= 4;
        }
        Ok(Found { pipelines, rest })
    }

    pub(crate) async fn by_key(&self, keyset: &Keyset) -> Result<KeyPage<Pipeline>> {
        let Found { pipelines, rest } = self.find(keyset.from(), keyset.rows() + 1).await?;
        Ok(keyset.cut(pipelines, rest, |pipeline| pipeline.id.0))
    }
}
