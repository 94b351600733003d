//! The walk through pipeline schedules.

use http::Method;
use serde_json::json;
use switchyard_tests::{Caller, TestApp};

/// Everything once, with a schedule of one's own.
pub(super) async fn walk(app: &TestApp, member: &Caller) {
    let all = "/api/v4/projects/1/pipeline_schedules";
    let body = json!({ "description": "walked", "ref": "main", "cron": "@daily" });
    let made = app.post(all, member, &body).await;
    assert_eq!(made.status, 201, "{made:?}");
    let one = format!("{all}/{}", made.json()["id"]);
    let (own, pipelines) = (format!("{one}/take_ownership"), format!("{one}/pipelines"));
    let variables = format!("{one}/variables");
    let variable = format!("{variables}/A");
    for (method, path, body, status) in [
        (Method::GET, all, json!({}), 200),
        (Method::GET, &one, json!({}), 200),
        (Method::GET, &pipelines, json!({}), 200),
        (Method::POST, &own, json!({}), 200),
        (Method::PUT, &one, json!({ "active": false }), 200),
        (
            Method::POST,
            &variables,
            json!({ "key": "A", "value": "1" }),
            201,
        ),
        (Method::PUT, &variable, json!({ "value": "2" }), 200),
        (Method::DELETE, &variable, json!({}), 202),
        (
            Method::POST,
            &variables,
            json!({ "key": "A", "value": "1" }),
            201,
        ),
        (Method::DELETE, &one, json!({}), 204),
    ] {
        let answer = app.send(method, path, member, &body).await;
        assert_eq!(answer.status, status, "{path}: {answer:?}");
    }
}
