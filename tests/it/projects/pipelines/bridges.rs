//! `GET /projects/:id/pipelines/:pipeline_id/bridges`

use std::collections::BTreeSet;

use serde_json::{Value, json};
use switchyard::ids::{JobId, PipelineId, ProjectId};
use switchyard::job::{Downstream, Status};
use switchyard::pipeline::Source;
use switchyard_local::seed;
use switchyard_tests::world::job;
use switchyard_tests::{Caller, TestApp};

use super::super::{paging, relations};
use super::PROJECT;

fn list(query: &str) -> String {
    format!("/api/v4/projects/1/pipelines/6/bridges{query}")
}

/// Pipeline 6 with job 101 and bridges 102 to 105: 102 started pipeline 5 of project 2,
/// 103 nothing, 104 was retried as 105, which started a child.
async fn world() -> (TestApp, Caller) {
    let app = TestApp::new().await;
    let caller = app.administrator().await;
    app.add_project(PROJECT.0, |_| {}).await;
    app.add_project(2, |_| {}).await;
    let mut pipeline = seed::pipeline(PROJECT, 6, 101, 5);
    pipeline.bridges = [102, 103, 104, 105].map(JobId).into();
    pipeline.retried = [JobId(104)].into();
    app.replace(&pipeline);
    app.replace(&job(&pipeline, 101, Status::Success, |_| {}));
    let mut downstream = seed::pipeline(ProjectId(2), 5, 501, 0);
    downstream.source = Source::Pipeline;
    downstream.status = Status::Failed;
    app.replace(&downstream);
    let mut child = seed::pipeline(PROJECT, 7, 701, 0);
    child.source = Source::ParentPipeline;
    app.replace(&child);
    for (id, status, to) in [
        (102, Status::Success, Some((2, 5))),
        (103, Status::Manual, None),
        (104, Status::Failed, None),
        (105, Status::Failed, Some((1, 7))),
    ] {
        app.replace(&seed::bridge(
            seed::build(&pipeline, id, "trigger", status),
            to.map(|(project, pipeline)| Downstream {
                project_id: ProjectId(project),
                pipeline_id: PipelineId(pipeline),
            }),
        ));
    }
    (app, caller)
}

#[tokio::test]
async fn the_bridges_of_one_pipeline_newest_first() {
    let (app, caller) = world().await;
    for (query, expected) in [
        ("", vec![105, 103, 102]),
        ("?include_retried=true", vec![105, 103, 102]),
        ("?scope=failed", vec![105]),
        ("?scope=manual", vec![103]),
        ("?scope[]=success&scope[]=failed", vec![105, 102]),
        ("?scope%5B%5D=running", vec![]),
        ("?scope[]=", vec![105, 103, 102]),
    ] {
        let answer = app.get(&list(query), &caller).await;
        assert_eq!(answer.status, 200, "{query}: {answer:?}");
        assert_eq!(answer.ids(), expected, "{query}");
        let total = expected.len().to_string();
        assert_eq!(answer.header("x-total"), Some(total.as_str()), "{query}");
    }
    for query in [
        "?scope[x]=failed",
        "?scope=broken",
        "?scope[]=failed&scope[]=x",
    ] {
        let answer = app.get(&list(query), &caller).await;
        assert_eq!(answer.status, 400, "{query}");
        let expected = json!({ "error": "scope does not have a valid value" });
        assert_eq!(answer.json(), expected, "{query}");
    }
}

#[tokio::test]
async fn a_bridge_shows_the_pipeline_that_it_started() {
    let (app, caller) = world().await;
    let body = app.get(&list(""), &caller).await.json();
    let downstream = |at: usize| body[at].get("downstream_pipeline").cloned();
    let sha = "0ff3ae198f8601a285adcf5c0fff204ee6fba5fd";
    let expected = json!({
        "id": 5, "iid": 5, "project_id": 2, "sha": sha, "ref": "main", "status": "failed",
        "source": "pipeline", "created_at": "2015-12-24T15:50:16.123Z",
        "updated_at": "2015-12-24T15:50:16.123Z",
        "web_url": "https://example.com/group2/project2/-/pipelines/5",
    });
    assert_eq!(downstream(2), Some(expected));
    assert_eq!(downstream(1), Some(Value::Null));
    let child = downstream(0).unwrap_or_default();
    assert_eq!((&child["id"], &child["project_id"]), (&json!(7), &json!(1)));
}

#[tokio::test]
async fn a_bridge_has_the_fields_that_a_job_starts_with() {
    let (app, caller) = world().await;
    let bridge = app.get(&list("?scope=failed"), &caller).await.json()[0].clone();
    let found: BTreeSet<&str> = bridge
        .as_object()
        .into_iter()
        .flat_map(|bridge| bridge.keys().map(String::as_str))
        .collect();
    let expected = "id status stage name ref tag coverage allow_failure created_at started_at finished_at \
                    erased_at duration queued_duration user commit pipeline failure_reason web_url project \
                    downstream_pipeline";
    assert_eq!(found, expected.split_whitespace().collect());
    assert_eq!(
        bridge["web_url"],
        "https://example.com/group1/project1/-/jobs/105"
    );
    assert_eq!(bridge["pipeline"]["id"], 6);
    assert_eq!(bridge["user"]["username"], "root");
}

#[tokio::test]
async fn a_downstream_pipeline_that_is_not_published_is_null() {
    let (app, caller) = world().await;
    let mut downstream = seed::pipeline(ProjectId(2), 5, 501, 0);
    downstream.building = true;
    app.replace(&downstream);
    let bridge = app.get(&list("?scope=success"), &caller).await.json();
    assert_eq!(bridge[0].get("downstream_pipeline"), Some(&Value::Null));
}

#[tokio::test]
async fn pages_have_totals() {
    let (app, caller) = world().await;
    for (page, ids, expected, links) in [
        (
            1,
            vec![105, 103],
            ["1", "2", "2", "", "3", "2"],
            "next first last",
        ),
        (
            2,
            vec![102],
            ["2", "2", "", "1", "3", "2"],
            "prev first last",
        ),
    ] {
        let query = format!("?per_page=2&page={page}");
        let answer = app.get(&list(&query), &caller).await;
        assert_eq!(answer.ids(), ids, "page {page}");
        assert_eq!(paging(&answer), expected.map(Some), "page {page}");
        assert_eq!(relations(&answer).join(" "), links, "page {page}");
    }
    app.add_pipeline(PROJECT, 8, 801, &[Status::Success]).await;
    let answer = app
        .get("/api/v4/projects/1/pipelines/8/bridges", &caller)
        .await;
    assert_eq!(answer.body, "[]");
    assert_eq!(paging(&answer), ["1", "20", "", "", "0", "1"].map(Some));
    let answer = app
        .get("/api/v4/projects/1/pipelines/9/bridges", &caller)
        .await;
    assert_eq!(answer.json(), json!({ "message": "404 Not found" }));
}
