//! The walk through pipeline triggers.

use http::Method;
use serde_json::json;
use switchyard_tests::{Caller, TestApp};

/// Everything once, with a trigger of one's own.
pub(super) async fn walk(app: &TestApp, member: &Caller) {
    let all = "/api/v4/projects/1/triggers";
    let body = json!({ "description": "walked" });
    let made = app.post(all, member, &body).await;
    assert_eq!(made.status, 201, "{made:?}");
    let one = format!("{all}/{}", made.json()["id"]);
    for (method, path, body, status) in [
        (Method::GET, all, json!({}), 200),
        (Method::GET, &one, json!({}), 200),
        (Method::PUT, &one, json!({ "description": "again" }), 200),
        (Method::DELETE, &one, json!({}), 204),
    ] {
        let answer = app.send(method, path, member, &body).await;
        assert_eq!(answer.status, status, "{path}: {answer:?}");
    }
}
