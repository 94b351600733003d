//! Jobs, bridges, pipelines and logs.

use super::{Endpoint, Needs, get};

pub(super) const TABLE: &[Endpoint] = &[
    get("jobs", "/projects/{id}/jobs", Needs::ReadBuild).and_jobs(),
    get("jobs", "/projects/{id}/jobs/{job_id}", Needs::ReadBuild),
    get(
        "jobs",
        "/projects/{id}/pipelines/{pipeline_id}/jobs",
        Needs::ReadPipeline,
    )
    .and_anybody()
    .and_jobs(),
    get(
        "jobs",
        "/projects/{id}/pipelines/{pipeline_id}/bridges",
        Needs::ReadBuild,
    )
    .and_anybody(),
    get("job-token", "/job", Needs::JobToken).and_jobs(),
    get("job-token", "/job/allowed_agents", Needs::JobToken).and_jobs(),
    get(
        "traces",
        "/projects/{id}/jobs/{job_id}/trace",
        Needs::ReadBuild,
    ),
    get("pipelines", "/projects/{id}/pipelines", Needs::ReadBuild).and_anybody(),
    get(
        "pipelines",
        "/projects/{id}/pipelines/latest",
        Needs::ReadBuild,
    )
    .and_anybody(),
    get(
        "pipelines",
        "/projects/{id}/pipelines/{pipeline_id}",
        Needs::ReadBuild,
    )
    .and_anybody(),
];
