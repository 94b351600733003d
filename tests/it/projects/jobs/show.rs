//! `GET /projects/:id/jobs/:job_id`

use serde_json::{Value, json};
use switchyard::ids::{JobId, ProjectId, RunnerId};
use switchyard::job::{Artifact, FailureReason, FileFormat, FileType, Job, Status};
use switchyard::pipeline::Pipeline;
use switchyard::runner::{Runner, RunnerManager, RunnerType};
use switchyard::time::Time;
use switchyard_local::demo;
use switchyard_local::seed::{self, at};
use switchyard_tests::app::NOW;
use switchyard_tests::world::job;
use switchyard_tests::{Caller, TestApp};

const PROJECT: ProjectId = ProjectId(1);

/// A project with a pipeline whose jobs are put by the tests.
async fn world() -> (TestApp, Caller, Pipeline) {
    let app = TestApp::new().await;
    let caller = app.administrator().await;
    app.add_project(PROJECT.0, |_| {}).await;
    let mut pipeline = seed::pipeline(PROJECT, 6, 101, 20);
    pipeline.commit = Some(demo::commit(&pipeline.sha));
    app.replace(&pipeline);
    (app, caller, pipeline)
}

/// A job of the pipeline, changed as needed, as it is shown.
async fn shown(status: Status, change: impl FnOnce(&mut Job)) -> Value {
    let (app, caller, pipeline) = world().await;
    app.replace(&job(&pipeline, 101, status, change));
    show(&app, &caller, 101).await
}

async fn show(app: &TestApp, caller: &Caller, id: u64) -> Value {
    let answer = app
        .get(&format!("/api/v4/projects/1/jobs/{id}"), caller)
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

#[tokio::test]
async fn a_job_shows_all_its_fields() {
    let (app, caller, pipeline) = world().await;
    let runner = Runner {
        id: RunnerId(32),
        description: "a shared runner".to_owned(),
        runner_type: RunnerType::InstanceType,
        paused: false,
        name: Some("gitlab-runner".to_owned()),
        created_at: at("2015-12-01T00:00:00Z"),
        contacted_at: Some(at("2015-12-24T17:59:00Z")),
    };
    let manager = RunnerManager {
        runner_id: runner.id,
        system_id: "s_89e5e9956577".to_owned(),
        id: 1,
        version: "17.9.0".to_owned(),
        revision: "c401a659".to_owned(),
        platform: "linux".to_owned(),
        architecture: "amd64".to_owned(),
        created_at: at("2015-12-01T00:00:00Z"),
        contacted_at: Some(at("2015-12-24T17:59:00Z")),
        ip_address: Some("10.0.0.7".to_owned()),
        cancel_gracefully: false,
    };
    app.replace(&runner);
    app.replace(&manager);
    app.replace(&job(&pipeline, 101, Status::Success, |job| {
        "rspec".clone_into(&mut job.build.name);
        job.build.coverage = Some(97.5);
        job.runner_id = Some(runner.id);
        job.system_id = Some(manager.system_id.clone());
        job.tag_list = ["ubuntu18", "docker runner", "Arm"]
            .map(str::to_owned)
            .into();
        job.artifacts = vec![artifact(FileType::Archive), artifact(FileType::Junit)];
        job.artifacts_expire_at = Some(at("2016-01-23T17:54:31.198Z"));
    }));

    let body = show(&app, &caller, 101).await;
    let expected = json!({
        "id": 101, "status": "success", "stage": "test", "name": "rspec", "ref": "main", "tag": false,
        "coverage": 97.5, "allow_failure": false,
        "created_at": "2015-12-24T15:51:21.880Z", "started_at": "2015-12-24T17:54:30.733Z",
        "finished_at": "2015-12-24T17:54:31.198Z", "erased_at": null,
        "duration": 0.465, "queued_duration": 0.123,
        "web_url": "https://example.com/group1/project1/-/jobs/101",
        "project": { "ci_job_token_scope_enabled": false },
        "artifacts_file": { "filename": "artifacts.zip", "size": 1000 },
        "artifacts": [
            { "file_type": "archive", "size": 1000, "filename": "artifacts.zip", "file_format": "zip" },
            { "file_type": "junit", "size": 1000, "filename": "junit.xml.gz", "file_format": "gzip" },
        ],
        "artifacts_expire_at": "2016-01-23T17:54:31.198Z",
        "archived": false,
        "tag_list": ["Arm", "docker runner", "ubuntu18"],
        "runner": {
            "id": 32, "description": "a shared runner", "ip_address": null, "active": true, "paused": false,
            "is_shared": true, "runner_type": "instance_type", "name": "gitlab-runner", "online": true,
            "status": "online",
        },
        "runner_manager": {
            "id": 1, "system_id": "s_89e5e9956577", "version": "17.9.0", "revision": "c401a659",
            "platform": "linux", "architecture": "amd64", "created_at": "2015-12-01T00:00:00.000Z",
            "contacted_at": "2015-12-24T17:59:00.000Z", "ip_address": "10.0.0.7", "status": "online",
        },
        "pipeline": {
            "id": 6, "iid": 6, "project_id": 1, "sha": pipeline.sha, "ref": "main", "status": "pending",
            "source": "push", "created_at": "2015-12-24T15:50:16.123Z",
            "updated_at": "2015-12-24T15:50:16.123Z",
            "web_url": "https://example.com/group1/project1/-/pipelines/6",
        },
    });
    for (name, value) in expected.as_object().into_iter().flatten() {
        assert_eq!(body[name], *value, "{name}");
    }
    let user = &body["user"];
    for (name, value) in [
        ("id", json!(1)),
        ("username", json!("root")),
        ("name", json!("Administrator")),
        ("state", json!("active")),
        ("avatar_url", Value::Null),
        ("web_url", json!("https://example.com/root")),
        ("created_at", json!("2015-12-21T13:14:24.077Z")),
        ("location", Value::Null),
        ("public_email", json!("")),
        ("skype", json!("")),
        ("linkedin", json!("")),
        ("twitter", json!("")),
        ("website_url", json!("")),
        ("organization", json!("")),
    ] {
        assert_eq!(user.get(name), Some(&value), "user.{name}");
    }
    let commit = &body["commit"];
    for (name, value) in [
        ("id", json!(pipeline.sha)),
        ("short_id", json!("0ff3ae19")),
        ("title", json!("Test the CI integration.")),
        ("message", json!("Test the CI integration.")),
        ("author_name", json!("Administrator")),
        ("author_email", json!("admin@example.com")),
        ("created_at", json!("2015-12-24T16:51:14.000+01:00")),
    ] {
        assert_eq!(commit.get(name), Some(&value), "commit.{name}");
    }
    assert_eq!(body.get("failure_reason"), None);
}

fn artifact(file_type: FileType) -> Artifact {
    let (filename, file_format) = match file_type {
        FileType::Archive => ("artifacts.zip", FileFormat::Zip),
        _ => ("junit.xml.gz", FileFormat::Gzip),
    };
    Artifact {
        file_type,
        size: 1000,
        filename: filename.to_owned(),
        file_format: Some(file_format),
    }
}

#[tokio::test]
async fn a_job_that_nobody_took_yet_shows_nulls() {
    let body = shown(Status::Created, |_| {}).await;
    for name in [
        "coverage",
        "started_at",
        "finished_at",
        "erased_at",
        "duration",
        "queued_duration",
        "runner",
        "runner_manager",
        "artifacts_expire_at",
    ] {
        assert_eq!(body.get(name), Some(&Value::Null), "{name}");
    }
    assert_eq!(body["artifacts"], json!([]));
    assert_eq!(body["tag_list"], json!([]));
    assert_eq!(body.get("artifacts_file"), None);
    assert_eq!(body.get("failure_reason"), None);
}

#[tokio::test]
async fn only_a_failed_job_has_a_reason() {
    for status in Status::ALL {
        let reason = FailureReason::ScriptFailure;
        let body = shown(status, |job| job.build.failure_reason = Some(reason)).await;
        let expected = json!("script_failure");
        let expected = (status == Status::Failed).then_some(&expected);
        assert_eq!(body.get("failure_reason"), expected, "{status:?}");
    }
    let body = shown(Status::Failed, |job| job.build.failure_reason = None).await;
    assert_eq!(body["failure_reason"], "unknown_failure");
}

#[tokio::test]
async fn an_expired_archive_is_not_offered() {
    let archive = |expiry: &'static str| {
        move |job: &mut Job| {
            job.artifacts = vec![artifact(FileType::Archive)];
            job.artifacts_expire_at = Some(at(expiry));
        }
    };
    let body = shown(Status::Success, archive("2015-12-24T18:00:00.001Z")).await;
    assert_eq!(body["artifacts_file"]["filename"], "artifacts.zip");
    let body = shown(Status::Success, archive("2015-12-24T17:59:59Z")).await;
    assert_eq!(body.get("artifacts_file"), None);
    assert_eq!(body["artifacts"].as_array().map(Vec::len), Some(1));
    assert_eq!(body["artifacts_expire_at"], "2015-12-24T17:59:59.000Z");

    let no_archive = |job: &mut Job| job.artifacts = vec![artifact(FileType::Junit)];
    assert_eq!(
        shown(Status::Success, no_archive)
            .await
            .get("artifacts_file"),
        None
    );
}

#[tokio::test]
async fn durations_of_what_is_not_over_grow_with_the_clock() {
    let (app, caller, pipeline) = world().await;
    app.replace(&job(&pipeline, 101, Status::Running, |_| {}));
    app.replace(&job(&pipeline, 102, Status::Pending, |_| {}));
    app.replace(&job(&pipeline, 103, Status::Success, |_| {}));
    // Cancelled while it was pending: its time in the queue never ends.
    let canceled = |job: &mut Job| job.build.queued_at = Some(at("2015-12-24T17:54:30.610Z"));
    app.replace(&job(&pipeline, 104, Status::Canceled, canceled));

    for (later, expected) in [
        (
            0,
            [
                (Some(329.267), 0.123),
                (None, 329.39),
                (Some(0.465), 0.123),
                (None, 329.39),
            ],
        ),
        (
            10,
            [
                (Some(339.267), 0.123),
                (None, 339.39),
                (Some(0.465), 0.123),
                (None, 339.39),
            ],
        ),
    ] {
        app.set_time(Time::from_microseconds(
            at(NOW).microseconds() + later * 1_000_000,
        ));
        for (id, (duration, queued)) in (101..).zip(expected) {
            let body = show(&app, &caller, id).await;
            assert_eq!(body["duration"].as_f64(), duration, "{id}");
            assert_eq!(body["queued_duration"].as_f64(), Some(queued), "{id}");
        }
    }
}

#[tokio::test]
async fn retried_and_erased_jobs_are_readable() {
    let (app, caller, mut pipeline) = world().await;
    pipeline.retried = [JobId(101)].into();
    app.replace(&pipeline);
    app.replace(&job(&pipeline, 101, Status::Failed, |job| {
        job.build.retried_by = Some(JobId(102));
    }));
    app.replace(&job(&pipeline, 102, Status::Success, |job| {
        job.build.erased_at = Some(at("2015-12-24T17:55:00Z"));
    }));
    assert_eq!(show(&app, &caller, 101).await["status"], "failed");
    let body = show(&app, &caller, 102).await;
    assert_eq!(body["erased_at"], "2015-12-24T17:55:00.000Z");
    assert_eq!(body["artifacts"], json!([]));
}

#[tokio::test]
async fn bridges_and_jobs_of_other_projects_are_not_found() {
    let (app, caller, pipeline) = world().await;
    app.replace(&seed::bridge(
        seed::build(&pipeline, 103, "trigger", Status::Success),
        None,
    ));
    app.add_project(2, |_| {}).await;
    app.add_pipeline(ProjectId(2), 7, 201, &[Status::Success])
        .await;
    for path in [
        "/api/v4/projects/1/jobs/103",
        "/api/v4/projects/1/jobs/201",
        "/api/v4/projects/2/jobs/101",
        "/api/v4/projects/1/jobs/999",
    ] {
        let answer = app.get(path, &caller).await;
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(
            answer.json(),
            json!({ "message": "404 Not found" }),
            "{path}"
        );
    }
    let answer = app.get("/api/v4/projects/2/jobs/201", &caller).await;
    assert_eq!(answer.json()["id"], 201);
}

#[tokio::test]
async fn a_job_of_a_tag_and_without_a_commit() {
    let (app, caller, mut pipeline) = world().await;
    pipeline.tag = true;
    pipeline.commit = None;
    "v1.0".clone_into(&mut pipeline.ref_name);
    app.replace(&pipeline);
    app.replace(&job(&pipeline, 101, Status::Success, |job| {
        // Nobody is called 77 any more, but strict clients want an object.
        job.build.user_id.0 = 77;
        job.build.allow_failure = true;
    }));
    let body = show(&app, &caller, 101).await;
    assert_eq!((&body["ref"], &body["tag"]), (&json!("v1.0"), &json!(true)));
    assert_eq!(body["allow_failure"], true);
    assert_eq!(body.get("commit"), Some(&Value::Null));
    assert!(body["user"].is_object());
}

#[tokio::test]
async fn head_answers_as_get_without_a_body() {
    let (app, caller, pipeline) = world().await;
    app.replace(&job(&pipeline, 101, Status::Success, |_| {}));
    let path = "/api/v4/projects/1/jobs/101";
    let answer = app
        .request(http::Method::HEAD, path, &caller.headers(), "")
        .await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert!(answer.body.is_empty());
}
