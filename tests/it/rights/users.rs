//! What is done about users and namespaces.

use http::Method;
use serde_json::{Value, json};
use switchyard::ids::{GroupId, UserId};
use switchyard::member::{Role, Source};
use switchyard::project::{Namespace, Project};
use switchyard_local::seed;
use switchyard_tests::world::ROOT;
use switchyard_tests::{Caller, TestApp};

const ADA: UserId = UserId(60);
const CO_OWNER: UserId = UserId(61);
const GROUP: GroupId = GroupId(60);

/// Makes the functions use all that they use for users; the sweeper finishes it.
pub(super) async fn walk(app: &TestApp) {
    let root = app.add_token(ROOT, |token| token.id.0 = 900).await;
    prepare(app).await;
    for path in [
        "/users",
        "/users?username=ADA",
        "/users?without_projects=true&order_by=name",
        "/users/60",
        "/namespaces",
        "/namespaces/60",
        "/namespaces/ada",
        "/namespaces/outer/exists?parent_id=60",
        "/namespaces/ada/exists",
    ] {
        ask(app, &root, Method::GET, path, &Value::Null, 200).await;
    }
    let ada = app.add_token(ADA, |token| token.id.0 = 901).await;
    ask(app, &ada, Method::GET, "/namespaces", &Value::Null, 200).await;
    let new = json!({
        "email": "n@example.com", "name": "N", "username": "n", "force_random_password": true,
    });
    ask(app, &root, Method::POST, "/users", &new, 201).await;
    let path = "/users/60/block";
    ask(app, &root, Method::POST, path, &Value::Null, 201).await;
    let change = json!({ "username": "countess", "email": "other@example.com" });
    ask(app, &root, Method::PUT, "/users/60", &change, 200).await;
    // A project that the index did not show yet is moved by the sweeper.
    let late = personal(7_002, "ada/late");
    app.seed.put_project(&late).await.unwrap();
    app.pass(61);
    app.sweep().await;
    let path = "/users/60";
    ask(app, &root, Method::DELETE, path, &Value::Null, 204).await;
    for _ in 0..4 {
        app.pass(61);
        app.sweep().await;
    }
}

async fn prepare(app: &TestApp) {
    app.add_user(&seed::user(ADA.0, "ada")).await;
    app.add_user(&seed::user(CO_OWNER.0, "co-owner")).await;
    app.seed
        .put_group(&seed::group(GROUP.0, &[], "ladies"))
        .await
        .unwrap();
    for user in [ADA, CO_OWNER] {
        let owner = seed::member(Source::Group(GROUP), user, Role::Owner);
        app.seed.put(&owner).await.unwrap();
    }
    let project = personal(7_001, "ada/engine");
    app.seed.put_project(&project).await.unwrap();
}

fn personal(id: u64, path: &str) -> Project {
    let mut project = seed::project(id, &[], path);
    project.namespace = Namespace::User { user_id: ADA };
    project
}

async fn ask(
    app: &TestApp,
    caller: &Caller,
    method: Method,
    path: &str,
    body: &Value,
    status: u16,
) {
    let path = format!("/api/v4{path}");
    let answer = app.send(method, &path, caller, body).await;
    assert_eq!(answer.status, status, "{path}: {answer:?}");
}
