//! Requests that no client should send: each has the answer that GitLab would give,
//! and leaves the store as it was.

mod bodies;
mod encoding;
mod headers;
mod limits;
mod order;
mod parameters;
mod random;
mod routes;
pub(crate) mod secrets;

use http::Method;
use serde_json::{Value, json};
use switchyard::ids::{JobId, ProjectId};
use switchyard::job::Status;
use switchyard_local::seed;
use switchyard_tests::dump::Dump;
use switchyard_tests::world::job;
use switchyard_tests::{Answer, Caller, TestApp};

const PROJECT: ProjectId = ProjectId(1);

/// Every route with an address that exists, for the administrator or, below `/job`, for
/// the job token.
const ADDRESSES: [&str; 14] = [
    "/api/v4/projects/1/jobs",
    "/api/v4/projects/1/jobs/101",
    "/api/v4/projects/1/jobs/101/trace",
    "/api/v4/projects/1/pipelines",
    "/api/v4/projects/1/pipelines/latest",
    "/api/v4/projects/1/pipelines/6",
    "/api/v4/projects/1/pipelines/6/jobs",
    "/api/v4/projects/1/pipelines/6/bridges",
    "/api/v4/projects/1",
    "/api/v4/version",
    "/api/v4/metadata",
    "/api/v4/user",
    "/api/v4/personal_access_tokens/self",
    "/api/v4/job",
];

/// A project with something behind every address.
struct World {
    app: TestApp,
    administrator: Caller,
    /// The token of job 102, which runs.
    job_token: Caller,
    before: Dump,
}

impl World {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let administrator = app.administrator().await;
        app.add_project(PROJECT.0, |project| {
            project.job_count = 2;
            project.pipeline_count = 1;
        })
        .await;
        let mut pipeline = seed::pipeline(PROJECT, 6, 101, 3);
        pipeline.bridges = [JobId(103)].into();
        app.replace(&pipeline);
        let mut finished = job(&pipeline, 101, Status::Failed, |_| {});
        let log = b"$ make\nfailed\n";
        app.seed.archive_log(&mut finished, log).await.unwrap();
        app.replace(&finished);
        let job_token = app.add_running_job(&pipeline, 102).await;
        app.replace(&seed::bridge(
            seed::build(&pipeline, 103, "trigger", Status::Success),
            None,
        ));
        app.replace(&seed::branch(PROJECT, "main", &pipeline.sha));
        let before = app.dump();
        Self {
            app,
            administrator,
            job_token,
            before,
        }
    }

    /// Who may read this address.
    fn reader(&self, path: &str) -> &Caller {
        if path.starts_with("/api/v4/job") {
            &self.job_token
        } else {
            &self.administrator
        }
    }

    async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, &self.reader(path).headers())
            .await
    }

    /// Asks, and checks what holds for every answer.
    async fn ask(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
        let what = format!("{method} {path} {headers:?}");
        let answer = self.app.request(method.clone(), path, headers, "").await;
        assert!(answer.status.as_u16() < 500, "{what}: {answer:?}");
        let id = answer.header("x-request-id").unwrap_or_default();
        assert!(!id.is_empty(), "{what}: no request id");
        if answer.status.is_client_error() && method != Method::HEAD {
            let body = answer.json();
            let says = body.get("message").or(body.get("error"));
            assert!(says.is_some_and(Value::is_string), "{what}: {body}");
        }
        answer
    }

    /// Asks for each address, and compares status and body.
    async fn expect(&self, cases: &[(&str, u16, Value)]) {
        for (path, status, body) in cases {
            let answer = self.get(path).await;
            assert_eq!(answer.status, *status, "{path}: {answer:?}");
            assert_eq!(answer.json(), *body, "{path}");
        }
        self.assert_unchanged();
    }

    fn assert_unchanged(&self) {
        // Not compared by `assert_eq!`: nobody reads two stores in a panic.
        assert!(self.app.dump() == self.before, "something was written");
    }
}

fn error(text: &str) -> Value {
    json!({ "error": text })
}

fn message(text: &str) -> Value {
    json!({ "message": text })
}

#[tokio::test]
async fn the_addresses_are_good_ones() {
    let world = World::new().await;
    for path in ADDRESSES {
        assert_eq!(world.get(path).await.status, 200, "{path}");
    }
    world.assert_unchanged();
}
