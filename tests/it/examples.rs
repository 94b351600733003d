//! The examples of GitLab's documentation of the jobs API: loaded into a store, fetched
//! through the gateway, and compared field by field. The examples contradict each other
//! here and there, so each has a world of its own.

use std::collections::BTreeSet;

use http::StatusCode;
use serde_json::Value;
use switchyard::ids::{GroupId, JobId, PipelineId, ProjectId, UserId};
use switchyard::job::{Downstream, Job, Status};
use switchyard::member::{Role, Source};
use switchyard::pipeline::Pipeline;
use switchyard::project::Visibility;
use switchyard::token::{Scope, Secret};
use switchyard_local::demo;
use switchyard_local::seed::{self, at};
use switchyard_tests::{Answer, Caller, TestApp};

/// Where an answer differs from its example, and why. A path names fields and stands
/// for every element of a list.
const DIFFERENCES: [(&str, &str, &str); 15] = [
    (
        "project_jobs",
        "user.web_url",
        "users are on the same host as the API",
    ),
    (
        "pipeline_jobs",
        "user.web_url",
        "users are on the same host as the API",
    ),
    (
        "bridges",
        "user.web_url",
        "users are on the same host as the API",
    ),
    (
        "job_of_token",
        "user.web_url",
        "users are on the same host as the API",
    ),
    (
        "job",
        "user.web_url",
        "users are on the same host as the API",
    ),
    (
        "allowed_agents",
        "user.web_url",
        "users are on the same host as the API",
    ),
    (
        "bridges",
        "pipeline.web_url",
        "pages of pipelines are below /-/",
    ),
    (
        "bridges",
        "downstream_pipeline.web_url",
        "pages of pipelines are below /-/",
    ),
    (
        "bridges",
        "duration",
        "240 seconds do not lie between its start and its end",
    ),
    (
        "job_of_token",
        "status",
        "a token only lives while its job runs",
    ),
    (
        "job_of_token",
        "finished_at",
        "a token only lives while its job runs",
    ),
    (
        "job_of_token",
        "failure_reason",
        "a token only lives while its job runs",
    ),
    (
        "allowed_agents",
        "allowed_agents.config_project.name_with_namespace",
        "no project is both in a personal namespace and in three groups",
    ),
    (
        "allowed_agents",
        "allowed_agents.config_project.path_with_namespace",
        "a path names all groups above",
    ),
    (
        "pipeline_jobs",
        "",
        "newest first, as the text beside the example says",
    ),
];

#[tokio::test]
async fn list_project_jobs() {
    let world = World::new().await;
    let mut teaspoon = demo::teaspoon(&world.pipeline);
    let mut rspec = demo::rspec_other(&world.pipeline);
    world.add([&mut teaspoon, &mut rspec]).await;

    let answer = world.app.get("/api/v4/projects/1/jobs", &world.root).await;
    compare(
        "project_jobs",
        include_str!("examples/project_jobs.json"),
        &answer,
    );
}

#[tokio::test]
async fn list_pipeline_jobs() {
    let world = World::new().await;
    let mut teaspoon = demo::teaspoon(&world.pipeline);
    teaspoon.build.queued_at = Some(at("2015-12-24T17:54:27.699Z"));
    let mut rspec = demo::rspec_other(&world.pipeline);
    rspec.tag_list = vec!["docker runner".to_owned(), "ubuntu18".to_owned()];
    world.add([&mut teaspoon, &mut rspec]).await;

    let mut answer = world
        .app
        .get("/api/v4/projects/foo%2Fbar/pipelines/6/jobs", &world.root)
        .await;
    assert_eq!(answer.ids(), [7, 6], "newest first");
    let mut oldest_first = answer.json();
    oldest_first.as_array_mut().unwrap().reverse();
    answer.body = oldest_first.to_string().into();
    compare(
        "pipeline_jobs",
        include_str!("examples/pipeline_jobs.json"),
        &answer,
    );
}

#[tokio::test]
async fn list_bridges() {
    let mut world = World::new().await;
    world.pipeline.bridges = BTreeSet::from([JobId(7)]);
    world.pipeline.created_at = at("2015-12-24T15:50:16.123Z");
    world.pipeline.updated_at = at("2015-12-24T18:00:44.432Z");
    world.app.replace(&world.pipeline);

    let mut bridge = seed::bridge(
        demo::teaspoon(&world.pipeline).build,
        Some(Downstream {
            project_id: ProjectId(2),
            pipeline_id: PipelineId(5),
        }),
    );
    bridge.build.status = Status::Pending;
    bridge.build.failure_reason = None;
    bridge.build.queued_at = Some(at("2015-12-24T17:54:27.599Z"));
    bridge.build.finished_at = Some(at("2015-12-24T17:58:27.895Z"));
    world.app.seed.put(&bridge).await.unwrap();

    let client = seed::project(2, &[], "diaspora/diaspora-client");
    world.app.seed.put_project(&client).await.unwrap();
    let mut downstream = seed::pipeline(client.id, 5, 100, 0);
    downstream.sha = "f62a4b2fb89754372a346f24659212eb8da13601".to_owned();
    downstream.created_at = at("2015-12-24T17:54:27.722Z");
    downstream.updated_at = at("2015-12-24T17:58:27.896Z");
    world.app.seed.put(&downstream).await.unwrap();

    let answer = world
        .app
        .get("/api/v4/projects/1/pipelines/6/bridges", &world.root)
        .await;
    compare("bridges", include_str!("examples/bridges.json"), &answer);
}

#[tokio::test]
async fn get_the_tokens_job() {
    let world = World::new().await;
    let mut rubocop = rubocop(&world.pipeline);
    rubocop.build.queued_at = Some(at("2015-12-24T17:54:30.610Z"));
    rubocop.build.status = Status::Running;
    rubocop.build.finished_at = None;
    rubocop.build.failure_reason = None;
    let secret = Secret::job_token(ProjectId(1), JobId(8));
    rubocop.token_digest = Some(secret.digest().as_str().to_owned());
    world.add([&mut rubocop]).await;
    // The moment at which the example's job finished: it has run for as long.
    world.app.set_time(at("2015-12-24T17:54:31.198Z"));

    let answer = world
        .app
        .get("/api/v4/job", &Caller::job_token(&secret))
        .await;
    compare(
        "job_of_token",
        include_str!("examples/job_of_token.json"),
        &answer,
    );
    let body = answer.json();
    assert_eq!(
        (&body["status"], &body["finished_at"]),
        (&"running".into(), &Value::Null)
    );
    assert_eq!(body.get("failure_reason"), None);
}

#[tokio::test]
async fn get_a_single_job() {
    let world = World::new().await;
    world.add([&mut rubocop(&world.pipeline)]).await;

    let answer = world
        .app
        .get("/api/v4/projects/1/jobs/8", &world.root)
        .await;
    compare("job", include_str!("examples/job.json"), &answer);
}

#[tokio::test]
async fn get_the_allowed_agents() {
    let app = TestApp::new().await;
    let groups = [1, 2, 3].map(GroupId);
    let mut project = seed::project(1, &groups, "namespace1/a/b/project1");
    project.created_at = at("2022-11-16T14:51:50.579Z");
    app.seed.put_project(&project).await.unwrap();
    let mut user = seed::user(2, "user2");
    user.name = "John Doe3".to_owned();
    user.avatar_url = Some("https://www.gravatar.com/avatar/10fc7f102b".to_owned());
    app.seed.put_user(&user).await.unwrap();
    let developer = seed::member(Source::Project(project.id), user.id, Role::Developer);
    app.seed.put(&developer).await.unwrap();
    let mut pipeline = seed::pipeline(project.id, 2, 1, 1);
    pipeline.user_id = user.id;
    app.seed.put(&pipeline).await.unwrap();
    let mut job = seed::job(&pipeline, 1, "deploy", Status::Running);
    job.build.user_id = user.id;
    let secret = Secret::job_token(project.id, job.build.id);
    job.token_digest = Some(secret.digest().as_str().to_owned());
    app.seed.put(&job).await.unwrap();
    let mut agent = seed::agent(project.id, 1, "agent");
    agent.created_at = project.created_at;
    app.seed.put_agent(&agent).await.unwrap();

    let answer = app
        .get("/api/v4/job/allowed_agents", &Caller::job_token(&secret))
        .await;
    compare(
        "allowed_agents",
        include_str!("examples/allowed_agents.json"),
        &answer,
    );
    let roles = &answer.json()["user"]["roles_in_project"];
    assert_eq!(
        roles,
        &serde_json::json!(["guest", "planner", "reporter", "developer"])
    );
}

/// The examples' project `foo/bar` with its administrator and its pipeline 6.
struct World {
    app: TestApp,
    root: Caller,
    pipeline: Pipeline,
}

impl World {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let mut root = seed::user(1, "root");
        root.name = "Administrator".to_owned();
        root.admin = true;
        root.avatar_url = Some(
            "http://www.gravatar.com/avatar/e64c7d89f26bd1972efa854d13d7dd61?s=80&d=identicon"
                .to_owned(),
        );
        app.seed.put_user(&root).await.unwrap();
        let root = app
            .add_token(UserId(1), |token| token.scopes = vec![Scope::ReadApi])
            .await;
        let mut project = seed::project(1, &[], "foo/bar");
        project.visibility = Visibility::Private;
        project.job_count = 3;
        app.seed.put_project(&project).await.unwrap();
        let mut pipeline = seed::pipeline(project.id, 6, 6, 3);
        pipeline.commit = Some(demo::commit(&pipeline.sha));
        app.seed.put(&pipeline).await.unwrap();
        Self {
            app,
            root,
            pipeline,
        }
    }

    async fn add<const N: usize>(&self, jobs: [&mut Job; N]) {
        for job in jobs {
            self.app.seed.put(job).await.unwrap();
        }
    }
}

/// Job 8 of the documentation.
fn rubocop(pipeline: &Pipeline) -> Job {
    let mut job = seed::job(pipeline, 8, "rubocop", Status::Failed);
    job.build.queued_at = Some(at("2015-12-24T17:54:30.723Z"));
    job.tag_list = vec!["docker runner".to_owned(), "macos-10.15".to_owned()];
    job.artifacts_expire_at = Some(at("2016-01-23T17:54:31.198Z"));
    job
}

/// Every field of the example is in the answer, with the same value, unless it is listed.
fn compare(name: &str, example: &str, answer: &Answer) {
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    let example: Value = serde_json::from_str(example).unwrap();
    let mut differing = BTreeSet::new();
    differences(&example, &answer.json(), "", &mut differing);
    let listed: BTreeSet<String> = DIFFERENCES
        .iter()
        .filter(|(of, path, _)| *of == name && !path.is_empty())
        .map(|(_, path, _)| (*path).to_owned())
        .collect();
    assert_eq!(differing, listed, "{name}: {:#}", answer.json());
}

fn differences(expected: &Value, found: &Value, path: &str, differing: &mut BTreeSet<String>) {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => {
            for (key, value) in expected {
                let path = if path.is_empty() {
                    key.clone()
                } else {
                    format!("{path}.{key}")
                };
                differences(value, found.get(key).unwrap_or(&MISSING), &path, differing);
            }
        }
        (Value::Array(expected), Value::Array(found)) if expected.len() == found.len() => {
            for (expected, found) in expected.iter().zip(found) {
                differences(expected, found, path, differing);
            }
        }
        (Value::Number(expected), Value::Number(found)) if expected.as_f64() == found.as_f64() => {}
        _ if expected == found => {}
        _ => {
            differing.insert(path.to_owned());
        }
    }
}

/// Equals nothing that an example holds, not even null.
static MISSING: Value = Value::Bool(true);
