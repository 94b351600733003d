//! `GET /projects/:id/pipelines/:pipeline_id/jobs`

use serde_json::json;
use switchyard::ids::JobId;
use switchyard::job::Status;
use switchyard::pipeline::{Block, Source};
use switchyard_local::seed;
use switchyard_tests::world::job;
use switchyard_tests::{Caller, TestApp};

use super::super::{paging, parameters, relations};
use super::PROJECT;

fn list(query: &str) -> String {
    format!("/api/v4/projects/1/pipelines/6/jobs{query}")
}

/// Pipeline 6 with jobs 101 to 104, bridge 105, and job 201, which is 102 retried.
async fn world() -> (TestApp, Caller) {
    let app = TestApp::new().await;
    let caller = app.administrator().await;
    app.add_project(PROJECT.0, |_| {}).await;
    let mut pipeline = seed::pipeline(PROJECT, 6, 101, 5);
    pipeline.blocks.push(Block {
        first: JobId(201),
        count: 1,
    });
    pipeline.bridges = [JobId(105)].into();
    pipeline.retried = [JobId(102)].into();
    pipeline.source = Source::ParentPipeline;
    app.replace(&pipeline);
    for (id, status) in [
        (101, Status::Success),
        (102, Status::Failed),
        (103, Status::Running),
        (104, Status::Failed),
        (201, Status::Pending),
    ] {
        app.replace(&job(&pipeline, id, status, |job| {
            job.build.retried_by = (id == 102).then_some(JobId(201));
        }));
    }
    app.replace(&seed::bridge(
        seed::build(&pipeline, 105, "trigger", Status::Failed),
        None,
    ));
    app.add_pipeline(PROJECT, 7, 301, &[Status::Failed]).await;
    (app, caller)
}

#[tokio::test]
async fn the_jobs_of_one_pipeline_newest_first() {
    let (app, caller) = world().await;
    for (query, expected) in [
        ("", vec![201, 104, 103, 101]),
        ("?", vec![201, 104, 103, 101]),
        ("?scope=failed", vec![104]),
        ("?scope[]=failed&scope[]=running", vec![104, 103]),
        ("?scope%5B%5D=pending", vec![201]),
        ("?scope=failed&scope=running", vec![103]),
        ("?scope=skipped", vec![]),
        ("?scope=", vec![201, 104, 103, 101]),
        ("?scope=failed&include_retried=true", vec![104, 102]),
        ("?pagination=keyset&order_by=name", vec![201, 104, 103, 101]),
    ] {
        let answer = app.get(&list(query), &caller).await;
        assert_eq!(answer.status, 200, "{query}: {answer:?}");
        assert_eq!(answer.ids(), expected, "{query}");
        let total = expected.len().to_string();
        assert_eq!(answer.header("x-total"), Some(total.as_str()), "{query}");
    }
}

#[tokio::test]
async fn retried_jobs_are_shown_on_demand() {
    let (app, caller) = world().await;
    for yes in ["true", "True", "TRUE", "1", "t", "yes", "y", "on"] {
        let answer = app
            .get(&list(&format!("?include_retried={yes}")), &caller)
            .await;
        assert_eq!(answer.ids(), [201, 104, 103, 102, 101], "{yes}");
        assert_eq!(answer.header("x-total"), Some("5"), "{yes}");
    }
    for no in ["false", "False", "0", "f", "no", "n", "off", ""] {
        let answer = app
            .get(&list(&format!("?include_retried={no}")), &caller)
            .await;
        assert_eq!(answer.ids(), [201, 104, 103, 101], "{no}");
    }
    for neither in ["maybe", "2", "truee", "nil"] {
        let answer = app
            .get(&list(&format!("?include_retried={neither}")), &caller)
            .await;
        assert_eq!(answer.status, 400, "{neither}");
        let expected = json!({ "error": "include_retried is invalid" });
        assert_eq!(answer.json(), expected, "{neither}");
    }
}

#[tokio::test]
async fn a_hash_is_no_scope_here() {
    let (app, caller) = world().await;
    for query in [
        "?scope[x]=failed",
        "?scope[0]=failed",
        "?scope=broken",
        "?scope[]=broken",
    ] {
        let answer = app.get(&list(query), &caller).await;
        assert_eq!(answer.status, 400, "{query}");
        let expected = json!({ "error": "scope does not have a valid value" });
        assert_eq!(answer.json(), expected, "{query}");
    }
}

#[tokio::test]
async fn pages_have_totals() {
    let (app, caller) = world().await;
    for (page, ids, expected, links) in [
        (
            1,
            vec![201, 104, 103],
            ["1", "3", "2", "", "5", "2"],
            "next first last",
        ),
        (
            2,
            vec![102, 101],
            ["2", "3", "", "1", "5", "2"],
            "prev first last",
        ),
        (3, vec![], ["3", "3", "", "", "5", "2"], "first last"),
    ] {
        let query = format!("?include_retried=1&per_page=3&page={page}");
        let answer = app.get(&list(&query), &caller).await;
        assert_eq!(answer.ids(), ids, "page {page}");
        assert_eq!(paging(&answer), expected.map(Some), "page {page}");
        assert_eq!(relations(&answer).join(" "), links, "page {page}");
    }
    let answer = app
        .get(&list("?scope[]=failed&scope[]=running&per_page=1"), &caller)
        .await;
    assert_eq!(paging(&answer), ["1", "1", "2", "", "2", "2"].map(Some));
    let next = answer.link("next").expect("a next page");
    for expected in [
        "id=1",
        "pipeline_id=6",
        "page=2",
        "scope%5B%5D=failed",
        "scope%5B%5D=running",
    ] {
        assert!(
            parameters(&next).contains(&expected),
            "{expected} in {next}"
        );
    }
    assert_eq!(app.get(&next, &caller).await.ids(), [103]);
}

#[tokio::test]
async fn an_empty_pipeline_has_one_empty_page() {
    let (app, caller) = world().await;
    app.add_pipeline(PROJECT, 8, 401, &[]).await;
    let answer = app
        .get("/api/v4/projects/1/pipelines/8/jobs", &caller)
        .await;
    assert_eq!(answer.body, "[]");
    assert_eq!(paging(&answer), ["1", "20", "", "", "0", "1"].map(Some));
}

#[tokio::test]
async fn pipelines_that_are_not_there_have_no_jobs() {
    let (app, caller) = world().await;
    app.add_project(2, |_| {}).await;
    let mut unborn = app.add_pipeline(PROJECT, 9, 501, &[Status::Created]).await;
    unborn.building = true;
    app.replace(&unborn);
    for (path, status, body) in [
        (
            "1/pipelines/99/jobs",
            404,
            json!({ "message": "404 Not found" }),
        ),
        (
            "1/pipelines/9/jobs",
            404,
            json!({ "message": "404 Not found" }),
        ),
        (
            "2/pipelines/6/jobs",
            404,
            json!({ "message": "404 Not found" }),
        ),
        (
            "3/pipelines/6/jobs",
            404,
            json!({ "message": "404 Project Not Found" }),
        ),
        (
            "1/pipelines/six/jobs",
            400,
            json!({ "error": "pipeline_id is invalid" }),
        ),
    ] {
        let answer = app.get(&format!("/api/v4/projects/{path}"), &caller).await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()),
            (status, body),
            "{path}"
        );
    }
}
