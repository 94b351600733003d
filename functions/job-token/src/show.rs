//! Get job token's job.

use switchyard::error::Result;
use switchyard::http::views::JobView;
use switchyard::http::{Accepts, Endpoint, JobTokenAccess, Json, Reader};

pub(crate) struct ShowTokensJob;

impl Endpoint for ShowTokensJob {
    const ACCEPTS: Accepts = Accepts::JOBS_TOO;

    fn read(_: &mut Reader<'_>) -> Self {
        Self
    }
}

/// Get job token's job
///
/// The token comes as `JOB-TOKEN` or `Authorization: Bearer` header, or as `job_token`.
#[utoipa::path(
    get,
    path = "/api/v4/job",
    params(("job_token" = Option<String>, Query)),
    responses((status = 200, body = JobView)),
)]
pub(crate) async fn show(access: JobTokenAccess<ShowTokensJob>) -> Result<Json<JobView>> {
    JobView::new(&access.job, &access.shown()).map(Json)
}
