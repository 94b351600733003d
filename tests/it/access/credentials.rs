//! Where credentials may stand, which of several counts, and when a job token is good.

use http::Method;
use serde_json::json;
use switchyard::ids::{JobId, ProjectId, UserId};
use switchyard::job::Status;
use switchyard::member::{Role, Source};
use switchyard::token::{Scope, Secret};
use switchyard::user::UserState;
use switchyard_local::seed::{self, at};
use switchyard_tests::world::{ROOT, job};
use switchyard_tests::{Answer, Caller, TestApp};

use super::place::{one_project, running_job};

fn secret(caller: &Caller) -> &str {
    match caller {
        Caller::Nobody => panic!("nobody has no secret"),
        Caller::Token(secret) | Caller::JobToken(secret) => secret,
    }
}

async fn get(app: &TestApp, path: &str, headers: &[(&str, &str)]) -> Answer {
    app.request(Method::GET, path, headers, "").await
}

#[tokio::test]
async fn an_access_token_may_stand_in_three_places() {
    let app = TestApp::new().await;
    let (root, _) = one_project(&app).await;
    let token = secret(&root);
    let (bearer, lower) = (format!("Bearer {token}"), format!("bearer {token}"));
    for path in ["/api/v4/user", "/api/v4/projects/1/jobs", "/api/v4/version"] {
        let as_parameter = format!("{path}?private_token={token}");
        for (path, headers) in [
            (path, &[("private-token", token)][..]),
            (path, &[("authorization", &bearer)]),
            (path, &[("authorization", &lower)]),
            (&as_parameter, &[]),
        ] {
            assert_eq!(get(&app, path, headers).await.status, 200, "{headers:?}");
        }
        // Not its places.
        for (path, headers) in [
            (path, &[("authorization", token)][..]),
            (path, &[("authorization", &format!("Basic {token}"))]),
            (path, &[("authorization", &format!("Token {token}"))]),
            (path, &[("job-token", token)]),
            (&format!("{path}?job_token={token}"), &[]),
        ] {
            assert_eq!(get(&app, path, headers).await.status, 401, "{headers:?}");
        }
    }
}

#[tokio::test]
async fn a_job_token_may_stand_in_three_places() {
    let app = TestApp::new().await;
    let (_, job) = one_project(&app).await;
    let token = secret(&job);
    let bearer = format!("Bearer {token}");
    for path in [
        "/api/v4/job",
        "/api/v4/job/allowed_agents",
        "/api/v4/projects/1/jobs",
        "/api/v4/projects/1/pipelines/100/jobs",
    ] {
        let as_parameter = format!("{path}?job_token={token}");
        for (path, headers) in [
            (path, &[("job-token", token)][..]),
            (path, &[("authorization", &bearer)]),
            (&as_parameter, &[]),
        ] {
            assert_eq!(get(&app, path, headers).await.status, 200, "{path}");
        }
    }
    // In the place of an access token it is not looked at.
    let answer = get(&app, "/api/v4/job", &[("private-token", token)]).await;
    assert_eq!(answer.status, 401);
    // Where job tokens do not count, a bearer is an access token, and an unknown one.
    for path in ["/api/v4/projects/1", "/api/v4/user"] {
        let answer = get(&app, path, &[("authorization", &bearer)]).await;
        assert_eq!(answer.status, 401, "{path}");
        assert_eq!(answer.json(), json!({ "message": "401 Unauthorized" }));
    }
}

#[tokio::test]
async fn of_several_credentials_the_first_place_counts() {
    let app = TestApp::new().await;
    let (root, job) = one_project(&app).await;
    let other = app.add_user(&seed::user(2, "other")).await;
    let (root, other, job) = (secret(&root), secret(&other), secret(&job));

    let username = async |path: &str, headers: &[(&str, &str)]| {
        get(&app, path, headers).await.json()["username"].clone()
    };
    let bearer = format!("Bearer {root}");
    let parameter = format!("/api/v4/user?private_token={root}");
    // The header `Authorization` before the parameter, the parameter before the header.
    let with_other = format!("/api/v4/user?private_token={other}");
    assert_eq!(
        username(&with_other, &[("authorization", &bearer)]).await,
        "root"
    );
    assert_eq!(
        username(&parameter, &[("private-token", other)]).await,
        "root"
    );

    // With an access token a request is not one of a job, whatever else it shows.
    let both = [("private-token", root), ("job-token", job)];
    let answer = get(&app, "/api/v4/job", &both).await;
    assert_eq!(answer.status, 404);
    assert_eq!(answer.json(), json!({ "message": "404 Job Not Found" }));
    // A wrong one is not made up for by a good one further behind.
    let wrong = [("private-token", "glpat-wrong"), ("job-token", job)];
    assert_eq!(get(&app, "/api/v4/job", &wrong).await.status, 401);
    // But a job token in the access token's place is passed over.
    let job_in_its_place = [("private-token", job), ("job-token", job)];
    assert_eq!(
        get(&app, "/api/v4/job", &job_in_its_place).await.status,
        200
    );
    // The job token's own parameter goes before its header.
    let path = format!("/api/v4/job?job_token={job}");
    assert_eq!(
        get(&app, &path, &[("job-token", "glcbt-1_1_x")])
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn a_wrong_access_token_is_refused_even_where_nobody_is_welcome() {
    let app = TestApp::new().await;
    app.add_project(1, |project| {
        project.visibility = switchyard::project::Visibility::Public;
    })
    .await;
    let path = "/api/v4/projects/1";
    assert_eq!(get(&app, path, &[]).await.status, 200);
    let answer = get(&app, path, &[("private-token", "glpat-wrong")]).await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.json(), json!({ "message": "401 Unauthorized" }));
}

#[tokio::test]
async fn a_job_token_is_good_while_its_job_runs() {
    let app = TestApp::new().await;
    app.administrator().await;
    let project = app.add_project(1, |_| {}).await;
    let pipeline = app.add_pipeline(project.id, 10, 11, &[]).await;
    let secret = Secret::job_token(project.id, JobId(11));
    let status = async |caller: &Caller| app.get("/api/v4/job", caller).await.status.as_u16();
    for state in Status::ALL {
        let running = job(&pipeline, 11, state, |job| {
            job.token_digest = Some(secret.digest().as_str().to_owned());
        });
        app.replace(&running);
        let expected = match state {
            Status::Running | Status::Canceling => 200,
            _ => 401,
        };
        assert_eq!(
            status(&Caller::job_token(&secret)).await,
            expected,
            "{state:?}"
        );
    }

    let running = |change: fn(&mut switchyard::job::Job)| {
        let digest = secret.digest().as_str().to_owned();
        job(&pipeline, 11, Status::Running, |job| {
            job.token_digest = Some(digest);
            change(job);
        })
    };
    app.replace(&running(|_| {}));
    assert_eq!(status(&Caller::job_token(&secret)).await, 200);
    // One that was made up for the same job, and those of jobs that are not there.
    for (project, job) in [(1, 11), (1, 12), (2, 11)] {
        let forged = Secret::job_token(ProjectId(project), JobId(job));
        assert_eq!(status(&Caller::job_token(&forged)).await, 401);
    }
    app.replace(&running(|job| {
        job.build.erased_at = Some(at("2015-12-24T17:00:00Z"))
    }));
    assert_eq!(status(&Caller::job_token(&secret)).await, 401);
    app.replace(&running(|job| job.token_digest = None));
    assert_eq!(status(&Caller::job_token(&secret)).await, 401);
    app.replace(&running(|job| job.build.user_id = UserId(99)));
    assert_eq!(status(&Caller::job_token(&secret)).await, 401);

    app.replace(&running(|_| {}));
    let mut gone = project.clone();
    gone.deleted_at = Some(at("2015-12-24T17:00:00Z"));
    app.replace(&gone);
    assert_eq!(status(&Caller::job_token(&secret)).await, 401);
}

#[tokio::test]
async fn people_who_are_not_active_are_told_so() {
    let app = TestApp::new().await;
    let project = app.add_project(1, |_| {}).await;
    let pipeline = app.add_pipeline(project.id, 10, 11, &[]).await;
    for (id, state, reason) in [
        (2, UserState::Blocked, "blocked"),
        (3, UserState::Banned, "banned"),
        (4, UserState::Deactivated, "deactivated"),
    ] {
        let mut user = seed::user(id, &format!("user{id}"));
        user.state = state;
        let caller = app.add_user(&user).await;
        let job = running_job(&app, &pipeline, 10 + id, user.id).await;
        for answer in [
            app.get("/api/v4/user", &caller).await,
            app.get("/api/v4/job", &job).await,
        ] {
            assert_eq!(answer.status, 403, "{state:?}");
            let message = answer.json()["message"].as_str().unwrap().to_owned();
            let starts = message.starts_with("403 Forbidden - ");
            assert!(starts && message.contains(reason), "{message}");
        }
    }
}

#[tokio::test]
async fn one_of_the_acceptable_scopes_suffices() {
    let app = TestApp::new().await;
    let (_, _) = one_project(&app).await;
    app.replace(&seed::member(
        Source::Project(ProjectId(1)),
        ROOT,
        Role::Owner,
    ));
    for (scopes, user, jobs) in [
        (&[Scope::Api][..], 200, 200),
        (&[Scope::ReadApi], 200, 200),
        (&[Scope::ReadUser], 200, 403),
        (&[Scope::ReadRepository, Scope::ReadUser], 200, 403),
        (&[Scope::ReadRepository, Scope::WriteRepository], 403, 403),
        (&[Scope::Sudo, Scope::AdminMode], 403, 403),
        (&[Scope::K8sProxy, Scope::ReadApi], 200, 200),
        (&[], 403, 403),
    ] {
        let caller = app
            .add_token(ROOT, |token| token.scopes = scopes.to_vec())
            .await;
        let status = async |path: &str| app.get(path, &caller).await.status.as_u16();
        assert_eq!(status("/api/v4/user").await, user, "{scopes:?}");
        assert_eq!(status("/api/v4/projects/1/jobs").await, jobs, "{scopes:?}");
        let itself = status("/api/v4/personal_access_tokens/self").await;
        assert_eq!(itself, 200, "{scopes:?}");
    }
}
