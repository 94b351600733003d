//! Cancel, retry, erase and play, and what the sweeper does when nobody followed up.

use std::collections::BTreeSet;

use bytes::Bytes;
use serde_json::json;
use switchyard::blobs::BlobKey;
use switchyard::ids::{JobId, ProjectId, RunnerId};
use switchyard::job::{FileType, Job, Status, When};
use switchyard::pipeline::{Block, Pipeline};
use switchyard::store::{Key, Write};
use switchyard::variable::{Owner, Variable};
use switchyard_local::seed::{self, at};
use switchyard_tests::world::{ROOT, job};
use switchyard_tests::{Caller, TestApp};

/// Pipeline 400 of project 1 with jobs and bridges to be steered.
pub(super) async fn walk(app: &TestApp, member: &Caller) {
    let pipeline = pipeline(app).await;
    let variables = json!({ "job_variables_attributes": [{ "key": "A", "value": "1" }] });
    for (project, id, action, status) in [
        ("1", 401, "cancel", 201),
        ("group%2Fproject", 402, "retry", 201),
        ("1", 403, "play", 200),
        ("1", 404, "play", 200),
        ("1", 405, "retry", 201),
        ("1", 406, "play", 200),
        ("1", 407, "erase", 201),
        ("group%2Fproject", 408, "erase", 201),
    ] {
        let path = format!("/api/v4/projects/{project}/jobs/{id}/{action}");
        let body = if id < 405 { &variables } else { &json!({}) };
        let answer = app.post(&path, member, body).await;
        assert_eq!(answer.status, status, "{path}: {answer:?}");
    }
    whole_pipelines(app, member).await;
    many_due(app, 1_000).await;
    let waiting = job(
        &seed::pipeline(ProjectId(1), 1_000, 1_001, 120),
        1_001,
        Status::Manual,
        |_| {},
    );
    app.replace(&waiting);
    let cancel = "/api/v4/projects/1/jobs/1001/cancel";
    assert_eq!(app.post(cancel, member, &json!({})).await.status, 201);
    // What was played with variables, ended and is run again, keeps them.
    let mut played = job(&pipeline, 409, Status::Failed, |job| {
        job.has_variables = true
    });
    played.build.when = When::Manual;
    app.seed.put(&played).await.unwrap();
    let path = "/api/v4/projects/1/jobs/409/retry";
    assert_eq!(app.post(path, member, &json!({})).await.status, 201);
}

/// Pipelines 700 and 900, which are canceled and retried: with runs of jobs and bridges and
/// single ones, and more of them than one transaction takes.
async fn whole_pipelines(app: &TestApp, member: &Caller) {
    for (id, count, action, status) in [(700, 130, "cancel", 200), (900, 8, "retry", 201)] {
        let mut pipeline = seed::pipeline(ProjectId(1), id, id + 1, count);
        // One of either far from the others.
        let far = [id * 100, id * 100 + 50].map(JobId);
        let blocks = far.map(|first| Block { first, count: 1 });
        pipeline.blocks.extend(blocks);
        pipeline.bridges = [JobId(id + 6), JobId(id + 7), JobId(id + 8), far[1]].into();
        app.replace(&pipeline);
        for job_id in (id + 1..=id + count).map(JobId).chain(far) {
            if pipeline.bridges.contains(&job_id) {
                let build = seed::build(&pipeline, job_id.0, "deploy", Status::Failed);
                let downstream = None;
                app.replace(&seed::bridge(build, downstream));
                continue;
            }
            let state = if action == "cancel" {
                Status::Running
            } else {
                Status::Failed
            };
            let mut row = job(&pipeline, job_id.0, state, |_| {});
            row.runner_id = Some(RunnerId(1));
            row.system_id = Some("s_1".to_owned());
            row.has_variables = job_id.0 == 901;
            app.replace(&row);
        }
        let variable = Variable {
            owner: Owner::Job(JobId(901)),
            key: "A".to_owned(),
            value: "1".to_owned(),
        };
        app.replace(&variable);
        let path = format!("/api/v4/projects/1/pipelines/{id}/{action}");
        let answer = app.post(&path, member, &json!({})).await;
        assert_eq!(answer.status, status, "{path}: {answer:?}");
    }
}

/// Deletes pipeline 700 and lets the sweeper remove it.
pub(super) async fn delete(app: &TestApp) {
    let owner = app.add_token(ROOT, |_| {}).await;
    // Nobody counted what was put there by hand.
    let counts = [("job_count", 1_000), ("pipeline_count", 10)];
    let count = Write::add_all(Key::Project(ProjectId(1)), &counts);
    assert!(app.seed.store.write(count).await.unwrap());
    let path = "/api/v4/projects/1/pipelines/700";
    assert_eq!(app.delete(path, &owner).await.status, 204);
    app.pass(61);
    app.sweep().await;
}

/// Leaves work behind, and lets the sweeper do it.
pub(super) async fn leave(app: &TestApp) {
    for (id, change) in [(420, Status::Created), (430, Status::Pending)] {
        let mut pipeline = seed::pipeline(ProjectId(1), id, id + 1, 6);
        // So many that they are read as a range, and one alone.
        pipeline.bridges = [id + 5, id + 6].map(JobId).into();
        pipeline.deadline = Some(at("2015-12-24T17:00:00Z"));
        app.replace(&pipeline);
        for job_id in id + 1..=id + 4 {
            app.replace(&job(&pipeline, job_id, change, |_| {}));
        }
        for bridge in &pipeline.bridges {
            app.replace(&seed::bridge(
                seed::build(&pipeline, bridge.0, "deploy", Status::Created),
                None,
            ));
        }
    }
    many_due(app, 600).await;
    let mut range = seed::pipeline(ProjectId(1), 440, 441, 5);
    range.bridges = (441..=445).map(JobId).collect();
    range.deadline = Some(at("2015-12-24T17:00:00Z"));
    app.replace(&range);
    let pipeline = seed::pipeline(ProjectId(1), 450, 451, 1);
    app.replace(&pipeline);
    let left = job(&pipeline, 451, Status::Success, |_| {});
    app.seed.append_log(&left, 0, b"a line\n").await.unwrap();
    let mut left = left.erased(at("2015-12-24T17:00:00Z"));
    app.seed.archive_log(&mut left, b"a line\n").await.unwrap();
    left.log = None;
    leave_objects(app, &left).await;
    app.replace(&left);
}

/// An artifact, and a snapshot of the log.
async fn leave_objects(app: &TestApp, job: &Job) {
    let (project_id, job_id) = (job.build.project_id, job.build.id);
    let artifact = BlobKey::Artifact {
        project_id,
        job_id,
        file_type: FileType::Archive,
        filename: "artifacts.zip".to_owned(),
    };
    let snapshot = BlobKey::LogSnapshot {
        project_id,
        job_id,
        size: 1,
        crc32: 1,
    };
    for key in [artifact, snapshot] {
        let bytes = Bytes::from_static(b"PK");
        app.seed.blobs.write(&key, bytes).await.unwrap();
    }
}

/// A pipeline with more jobs that are due than one transaction takes.
async fn many_due(app: &TestApp, id: u64) {
    let mut pipeline = seed::pipeline(ProjectId(1), id, id + 1, 120);
    pipeline.deadline = Some(at("2015-12-24T17:00:00Z"));
    app.replace(&pipeline);
    for job_id in id + 1..=id + 120 {
        app.replace(&job(&pipeline, job_id, Status::Created, |_| {}));
    }
}

async fn pipeline(app: &TestApp) -> Pipeline {
    let mut pipeline = seed::pipeline(ProjectId(1), 400, 401, 9);
    pipeline.bridges = BTreeSet::from([405, 406].map(JobId));
    app.seed.put(&pipeline).await.unwrap();
    for (id, status, when) in [
        (401, Status::Running, When::OnSuccess),
        (402, Status::Failed, When::OnSuccess),
        (403, Status::Manual, When::Manual),
        (404, Status::Success, When::Manual),
        (407, Status::Success, When::OnSuccess),
        (408, Status::Success, When::OnSuccess),
    ] {
        let mut row = job(&pipeline, id, status, |job| job.build.when = when);
        if id == 407 {
            app.seed.archive_log(&mut row, b"a log\n").await.unwrap();
            leave_objects(app, &row).await;
        }
        app.seed.put(&row).await.unwrap();
        if id == 408 {
            app.seed.append_log(&row, 0, b"a line\n").await.unwrap();
        }
    }
    for (id, status) in [(405, Status::Failed), (406, Status::Manual)] {
        let mut build = seed::build(&pipeline, id, "deploy", status);
        build.when = When::Manual;
        let bridge = seed::bridge(build, None);
        app.seed.put(&bridge).await.unwrap();
    }
    pipeline
}
