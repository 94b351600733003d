//! A function that dies after any of its calls: the sweeper finishes what was begun, what
//! was not begun can be asked for again, and the end is the same.

use serde_json::json;
use switchyard::job::Status;
use switchyard_tests::wire::{Fault, Loss, Rule};

use super::{FIRST, World, erase};

/// More calls than any action makes.
const CALLS: u32 = 16;

/// What a world comes to.
async fn end(world: &World) -> String {
    let variables = world.app.dump().rows["variables"].len();
    let left = erase::left(world, FIRST).len();
    let total = world
        .app
        .get("/api/v4/projects/1/jobs", &world.maintainer)
        .await;
    format!(
        "{}; {variables} variables, {left} left, {:?} in all",
        world.statuses().await,
        total.header("x-total")
    )
}

async fn prepared(action: &str, before: &str) -> World {
    let world = World::new(before).await;
    if action == "erase" {
        erase::furnish(&world, "a").await;
    }
    world
}

fn body(action: &str) -> serde_json::Value {
    match action {
        "play" => json!({ "job_variables_attributes": [{ "key": "A", "value": "1" }] }),
        _ => json!({}),
    }
}

/// Every call from the n-th on fails: as if the function had died there. With `lost` the
/// n-th still has its effect.
async fn die(world: &World, action: &str, call: u32, lost: bool) -> bool {
    let faults = world.app.wire.faults();
    let begun = if lost {
        let rule = Rule::new(Fault::LostAnswer(Loss::Io)).function("jobs");
        faults.add(rule.after(call).times(1));
        let rest = Rule::new(Fault::InternalError).function("jobs");
        faults.add(rest.after(call))
    } else {
        let rule = Rule::new(Fault::InternalError).function("jobs");
        faults.add(rule.after(call))
    };
    world
        .act_with("a", action, &world.maintainer, &body(action))
        .await;
    faults.clear();
    begun.count() > 0
}

#[tokio::test]
async fn the_end_is_the_same_wherever_a_function_dies() {
    for (action, before) in [
        ("cancel", "a running | b created | c created always"),
        ("retry", "a failed | b skipped | c skipped"),
        ("play", "a manual af | b skipped needs=a, c success"),
        ("erase", "a failed | b skipped"),
    ] {
        let undisturbed = prepared(action, before).await;
        let answer = undisturbed
            .act_with("a", action, &undisturbed.maintainer, &body(action))
            .await;
        assert!(answer.status.is_success(), "{action}: {answer:?}");
        let expected = end(&undisturbed).await;

        let mut died = 0;
        for call in 0..CALLS {
            for lost in [false, true] {
                let world = prepared(action, before).await;
                if !die(&world, action, call, lost).await {
                    continue;
                }
                died += 1;
                world.app.pass(60);
                world.app.sweep().await;
                let what = format!("{action}, call {call}, lost {lost}");
                // It has happened wholly or not at all; then it is asked for again.
                let again = world
                    .act_with("a", action, &world.maintainer, &body(action))
                    .await;
                let status = again.status.as_u16();
                assert!([200, 201, 400, 403].contains(&status), "{what}: {again:?}");
                assert_eq!(end(&world).await, expected, "{what}");
                let pipeline = world.pipeline().await;
                assert_eq!(
                    (pipeline.deadline, pipeline.resets.len()),
                    (None, 0),
                    "{what}"
                );
            }
        }
        assert!(died > 4, "{action} died {died} times");
    }
}

/// The same for the sweeper itself.
#[tokio::test]
async fn the_sweeper_may_die_too() {
    let mut died = 0;
    for call in 0..CALLS {
        let world = World::new("a failed | b skipped | c skipped").await;
        erase::furnish(&world, "a").await;
        world.does("a", "erase", 201).await;
        let faults = world.app.wire.faults();
        // The function dies right behind its transaction.
        let rule = Rule::new(Fault::InternalError).function("jobs");
        faults.add(rule.after(3));
        world.act("a", "retry", &world.maintainer).await;
        faults.clear();
        world.app.pass(60);
        let rule = Rule::new(Fault::InternalError).function("sweeper");
        let fired = faults.add(rule.after(call));
        let swept = world.app.sweep_within(1_000).await;
        faults.clear();
        died += u32::from(fired.count() > 0);
        assert!(fired.count() > 0 || swept.is_ok());
        world.app.sweep().await;
        let expected = "a pending, b created, c created = pending";
        assert_eq!(world.statuses().await, expected, "call {call}");
    }
    assert!(died > 4, "it died {died} times");
}

#[tokio::test]
async fn one_broken_pipeline_does_not_hold_up_the_others() {
    let world = World::new("a success | b created").await;
    let mut broken = world.pipeline().await;
    broken.id = switchyard::ids::PipelineId(5);
    broken.deadline = Some(broken.created_at);
    broken.blocks[0].first = switchyard::ids::JobId(901);
    world.app.replace(&broken);
    let mut good = world.pipeline().await;
    good.deadline = Some(good.created_at);
    world.app.replace(&good);
    let fails = Rule::new(Fault::InternalError)
        .function("sweeper")
        .action("dynamodb:BatchGetItem")
        .times(3);
    world.app.wire.faults().add(fails);
    world.app.sweep().await;
    world.app.wire.faults().clear();
    world.app.sweep().await;
    assert_eq!(world.named("b").await.build.status, Status::Pending);
}

/// A pipeline with more jobs than one transaction writes.
#[tokio::test]
async fn three_hundred_skipped_jobs_come_back_in_several_transactions() {
    let count = 300;
    let jobs: Vec<String> = (0..count).map(|_| "x skipped".to_owned()).collect();
    let world = World::new("a failed").await;
    let mut pipeline = world.pipeline().await;
    pipeline.blocks[0].count = count + 1;
    world.app.replace(&pipeline);
    for place in 1..=count {
        let mut row =
            switchyard_tests::world::job(&pipeline, FIRST + place, Status::Skipped, |job| {
                job.build.name = format!("x{place}")
            });
        row.build.stage = "later".to_owned();
        world.app.replace(&row);
    }
    let store = &world.app.seed.store;
    let counter = switchyard::store::counters::Counter::Jobs;
    store.skip_ids(counter, FIRST + count).await.unwrap();
    assert_eq!(jobs.len() as u64, count);

    // It dies behind the first of the transactions that bring them back.
    let rule = Rule::new(Fault::InternalError)
        .function("jobs")
        .action("dynamodb:ConditionCheckItem");
    world.app.wire.faults().add(rule.after(1));
    let answer = world.act("a", "retry", &world.maintainer).await;
    assert_eq!(answer.status, 201);
    world.app.wire.faults().clear();
    let pipeline = world.pipeline().await;
    assert_eq!(pipeline.resets.len(), 1, "there is work left");
    world.app.pass(60);
    world.app.sweep().await;
    let picture = store
        .picture(super::PROJECT, super::PIPELINE)
        .await
        .unwrap()
        .unwrap();
    let created = picture
        .builds()
        .into_iter()
        .filter(|build| build.status == Status::Created);
    assert_eq!(created.count() as u64, count);
    assert_eq!(picture.pipeline.resets, []);
    assert_eq!(picture.pipeline.deadline, None);
}
