//! `POST /projects/:id/jobs/:job_id/retry`

use serde_json::{Value, json};
use switchyard::ids::JobId;
use switchyard::job::{Artifact, Downstream, Environment, FileFormat, FileType, Status, When};
use switchyard_local::seed::{self, at};
use switchyard_tests::app::NOW;

use super::{DEVELOPER, FIRST, PROJECT, World, id, message, path};

#[tokio::test]
async fn what_has_ended_is_retried_and_nothing_else() {
    for status in Status::ALL {
        let world = World::new(&format!("a {}", status.as_str())).await;
        let before = world.app.dump();
        let answer = world.act("a", "retry", &world.developer).await;
        let retryable = match status {
            Status::Success | Status::Failed | Status::Canceled => true,
            Status::Created
            | Status::WaitingForResource
            | Status::Preparing
            | Status::WaitingForCallback
            | Status::Pending
            | Status::Running
            | Status::Canceling
            | Status::Skipped
            | Status::Manual
            | Status::Scheduled => false,
        };
        if retryable {
            assert_eq!(answer.status, 201, "{status:?}");
            assert_eq!(answer.json()["status"], "pending", "{status:?}");
        } else {
            assert_eq!(answer.status, 403, "{status:?}");
            let expected = message("403 Forbidden - Job is not retryable");
            assert_eq!(answer.json(), expected, "{status:?}");
            assert_eq!(world.app.dump(), before, "{status:?}");
        }
    }
}

#[tokio::test]
async fn the_new_job_does_the_same_and_has_not_run() {
    let world = World::new("a failed").await;
    let mut old = world.named("a").await;
    old.build.coverage = Some(12.5);
    old.build.allow_failure = true;
    old.build.erased_at = Some(at("2015-12-24T17:59:00.000Z"));
    old.tag_list = vec!["docker".to_owned(), "arm".to_owned()];
    old.environment = Some(Environment {
        name: "production".to_owned(),
        slug: "production".to_owned(),
        tier: "production".to_owned(),
    });
    old.artifacts = vec![Artifact {
        file_type: FileType::Archive,
        size: 1_000,
        filename: "artifacts.zip".to_owned(),
        file_format: Some(FileFormat::Zip),
    }];
    old.artifacts_expire_at = Some(at("2016-12-24T17:59:00.000Z"));
    world.app.replace(&old);

    let answer = world.act("a", "retry", &world.developer).await;
    let new = answer.json();
    let new_id = new["id"].as_u64().unwrap();
    assert!(new_id > FIRST);
    for (field, expected) in [
        ("status", json!("pending")),
        ("name", json!("a")),
        ("stage", json!("stage 0")),
        ("ref", json!("main")),
        ("tag", json!(false)),
        ("allow_failure", json!(true)),
        ("tag_list", json!(["arm", "docker"])),
        ("created_at", json!(NOW)),
        ("started_at", json!(null)),
        ("finished_at", json!(null)),
        ("erased_at", json!(null)),
        ("duration", json!(null)),
        ("queued_duration", json!(0.0)),
        ("coverage", json!(null)),
        ("artifacts", json!([])),
        ("artifacts_expire_at", json!(null)),
        ("runner", json!(null)),
    ] {
        assert_eq!(new[field], expected, "{field}");
    }
    assert_eq!(new["user"]["id"], DEVELOPER.0);
    assert_eq!(new["pipeline"]["id"], 6);
    assert_eq!(new["pipeline"]["status"], "pending");
    assert_eq!(new.get("failure_reason"), None);
    assert_eq!(new.get("artifacts_file"), None);
    let row = world.job(new_id).await;
    assert_eq!(row.environment, old.environment);
    assert_eq!(row.token_digest, None);
    // It is read as it was answered.
    let shown = world.app.get(&path(new_id, ""), &world.developer).await;
    assert_eq!(shown.json(), new);
}

#[tokio::test]
async fn the_old_job_stays_as_it_ended_and_is_hidden_from_the_pipeline_only() {
    let world = World::new("a failed, b success").await;
    let before = world
        .app
        .get(&path(FIRST, ""), &world.developer)
        .await
        .json();
    let new = world.does("a", "retry", 201).await["id"].as_u64().unwrap();
    let mut after = world
        .app
        .get(&path(FIRST, ""), &world.developer)
        .await
        .json();
    // Its pipeline moved on.
    after["pipeline"] = before["pipeline"].clone();
    assert_eq!(after, before);

    let ids = async |path: &str| {
        let answer = world
            .app
            .get(&format!("/api/v4/projects/1{path}"), &world.developer)
            .await;
        (answer.ids(), answer.header("x-total").map(str::to_owned))
    };
    assert_eq!(
        ids("/jobs").await,
        (vec![new, 102, 101], Some("3".to_owned()))
    );
    let (latest, _) = ids("/pipelines/6/jobs").await;
    assert_eq!(latest, [new, 102]);
    let (all, _) = ids("/pipelines/6/jobs?include_retried=true").await;
    assert_eq!(all, [new, 102, 101]);

    let answer = world.act("a", "retry", &world.developer).await;
    assert_eq!(answer.status, 403, "once only");
    assert_eq!(
        answer.json(),
        message("403 Forbidden - Job is not retryable")
    );
    // The new one can be, when it has ended.
    world
        .app
        .post(&path(new, "cancel"), &world.developer, &json!({}))
        .await;
    let answer = world
        .app
        .post(&path(new, "retry"), &world.developer, &json!({}))
        .await;
    assert_eq!(answer.status, 201);
}

#[tokio::test]
async fn skipped_jobs_behind_it_come_back() {
    for (before, retried, after) in [
        (
            "a failed | b skipped | c skipped",
            "a",
            "a pending, b created, c created = pending",
        ),
        (
            "a failed, b success | c skipped, d success",
            "a",
            "a pending, b success, c created, d success = running",
        ),
        (
            "a success | b failed | c skipped",
            "b",
            "a success, b pending, c created = running",
        ),
        // What does not need it stays.
        (
            "a failed, b failed | c skipped needs=b, d skipped needs=a",
            "a",
            "a pending, b failed, c skipped, d created = running",
        ),
        (
            "a failed | b skipped needs=a | c skipped needs=b",
            "a",
            "a pending, b created, c created = pending",
        ),
        // Others that ended stay too.
        (
            "a failed | b canceled, c skipped | d manual af",
            "a",
            "a pending, b canceled, c created, d manual = running",
        ),
        // What waits for a failure is decided anew.
        (
            "a success | b skipped on_failure | c success",
            "a",
            "a pending, b created, c success = running",
        ),
    ] {
        let world = World::new(before).await;
        let job = world.does(retried, "retry", 201).await;
        assert_eq!(job["status"], "pending", "{before}");
        assert_eq!(world.statuses().await, after, "{before}");
        let pipeline = world.pipeline().await;
        assert_eq!(
            (pipeline.deadline, pipeline.resets.len()),
            (None, 0),
            "{before}"
        );
    }
}

#[tokio::test]
async fn who_comes_back_does_so_in_the_name_of_the_caller() {
    let world = World::new("a failed | b skipped | c success").await;
    world.act("a", "retry", &world.developer).await;
    assert_eq!(world.named("b").await.build.user_id, DEVELOPER);
    assert_eq!(world.named("c").await.build.user_id.0, 1);
}

#[tokio::test]
async fn a_manual_job_does_not_wait_again() {
    for when in [When::Manual, When::Delayed] {
        let world = World::new("a failed").await;
        let mut old = world.named("a").await;
        old.build.when = when;
        world.app.replace(&old);
        let new = world.does("a", "retry", 201).await;
        assert_eq!(new["status"], "pending", "{when:?}");
        assert_eq!(new["queued_duration"], 0.0, "{when:?}");
    }
}

/// By the rules of stages, a job behind one that failed does not run, even retried.
#[tokio::test]
async fn a_retried_job_still_waits_for_those_before_it() {
    let world = World::new("a running | b failed").await;
    assert_eq!(world.does("b", "retry", 201).await["status"], "created");
    let world = World::new("a failed | b success").await;
    assert_eq!(world.does("b", "retry", 201).await["status"], "skipped");
}

#[tokio::test]
async fn bridges_are_retried_in_the_form_of_a_job() {
    let world = World::new("a success").await;
    let mut pipeline = world.pipeline().await;
    pipeline.bridges = [JobId(102)].into();
    pipeline.blocks[0].count = 2;
    world.app.replace(&pipeline);
    let bridge = seed::bridge(
        seed::build(&pipeline, 102, "deploy", Status::Failed),
        Some(Downstream {
            project_id: PROJECT,
            pipeline_id: pipeline.id,
        }),
    );
    world.app.replace(&bridge);
    let answer = world.act("b", "retry", &world.developer).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let new = answer.json();
    let new_id = new["id"].as_u64().unwrap();
    for (field, expected) in [
        ("artifacts", json!([])),
        ("runner", Value::Null),
        ("artifacts_expire_at", Value::Null),
        ("tag_list", json!(["bridge"])),
        ("name", json!("deploy")),
        ("status", json!("pending")),
    ] {
        assert_eq!(new[field], expected, "{field}");
    }
    let bridges = world
        .app
        .get("/api/v4/projects/1/pipelines/6/bridges", &world.developer)
        .await;
    assert_eq!(bridges.ids(), [new_id]);
    assert_eq!(bridges.json()[0]["downstream_pipeline"], Value::Null);
    let jobs = world
        .app
        .get("/api/v4/projects/1/jobs", &world.developer)
        .await;
    assert_eq!((jobs.ids(), jobs.header("x-total")), (vec![101], Some("1")));
    assert_eq!(world.act("b", "retry", &world.developer).await.status, 403);
}

#[tokio::test]
async fn needs_follow_the_new_job() {
    let world = World::new("a failed | b skipped needs=a").await;
    let new = world.does("a", "retry", 201).await["id"].as_u64().unwrap();
    let mut done = world.job(new).await;
    done.build.status = Status::Success;
    done.build.revision += 1;
    world.app.replace(&done);
    let mut pipeline = world.pipeline().await;
    pipeline.deadline = Some(at("2015-12-24T17:00:00Z"));
    world.app.replace(&pipeline);
    world.app.sweep().await;
    assert_eq!(world.statuses().await, "a success, b pending = running");
    assert_eq!(world.job(id("b")).await.build.status, Status::Pending);
}

/// On a protected branch those run jobs again who may change it.
#[tokio::test]
async fn protected_branches_take_those_who_may_change_them() {
    for (action, before) in [("retry", "a failed"), ("play", "a manual")] {
        let world = World::new(before).await;
        let key = switchyard::store::Key::Project(PROJECT);
        let mut rows = switchyard::store::Rows::default();
        rows.load(&world.app.seed.store, [key.clone()])
            .await
            .unwrap();
        let mut project: switchyard::project::Project = rows.get(&key).unwrap().unwrap();
        let rule = json!({
            "id": 1, "name": "ma*", "push": 40, "merge": 40, "created_at": 0,
        });
        let rule = serde_json::from_value(rule).unwrap();
        project.protected_branches.push(rule);
        world.app.replace(&project);
        let path = format!("/api/v4/projects/1/pipelines/6/{action}");
        if action == "retry" {
            let answer = world.app.post(&path, &world.developer, &json!({})).await;
            assert_eq!(answer.status, 403, "{answer:?}");
        }
        let answer = world.act("a", action, &world.developer).await;
        assert_eq!(answer.status, 403, "{action}: {answer:?}");
        assert_eq!(answer.json(), message("403 Forbidden"));
        let answer = world.act("a", action, &world.maintainer).await;
        assert!(answer.status.is_success(), "{action}: {answer:?}");
    }
}
