//! The walk through CI variables.

use http::Method;
use serde_json::json;
use switchyard_tests::TestApp;
use switchyard_tests::world::ROOT;

/// Everything once, for a project, a group and the instance.
pub(super) async fn walk(app: &TestApp) {
    let root = app.add_token(ROOT, |_| {}).await;
    for home in ["projects/1", "groups/10", "admin/ci"] {
        let all = format!("/api/v4/{home}/variables");
        let one = format!("{all}/WALKED");
        for (method, path, body, status) in [
            (
                Method::POST,
                &all,
                json!({ "key": "WALKED", "value": "1" }),
                201,
            ),
            (Method::GET, &all, json!({}), 200),
            (Method::GET, &one, json!({}), 200),
            (Method::PUT, &one, json!({ "value": "2" }), 200),
            (Method::DELETE, &one, json!({}), 204),
        ] {
            let answer = app.send(method, path, &root, &body).await;
            assert_eq!(answer.status, status, "{path}: {answer:?}");
        }
    }
}
