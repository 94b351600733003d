//! Which jobs stand on a page of a project's list.
//!
//! The order is that of the rows, which are read strongly; the index by status only
//! says where to look. Jobs of a pipeline that is still being written are left out.

use std::collections::BTreeSet;
use std::ops::Range;

use switchyard::error::{Error, Result};
use switchyard::http::App;
use switchyard::http::pagination::{KeyPage, Keyset, Offset};
use switchyard::http::request::RequestInfo;
use switchyard::http::views::JobView;
use switchyard::ids::JobId;
use switchyard::job::{Job, Status};
use switchyard::pipeline::Pipeline;
use switchyard::project::Project;
use switchyard::store::jobs::{From, JobSearch};
use switchyard::store::{JobRelations, Key, Rows};

/// The newest jobs are counted on their rows, because the keys of an index may lag
/// behind them; what is older is skipped on keys.
const COUNTED_ON_ROWS: usize = 1_000;

/// Rows that a search looks at in one request.
const SEARCHED_ROWS: usize = 2_000;

/// How often a page is filled up where jobs had to be left out.
const ROUNDS: usize = 10;

/// Rows that are read at a time to fill a page up: more with every round, so that a
/// long stretch of hidden jobs, or of keys that lag behind, is soon passed.
const MIN_STRIDE: usize = 100;
const MAX_STRIDE: usize = 1_000;

/// Which jobs a list is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    All,
    WithStatus(BTreeSet<Status>),
    Found(JobSearch),
}

impl Wanted {
    pub(crate) fn of(search: JobSearch) -> Self {
        let JobSearch {
            name,
            created_after,
            created_before,
            statuses,
        } = &search;
        if name.is_some() || created_after.is_some() || created_before.is_some() {
            Self::Found(search)
        } else if statuses.is_empty() || statuses.len() == Status::ALL.len() {
            Self::All
        } else {
            Self::WithStatus(search.statuses)
        }
    }
}

/// Reads the jobs of one page and what they are shown with.
pub(crate) struct Selection<'a> {
    app: &'a App,
    project: &'a Project,
    pub(crate) wanted: Wanted,
    rows: Rows,
}

/// Jobs in a row, and how to go on.
struct Filled {
    jobs: Vec<Job>,
    /// Where unread rows begin; none at the end of the list.
    rest: Option<From>,
}

impl<'a> Selection<'a> {
    pub(crate) fn new(app: &'a App, project: &'a Project, wanted: Wanted, rows: Rows) -> Self {
        Self {
            app,
            project,
            wanted,
            rows,
        }
    }

    pub(crate) fn views(&self, jobs: &[Job], request: &RequestInfo) -> Result<Vec<JobView>> {
        let shown = request.shown(self.project, &self.rows);
        jobs.iter().map(|job| JobView::new(job, &shown)).collect()
    }

    /// The page, and whether there is more behind it.
    pub(crate) async fn by_offset(&mut self, offset: &Offset) -> Result<(Vec<Job>, bool)> {
        let (skip, page) = (offset.skip_rows(), offset.rows());
        let on_rows = matches!(self.wanted, Wanted::Found(_)) || skip < COUNTED_ON_ROWS;
        let mut jobs = if on_rows {
            let mut jobs = self.first(From::Newest, skip + page + 1, page + 1).await?.0;
            jobs.drain(..skip.min(jobs.len()));
            jobs
        } else {
            let (_, rest) = self.first(From::Newest, COUNTED_ON_ROWS, 0).await?;
            let older = match rest {
                Some(rest) => self.skip(rest, skip - COUNTED_ON_ROWS).await?,
                None => None,
            };
            match older {
                Some(from) => self.first(from, page + 1, page + 1).await?.0,
                None => Vec::new(),
            }
        };
        let has_more = jobs.len() > page;
        jobs.truncate(page);
        self.load_relations(&jobs).await?;
        Ok((jobs, has_more))
    }

    /// Exactly the first `count` jobs from a place on, and how to go on behind them; fewer
    /// only at the end of the list, or where a search stops. A page by number cannot say
    /// that it is short, so it is none then.
    async fn first(
        &mut self,
        from: From,
        count: usize,
        shown: usize,
    ) -> Result<(Vec<Job>, Option<From>)> {
        let Filled { jobs, rest } = self.fill(from, count, shown).await?;
        let is_short = jobs.len() < count && rest.is_some();
        if is_short && !matches!(self.wanted, Wanted::Found(_)) {
            return Err(Error::Unavailable(
                "too many jobs in a row had to be left out".to_owned(),
            ));
        }
        Ok((jobs, rest))
    }

    pub(crate) async fn by_key(&mut self, keyset: &Keyset) -> Result<KeyPage<Job>> {
        let one_more = keyset.rows() + 1;
        let Filled { jobs, rest } = self.fill(keyset.from(), one_more, one_more).await?;
        let page = keyset.cut(jobs, rest, |job| job.build.id.0);
        self.load_relations(&page.items).await?;
        Ok(page)
    }

    /// Reads on until `count` jobs are found, none are left, or enough was looked at. What
    /// the last `shown` of them are shown with is read in the same round that proves them
    /// visible.
    async fn fill(&mut self, from: From, count: usize, shown: usize) -> Result<Filled> {
        let mut jobs: Vec<Job> = Vec::new();
        let mut rest = Some(from);
        let mut stride = count;
        let mut searched = 0;
        for _ in 0..ROUNDS {
            let go_on = jobs.len() < count && searched < SEARCHED_ROWS;
            let Some(from) = rest.filter(|_| go_on) else {
                break;
            };
            let fetched = self.fetch(from, stride, &mut searched).await?;
            stride = (stride * 4).clamp(MIN_STRIDE, MAX_STRIDE);
            rest = fetched.rest;
            let needed = fetched.jobs.len().min(count - jobs.len());
            let shown = needed.saturating_sub(shown)..needed;
            self.load_pipelines_and_relations(&fetched.jobs, shown)
                .await?;
            for job in fetched.jobs {
                match self.hidden_pipeline(&job)? {
                    None if self.is_wanted(&job) => jobs.push(job),
                    None => {}
                    // The rest of a hidden pipeline is passed over at once.
                    Some(pipeline) => rest = rest.map(|rest| beyond(&pipeline, rest)),
                }
            }
            if jobs.len() > count {
                jobs.truncate(count);
                rest = onward(from, jobs.last().map(|job| job.build.id));
            }
        }
        Ok(Filled { jobs, rest })
    }

    /// At most `limit` jobs from a place on, hidden ones among them; a search adds the
    /// rows that it looked at to `searched`.
    async fn fetch(&mut self, from: From, limit: usize, searched: &mut usize) -> Result<Filled> {
        let (store, project) = (&self.app.store, self.project.id);
        match &self.wanted {
            Wanted::All => {
                let jobs = store.jobs(project, from, limit).await?;
                let rest = onward(
                    from,
                    (jobs.len() == limit)
                        .then(|| jobs.last())
                        .flatten()
                        .map(|job| job.build.id),
                );
                Ok(Filled { jobs, rest })
            }
            Wanted::WithStatus(statuses) => {
                let links = store
                    .job_links_by_status(project, statuses, from, limit)
                    .await?;
                let last = (links.len() == limit).then(|| links.last()).flatten();
                let rest = onward(from, last.map(|link| link.id));
                let keys = links.iter().flat_map(|link| {
                    let mut keys = link.relations().keys(project);
                    keys.push(Key::Job(project, link.id));
                    keys
                });
                self.rows.load(store, keys).await?;
                let mut jobs = Vec::with_capacity(links.len());
                for link in links {
                    jobs.extend(self.rows.get::<Job>(&Key::Job(project, link.id))?);
                }
                Ok(Filled { jobs, rest })
            }
            Wanted::Found(search) => {
                let left = SEARCHED_ROWS - *searched;
                let found = store
                    .search_jobs(project, search, from, limit, left)
                    .await?;
                *searched += found.read;
                Ok(Filled {
                    jobs: found.jobs,
                    rest: onward(from, found.stopped_at),
                })
            }
        }
    }

    /// The place `count` jobs further, counted on keys.
    async fn skip(&self, from: From, count: usize) -> Result<Option<From>> {
        let (From::Below(id), true) = (from, count > 0) else {
            return Ok(Some(from));
        };
        let (store, project) = (&self.app.store, self.project.id);
        let last = match &self.wanted {
            Wanted::All => store.skip_jobs(project, id, count).await?,
            Wanted::WithStatus(statuses) => {
                let links = store
                    .job_links_by_status(project, statuses, from, count)
                    .await?;
                (links.len() == count)
                    .then(|| links.last().map(|link| link.id))
                    .flatten()
            }
            Wanted::Found(_) => None,
        };
        Ok(last.map(From::Below))
    }

    /// Only jobs that never ran can belong to a pipeline that is still being written.
    async fn load_pipelines_and_relations(
        &mut self,
        jobs: &[Job],
        shown: Range<usize>,
    ) -> Result<()> {
        let project = self.project.id;
        let unborn = jobs
            .iter()
            .filter(|job| job.build.status == Status::Created);
        let mut keys: Vec<Key> = unborn
            .map(|job| Key::Pipeline(project, job.build.pipeline_id))
            .collect();
        keys.extend(
            jobs[shown]
                .iter()
                .flat_map(|job| JobRelations::of(job).keys(project)),
        );
        self.rows.load(&self.app.store, keys).await
    }

    async fn load_relations(&mut self, jobs: &[Job]) -> Result<()> {
        let project = self.project.id;
        let keys = jobs
            .iter()
            .flat_map(|job| JobRelations::of(job).keys(project));
        self.rows.load(&self.app.store, keys).await
    }

    /// The job's pipeline, if nobody may see it.
    fn hidden_pipeline(&self, job: &Job) -> Result<Option<Pipeline>> {
        let key = Key::Pipeline(self.project.id, job.build.pipeline_id);
        Ok(self
            .rows
            .get::<Pipeline>(&key)?
            .filter(|pipeline| !pipeline.is_published()))
    }

    /// The index may lag: the row decides.
    fn is_wanted(&self, job: &Job) -> bool {
        match &self.wanted {
            Wanted::All | Wanted::Found(_) => true,
            Wanted::WithStatus(statuses) => statuses.contains(&job.build.status),
        }
    }
}

/// Goes on behind the last row, in the same direction.
fn onward(from: From, last: Option<JobId>) -> Option<From> {
    match from {
        From::Newest | From::Below(_) => last.map(From::Below),
        From::Above(_) => last.map(From::Above),
    }
}

/// The place behind all jobs of a pipeline, unless the list is past it already.
fn beyond(pipeline: &Pipeline, rest: From) -> From {
    let Some(block) = pipeline.blocks.first() else {
        return rest;
    };
    match rest {
        From::Below(id) => From::Below(id.min(block.first)),
        From::Above(id) => {
            From::Above(id.max(JobId(block.first.0 + block.count.saturating_sub(1))))
        }
        From::Newest => rest,
    }
}
