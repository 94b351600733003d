//! `GET /projects/:id/jobs`: which jobs are listed.

mod keyset;
mod offset;
mod search;
mod show;

use switchyard::ids::{JobId, PipelineId, ProjectId};
use switchyard::job::Status;
use switchyard::project::Project;
use switchyard_local::seed;
use switchyard_tests::{Caller, TestApp};

const PROJECT: ProjectId = ProjectId(1);

/// The thirteen states by GitLab's names; job 101 has the first one, job 113 the last.
const STATES: [&str; 13] = [
    "created",
    "waiting_for_resource",
    "preparing",
    "waiting_for_callback",
    "pending",
    "running",
    "success",
    "failed",
    "canceling",
    "canceled",
    "skipped",
    "manual",
    "scheduled",
];

/// Project 1 with jobs in these states, whose ids count from 101 on, and its administrator.
async fn jobs(states: &[&str]) -> (TestApp, Caller, Project) {
    let app = TestApp::new().await;
    let caller = app.administrator().await;
    let count = |project: &mut Project| project.job_count = states.len() as u64;
    let project = app.add_project(PROJECT.0, count).await;
    let statuses: Vec<Status> = states.iter().map(|name| status(name)).collect();
    app.add_pipeline(PROJECT, 6, 101, &statuses).await;
    (app, caller, project)
}

fn status(name: &str) -> Status {
    Status::parse(name).unwrap_or_else(|| panic!("no status is called {name}"))
}

fn list(query: &str) -> String {
    format!("/api/v4/projects/1/jobs{query}")
}

#[tokio::test]
async fn every_state_is_a_scope() {
    let (app, caller, _) = jobs(&STATES).await;
    for (id, state) in (101..).zip(STATES) {
        let answer = app.get(&list(&format!("?scope[]={state}")), &caller).await;
        assert_eq!(answer.ids(), [id], "{state}");
        assert_eq!(answer.json()[0]["status"], state);
        assert_eq!(answer.header("x-total"), Some("1"), "{state}");
    }
}

#[tokio::test]
async fn a_scope_may_be_spelled_in_many_ways() {
    let (app, caller, _) = jobs(&STATES).await;
    let all: Vec<u64> = (101..=113).rev().collect();
    let (failed, success, both) = (vec![108], vec![107], vec![108, 107]);
    for (query, expected) in [
        ("?scope=failed", &failed),
        ("?scope[]=failed", &failed),
        ("?scope%5B%5D=failed", &failed),
        ("?scope%5b%5d=failed", &failed),
        ("?scope[]=failed&scope[]=success", &both),
        ("?scope%5B%5D=success&scope%5B%5D=failed", &both),
        ("?scope[]=failed&scope%5B%5D=success", &both),
        ("?scope[]=failed&scope[]=failed", &failed),
        ("?scope=failed&scope=success", &success),
        ("?scope=success&scope=failed", &failed),
        ("?scope[0]=failed&scope[1]=success", &both),
        ("?scope[x]=failed", &failed),
        ("?scope=failed&unknown=1", &failed),
        ("?scope[]=failed&page=1&per_page=20", &failed),
        ("?scope=", &all),
        ("?scope[]=", &all),
        ("?scope", &all),
        ("?", &all),
        ("", &all),
    ] {
        let answer = app.get(&list(query), &caller).await;
        assert_eq!(answer.status, 200, "{query}: {answer:?}");
        assert_eq!(answer.ids(), *expected, "{query}");
        let total = expected.len().to_string();
        assert_eq!(answer.header("x-total"), Some(total.as_str()), "{query}");
    }
    let every: Vec<String> = STATES
        .map(|state| format!("scope[]={state}"))
        .into_iter()
        .collect();
    let answer = app
        .get(&list(&format!("?{}", every.join("&"))), &caller)
        .await;
    assert_eq!(answer.ids(), all);
}

#[tokio::test]
async fn a_scope_that_is_none_is_refused() {
    let (app, caller, _) = jobs(&["failed"]).await;
    for query in [
        "?scope=broken",
        "?scope=Failed",
        "?scope=failed%20",
        "?scope=failed,success",
        "?scope[]=failed&scope[]=broken",
        "?scope[x]=broken",
        "?scope[][a]=failed",
        "?scope[a][b]=failed",
    ] {
        let answer = app.get(&list(query), &caller).await;
        assert_eq!(answer.status, 400, "{query}");
        let expected = serde_json::json!({ "error": "scope does not have a valid value" });
        assert_eq!(answer.json(), expected, "{query}");
    }
}

#[tokio::test]
async fn the_newest_job_of_all_pipelines_comes_first() {
    let (app, caller, _) = jobs(&["success", "failed"]).await;
    app.add_pipeline(PROJECT, 7, 201, &[Status::Running]).await;
    app.add_pipeline(PROJECT, 8, 50, &[Status::Failed]).await;
    let answer = app.get(&list(""), &caller).await;
    assert_eq!(answer.ids(), [201, 102, 101, 50]);
    let answer = app.get(&list("?scope=failed"), &caller).await;
    assert_eq!(answer.ids(), [102, 50]);
    let pipelines: Vec<_> = answer
        .json()
        .as_array()
        .into_iter()
        .flatten()
        .map(|job| job["pipeline"]["id"].clone())
        .collect();
    assert_eq!(pipelines, [6, 8]);
}

#[tokio::test]
async fn retried_jobs_are_listed_and_bridges_are_not() {
    let (app, caller, _) = jobs(&["failed", "success"]).await;
    let mut pipeline = seed::pipeline(PROJECT, 6, 101, 4);
    pipeline.bridges = [JobId(103)].into();
    pipeline.retried = [JobId(101)].into();
    app.replace(&pipeline);
    let mut retried = seed::job(&pipeline, 101, "rspec", Status::Failed);
    retried.build.retried_by = Some(JobId(104));
    app.replace(&retried);
    app.replace(&seed::job(&pipeline, 104, "rspec", Status::Failed));
    let bridge = seed::bridge(seed::build(&pipeline, 103, "trigger", Status::Failed), None);
    app.replace(&bridge);

    assert_eq!(app.get(&list(""), &caller).await.ids(), [104, 102, 101]);
    let answer = app.get(&list("?scope=failed"), &caller).await;
    assert_eq!(answer.ids(), [104, 101]);
}

#[tokio::test]
async fn a_pipeline_that_is_still_being_written_is_not_seen() {
    let (app, caller, _) = jobs(&["success", "created"]).await;
    let mut unborn = app
        .add_pipeline(PROJECT, 7, 201, &[Status::Created; 30])
        .await;
    unborn.building = true;
    app.replace(&unborn);
    for query in ["", "?per_page=1", "?pagination=keyset&per_page=2"] {
        let answer = app.get(&list(query), &caller).await;
        assert_eq!(answer.ids()[0], 102, "{query}");
    }
    assert_eq!(app.get(&list(""), &caller).await.ids(), [102, 101]);
    let answer = app.get(&list("?scope=created"), &caller).await;
    assert_eq!(answer.ids(), [102]);
    let show = app.get("/api/v4/projects/1/jobs/201", &caller).await;
    assert_eq!(show.status, 404);
}

#[tokio::test]
async fn jobs_of_other_projects_are_not_listed() {
    let (app, caller, _) = jobs(&["success"]).await;
    app.add_project(2, |project| project.job_count = 1).await;
    let pipeline = app
        .add_pipeline(ProjectId(2), 7, 102, &[Status::Success])
        .await;
    assert_eq!(pipeline.id, PipelineId(7));
    assert_eq!(app.get(&list(""), &caller).await.ids(), [101]);
    let answer = app
        .get("/api/v4/projects/2/jobs?scope=success", &caller)
        .await;
    assert_eq!(answer.ids(), [102]);
}
