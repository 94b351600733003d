//! `GET /projects/:id/jobs/:job_id/trace`

mod append;
mod etags;
mod ranges;
mod redirects;

use http::Method;
use serde_json::json;
use switchyard::ids::ProjectId;
use switchyard::job::{Job, Status};
use switchyard::member::{Role, Source};
use switchyard::project::Project;
use switchyard_local::seed::{self, at};
use switchyard_local::template::BUCKET;
use switchyard_tests::world::job;
use switchyard_tests::{Answer, Caller, TestApp};

const PROJECT: ProjectId = ProjectId(1);
const TRACE: &str = "/api/v4/projects/1/jobs/101/trace";

/// A project whose job 101 the tests put.
struct World {
    app: TestApp,
    caller: Caller,
    project: Project,
}

impl World {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let caller = app.administrator().await;
        let project = app.add_project(PROJECT.0, |_| {}).await;
        app.replace(&seed::pipeline(PROJECT, 6, 101, 1));
        Self {
            app,
            caller,
            project,
        }
    }

    /// Puts job 101, changed as needed.
    fn put(&self, status: Status, change: impl FnOnce(&mut Job)) -> Job {
        let job = job(&seed::pipeline(PROJECT, 6, 101, 1), 101, status, change);
        self.app.replace(&job);
        job
    }

    /// Puts job 101, which runs, with a log that came in these pieces.
    async fn live(&self, pieces: &[&[u8]]) -> Job {
        let job = self.put(Status::Running, |_| {});
        let mut end = 0;
        for piece in pieces {
            end = self.app.seed.append_log(&job, end, piece).await.unwrap();
        }
        job
    }

    /// Puts job 101, which has ended, with a log in one object.
    async fn archived(&self, log: &[u8]) -> Job {
        let mut job = self.put(Status::Success, |_| {});
        self.app.seed.archive_log(&mut job, log).await.unwrap();
        self.app.replace(&job);
        job
    }

    async fn get(&self, headers: &[(&str, &str)]) -> Answer {
        self.ask(Method::GET, headers).await
    }

    async fn ask(&self, method: Method, headers: &[(&str, &str)]) -> Answer {
        let mut all = self.caller.headers();
        all.extend(headers);
        self.app.request(method, TRACE, &all, "").await
    }
}

/// Bytes that do not compress, always the same ones.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    std::iter::repeat_with(next).take(length).collect()
}

#[tokio::test]
async fn a_log_is_plain_text_with_a_name() {
    let world = World::new().await;
    let log = "\u{1b}[0KRunning with gitlab-runner\u{1b}[0;m\r\n$ make\nüñ✓\n";
    for archived in [false, true] {
        if archived {
            world.archived(log.as_bytes()).await;
        } else {
            world.live(&[log.as_bytes()]).await;
        }
        let answer = world.get(&[]).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.body, log);
        assert_eq!(answer.header("content-type"), Some("text/plain"));
        let name = Some("infile; filename=\"101.log\"");
        assert_eq!(answer.header("content-disposition"), name);
        let length = log.len().to_string();
        assert_eq!(answer.header("content-length"), Some(length.as_str()));
    }
}

#[tokio::test]
async fn a_live_log_is_put_together_from_its_chunks() {
    let world = World::new().await;
    let (large, larger) = (noise(40_000), noise(100_000));
    let text = "a line that compresses well\n".repeat(4_000);
    let mut pieces: Vec<&[u8]> = vec![b"$", b" make\n", &large, text.as_bytes(), &larger];
    let small: Vec<String> = (0..150).map(|line| format!("line {line}\n")).collect();
    pieces.extend(small.iter().map(|line| line.as_bytes()));
    world.live(&pieces).await;

    // The two that do not compress are objects, all others rows.
    let chunks = world
        .app
        .stack
        .s3
        .folder()
        .join(BUCKET)
        .join("logs/1/101/chunks");
    let folder = std::fs::read_dir(&chunks);
    let objects = folder.unwrap_or_else(|error| panic!("{}: {error}", chunks.display()));
    assert_eq!(objects.count(), 2);

    let answer = world.get(&[]).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body, pieces.concat());
}

#[tokio::test]
async fn every_byte_comes_back_as_it_was() {
    let world = World::new().await;
    let all: Vec<u8> = (0..=255).collect();
    let nothing_but_garbage = [0xff, 0xfe, 0xc3];
    let cut = "ü".as_bytes();
    for log in [
        all.as_slice(),
        &nothing_but_garbage,
        &cut[..1],
        b"\0",
        b"{\"not\": \"json\"}",
    ] {
        let fresh = World::new().await;
        let (head, tail) = log.split_at(log.len() / 2);
        fresh.live(&[head, tail]).await;
        let answer = fresh.get(&[]).await;
        assert_eq!(answer.body, log);
        assert_eq!(answer.header("content-type"), Some("text/plain"));

        world.archived(log).await;
        let answer = world.get(&[]).await;
        assert_eq!(answer.body, log);
        assert_eq!(answer.header("content-type"), Some("text/plain"));
    }
}

#[tokio::test]
async fn what_a_client_accepts_changes_nothing() {
    let world = World::new().await;
    world.live(&[b"$ make\n"]).await;
    for accept in [
        "text/plain",
        "application/json",
        "application/octet-stream",
        "*/*",
        "garbage",
    ] {
        let answer = world.get(&[("accept", accept)]).await;
        assert_eq!(answer.status, 200, "{accept}");
        assert_eq!(
            answer.header("content-type"),
            Some("text/plain"),
            "{accept}"
        );
        assert_eq!(answer.body, "$ make\n", "{accept}");
    }
}

#[tokio::test]
async fn a_log_that_is_not_there_yet_is_empty() {
    let waits = "created waiting_for_resource preparing waiting_for_callback pending running canceling \
                 manual scheduled";
    let world = World::new().await;
    for name in waits.split_whitespace() {
        world.put(Status::parse(name).unwrap(), |_| {});
        let answer = world.get(&[]).await;
        assert_eq!(answer.status, 200, "{name}");
        assert!(answer.body.is_empty(), "{name}");
        assert_eq!(answer.header("content-type"), Some("text/plain"), "{name}");
    }
}

#[tokio::test]
async fn a_finished_job_without_a_log_has_none() {
    let world = World::new().await;
    for status in [
        Status::Success,
        Status::Failed,
        Status::Canceled,
        Status::Skipped,
    ] {
        world.put(status, |_| {});
        let answer = world.get(&[]).await;
        assert_eq!(answer.status, 404, "{status:?}");
        assert_eq!(
            answer.json(),
            json!({ "message": "404 Not Found" }),
            "{status:?}"
        );
    }
}

#[tokio::test]
async fn an_erased_log_is_gone_even_while_its_rows_are_there() {
    let world = World::new().await;
    world.live(&[b"a secret that was printed"]).await;
    world.put(Status::Failed, |job| {
        job.build.erased_at = Some(at("2015-12-24T17:59:00Z"))
    });
    let answer = world.get(&[]).await;
    assert_eq!(answer.status, 404);
    assert_eq!(answer.json(), json!({ "message": "404 Not Found" }));
}

#[tokio::test]
async fn a_log_is_whole_before_it_is_archived() {
    let world = World::new().await;
    world.live(&[b"$ make\n", b"done\n"]).await;
    world.put(Status::Success, |_| {});
    assert_eq!(world.get(&[]).await.body, "$ make\ndone\n");
}

#[tokio::test]
async fn head_tells_what_get_would() {
    let world = World::new().await;
    world.live(&[b"$ make\n"]).await;
    let get = world.get(&[]).await;
    let head = world.ask(Method::HEAD, &[]).await;
    assert_eq!(head.status, 200);
    assert!(head.body.is_empty());
    for name in [
        "content-type",
        "content-disposition",
        "etag",
        "accept-ranges",
    ] {
        assert!(head.header(name).is_some(), "{name}");
        assert_eq!(head.header(name), get.header(name), "{name}");
    }
    world.put(Status::Skipped, |job| {
        job.build.erased_at = Some(at("2015-12-24T17:59:00Z"))
    });
    let head = world.ask(Method::HEAD, &[]).await;
    assert_eq!((head.status.as_u16(), head.body.len()), (404, 0));
}

#[tokio::test]
async fn a_log_in_debug_mode_is_for_developers() {
    let world = World::new().await;
    let project = Source::Project(world.project.id);
    let reporter = world.app.add_member(20, project, Role::Reporter).await;
    let developer = world.app.add_member(30, project, Role::Developer).await;
    let job = world.live(&[b"PASSWORD=hunter2\n"]).await;
    assert_eq!(world.app.get(TRACE, &reporter).await.status, 200);
    world.put(job.build.status, |job| job.debug = true);
    let answer = world.app.get(TRACE, &reporter).await;
    assert_eq!(answer.status, 403);
    assert_eq!(answer.json(), json!({ "message": "403 Forbidden" }));
    assert_eq!(world.app.get(TRACE, &developer).await.status, 200);
}
