//! Jobs, bridges, pipelines and logs.

use switchyard::member::Role;

use super::{Endpoint, Needs, get, write};
use crate::access::place::{MANUAL_JOB, RUNNING_JOB};

pub(super) const TABLE: &[Endpoint] = &[
    write(
        "POST",
        "pipelines",
        "/projects/{id}/pipeline",
        Needs::Role(Role::Developer),
        201,
        r#"{"ref":"main"}"#,
    ),
    get("jobs", "/projects/{id}/jobs", Needs::ReadBuild).and_jobs(),
    get("jobs", "/projects/{id}/jobs/{job_id}", Needs::ReadBuild),
    write(
        "POST",
        "jobs",
        "/projects/{id}/jobs/{job_id}/cancel",
        Needs::Role(Role::Developer),
        201,
        "{}",
    )
    .job(RUNNING_JOB),
    write(
        "POST",
        "jobs",
        "/projects/{id}/jobs/{job_id}/retry",
        Needs::Role(Role::Developer),
        201,
        "",
    ),
    write(
        "POST",
        "jobs",
        "/projects/{id}/jobs/{job_id}/erase",
        Needs::Role(Role::Maintainer),
        201,
        "",
    ),
    write(
        "POST",
        "jobs",
        "/projects/{id}/jobs/{job_id}/play",
        Needs::Role(Role::Developer),
        200,
        r#"{"job_variables_attributes":[{"key":"TARGET","value":"staging"}]}"#,
    )
    .job(MANUAL_JOB),
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
    write(
        "POST",
        "pipelines",
        "/projects/{id}/pipeline",
        Needs::Role(Role::Developer),
        201,
        r#"{"ref":"feature"}"#,
    ),
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
    write(
        "DELETE",
        "pipelines",
        "/projects/{id}/pipelines/{pipeline_id}",
        Needs::Role(Role::Owner),
        204,
        "",
    ),
    write(
        "POST",
        "pipelines",
        "/projects/{id}/pipelines/{pipeline_id}/cancel",
        Needs::Role(Role::Developer),
        200,
        "",
    ),
    write(
        "POST",
        "pipelines",
        "/projects/{id}/pipelines/{pipeline_id}/retry",
        Needs::Role(Role::Developer),
        201,
        "",
    ),
    get(
        "pipelines",
        "/projects/{id}/pipelines/{pipeline_id}/variables",
        Needs::Role(Role::Maintainer),
    )
    .and_anybody(),
    write(
        "PUT",
        "pipelines",
        "/projects/{id}/pipelines/{pipeline_id}/metadata",
        Needs::Role(Role::Developer),
        200,
        r#"{"name":"Nightly"}"#,
    )
    .and_jobs(),
    get("pipelines", "/projects/{id}/ci/lint", Needs::ReadCode).and_anybody(),
    write(
        "POST",
        "pipelines",
        "/projects/{id}/ci/lint",
        Needs::Role(Role::Developer),
        200,
        r#"{"content":"a: {script: make}"}"#,
    ),
];
