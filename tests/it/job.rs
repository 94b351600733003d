//! `GET /job`: what a running job may ask about itself.

mod allowed_agents;

use http::Method;
use serde_json::json;
use switchyard::ids::{JobId, ProjectId};
use switchyard::job::Status;
use switchyard::token::Secret;
use switchyard_tests::world::job;
use switchyard_tests::{Answer, Caller, TestApp};

const PROJECT: ProjectId = ProjectId(1);
const ROUTES: [&str; 2] = ["/api/v4/job", "/api/v4/job/allowed_agents"];

/// Project 1 with running job 101: the stack, the administrator, the job's token in clear.
async fn world() -> (TestApp, Caller, String) {
    let app = TestApp::new().await;
    let administrator = app.administrator().await;
    app.add_project(PROJECT.0, |project| project.job_count = 1)
        .await;
    let token = put(&app, Status::Running);
    (app, administrator, token)
}

/// Puts job 101 in this state, and gives its token.
fn put(app: &TestApp, status: Status) -> String {
    let pipeline = switchyard_local::seed::pipeline(PROJECT, 6, 101, 1);
    let secret = Secret::job_token(PROJECT, JobId(101));
    app.replace(&pipeline);
    app.replace(&job(&pipeline, 101, status, |job| {
        job.token_digest = Some(secret.digest().as_str().to_owned());
    }));
    secret.reveal().to_owned()
}

async fn ask(app: &TestApp, path: &str, headers: &[(&str, &str)]) -> Answer {
    app.request(Method::GET, path, headers, "").await
}

#[tokio::test]
async fn a_job_token_may_stand_in_four_places() {
    let (app, _, token) = world().await;
    let bearer = format!("Bearer {token}");
    for route in ROUTES {
        for (path, headers) in [
            (route.to_owned(), vec![("job-token", token.as_str())]),
            (route.to_owned(), vec![("JOB-TOKEN", token.as_str())]),
            (route.to_owned(), vec![("authorization", bearer.as_str())]),
            (format!("{route}?job_token={token}"), vec![]),
            (format!("{route}?token={token}"), vec![]),
            // It cannot be a personal token, so the right place counts.
            (
                route.to_owned(),
                vec![
                    ("private-token", token.as_str()),
                    ("job-token", token.as_str()),
                ],
            ),
            // The parameter wins over the header.
            (
                format!("{route}?job_token={token}"),
                vec![("job-token", "glcbt-1_101_wrong")],
            ),
        ] {
            let answer = ask(&app, &path, &headers).await;
            assert_eq!(answer.status, 200, "{route} {headers:?}: {answer:?}");
            let body = answer.json();
            let id = if route == ROUTES[0] {
                &body["id"]
            } else {
                &body["job"]["id"]
            };
            assert_eq!(*id, 101, "{route} {headers:?}");
        }
    }
}

#[tokio::test]
async fn a_job_sees_itself_as_others_see_it() {
    let (app, administrator, token) = world().await;
    let own = app.get(ROUTES[0], &Caller::JobToken(token)).await.json();
    let others = app.get("/api/v4/projects/1/jobs/101", &administrator).await;
    assert_eq!(own, others.json());
    assert_eq!(own["status"], "running");
    assert_eq!(own.get("finished_at"), Some(&json!(null)));
}

#[tokio::test]
async fn a_personal_token_has_no_job() {
    let (app, administrator, token) = world().await;
    let Caller::Token(personal) = &administrator else {
        panic!("a personal token")
    };
    let bearer = format!("Bearer {personal}");
    for route in ROUTES {
        for headers in [
            vec![("private-token", personal.as_str())],
            vec![("authorization", bearer.as_str())],
            // The personal token wins.
            vec![
                ("private-token", personal.as_str()),
                ("job-token", token.as_str()),
            ],
        ] {
            let answer = ask(&app, route, &headers).await;
            assert_eq!(answer.status, 404, "{route} {headers:?}");
            let expected = json!({ "message": "404 Job Not Found" });
            assert_eq!(answer.json(), expected, "{route} {headers:?}");
        }
    }
}

#[tokio::test]
async fn nobody_and_wrong_tokens_are_refused() {
    let (app, administrator, token) = world().await;
    assert!(matches!(administrator, Caller::Token(_)));
    let longer = format!("{token}x");
    let other_job = token.replace("glcbt-1_101_", "glcbt-1_102_");
    let other_project = token.replace("glcbt-1_101_", "glcbt-2_101_");
    let bearer = format!("Bearer {longer}");
    for route in ROUTES {
        for headers in [
            vec![],
            vec![("job-token", "")],
            vec![("job-token", "nonsense")],
            vec![("job-token", "glcbt-")],
            vec![("job-token", "glcbt-1_101_")],
            vec![("job-token", "glcbt-99999999999999999999_1_x")],
            vec![("job-token", longer.as_str())],
            vec![("job-token", other_job.as_str())],
            vec![("job-token", other_project.as_str())],
            vec![("authorization", bearer.as_str())],
            vec![("authorization", "Bearer glpat-unknown")],
            vec![
                ("private-token", "glpat-unknown"),
                ("job-token", token.as_str()),
            ],
            // In this place it is nobody's token.
            vec![("private-token", token.as_str())],
        ] {
            let answer = ask(&app, route, &headers).await;
            assert_eq!(answer.status, 401, "{route} {headers:?}");
            let expected = json!({ "message": "401 Unauthorized" });
            assert_eq!(answer.json(), expected, "{route} {headers:?}");
        }
    }
}

#[tokio::test]
async fn a_token_lives_as_long_as_its_job_is_worked_on() {
    let (app, ..) = world().await;
    for status in Status::ALL {
        let token = put(&app, status);
        let alive = matches!(status, Status::Running | Status::Canceling);
        for route in ROUTES {
            let answer = app.get(route, &Caller::JobToken(token.clone())).await;
            let expected = if alive { 200 } else { 401 };
            assert_eq!(answer.status, expected, "{route} {status:?}");
        }
    }
}

#[tokio::test]
async fn a_token_dies_with_what_it_belongs_to() {
    let (app, _, token) = world().await;
    let caller = Caller::JobToken(token);
    let now = switchyard_local::seed::at("2015-12-24T17:59:00Z");
    let project = |change: fn(&mut switchyard::project::Project, switchyard::time::Time)| {
        let mut project = switchyard_local::seed::project(1, &[1.into()], "group1/project1");
        change(&mut project, now);
        app.replace(&project);
    };
    assert_eq!(app.get(ROUTES[0], &caller).await.status, 200);
    project(|project, now| project.deleted_at = Some(now));
    assert_eq!(app.get(ROUTES[0], &caller).await.status, 401);
    project(|_, _| {});
    assert_eq!(app.get(ROUTES[0], &caller).await.status, 200);
    // A newer claim has a newer token.
    let newer = put(&app, Status::Running);
    assert_eq!(app.get(ROUTES[0], &caller).await.status, 401);
    assert_eq!(
        app.get(ROUTES[0], &Caller::JobToken(newer)).await.status,
        200
    );
}
