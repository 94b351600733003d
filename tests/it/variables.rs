//! CI variables of projects, groups and the instance.

mod change;
mod create;
mod list;
mod races;
mod secrets;

use http::Method;
use serde_json::{Value, json};
use switchyard::ids::{GroupId, ProjectId};
use switchyard::member::{Role, Source};
use switchyard_tests::{Answer, Caller, TestApp};

/// Where variables are: what holds for all holds for each of them.
const HOMES: [&str; 3] = [
    "/api/v4/projects/1/variables",
    "/api/v4/groups/1/variables",
    "/api/v4/admin/ci/variables",
];
const OF_PROJECT: &str = HOMES[0];
const OF_GROUP: &str = HOMES[1];
const OF_INSTANCE: &str = HOMES[2];

/// The administrator, and project 1 in group 1 with an owner of both.
struct World {
    app: TestApp,
    root: Caller,
    owner: Caller,
}

impl World {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let root = app.administrator().await;
        app.add_project(1, |_| {}).await;
        let owner = app
            .add_member(2, Source::Group(GroupId(1)), Role::Owner)
            .await;
        Self { app, root, owner }
    }

    async fn create(&self, home: &str, body: Value) -> Answer {
        self.app.post(home, &self.root, &body).await
    }

    /// Creates a variable, which must work, and gives it.
    async fn made(&self, home: &str, body: Value) -> Value {
        let answer = self.create(home, body.clone()).await;
        assert_eq!(answer.status, 201, "{home} {body}: {answer:?}");
        answer.json()
    }

    async fn send(&self, method: Method, path: &str, body: &Value) -> Answer {
        self.app.send(method, path, &self.root, body).await
    }

    /// Asks for something that must be refused so, and must change nothing.
    async fn refused(&self, method: Method, path: &str, body: Value, expected: (u16, Value)) {
        let before = self.app.dump();
        let answer = self.send(method, path, &body).await;
        assert_eq!(answer.status, expected.0, "{path} {body}: {answer:?}");
        assert_eq!(answer.json(), expected.1, "{path} {body}");
        assert!(
            self.app.dump() == before,
            "{path} {body}: something was written"
        );
    }

    /// How many variables the rows of the project and of the group count.
    fn counted(&self) -> [u64; 2] {
        let rows = self.app.dump().rows;
        ["projects", "groups"].map(|table| {
            let row = rows[table].iter().find(|row| row.contains("group1"));
            let row: Value = serde_json::from_str(row.unwrap()).unwrap();
            let count = row["variable_count"]["N"].as_str();
            count.map_or(0, |count| count.parse().unwrap())
        })
    }
}

fn message(status: u16, text: &str) -> (u16, Value) {
    (status, json!({ "message": text }))
}

fn error(text: &str) -> (u16, Value) {
    (400, json!({ "error": text }))
}

fn invalid(field: &str, texts: &[&str]) -> (u16, Value) {
    (400, json!({ "message": { field: texts } }))
}

const KNOWN: ProjectId = ProjectId(1);
