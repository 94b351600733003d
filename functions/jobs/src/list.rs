//! List project jobs.

use axum::extract::State;
use futures::future::try_join;
use switchyard::error::{Error, Result};
use switchyard::http::pagination::{MAX_OFFSET, Page, Paging};
use switchyard::http::params::Hash;
use switchyard::http::views::JobView;
use switchyard::http::{Accepts, App, Endpoint, ProjectAccess, Reader};
use switchyard::policy::Action;
use switchyard::store::jobs::JobSearch;

use crate::select::{Selection, Wanted};

/// Jobs up to which a filtered list tells its total.
const MAX_COUNTED: u64 = 10_000;

pub(crate) struct ListJobs {
    wanted: Wanted,
    paging: Paging,
}

impl Endpoint for ListJobs {
    const ACCEPTS: Accepts = Accepts::JOBS_TOO;
    const ACTION: Action = Action::ReadBuild;

    fn read(reader: &mut Reader<'_>) -> Self {
        let statuses = reader.scope(Hash::Accepted);
        let search = JobSearch {
            name: reader.text("name"),
            created_after: reader.time("created_after"),
            created_before: reader.time("created_before"),
            statuses,
        };
        Self {
            wanted: Wanted::of(search),
            paging: Paging::read(reader),
        }
    }
}

/// List project jobs
///
/// The jobs of a project, newest first, retried ones included, bridges left out.
/// `name`, `created_after` and `created_before` go beyond GitLab: such a request looks
/// at no more than 2,000 jobs; by keyset the next page goes on from there.
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}/jobs",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("scope[]" = Option<Vec<switchyard::job::Status>>, Query, description = "statuses; also as `scope`"),
        ("name" = Option<String>, Query, description = "exact name of the job"),
        ("created_after" = Option<String>, Query, description = "ISO 8601"),
        ("created_before" = Option<String>, Query, description = "ISO 8601"),
        ("page" = Option<u64>, Query), ("per_page" = Option<u64>, Query, description = "at most 100, 20 by default"),
        ("pagination" = Option<String>, Query, description = "`keyset`, or `offset`, the default"),
        ("cursor" = Option<String>, Query), ("order_by" = Option<String>, Query), ("sort" = Option<String>, Query),
    ),
    responses((status = 200, body = Vec<JobView>)),
)]
pub(crate) async fn list(
    State(app): State<App>,
    access: ProjectAccess<ListJobs>,
) -> Result<Page<JobView>> {
    let ProjectAccess {
        project,
        params,
        request,
        rows,
        ..
    } = access;
    let mut selection = Selection::new(&app, &project, params.wanted, rows);
    match params.paging {
        Paging::Offset(offset) => {
            let offset = offset.bounded("Ci::Build", MAX_OFFSET)?;
            let counted = selection.wanted.clone();
            let total = async {
                match counted {
                    Wanted::All => Ok(Some(project.job_count)),
                    Wanted::WithStatus(statuses) if project.job_count <= MAX_COUNTED => app
                        .store
                        .count_jobs_by_status(project.id, &statuses)
                        .await
                        .map(Some),
                    Wanted::WithStatus(_) | Wanted::Found(_) => Ok(None),
                }
            };
            let ((jobs, has_more), total) = try_join(selection.by_offset(&offset), total).await?;
            let total = total.map(|total| offset.agreed(total, jobs.len(), has_more));
            let views = selection.views(&jobs, &request)?;
            Ok(Page::by_offset(views, &offset, total, has_more, &request))
        }
        Paging::Keyset(keyset) => {
            let page = selection.by_key(&keyset).await?;
            let views = selection.views(&page.items, &request)?;
            Ok(Page::by_key(
                views,
                &keyset,
                page.next,
                page.previous,
                &request,
            ))
        }
        Paging::Unavailable => Err(Error::KeysetUnavailable),
    }
}
