//! `Sudo`: an administrator asks in somebody's place.

use http::Method;
use serde_json::{Value, json};
use switchyard::ids::{GroupId, ProjectId, UserId};
use switchyard::job::Status;
use switchyard::member::{Role, Source};
use switchyard::project::Visibility;
use switchyard::token::Scope;
use switchyard_local::seed;
use switchyard_tests::world::ROOT;
use switchyard_tests::{Answer, Caller, TestApp};

use super::{USERS, assert_refused, message, world};

struct World {
    app: TestApp,
    /// The administrator's, with the scopes `api` and `sudo`.
    sudo: Caller,
    /// The administrator's, with `api` alone.
    root: Caller,
    ada: Caller,
}

impl World {
    async fn new() -> Self {
        let (app, root, ada) = world().await;
        let scopes = vec![Scope::Api, Scope::Sudo];
        let sudo = app
            .add_token(ROOT, |token| {
                token.id.0 = 2000;
                token.scopes = scopes;
            })
            .await;
        Self {
            app,
            sudo,
            root,
            ada,
        }
    }

    async fn as_user(&self, name: &str, path: &str) -> Answer {
        self.ask(&self.sudo, Method::GET, path, name, "").await
    }

    async fn ask(
        &self,
        caller: &Caller,
        method: Method,
        path: &str,
        name: &str,
        body: &str,
    ) -> Answer {
        let mut headers = caller.headers();
        headers.push(("sudo", name));
        if !body.is_empty() {
            headers.push(("content-type", "application/json"));
        }
        let path = format!("/api/v4{path}");
        self.app
            .request(method, &path, &headers, body.to_owned())
            .await
    }
}

#[tokio::test]
async fn somebody_is_named_by_number_or_by_name() {
    let world = World::new().await;
    for name in ["7", "ada", "ADA"] {
        let answer = world.as_user(name, "/user").await;
        assert_eq!(answer.json()["id"], 7, "{name}");
        let path = format!("/api/v4/user?sudo={name}");
        let answer = world.app.get(&path, &world.sudo).await;
        assert_eq!(answer.json()["id"], 7, "{name}");
    }
    // The parameter comes before the header, and an empty one is none.
    let answer = world.as_user("root", "/user?sudo=ada").await;
    assert_eq!(answer.json()["id"], 7);
    let answer = world.as_user("ada", "/user?sudo=").await;
    assert_eq!(answer.json()["id"], 7);
    let answer = world.as_user("", "/user").await;
    assert_eq!(answer.json()["id"], 1);
    // What only administrators see of themselves is gone.
    let answer = world.as_user("ada", "/user").await;
    assert_eq!(answer.json().get("is_admin"), None);
}

#[tokio::test]
async fn who_may_not() {
    let world = World::new().await;
    let must_be_admin = message("403 Forbidden - Must be admin to use sudo");
    let ada_sudo = world
        .app
        .add_token(UserId(7), |token| {
            token.scopes = vec![Scope::Api, Scope::Sudo]
        })
        .await;
    for (caller, status, body) in [
        (&world.ada, 403, &must_be_admin),
        (&ada_sudo, 403, &must_be_admin),
        (
            &world.root,
            403,
            &json!({
                "error": "insufficient_scope",
                "error_description":
                    "The request requires higher privileges than provided by the access token.",
                "scope": "sudo",
            }),
        ),
        (&Caller::Nobody, 401, &message("401 Unauthorized")),
        (
            &Caller::Token("glpat-unknown".to_owned()),
            401,
            &message("401 Unauthorized"),
        ),
    ] {
        // Whether there is somebody so called is not told to who may not.
        for name in ["ada", "root", "nobody-at-all", "99"] {
            let answer = world.ask(caller, Method::GET, "/user", name, "").await;
            assert_refused(&answer, status, body);
        }
    }
    // Where nobody in particular may ask, sudo takes somebody.
    let answer = world
        .ask(
            &Caller::Nobody,
            Method::GET,
            "/users?username=ada",
            "ada",
            "",
        )
        .await;
    assert_refused(&answer, 401, &message("401 Unauthorized"));
}

/// `sudo` comes on top of the scopes that the endpoint takes.
#[tokio::test]
async fn the_token_must_do_for_the_endpoint_too() {
    let world = World::new().await;
    for (scopes, path, acceptable) in [
        (vec![Scope::Sudo], "/user", "api read_api read_user"),
        (
            vec![Scope::Sudo, Scope::ReadUser],
            "/namespaces",
            "api read_api",
        ),
        (vec![Scope::Sudo, Scope::ReadUser], "/user", ""),
    ] {
        let caller = world
            .app
            .add_token(ROOT, |token| token.scopes = scopes)
            .await;
        let answer = world.ask(&caller, Method::GET, path, "ada", "").await;
        if acceptable.is_empty() {
            assert_eq!(answer.json()["id"], 7);
        } else {
            assert_eq!(answer.status, 403);
            assert_eq!(answer.json()["error"], "insufficient_scope");
            assert_eq!(answer.json()["scope"], acceptable);
        }
    }
}

#[tokio::test]
async fn the_token_of_a_job_does_not_do() {
    let world = World::new().await;
    let app = &world.app;
    app.add_project(1, |_| {}).await;
    let pipeline = app
        .add_pipeline(ProjectId(1), 6, 101, &[Status::Success])
        .await;
    let of_root = app.add_running_job(&pipeline, 102).await;
    let answer = world
        .ask(&of_root, Method::GET, "/projects/1/jobs", "ada", "")
        .await;
    let text = "403 Forbidden - Must be authenticated using an OAuth or personal access token to \
                use sudo";
    assert_refused(&answer, 403, &message(text));
}

#[tokio::test]
async fn nobody_is_called_so() {
    let world = World::new().await;
    let group = seed::group(30, &[], "ladies");
    world.app.seed.put_group(&group).await.unwrap();
    for name in ["nobody", "99", "0", "-7", "ladies", "ada/engine"] {
        let answer = world.as_user(name, "/user").await;
        let text = format!("404 User with ID or username '{name}' Not Found");
        assert_refused(&answer, 404, &message(&text));
    }
}

#[tokio::test]
async fn people_who_are_blocked_or_gone() {
    let world = World::new().await;
    let app = &world.app;
    let post = async |path: String| {
        let answer = app.post(&path, &world.root, &json!({})).await;
        assert_eq!(answer.status, 201);
    };
    assert_eq!(world.as_user("ada", "/user").await.status, 200);
    post(format!("{USERS}/7/block")).await;
    for name in ["ada", "7"] {
        let answer = world.as_user(name, "/user").await;
        let text = "403 Forbidden - Your account has been blocked.";
        assert_refused(&answer, 403, &message(text));
    }
    post(format!("{USERS}/7/unblock")).await;
    assert_eq!(world.as_user("ada", "/user").await.status, 200);
    let deleted = app.delete(&format!("{USERS}/7"), &world.root).await;
    assert_eq!(deleted.status, 204);
    for name in ["ada", "7"] {
        let answer = world.as_user(name, "/user").await;
        let text = format!("404 User with ID or username '{name}' Not Found");
        assert_refused(&answer, 404, &message(&text));
    }
}

#[tokio::test]
async fn the_others_memberships_count() {
    let world = World::new().await;
    let app = &world.app;
    app.add_project(1, |project| {
        project.visibility = Visibility::Private;
        project.public_jobs = false;
    })
    .await;
    app.add_pipeline(ProjectId(1), 6, 101, &[Status::Success])
        .await;
    let (project, jobs) = ("/projects/1", "/projects/1/jobs");
    let statuses = async || {
        let project = world.as_user("ada", project).await.status.as_u16();
        (project, world.as_user("ada", jobs).await.status.as_u16())
    };
    assert_eq!(statuses().await, (404, 404));
    let source = Source::Group(GroupId(1));
    app.replace(&seed::member(source, UserId(7), Role::Guest));
    assert_eq!(statuses().await, (200, 403));
    app.replace(&seed::member(source, UserId(7), Role::Reporter));
    assert_eq!(statuses().await, (200, 200));
    let seen = world.as_user("ada", project).await.json();
    let expected = json!({ "access_level": 20, "notification_level": 3 });
    assert_eq!(seen["permissions"]["group_access"], expected);
    // The administrator's own standing is the administrator's again.
    assert_eq!(app.get("/api/v4/projects/1", &world.sudo).await.status, 200);
}

#[tokio::test]
async fn writes_are_in_the_others_name() {
    let world = World::new().await;
    let mut second = seed::user(8, "second");
    second.admin = true;
    world.app.add_user(&second).await;
    let new = |name: &str| {
        json!({
            "email": format!("{name}@example.com"), "name": name, "username": name,
            "reset_password": true,
        })
    };
    let before = world.app.dump();
    let body = new("x").to_string();
    let answer = world
        .ask(&world.sudo, Method::POST, "/users", "ada", &body)
        .await;
    assert_refused(&answer, 403, &message("403 Forbidden"));
    let answer = world
        .ask(&world.sudo, Method::POST, "/users", "nobody", &body)
        .await;
    assert_eq!(answer.status, 404);
    assert_eq!(world.app.dump(), before);
    let answer = world
        .ask(&world.sudo, Method::POST, "/users", "second", &body)
        .await;
    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(answer.json()["created_by"]["username"], "second");
    // In the body, too.
    let mut body = new("y");
    body["sudo"] = Value::from("second");
    let answer = world.app.post(USERS, &world.sudo, &body).await;
    assert_eq!(answer.json()["created_by"]["username"], "second");
    // An administrator does not block the one in whose place the request is.
    let answer = world
        .ask(&world.sudo, Method::POST, "/users/8/block", "8", "")
        .await;
    assert_eq!(answer.status, 403);
    let answer = world
        .ask(&world.sudo, Method::POST, "/users/1/block", "8", "")
        .await;
    assert_eq!(answer.status, 201);
}

#[tokio::test]
async fn a_name_that_was_seen_before_means_who_has_it_now() {
    let world = World::new().await;
    let app = &world.app;
    app.add_user(&seed::user(8, "grace")).await;
    assert_eq!(world.as_user("ada", "/user").await.json()["id"], 7);
    let body = json!({ "username": "countess" });
    let answer = app.put(&format!("{USERS}/7"), &world.root, &body).await;
    assert_eq!(answer.status, 200);
    let answer = world.as_user("ada", "/user").await;
    let text = "404 User with ID or username 'ada' Not Found";
    assert_refused(&answer, 404, &message(text));
    assert_eq!(world.as_user("countess", "/user").await.json()["id"], 7);
    let body = json!({ "username": "ada" });
    let answer = app.put(&format!("{USERS}/8"), &world.root, &body).await;
    assert_eq!(answer.status, 200);
    assert_eq!(world.as_user("ada", "/user").await.json()["id"], 8);
}
