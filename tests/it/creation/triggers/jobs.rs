//! With the token of a running job.

use serde_json::json;
use switchyard::ids::{JobId, ProjectId, UserId};
use switchyard::job::{Job, Status};
use switchyard::member::{Role, Source};
use switchyard::token::Secret;
use switchyard_local::seed;

use super::super::{PROJECT, World};
use super::{asked, base, handed_on};

/// A job of another project, which the developer of project 1 runs there.
async fn job_elsewhere(world: &World, user: u64) -> (String, Job) {
    let app = &world.app;
    let elsewhere = app.add_project(2, |_| {}).await;
    let pipeline = app.add_pipeline(elsewhere.id, 900, 901, &[]).await;
    let secret = Secret::job_token(elsewhere.id, JobId(901));
    let mut job = seed::job(&pipeline, 901, "starter", Status::Running);
    job.build.user_id = UserId(user);
    job.token_digest = Some(secret.digest().as_str().to_owned());
    app.replace(&job);
    (secret.reveal().to_owned(), job)
}

#[tokio::test]
async fn a_running_job_starts_pipelines_below_its_own() {
    let world = World::configured(
        "a: {script: make, rules: [{if: '$CI_PIPELINE_SOURCE == \"pipeline\"'}]}\n",
    )
    .await;
    let (token, mut job) = job_elsewhere(&world, 30).await;
    let body = json!({ "ref": "main", "token": token });
    world.open_main().await;
    let missing = (404, json!({ "message": "404 Not Found" }));
    let answer = asked(&world, &body).await;
    assert_eq!((answer.status.as_u16(), answer.json()), missing);

    let mut project = world.project().await;
    project.job_token_allowlist = [ProjectId(2)].into();
    world.app.replace(&project);
    let answer = asked(&world, &body).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let pipeline = answer.json();
    assert_eq!(pipeline["source"], "pipeline");
    assert_eq!(pipeline["user"]["id"], 30);
    let picture = world.picture(&pipeline["id"]).await;
    let upstream = picture.pipeline.upstream.unwrap();
    assert_eq!(
        (
            upstream.project_id.0,
            upstream.pipeline_id.0,
            upstream.bridge_id.0,
            upstream.follows
        ),
        (2, 900, 901, false)
    );
    assert_eq!(handed_on(&world, &pipeline["id"]).await.1["ref"], "main");

    // Somebody who does not see the project, and one who may start nothing there.
    world.app.add_user(&seed::user(10, "stranger")).await;
    let source = Source::Project(PROJECT);
    world.app.add_member(20, source, Role::Reporter).await;
    let not_allowed = base("Insufficient permissions to create a new pipeline");
    for (user, expected) in [(10, missing), (20, (400, not_allowed))] {
        job.build.user_id = UserId(user);
        world.app.replace(&job);
        let answer = asked(&world, &body).await;
        assert_eq!((answer.status.as_u16(), answer.json()), expected, "{user}");
    }
    // Once the job has ended, its token is none.
    job.build.user_id = UserId(30);
    for status in [Status::Success, Status::Pending, Status::Canceled] {
        job.build.status = status;
        world.app.replace(&job);
        let answer = asked(&world, &body).await;
        let expected = (401, json!({ "message": "Job is not running" }));
        assert_eq!(
            (answer.status.as_u16(), answer.json()),
            expected,
            "{status:?}"
        );
    }
}
