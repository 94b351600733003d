//! Pipeline schedules.

mod create;
mod due;
mod edit;
mod list;
mod owner;
mod races;
mod variables;

use http::Method;
use serde_json::{Value, json};
use switchyard::member::{Role, Source};
use switchyard_tests::{Answer, Caller, TestApp};

const ALL: &str = "/api/v4/projects/1/pipeline_schedules";

/// Project 1 with a maintainer, two developers and a reporter, and the administrator.
struct World {
    app: TestApp,
    root: Caller,
    maintainer: Caller,
    /// Whose the schedules are.
    owner: Caller,
    developer: Caller,
    reporter: Caller,
}

impl World {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let root = app.administrator().await;
        let project = app.add_project(1, |_| {}).await;
        let source = Source::Project(project.id);
        Self {
            root,
            maintainer: app.add_member(2, source, Role::Maintainer).await,
            owner: app.add_member(3, source, Role::Developer).await,
            developer: app.add_member(4, source, Role::Developer).await,
            reporter: app.add_member(5, source, Role::Reporter).await,
            app,
        }
    }

    /// Makes a schedule of the owner, which must work, and gives it.
    async fn made(&self, body: Value) -> Value {
        let answer = self.app.post(ALL, &self.owner, &body).await;
        assert_eq!(answer.status, 201, "{body}: {answer:?}");
        answer.json()
    }

    /// The path of a new one.
    async fn one(&self) -> String {
        at(&self.made(daily()).await)
    }

    async fn send(&self, method: Method, path: &str, body: &Value) -> Answer {
        self.app.send(method, path, &self.owner, body).await
    }

    /// Asks for something that must be refused so, and must change nothing.
    async fn refused(&self, method: Method, path: &str, body: Value, expected: (u16, Value)) {
        self.refused_to(&self.owner, method, path, body, expected)
            .await;
    }

    async fn refused_to(
        &self,
        caller: &Caller,
        method: Method,
        path: &str,
        body: Value,
        expected: (u16, Value),
    ) {
        let before = self.app.dump();
        let answer = self.app.send(method, path, caller, &body).await;
        assert_eq!(answer.status, expected.0, "{path} {body}: {answer:?}");
        assert_eq!(answer.json(), expected.1, "{path} {body}");
        assert!(
            self.app.dump() == before,
            "{path} {body}: something was written"
        );
    }

    /// How many schedules the project's row counts.
    fn counted(&self) -> u64 {
        let rows = self.app.dump().rows;
        let row = rows["projects"].iter().find(|row| row.contains("group1"));
        let row: Value = serde_json::from_str(row.unwrap()).unwrap();
        let count = row["schedule_count"]["N"].as_str();
        count.map_or(0, |count| count.parse().unwrap())
    }

    fn rows(&self, table: &str) -> usize {
        self.app.dump().rows[table].len()
    }
}

/// One that is right.
fn daily() -> Value {
    json!({ "description": "daily", "ref": "main", "cron": "0 1 * * *" })
}

/// The path of a schedule.
fn at(schedule: &Value) -> String {
    format!("{ALL}/{}", schedule["id"])
}

fn invalid(field: &str, texts: &[&str]) -> (u16, Value) {
    (400, json!({ "message": { field: texts } }))
}

fn message(status: u16, text: &str) -> (u16, Value) {
    (status, json!({ "message": text }))
}

fn forbidden() -> (u16, Value) {
    message(403, "403 Forbidden")
}

fn error(text: &str) -> (u16, Value) {
    (400, json!({ "error": text }))
}
