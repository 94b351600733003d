//! The jobs that wait for a resource group.

use axum::extract::State;
use switchyard::error::Result;
use switchyard::http::pagination::{Offset, Page};
use switchyard::http::views::JobView;
use switchyard::http::{Accepts, App, Endpoint, ProjectAccess, Reader};
use switchyard::job::{Bridge, Job};
use switchyard::pipeline::Pipeline;
use switchyard::policy::Action;
use switchyard::resource_group::Claim;
use switchyard::store::{JobRelations, Key};

use super::resource_group;

pub(crate) struct ListUpcomingJobs(Offset);

impl Endpoint for ListUpcomingJobs {
    const ACCEPTS: Accepts = Accepts::SIGNED_IN;
    const ACTION: Action = Action::ReadResourceGroup;

    fn read(reader: &mut Reader<'_>) -> Self {
        Self(Offset::read(reader))
    }
}

/// List the jobs that wait for a resource group
///
/// For reporters. Those first who come next; `oldest_first` and `newest_first` also look at
/// jobs that have not asked yet.
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}/resource_groups/{key}/upcoming_jobs",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("key" = String, Path),
        ("page" = Option<u64>, Query),
        ("per_page" = Option<u64>, Query, description = "at most 100, 20 by default"),
    ),
    responses((status = 200, body = Vec<JobView>)),
)]
pub(crate) async fn list(
    State(app): State<App>,
    mut access: ProjectAccess<ListUpcomingJobs>,
) -> Result<Page<JobView>> {
    let group = resource_group(&access, &app).await?;
    let line = group.in_line();
    let offset = access.params.0;
    let jobs = views(offset.slice(&line), &mut access, &app).await?;
    let total = Some(line.len() as u64);
    Ok(Page::by_offset(
        jobs,
        &offset,
        total,
        false,
        &access.request,
    ))
}

/// Those of them that are still there.
async fn views<E>(
    claims: &[Claim],
    access: &mut ProjectAccess<E>,
    app: &App,
) -> Result<Vec<JobView>> {
    let project = access.project.id;
    let keys = claims.iter().flat_map(|claim| {
        [
            Key::Job(project, claim.job),
            Key::Bridge(project, claim.job),
            Key::Pipeline(project, claim.pipeline),
        ]
    });
    access.rows.load(&app.store, keys).await?;
    let mut related = Vec::new();
    let mut found: Vec<(Option<Job>, Option<Bridge>)> = Vec::new();
    for claim in claims {
        let pipeline: Option<Pipeline> =
            (access.rows).get(&Key::Pipeline(project, claim.pipeline))?;
        if !pipeline.is_some_and(|pipeline| pipeline.is_published()) {
            continue;
        }
        let job: Option<Job> = access.rows.get(&Key::Job(project, claim.job))?;
        let bridge: Option<Bridge> = access.rows.get(&Key::Bridge(project, claim.job))?;
        related.extend(
            job.iter()
                .flat_map(|job| JobRelations::of(job).keys(project)),
        );
        related.extend(bridge.iter().map(|bridge| Key::User(bridge.build.user_id)));
        found.push((job, bridge));
    }
    access.rows.load(&app.store, related).await?;
    let shown = access.shown();
    let views = found
        .iter()
        .filter_map(|(job, bridge)| match (job, bridge) {
            (Some(job), _) => Some(JobView::new(job, &shown)),
            (None, Some(bridge)) => Some(JobView::of_bridge(bridge, &shown)),
            (None, None) => None,
        });
    views.collect()
}
