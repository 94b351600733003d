//! What clients ask before anything else: `/version`, `/metadata`, `/user`,
//! `/personal_access_tokens/self`.

use http::Method;
use serde_json::{Value, json};
use switchyard::ids::{ProjectId, UserId};
use switchyard::job::Status;
use switchyard::member::{Role, Source};
use switchyard::time::Day;
use switchyard::token::{Scope, Secret};
use switchyard_local::seed::{self, at};
use switchyard_tests::{Caller, TestApp};

const SELF: &str = "/api/v4/personal_access_tokens/self";

async fn get(app: &TestApp, path: &str, caller: &Caller) -> Value {
    let answer = app.get(path, caller).await;
    assert_eq!(answer.status, 200, "{path}: {answer:?}");
    answer.json()
}

#[tokio::test]
async fn the_version_is_gitlabs_and_the_revision_ours() {
    let app = TestApp::new().await;
    let caller = app.add_user(&seed::user(2, "alice")).await;
    for path in ["/api/v4/version", "/api/v4/metadata"] {
        let body = get(&app, path, &caller).await;
        assert_eq!(body["version"], "17.11.0");
        let revision = body["revision"].as_str().unwrap();
        assert!(revision.to_lowercase().contains("switchyard"), "{revision}");
        assert_eq!(body["enterprise"], false);
        let kas = json!({
            "enabled": false, "externalUrl": null, "externalK8sProxyUrl": null, "version": null
        });
        assert_eq!(body["kas"], kas);
        assert_eq!(app.get(path, &Caller::Nobody).await.status, 401);
        let head = app.request(Method::HEAD, path, &caller.headers(), "").await;
        assert_eq!((head.status.as_u16(), head.body.len()), (200, 0));
    }
}

#[tokio::test]
async fn a_user_sees_themselves() {
    let app = TestApp::new().await;
    let mut alice = seed::user(2, "alice");
    "Alice A.".clone_into(&mut alice.name);
    alice.profile.bio = Some("writes tests".to_owned());
    let caller = app.add_user(&alice).await;
    let body = get(&app, "/api/v4/user", &caller).await;
    for (name, value) in [
        ("id", json!(2)),
        ("username", json!("alice")),
        ("name", json!("Alice A.")),
        ("state", json!("active")),
        ("avatar_url", json!(null)),
        ("web_url", json!("https://example.com/alice")),
        ("created_at", json!("2015-12-21T13:14:24.077Z")),
        ("bio", json!("writes tests")),
        ("email", json!("alice@example.com")),
        ("identities", json!([])),
        ("can_create_group", json!(true)),
        ("can_create_project", json!(true)),
        ("two_factor_enabled", json!(false)),
        ("external", json!(false)),
    ] {
        assert_eq!(body.get(name), Some(&value), "{name}");
    }
    // Only administrators have these: for others they are absent, not false.
    for name in ["is_admin", "namespace_id", "note"] {
        assert_eq!(body.get(name), None, "{name}");
    }
    let body = get(&app, "/api/v4/user", &app.administrator().await).await;
    assert_eq!(body["is_admin"], true);
    assert_eq!(body["web_url"], "https://example.com/root");
}

#[tokio::test]
async fn scopes_that_may_read_the_user() {
    let app = TestApp::new().await;
    app.add_user(&seed::user(2, "alice")).await;
    for (scope, name, admitted) in [
        (Scope::Api, "api", true),
        (Scope::ReadApi, "read_api", true),
        (Scope::ReadUser, "read_user", true),
        (Scope::ReadRepository, "read_repository", false),
        (Scope::CreateRunner, "create_runner", false),
    ] {
        let caller = app
            .add_token(UserId(2), |token| token.scopes = vec![scope])
            .await;
        for path in ["/api/v4/user", "/api/v4/version", "/api/v4/metadata"] {
            let answer = app.get(path, &caller).await;
            if admitted {
                assert_eq!(answer.status, 200, "{path} {name}");
            } else {
                assert_eq!(answer.status, 403, "{path} {name}");
                let expected = json!({
                    "error": "insufficient_scope",
                    "error_description":
                        "The request requires higher privileges than provided by the access token.",
                    "scope": "api read_api read_user",
                });
                assert_eq!(answer.json(), expected, "{path} {name}");
            }
        }
        // A token may always read about itself.
        let body = get(&app, SELF, &caller).await;
        assert_eq!(body["scopes"], json!([name]));
    }
}

#[tokio::test]
async fn a_token_shows_itself() {
    let app = TestApp::new().await;
    app.add_user(&seed::user(2, "alice")).await;
    let caller = app
        .add_token(UserId(2), |token| {
            "ci".clone_into(&mut token.name);
            token.id.0 = 77;
            token.description = Some("for tests".to_owned());
            token.scopes = vec![Scope::ReadApi, Scope::ReadUser];
            token.last_used_at = Some(at("2015-12-23T10:00:00Z"));
            token.expires_at = Day::parse("2016-01-31");
        })
        .await;
    let expected = json!({
        "id": 77, "name": "ci", "revoked": false, "created_at": "2015-12-21T13:14:24.077Z",
        "description": "for tests", "scopes": ["read_api", "read_user"], "user_id": 2,
        "last_used_at": "2015-12-23T10:00:00.000Z", "active": true, "expires_at": "2016-01-31",
    });
    assert_eq!(get(&app, SELF, &caller).await, expected);
    let Caller::Token(token) = &caller else {
        panic!("a personal token")
    };
    let bearer = format!("Bearer {token}");
    let answer = app
        .request(Method::GET, SELF, &[("authorization", &bearer)], "")
        .await;
    assert_eq!(answer.json(), expected);
    let answer = app
        .get(&format!("{SELF}?private_token={token}"), &Caller::Nobody)
        .await;
    assert_eq!(answer.json(), expected);
}

#[tokio::test]
async fn a_job_token_is_no_personal_one() {
    let app = TestApp::new().await;
    app.administrator().await;
    app.add_project(1, |_| {}).await;
    let pipeline = app
        .add_pipeline(ProjectId(1), 6, 101, &[Status::Success])
        .await;
    let running = app.add_running_job(&pipeline, 102).await;
    let answer = app.get(SELF, &running).await;
    assert_eq!(answer.status, 400);
    assert_eq!(
        answer.json(),
        json!({ "message":
            "400 Bad request - This endpoint requires token type to be a personal access token" })
    );
    for path in ["/api/v4/user", "/api/v4/version"] {
        assert_eq!(app.get(path, &running).await.status, 401, "{path}");
    }
}

#[tokio::test]
async fn tokens_that_are_no_good() {
    let app = TestApp::new().await;
    app.add_user(&seed::user(2, "alice")).await;
    let revoked = app.add_token(UserId(2), |token| token.revoked = true).await;
    let today = app
        .add_token(UserId(2), |token| {
            token.expires_at = Day::parse("2015-12-24")
        })
        .await;
    let tomorrow = app
        .add_token(UserId(2), |token| {
            token.expires_at = Day::parse("2015-12-25")
        })
        .await;
    let unknown = Caller::token(&Secret::personal_access_token());
    let unauthorized = json!({ "message": "401 Unauthorized" });
    let of_revoked = json!({
        "error": "invalid_token",
        "error_description": "Token was revoked. You have to re-authorize from the user.",
    });
    let of_expired = json!({
        "error": "invalid_token",
        "error_description": "Token is expired. You can either do re-authorization or token refresh.",
    });
    for path in ["/api/v4/user", "/api/v4/version", "/api/v4/metadata", SELF] {
        for (caller, expected) in [
            (&Caller::Nobody, &unauthorized),
            (&unknown, &unauthorized),
            (&revoked, &of_revoked),
            (&today, &of_expired),
        ] {
            let answer = app.get(path, caller).await;
            assert_eq!(answer.status, 401, "{path}");
            assert_eq!(answer.json(), *expected, "{path}");
        }
        assert_eq!(app.get(path, &tomorrow).await.status, 200, "{path}");
    }
    let member = app
        .add_member(3, Source::Project(ProjectId(1)), Role::Guest)
        .await;
    assert_eq!(get(&app, "/api/v4/user", &member).await["id"], 3);
}
