//! List pipeline jobs.

use std::collections::BTreeSet;

use axum::extract::State;
use switchyard::error::Result;
use switchyard::http::pagination::{Offset, Page};
use switchyard::http::params::Hash;
use switchyard::http::views::JobView;
use switchyard::http::{Accepts, App, Endpoint, PipelineAccess, ProjectAccess, Reader};
use switchyard::job::Status;
use switchyard::policy::{self, Action, Verdict};
use switchyard::store::JobRelations;

use crate::page;

pub(crate) struct ListPipelineJobs {
    scope: BTreeSet<Status>,
    include_retried: bool,
    offset: Offset,
}

impl Endpoint for ListPipelineJobs {
    const ACCEPTS: Accepts = Accepts::ANYBODY_AND_JOBS;
    const ACTION: Action = Action::ReadPipeline;

    fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            include_retried: reader.boolean("include_retried").unwrap_or(false),
            scope: reader.scope(Hash::Refused),
            offset: Offset::read(reader),
        }
    }
}

/// List pipeline jobs
///
/// Newest first, without bridges, and without retried jobs unless they are asked for.
/// Who may see the pipeline but not its jobs gets an empty list, as in GitLab.
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}/pipelines/{pipeline_id}/jobs",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("pipeline_id" = u64, Path),
        ("scope[]" = Option<Vec<Status>>, Query, description = "statuses; also as `scope`"),
        ("include_retried" = Option<bool>, Query, description = "false by default"),
        ("page" = Option<u64>, Query), ("per_page" = Option<u64>, Query, description = "at most 100, 20 by default"),
    ),
    responses((status = 200, body = Vec<JobView>)),
)]
pub(crate) async fn list(
    State(app): State<App>,
    access: PipelineAccess<ListPipelineJobs>,
) -> Result<Page<JobView>> {
    let PipelineAccess {
        pipeline,
        project: access,
    } = access;
    let ProjectAccess {
        project,
        standing,
        params,
        request,
        mut rows,
        ..
    } = access;
    let ListPipelineJobs {
        scope,
        include_retried,
        offset,
    } = params;

    let may_read = policy::may(Action::ReadBuild, &project, standing) == Verdict::Allowed;
    let ids = if may_read {
        pipeline.job_ids(include_retried)
    } else {
        Vec::new()
    };
    let read = app
        .store
        .jobs_by_id(project.id, page::to_read(&ids, &scope, &offset))
        .await?;
    let (jobs, total) = page::cut(read, &ids, &scope, &offset, |job| &job.build);

    let keys = jobs
        .iter()
        .flat_map(|job| JobRelations::of(job).keys(project.id));
    rows.load(&app.store, keys).await?;
    let shown = request.shown(&project, &rows);
    let views = jobs
        .iter()
        .map(|job| JobView::new(job, &shown))
        .collect::<Result<_>>()?;
    Ok(Page::by_offset(
        views,
        &offset,
        Some(total),
        false,
        &request,
    ))
}
