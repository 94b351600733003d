//! `/users`, and asking in somebody's place.

mod create;
mod delete;
mod list;
mod show;
mod state;
mod sudo;
mod update;

use serde_json::{Value, json};
use switchyard::ids::UserId;
use switchyard::project::{Namespace, Project};
use switchyard_local::seed;
use switchyard_tests::{Answer, Caller, TestApp};

const USERS: &str = "/api/v4/users";

/// A user 7 called `ada`, the administrator's token, and hers.
async fn world() -> (TestApp, Caller, Caller) {
    let app = TestApp::new().await;
    let root = app.administrator().await;
    let mut ada = seed::user(7, "ada");
    "Ada L.".clone_into(&mut ada.name);
    let ada = app.add_user(&ada).await;
    (app, root, ada)
}

fn message(text: &str) -> Value {
    json!({ "message": text })
}

fn assert_refused(answer: &Answer, status: u16, body: &Value) {
    assert_eq!(answer.status, status, "{body}: {answer:?}");
    assert_eq!(answer.json(), *body);
}

/// A personal project of hers.
async fn add_personal_project(app: &TestApp, id: u64, owner: UserId, path: &str) -> Project {
    let mut project = seed::project(id, &[], path);
    project.namespace = Namespace::User { user_id: owner };
    app.seed.put_project(&project).await.unwrap();
    project
}
