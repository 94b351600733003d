//! Pipeline triggers.

mod change;
mod create;
mod list;
mod races;
mod token;

use http::Method;
use serde_json::{Value, json};
use switchyard::member::{Role, Source};
use switchyard_tests::{Answer, Caller, TestApp};

const ALL: &str = "/api/v4/projects/1/triggers";

/// Project 1 with two maintainers, and the administrator.
struct World {
    app: TestApp,
    root: Caller,
    one: Caller,
    other: Caller,
}

impl World {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let root = app.administrator().await;
        let project = app.add_project(1, |_| {}).await;
        let source = Source::Project(project.id);
        let one = app.add_member(2, source, Role::Maintainer).await;
        let other = app.add_member(3, source, Role::Maintainer).await;
        Self {
            app,
            root,
            one,
            other,
        }
    }

    /// Makes a trigger of the first maintainer, which must work, and gives it.
    async fn made(&self, body: Value) -> Value {
        let answer = self.app.post(ALL, &self.one, &body).await;
        assert_eq!(answer.status, 201, "{body}: {answer:?}");
        answer.json()
    }

    async fn send(&self, method: Method, path: &str, body: &Value) -> Answer {
        self.app.send(method, path, &self.one, body).await
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

    /// How many triggers the project's row counts.
    fn counted(&self) -> u64 {
        let rows = self.app.dump().rows;
        let row = rows["projects"].iter().find(|row| row.contains("group1"));
        let row: Value = serde_json::from_str(row.unwrap()).unwrap();
        let count = row["trigger_count"]["N"].as_str();
        count.map_or(0, |count| count.parse().unwrap())
    }

    fn rows(&self) -> usize {
        self.app.dump().rows["triggers"].len()
    }
}

/// The path of a trigger.
fn at(trigger: &Value) -> String {
    format!("{ALL}/{}", trigger["id"])
}

fn invalid(field: &str, texts: &[&str]) -> (u16, Value) {
    (400, json!({ "message": { field: texts } }))
}

fn error(text: &str) -> (u16, Value) {
    (400, json!({ "error": text }))
}
