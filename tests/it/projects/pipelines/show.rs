//! `GET /projects/:id/pipelines/:pipeline_id` and `…/latest`

use serde_json::json;
use switchyard::ids::ProjectId;
use switchyard::job::Status;
use switchyard::pipeline::{Pipeline, Source};
use switchyard::project::Visibility;
use switchyard_local::seed::{self, at};
use switchyard_tests::{Answer, Caller, TestApp};

use super::{PROJECT, put};

const HEAD: &str = "f62a4b2fb89754372a346f24659212eb8da13601";

async fn world() -> (TestApp, Caller) {
    let app = TestApp::new().await;
    let caller = app.administrator().await;
    app.add_project(PROJECT.0, |_| {}).await;
    (app, caller)
}

async fn get(app: &TestApp, caller: &Caller, last: &str) -> Answer {
    let path = format!("/api/v4/projects/1/pipelines/{last}");
    app.get(&path, caller).await
}

#[tokio::test]
async fn a_pipeline_shows_all_its_fields() {
    let (app, caller) = world().await;
    put(&app, 6, Status::Success, "main", |pipeline| {
        pipeline.name = Some("Build".to_owned());
        pipeline.iid = 3;
        pipeline.started_at = Some(at("2015-12-16T12:00:05.5Z"));
        pipeline.finished_at = Some(at("2015-12-16T12:01:00Z"));
        pipeline.duration = Some(54);
        pipeline.coverage = Some(30.0);
    });
    let answer = get(&app, &caller, "6").await;
    assert_eq!(answer.status, 200);
    let body = answer.json();
    for (name, value) in [
        ("id", json!(6)),
        ("iid", json!(3)),
        ("project_id", json!(1)),
        ("name", json!("Build")),
        ("sha", json!("0ff3ae198f8601a285adcf5c0fff204ee6fba5fd")),
        ("before_sha", json!("0".repeat(40))),
        ("ref", json!("main")),
        ("tag", json!(false)),
        ("status", json!("success")),
        ("source", json!("push")),
        ("yaml_errors", json!(null)),
        ("created_at", json!("2015-12-16T12:00:00.000Z")),
        ("updated_at", json!("2015-12-16T13:00:00.000Z")),
        ("started_at", json!("2015-12-16T12:00:05.500Z")),
        ("finished_at", json!("2015-12-16T12:01:00.000Z")),
        ("committed_at", json!(null)),
        ("duration", json!(54)),
        ("queued_duration", json!(5.5)),
        (
            "web_url",
            json!("https://example.com/group1/project1/-/pipelines/6"),
        ),
    ] {
        assert_eq!(body.get(name), Some(&value), "{name}");
    }
    let coverage = body["coverage"].as_str().and_then(|text| text.parse().ok());
    assert_eq!(coverage, Some(30.0));
    for (name, value) in [
        ("id", json!(1)),
        ("username", json!("root")),
        ("name", json!("Administrator")),
        ("state", json!("active")),
        ("avatar_url", json!(null)),
        ("web_url", json!("https://example.com/root")),
    ] {
        assert_eq!(body["user"].get(name), Some(&value), "user.{name}");
    }
    let status = body["detailed_status"].as_object().expect("a status");
    for (name, value) in [
        ("icon", json!("status_success")),
        ("text", json!("Passed")),
        ("label", json!("passed")),
        ("group", json!("success")),
        ("tooltip", json!("passed")),
        ("has_details", json!(true)),
        ("details_path", json!("/group1/project1/-/pipelines/6")),
        ("illustration", json!(null)),
    ] {
        assert_eq!(status.get(name), Some(&value), "detailed_status.{name}");
    }
    assert!(status["favicon"].is_string());
    assert_eq!(body.get("variables"), None);
}

#[tokio::test]
async fn children_are_found_and_strangers_are_not() {
    let (app, caller) = world().await;
    put(&app, 6, Status::Success, "main", |pipeline| {
        pipeline.source = Source::ParentPipeline;
    });
    put(&app, 7, Status::Created, "main", |pipeline| {
        pipeline.building = true
    });
    app.add_project(2, |_| {}).await;
    app.add_pipeline(ProjectId(2), 8, 801, &[]).await;
    assert_eq!(get(&app, &caller, "6").await.json()["id"], 6);
    for id in ["7", "8", "9"] {
        let answer = get(&app, &caller, id).await;
        assert_eq!(answer.status, 404, "{id}");
        assert_eq!(answer.json(), json!({ "message": "404 Not found" }), "{id}");
    }
    let answer = get(&app, &caller, "last").await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.json(), json!({ "error": "pipeline_id is invalid" }));
}

fn head(app: &TestApp, name: &str, sha: &str) {
    app.replace(&seed::branch(PROJECT, name, sha));
}

fn at_head(pipeline: &mut Pipeline) {
    pipeline.sha = HEAD.to_owned();
}

#[tokio::test]
async fn the_latest_pipeline_is_the_newest_of_the_head_commit() {
    let (app, caller) = world().await;
    put(&app, 1, Status::Success, "main", at_head);
    put(&app, 2, Status::Failed, "main", at_head);
    put(&app, 3, Status::Success, "main", |_| {});
    put(&app, 4, Status::Success, "main", |pipeline| {
        at_head(pipeline);
        pipeline.source = Source::ParentPipeline;
    });
    put(&app, 5, Status::Created, "main", |pipeline| {
        at_head(pipeline);
        pipeline.building = true;
    });
    put(&app, 6, Status::Success, "feature/x", at_head);
    head(&app, "main", HEAD);
    head(&app, "feature/x", HEAD);
    for (query, expected) in [
        ("latest", 2),
        ("latest?ref=", 2),
        ("latest?ref=main", 2),
        ("latest?ref=feature/x", 6),
        ("latest?ref=feature%2Fx", 6),
    ] {
        let answer = get(&app, &caller, query).await;
        assert_eq!(answer.status, 200, "{query}: {answer:?}");
        let body = answer.json();
        assert_eq!(body["id"], expected, "{query}");
        assert!(body["detailed_status"].is_object(), "{query}");
        assert!(body.get("name").is_some(), "{query}");
    }
}

#[tokio::test]
async fn no_latest_pipeline_is_forbidden() {
    let (app, caller) = world().await;
    put(&app, 1, Status::Success, "main", |_| {});
    put(&app, 2, Status::Success, "deleted", |_| {});
    head(&app, "main", HEAD);
    for query in [
        "latest",
        "latest?ref=main",
        "latest?ref=deleted",
        "latest?ref=nowhere",
    ] {
        let answer = get(&app, &caller, query).await;
        assert_eq!(answer.status, 403, "{query}");
        assert_eq!(
            answer.json(),
            json!({ "message": "403 Forbidden" }),
            "{query}"
        );
    }
}

#[tokio::test]
async fn a_public_projects_pipelines_are_shown_to_anybody() {
    let app = TestApp::new().await;
    app.administrator().await;
    app.add_project(1, |project| project.visibility = Visibility::Public)
        .await;
    put(&app, 6, Status::Success, "main", at_head);
    head(&app, "main", HEAD);
    for last in ["6", "latest"] {
        let answer = get(&app, &Caller::Nobody, last).await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()["id"].clone()),
            (200, json!(6))
        );
    }
}
