//! `POST /projects/:id/jobs/:job_id/erase`

use bytes::Bytes;
use serde_json::{Value, json};
use switchyard::blobs::BlobKey;
use switchyard::job::{Artifact, FileFormat, FileType, Job, Status};
use switchyard_local::seed::at;
use switchyard_tests::app::NOW;

use super::{DEVELOPER, FIRST, PROJECT, World, message, path};

/// Gives a job an artifact, a joined log with leftovers of its growth, and a snapshot.
pub(super) async fn furnish(world: &World, name: &str) -> Job {
    let mut job = world.named(name).await;
    let (project_id, job_id) = (job.build.project_id, job.build.id);
    world
        .app
        .seed
        .append_log(&job, 0, b"$ make\n")
        .await
        .unwrap();
    world
        .app
        .seed
        .archive_log(&mut job, b"$ make\n")
        .await
        .unwrap();
    job.artifacts = vec![Artifact {
        file_type: FileType::Archive,
        size: 2,
        filename: "artifacts.zip".to_owned(),
        file_format: Some(FileFormat::Zip),
    }];
    job.artifacts_expire_at = Some(at("2016-12-24T18:00:00.000Z"));
    for key in [
        BlobKey::Artifact {
            project_id,
            job_id,
            file_type: FileType::Archive,
            filename: "artifacts.zip".to_owned(),
        },
        // Of a writer who lost a race.
        BlobKey::LogChunk {
            project_id,
            job_id,
            offset: 0,
            attempt: "lost".to_owned(),
        },
        BlobKey::LogSnapshot {
            project_id,
            job_id,
            size: 7,
            crc32: 1,
        },
    ] {
        let bytes = Bytes::from_static(b"PK");
        world.app.seed.blobs.write(&key, bytes).await.unwrap();
    }
    world.app.replace(&job);
    job
}

/// Objects and log rows of a job that are still there.
pub(super) fn left(world: &World, job: u64) -> Vec<String> {
    let dump = world.app.dump();
    let folder = format!("/{PROJECT}/{job}/");
    let objects = dump.objects.keys().map(|path| path.display().to_string());
    let rows = dump.rows["log_chunks"].iter().cloned();
    let key = format!(r#""job_id":{{"N":"{job}"}}"#);
    objects
        .filter(|path| path.contains(&folder))
        .chain(rows.filter(|row| row.contains(&key)))
        .collect()
}

#[tokio::test]
async fn log_and_artifacts_are_gone_and_the_rest_stays() {
    let world = World::new("a success, b success").await;
    furnish(&world, "a").await;
    furnish(&world, "b").await;
    assert_eq!(left(&world, FIRST).len(), 5, "{:?}", left(&world, FIRST));
    let neighbour = left(&world, FIRST + 1);

    let before = world
        .app
        .get(&path(FIRST, ""), &world.maintainer)
        .await
        .json();
    let erased = world.does("a", "erase", 201).await;
    let mut expected = before;
    expected["erased_at"] = json!(NOW);
    expected["artifacts"] = json!([]);
    expected["artifacts_expire_at"] = Value::Null;
    expected.as_object_mut().unwrap().remove("artifacts_file");
    assert_eq!(erased, expected);
    assert_eq!(left(&world, FIRST), [""; 0]);
    assert_eq!(left(&world, FIRST + 1), neighbour);
    let row = world.named("a").await;
    assert_eq!(
        (row.erasing, row.build.deadline),
        (false, None),
        "no work is left"
    );

    let shown = world.app.get(&path(FIRST, ""), &world.maintainer).await;
    assert_eq!(shown.json(), erased);
    let trace = world
        .app
        .get(&path(FIRST, "trace"), &world.maintainer)
        .await;
    assert_eq!(trace.status, 404);
    let again = world.act("a", "erase", &world.maintainer).await;
    assert_eq!(again.status, 403);
    assert_eq!(
        again.json(),
        message("403 Forbidden - Job is not erasable!")
    );
}

#[tokio::test]
async fn what_has_ended_and_left_something_can_be_erased() {
    for status in Status::ALL {
        let world = World::new(&format!("a {}", status.as_str())).await;
        let refused = message("403 Forbidden - Job is not erasable!");
        let answer = world.act("a", "erase", &world.maintainer).await;
        assert_eq!(answer.json(), refused, "{status:?} with nothing left");
        let job = world.named("a").await;
        world
            .app
            .seed
            .append_log(&job, 0, b"a line\n")
            .await
            .unwrap();
        let before = world.app.dump();
        let answer = world.act("a", "erase", &world.maintainer).await;
        let ended = match status {
            Status::Success | Status::Failed | Status::Canceled | Status::Skipped => true,
            Status::Created
            | Status::WaitingForResource
            | Status::Preparing
            | Status::WaitingForCallback
            | Status::Pending
            | Status::Running
            | Status::Canceling
            | Status::Manual
            | Status::Scheduled => false,
        };
        if ended {
            assert_eq!(answer.status, 201, "{status:?}");
            assert_eq!(answer.json()["status"], status.as_str());
            assert_eq!(left(&world, FIRST), [""; 0]);
        } else {
            assert_eq!(answer.status, 403, "{status:?}");
            assert_eq!(answer.json(), refused, "{status:?}");
            assert_eq!(world.app.dump(), before, "{status:?}");
        }
    }
}

#[tokio::test]
async fn artifacts_alone_are_enough() {
    let world = World::new("a success").await;
    let mut job = furnish(&world, "a").await;
    job.log = None;
    world.app.replace(&job);
    assert_eq!(world.does("a", "erase", 201).await["artifacts"], json!([]));
    assert_eq!(left(&world, FIRST), [""; 0]);
}

/// A developer may erase what they started themselves.
#[tokio::test]
async fn a_developer_erases_own_jobs_only() {
    let world = World::new("a success, b success").await;
    furnish(&world, "a").await;
    let mut own = furnish(&world, "b").await;
    own.build.user_id = DEVELOPER;
    world.app.replace(&own);
    let answer = world.act("a", "erase", &world.developer).await;
    assert_eq!(
        (answer.status.as_u16(), answer.json()),
        (403, message("403 Forbidden"))
    );
    let answer = world.act("b", "erase", &world.developer).await;
    assert_eq!(answer.status, 201);
    // Who may not erase is told so first, whether there is anything or not.
    world.does("a", "erase", 201).await;
    let answer = world.act("a", "erase", &world.developer).await;
    assert_eq!(answer.json(), message("403 Forbidden"));
}
