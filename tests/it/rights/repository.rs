//! The walk through files, commits, branches and tags.

use http::Method;
use serde_json::{Value, json};
use switchyard_tests::{Caller, TestApp};

/// Everything once, in project 1 whose maintainer asks, by its path.
pub(super) async fn walk(app: &TestApp, member: &Caller, job: &Caller) {
    let (get, post, put, delete) = (&Method::GET, &Method::POST, &Method::PUT, &Method::DELETE);
    let none = json!({});
    let commit =
        |message: &str| json!({ "branch": "feature", "commit_message": message, "content": "x" });
    let actions = json!({
        "branch": "other",
        "start_branch": "feature",
        "commit_message": "several",
        "actions": [{ "action": "create", "file_path": "b/c", "content": "y" }],
    });
    let short = "repository/commits/0ff3ae19";
    for (method, path, body, status) in [
        (post, "repository/files/a", &commit("one"), 201),
        (put, "repository/files/a", &commit("two"), 200),
        (delete, "repository/files/a", &commit("three"), 204),
        (get, "repository/files/README.md?ref=feature", &none, 200),
        (get, "repository/files/README.md/raw", &none, 200),
        (get, "repository/tree", &none, 200),
        (post, "repository/commits", &actions, 201),
        (
            get,
            "repository/commits?ref_name=feature&page=2&per_page=1",
            &none,
            200,
        ),
        (get, "repository/commits?path=b", &none, 200),
        (get, "repository/commits/feature", &none, 200),
        (get, "repository/commits/main", &none, 200),
        (get, short, &none, 200),
        (get, "repository/branches", &none, 200),
        (get, "repository/branches/other", &none, 200),
        (
            post,
            "repository/branches",
            &json!({ "branch": "third", "ref": "v1" }),
            201,
        ),
        (delete, "repository/branches/third", &none, 204),
        (get, "repository/tags", &none, 200),
        (
            post,
            "repository/tags",
            &json!({ "tag_name": "v2", "ref": "main" }),
            201,
        ),
        (get, "repository/tags/v2", &none, 200),
        (delete, "repository/tags/v2", &none, 204),
        (get, "protected_branches", &none, 200),
        (post, "protected_branches", &json!({ "name": "x-*" }), 201),
        (delete, "protected_branches/x-%2A", &none, 204),
        (post, "protected_tags", &json!({ "name": "x-*" }), 201),
        (delete, "protected_tags/x-%2A", &none, 204),
    ] {
        ask(app, member, method, "group%2Fproject", path, body, status).await;
    }
    ask(app, job, get, "1", short, &none, 200).await;
    // The first commit of a project.
    let root = app.administrator().await;
    let body = json!({ "name": "empty", "namespace_id": 10 });
    let made = app.post("/api/v4/projects", &root, &body).await.json();
    let id = made["id"].to_string();
    ask(
        app,
        &root,
        post,
        &id,
        "repository/files/a",
        &commit("first"),
        201,
    )
    .await;
}

async fn ask(
    app: &TestApp,
    caller: &Caller,
    method: &Method,
    project: &str,
    path: &str,
    body: &Value,
    status: u16,
) {
    let path = format!("/api/v4/projects/{project}/{path}");
    let answer = app.send(method.clone(), &path, caller, body).await;
    assert_eq!(answer.status, status, "{method} {path}: {answer:?}");
}
