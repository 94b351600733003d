//! Groups and what is below `/groups/:id`; members have a module of their own.

mod create;
mod delete;
mod list;
mod rename;
mod show;
mod transfer;
mod update;

use serde_json::{Value, json};
use switchyard_tests::{Answer, Caller, TestApp};

/// Creates a group, and gives its number.
async fn create(app: &TestApp, caller: &Caller, path: &str, parent: Option<u64>) -> u64 {
    let body = json!({ "name": path, "path": path, "parent_id": parent });
    let answer = app.post("/api/v4/groups", caller, &body).await;
    assert_eq!(answer.status, 201, "{path}: {answer:?}");
    answer.json()["id"].as_u64().unwrap()
}

async fn get(app: &TestApp, caller: &Caller, group: impl std::fmt::Display) -> Answer {
    app.get(&format!("/api/v4/groups/{group}"), caller).await
}

/// That a request was refused so, and nothing was written.
async fn assert_refused(
    app: &TestApp,
    ask: impl Future<Output = Answer>,
    status: u16,
    body: Value,
) {
    let before = app.dump();
    let answer = ask.await;
    assert_eq!(answer.status, status, "{answer:?}");
    assert_eq!(answer.json(), body);
    let mut after = app.dump();
    // A number may have been reserved for nothing.
    let counters = before.rows.keys().find(|name| name.contains("ounters"));
    let counters = counters.unwrap().clone();
    after
        .rows
        .insert(counters.clone(), before.rows[&counters].clone());
    assert_eq!(after, before);
}
