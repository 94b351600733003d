//! Creating, changing and deleting projects.

use http::Method;
use serde_json::{Value, json};
use switchyard_local::seed;
use switchyard_tests::{Caller, TestApp};

/// In a personal namespace and in a group, up to where each is deleted.
pub(super) async fn walk(app: &TestApp, member: &Caller) {
    let mut few = seed::user(71, "few");
    few.projects_limit = 5;
    let few = app.add_user(&few).await;
    let root = app.administrator().await;
    create(app, &few, json!({ "name": "counted" })).await;
    let id = create(app, member, json!({ "name": "mine" })).await;
    let path = format!("/api/v4/projects/{id}");
    for (method, path, body, status) in [
        (
            Method::PUT,
            path.clone(),
            json!({ "description": "x" }),
            200,
        ),
        (
            Method::PUT,
            path.clone(),
            json!({ "name": "y", "path": "y" }),
            200,
        ),
        (
            Method::PUT,
            path.clone(),
            json!({ "default_branch": "none" }),
            400,
        ),
        (Method::POST, format!("{path}/archive"), json!({}), 201),
        (Method::DELETE, path, json!({}), 202),
    ] {
        let answer = app.send(method, &path, member, &body).await;
        assert_eq!(answer.status, status, "{path}: {answer:?}");
    }
    let body = json!({ "name": "in a group", "namespace_id": 10 });
    create(app, &root, body).await;
    let answer = app
        .post("/api/v4/projects/user/71", &root, &json!({ "name": "z" }))
        .await;
    assert_eq!(answer.status, 201, "{answer:?}");
}

async fn create(app: &TestApp, caller: &Caller, body: Value) -> u64 {
    let answer = app.post("/api/v4/projects", caller, &body).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json()["id"].as_u64().unwrap()
}
