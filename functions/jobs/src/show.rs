//! Get a single job.

use switchyard::error::Result;
use switchyard::http::views::JobView;
use switchyard::http::{Accepts, Endpoint, JobAccess, Json, Reader};
use switchyard::policy::Action;

pub(crate) struct ShowJob;

impl Endpoint for ShowJob {
    const ACCEPTS: Accepts = Accepts::SIGNED_IN;
    const ACTION: Action = Action::ReadBuild;

    fn read(_: &mut Reader<'_>) -> Self {
        Self
    }
}

/// Get a single job
///
/// Bridges are not found here; retried and erased jobs are.
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}/jobs/{job_id}",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("job_id" = u64, Path),
    ),
    responses((status = 200, body = JobView)),
)]
pub(crate) async fn show(access: JobAccess<ShowJob>) -> Result<Json<JobView>> {
    JobView::new(&access.job, &access.project.shown()).map(Json)
}
