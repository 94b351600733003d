//! `POST /projects/:id/jobs/:job_id/cancel`

use http::Method;
use serde_json::json;
use switchyard::ids::{JobId, RunnerId};
use switchyard::job::Status;
use switchyard::runner::{Runner, RunnerManager, RunnerType};
use switchyard::token::Secret;
use switchyard_local::seed::{self, at};
use switchyard_tests::Caller;
use switchyard_tests::app::NOW;

use super::{FIRST, PROJECT, World, id, message, path};

/// What can still be cancelled, by GitLab's table of events; what has ended stays.
#[tokio::test]
async fn what_has_not_ended_is_canceled_and_the_rest_answered_unchanged() {
    for status in Status::ALL {
        let world = World::new(&format!("a {}", status.as_str())).await;
        let before = world.app.dump();
        let shown = world.app.get(&path(FIRST, ""), &world.developer).await;
        let job = world.does("a", "cancel", 201).await;
        let ends = match status {
            Status::Created
            | Status::WaitingForResource
            | Status::Preparing
            | Status::WaitingForCallback
            | Status::Pending
            | Status::Running
            | Status::Manual
            | Status::Scheduled => true,
            Status::Success
            | Status::Failed
            | Status::Canceling
            | Status::Canceled
            | Status::Skipped => false,
        };
        if ends {
            assert_eq!(job["status"], "canceled", "{status:?}");
            assert_eq!(job["finished_at"], NOW, "{status:?}");
            assert_eq!(job["pipeline"]["status"], "canceled", "{status:?}");
        } else {
            assert_eq!(job, shown.json(), "{status:?}");
            assert_eq!(world.app.dump(), before, "{status:?}");
        }
    }
}

#[tokio::test]
async fn a_running_job_ends_now_and_its_token_is_dead() {
    let world = World::new("a running").await;
    let secret = Secret::job_token(PROJECT, JobId(FIRST));
    let mut running = world.named("a").await;
    running.token_digest = Some(secret.digest().as_str().to_owned());
    world.app.replace(&running);
    let token = Caller::job_token(&secret);
    assert_eq!(world.app.get("/api/v4/job", &token).await.status, 200);

    let job = world.does("a", "cancel", 201).await;
    assert_eq!(job["started_at"], "2015-12-24T17:54:30.733Z");
    assert_eq!(job["duration"], 329.267);
    assert_eq!(world.app.get("/api/v4/job", &token).await.status, 401);
}

#[tokio::test]
async fn those_behind_it_are_skipped_or_go_on() {
    let world =
        World::new("a running, b success | c created, d created always | e created needs=b").await;
    world.does("a", "cancel", 201).await;
    let expected = "a canceled, b success, c skipped, d skipped, e pending = running";
    assert_eq!(world.statuses().await, expected);
    let pipeline = world.pipeline().await;
    assert_eq!(pipeline.deadline, None, "nothing is left to be done");

    let world = World::new("a manual af | b manual | c created").await;
    world.does("b", "cancel", 201).await;
    let expected = "a manual, b canceled, c skipped = canceled";
    assert_eq!(world.statuses().await, expected);
}

pub(super) async fn graceful_runner(world: &World) {
    let created_at = at("2015-12-20T00:00:00.000Z");
    let runner = Runner {
        id: RunnerId(1),
        description: "runner".to_owned(),
        runner_type: RunnerType::InstanceType,
        paused: false,
        name: None,
        created_at,
        contacted_at: None,
    };
    let manager = RunnerManager {
        runner_id: runner.id,
        system_id: "s_1".to_owned(),
        id: 1,
        version: "17.11.0".to_owned(),
        revision: "abc".to_owned(),
        platform: "linux".to_owned(),
        architecture: "amd64".to_owned(),
        created_at,
        contacted_at: None,
        ip_address: None,
        cancel_gracefully: true,
    };
    world.app.replace(&runner);
    world.app.replace(&manager);
    let mut job = world.named("a").await;
    job.runner_id = Some(runner.id);
    job.system_id = Some(manager.system_id);
    job.token_digest = Some(
        Secret::job_token(PROJECT, JobId(FIRST))
            .digest()
            .as_str()
            .to_owned(),
    );
    world.app.replace(&job);
}

#[tokio::test]
async fn a_runner_that_can_be_asked_is_asked_and_force_does_not_wait() {
    let world = World::new("a running | b created").await;
    graceful_runner(&world).await;
    // Before it is asked there is nothing to force.
    let force = json!({ "force": true });
    let answer = world
        .act_with("a", "cancel", &world.maintainer, &force)
        .await;
    assert_eq!(
        (answer.status.as_u16(), &answer.json()["status"]),
        (201, &json!("running"))
    );

    let job = world.does("a", "cancel", 201).await;
    assert_eq!(job["status"], "canceling");
    assert_eq!(job["finished_at"], json!(null));
    assert_eq!(world.statuses().await, "a canceling, b created = running");
    assert!(
        world.named("a").await.token_digest.is_some(),
        "it still reports"
    );
    // Once more without force changes nothing.
    assert_eq!(world.does("a", "cancel", 201).await["status"], "canceling");

    let answer = world
        .act_with("a", "cancel", &world.developer, &force)
        .await;
    assert_eq!(answer.status, 403);
    assert_eq!(answer.json(), message("403 Forbidden"));
    let answer = world
        .act_with("a", "cancel", &world.maintainer, &force)
        .await;
    assert_eq!(answer.json()["status"], "canceled");
    assert_eq!(answer.json()["finished_at"], NOW);
    assert_eq!(world.statuses().await, "a canceled, b skipped = canceled");
    assert_eq!(world.named("a").await.token_digest, None);
}

#[tokio::test]
async fn the_parameter_comes_in_many_ways() {
    for (query, content_type, body, is_forced) in [
        ("?force=true", "", "", true),
        ("?force=True", "application/json", "{}", true),
        ("?force=1", "application/x-www-form-urlencoded", "", true),
        ("", "application/json", r#"{"force":true}"#, true),
        ("", "application/json", r#"{"force":"yes"}"#, true),
        ("", "application/x-www-form-urlencoded", "force=true", true),
        ("", "", "force=true", true),
        (
            "?force=false",
            "application/json",
            r#"{"force":true}"#,
            true,
        ),
        ("", "", "", false),
        ("", "application/json", "", false),
        ("", "application/json", "{}", false),
        ("", "application/x-www-form-urlencoded", "", false),
        ("", "application/json", r#"{"force":null}"#, false),
        ("?force=", "", "", false),
    ] {
        let world = World::new("a canceling").await;
        let mut headers = world.maintainer.headers();
        if !content_type.is_empty() {
            headers.push(("content-type", content_type));
        }
        let path = format!("{}{query}", path(FIRST, "cancel"));
        let answer = world.app.request(Method::POST, &path, &headers, body).await;
        assert_eq!(answer.status, 201, "{query} {content_type} {body}");
        let status = if is_forced { "canceled" } else { "canceling" };
        assert_eq!(
            answer.json()["status"],
            status,
            "{query} {content_type} {body}"
        );
    }
}

#[tokio::test]
async fn what_cannot_be_read_or_is_not_there_changes_nothing() {
    let world = World::new("a running, b success").await;
    let bridge = seed::bridge(
        seed::build(&world.pipeline().await, 110, "deploy", Status::Running),
        None,
    );
    world.app.replace(&bridge);
    let before = world.app.dump();
    let error = |text: &str| json!({ "error": text });
    let not_json = "message body does not match declared format";
    for (id, content_type, body, status, expected) in [
        (
            "101",
            "application/json",
            r#"{"force":"maybe"}"#,
            400,
            error("force is invalid"),
        ),
        (
            "101",
            "application/json",
            r#"{"force":[true]}"#,
            400,
            error("force is invalid"),
        ),
        ("101", "application/json", "{", 400, error(not_json)),
        ("101", "application/json", "[]", 400, error(not_json)),
        (
            "101",
            "text/plain",
            "force",
            415,
            error("The provided content-type 'text/plain' is not supported."),
        ),
        (
            "abc",
            "application/json",
            "{}",
            400,
            error("job_id is invalid"),
        ),
        (
            "999",
            "application/json",
            "{}",
            404,
            message("404 Not found"),
        ),
        (
            "110",
            "application/json",
            "{}",
            404,
            message("404 Not found"),
        ),
        (
            "99999999999999999999",
            "application/json",
            "{}",
            404,
            message("404 Not found"),
        ),
    ] {
        let mut headers = world.maintainer.headers();
        headers.push(("content-type", content_type));
        let path = format!("/api/v4/projects/1/jobs/{id}/cancel");
        let answer = world.app.request(Method::POST, &path, &headers, body).await;
        assert_eq!(answer.status, status, "{id} {body}");
        assert_eq!(answer.json(), expected, "{id} {body}");
    }
    assert_eq!(world.app.dump(), before);
}

#[tokio::test]
async fn in_an_archived_project_nothing_is_steered() {
    let world = World::new("a running, b failed, c manual, d success").await;
    let mut project = seed::project(1, &[1.into()], "group1/project1");
    project.archived = true;
    world.app.replace(&project);
    let before = world.app.dump();
    for (name, action) in [
        ("a", "cancel"),
        ("b", "retry"),
        ("c", "play"),
        ("d", "erase"),
    ] {
        let answer = world.act(name, action, &world.maintainer).await;
        assert_eq!(answer.status, 403, "{action}");
        assert_eq!(answer.json(), message("403 Forbidden"), "{action}");
    }
    assert_eq!(world.app.dump(), before);
}

#[tokio::test]
async fn a_canceled_pending_job_keeps_its_queueing_time() {
    let world = World::new("a pending").await;
    let job = world.does("a", "cancel", 201).await;
    assert_eq!(job["duration"], json!(null));
    assert_eq!(job["queued_duration"], 329.39);
    world.app.pass(10);
    let answer = world.app.get(&path(id("a"), ""), &world.developer).await;
    assert_eq!(
        answer.json()["queued_duration"],
        339.39,
        "it grows, as in GitLab"
    );
}
