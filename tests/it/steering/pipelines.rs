//! `POST /projects/:id/pipelines/:pipeline_id/cancel` and `…/retry`.

use serde_json::json;
use switchyard::job::Status;
use switchyard::store::{Key, Write};
use switchyard_tests::wire::{Fault, Loss, Rule};
use switchyard_tests::world::job;
use switchyard_tests::{Answer, Caller};

use super::{DEVELOPER, FIRST, World, cancel};

async fn act(world: &World, action: &str, caller: &Caller) -> Answer {
    let path = format!("/api/v4/projects/1/pipelines/6/{action}");
    world.app.post(&path, caller, &json!({})).await
}

async fn does(world: &World, action: &str) -> Answer {
    let answer = act(world, action, &world.developer).await;
    let expected = if action == "retry" { 201 } else { 200 };
    assert_eq!(answer.status, expected, "{answer:?}");
    assert_eq!(answer.json()["id"], 6);
    answer
}

#[tokio::test]
async fn cancel_ends_what_has_not_ended() {
    let world = World::new(
        "a running, b pending, c success, d manual af, e scheduled delayed | f created, g skipped",
    )
    .await;
    let answer = does(&world, "cancel").await.json();
    assert_eq!(answer["status"], "canceled");
    assert_eq!(
        world.statuses().await,
        "a canceled, b canceled, c success, d manual, e canceled, f canceled, g skipped = canceled"
    );
    // Again there is nothing to do.
    let before = world.app.dump();
    assert_eq!(does(&world, "cancel").await.json(), answer);
    assert!(world.app.dump() == before);
    assert_eq!(world.app.wire.tape().violations(), [""; 0]);
}

#[tokio::test]
async fn a_runner_that_can_be_asked_is_asked() {
    let world = World::new("a running, b running | c created").await;
    cancel::graceful_runner(&world).await;
    does(&world, "cancel").await;
    let statuses = world.statuses().await;
    assert_eq!(statuses, "a canceling, b canceled, c canceled = canceling");
    assert!(world.named("a").await.token_digest.is_some());
}

#[tokio::test]
async fn retry_runs_again_what_failed_or_was_canceled() {
    let world = World::new("a failed, b success, c canceled | d skipped | e failed manual").await;
    let answer = does(&world, "retry").await.json();
    assert_eq!(answer["status"], "running");
    // `e` waits for somebody, as it did before.
    let statuses = world.statuses().await;
    assert_eq!(
        statuses,
        "a pending, b success, c pending, d created, e created = running"
    );
    let path = "/api/v4/projects/1/pipelines/6/jobs?include_retried=true";
    let jobs = world.app.get(path, &world.developer).await.json();
    assert_eq!(jobs.as_array().unwrap().len(), 8);
    let all = world
        .app
        .get("/api/v4/projects/1/jobs", &world.developer)
        .await;
    assert_eq!(all.header("x-total"), Some("8"));
    for job in all.json().as_array().unwrap() {
        let id = job["id"].as_u64().unwrap();
        if id > FIRST + 4 || job["name"] == "d" {
            assert_eq!(job["user"]["id"], DEVELOPER.0, "{job}");
        }
    }
    // Nothing is left to be retried.
    let before = world.app.dump();
    does(&world, "retry").await;
    assert!(world.app.dump() == before);
    assert_eq!(world.app.wire.tape().violations(), [""; 0]);
}

#[tokio::test]
async fn others_may_not() {
    let world = World::new("a failed, b running").await;
    let source = switchyard::member::Source::Project(super::PROJECT);
    let role = switchyard::member::Role::Reporter;
    let reporter = world.app.add_member(20, source, role).await;
    let before = world.app.dump();
    for action in ["cancel", "retry"] {
        assert_eq!(act(&world, action, &reporter).await.status, 403);
        assert_eq!(act(&world, action, &Caller::Nobody).await.status, 401);
        for id in ["7", "0", "99999999999999999999"] {
            let path = format!("/api/v4/projects/1/pipelines/{id}/{action}");
            let answer = world.app.post(&path, &world.developer, &json!({})).await;
            assert_eq!(answer.status, 404, "{path}: {answer:?}");
        }
    }
    assert!(world.app.dump() == before);
}

/// A pipeline with more jobs than a transaction takes.
async fn large(status: Status) -> World {
    let world = World::new("a success").await;
    let mut pipeline = world.pipeline().await;
    pipeline.blocks[0].count = 151;
    world.app.replace(&pipeline);
    for place in 1..=150 {
        let name = format!("x{place}");
        let row = job(&pipeline, FIRST + place, status, |job| {
            job.build.name = name
        });
        world.app.replace(&row);
    }
    let counter = switchyard::store::counters::Counter::Jobs;
    let store = &world.app.seed.store;
    let count = Write::add(Key::Project(super::PROJECT), "job_count", 150);
    assert!(store.write(count).await.unwrap());
    store.skip_ids(counter, FIRST + 150).await.unwrap();
    world
}

/// How many jobs that nothing replaced have each status.
async fn count(world: &World) -> String {
    let statuses = world.statuses().await;
    let (jobs, end) = statuses.rsplit_once(" = ").unwrap();
    let count = |status: &str| jobs.split(", ").filter(|job| job.ends_with(status)).count();
    let (pending, canceled) = (count(" pending"), count(" canceled"));
    format!("{pending} pending, {canceled} canceled = {end}")
}

#[tokio::test]
async fn large_ones_come_to_the_same_end_wherever_the_function_dies() {
    for (action, status, expected) in [
        (
            "cancel",
            Status::Running,
            "0 pending, 150 canceled = canceled",
        ),
        ("retry", Status::Failed, "150 pending, 0 canceled = running"),
    ] {
        let mut died = 0;
        for call in [0, 3, 5, 6, 7, 8, 9, 10, 12, 15, 18, 22] {
            for lost in [false, true] {
                let world = large(status).await;
                let faults = world.app.wire.faults();
                let fault = if lost {
                    Fault::LostAnswer(Loss::Io)
                } else {
                    Fault::InternalError
                };
                let first = Rule::new(fault).function("pipelines").after(call).times(1);
                let first = faults.add(first);
                let rest = Rule::new(Fault::InternalError).function("pipelines");
                faults.add(rest.after(call + 1));
                act(&world, action, &world.developer).await;
                faults.clear();
                died += u32::from(first.count() > 0);
                // The client asks again, and the sweeper comes by.
                does(&world, action).await;
                world.app.pass(61);
                world.app.sweep().await;
                let what = format!("{action}, call {call}, lost {lost}");
                assert_eq!(count(&world).await, expected, "{what}");
                let pipeline = world.pipeline().await;
                assert_eq!(
                    (pipeline.deadline, pipeline.resets.len()),
                    (None, 0),
                    "{what}"
                );
                let total = world
                    .app
                    .get("/api/v4/projects/1/jobs", &world.developer)
                    .await;
                let total = total.header("x-total").unwrap().to_owned();
                assert_eq!(
                    total,
                    if action == "retry" { "301" } else { "151" },
                    "{what}"
                );
            }
        }
        assert!(died >= 12, "{action}: {died}");
    }
}

#[tokio::test]
async fn twenty_at_once_have_one_effect() {
    for action in ["cancel", "retry"] {
        for fault in [
            None,
            Some(Fault::TransactionConflict),
            Some(Fault::LostAnswer(Loss::Io)),
        ] {
            let world = World::new("a failed, b canceled, c running | d skipped").await;
            if let Some(fault) = fault {
                let rule = Rule::new(fault).action("dynamodb:TransactWriteItems");
                world.app.wire.faults().add(rule.chance(5, 4).times(20));
            }
            let asked = (0..20).map(|_| act(&world, action, &world.developer));
            let answers = futures::future::join_all(asked).await;
            for answer in &answers {
                let status = answer.status.as_u16();
                assert!([200, 201, 409, 503].contains(&status), "{answer:?}");
            }
            world.app.wire.faults().clear();
            does(&world, action).await;
            world.app.pass(61);
            world.app.sweep().await;
            let expected = match action {
                "cancel" => "a failed, b canceled, c canceled, d skipped = canceled",
                _ => "a pending, b pending, c running, d created = running",
            };
            let statuses = world.statuses().await;
            if action == "cancel" {
                assert!(statuses.starts_with("a failed, b canceled, c canceled, d skipped"));
            } else {
                assert_eq!(statuses, expected, "{fault:?}");
                let rows = world.app.dump().rows["jobs"].len();
                assert_eq!(rows, 6, "{fault:?}: each was retried once");
            }
        }
    }
}
