//! Jobs with `resource_group`: one at a time, in the order that the group's mode says.

use switchyard::ids::PipelineId;
use switchyard::job::lifecycle::Event;
use switchyard::job::{FailureReason, Status};
use switchyard::resource_group::{ProcessMode, ResourceGroup};
use switchyard::store::{Key, Rows};

use super::lives::OTHER;
use super::{PIPELINE, PROJECT, World};

async fn group(world: &World) -> ResourceGroup {
    let key = Key::ResourceGroup(PROJECT, "g".to_owned());
    let mut rows = Rows::default();
    let store = &world.app.seed.store;
    rows.load(store, [key.clone()]).await.unwrap();
    rows.get(&key).unwrap().unwrap()
}

#[tokio::test]
async fn the_second_waits_until_the_first_has_ended() {
    let world = World::new("a created group=g").await;
    world.add(OTHER, 201, "a created group=g | b created").await;
    world.processed(PIPELINE).await;
    world.processed(OTHER).await;
    assert_eq!(world.statuses().await, "a pending = pending");
    let waits = "a waiting_for_resource, b created = waiting_for_resource";
    assert_eq!(world.statuses_in(OTHER).await, waits);

    world.happens(101, Event::Run).await;
    assert_eq!(world.statuses_in(OTHER).await, waits);
    let failed = Event::Drop(FailureReason::ScriptFailure);
    world.happens(101, failed).await;
    assert_eq!(world.statuses().await, "a failed = failed");
    let goes_on = "a pending, b created = pending";
    assert_eq!(world.statuses_in(OTHER).await, goes_on);
    assert_eq!(group(&world).await.holder.unwrap().job.0, 201);
    world.happens(201, Event::Success).await;
    assert_eq!(group(&world).await.holder, None);
    assert_eq!(
        world.statuses_in(OTHER).await,
        "a success, b pending = running"
    );
}

#[tokio::test]
async fn in_one_pipeline_too() {
    let world = World::new("a created group=g, b created group=g, c created group=h").await;
    world.processed(PIPELINE).await;
    let first = "a pending, b waiting_for_resource, c pending = running";
    assert_eq!(world.statuses().await, first);
    world.does("a", "cancel", 201).await;
    let second = "a canceled, b pending, c pending = running";
    assert_eq!(world.statuses().await, second);
}

#[tokio::test]
async fn who_is_canceled_or_deleted_while_it_waits_or_holds_leaves() {
    let third = PipelineId(8);
    let world = World::new("a created group=g").await;
    world.add(OTHER, 201, "a created group=g").await;
    world.add(third, 301, "a created group=g").await;
    for id in [PIPELINE, OTHER, third] {
        world.processed(id).await;
    }
    let cancel = Event::Cancel { graceful: false };
    world.happens(201, cancel).await;
    let path = "/api/v4/projects/1/pipelines/6";
    let owner = world.app.administrator().await;
    assert_eq!(world.app.delete(path, &owner).await.status, 204);
    world.app.pass(61);
    world.app.sweep().await;
    assert_eq!(world.statuses_in(third).await, "a pending = pending");
    assert_eq!(world.statuses_in(OTHER).await, "a canceled = canceled");
}

#[tokio::test]
async fn the_mode_says_who_is_next() {
    let (b, c) = (PipelineId(7), PipelineId(8));
    for (mode, expected) in [
        (ProcessMode::Unordered, [301, 201]),
        (ProcessMode::OldestFirst, [201, 301]),
        (ProcessMode::NewestFirst, [301, 201]),
        (ProcessMode::NewestReadyFirst, [301, 201]),
    ] {
        let world = World::new("a created group=g").await;
        world.processed(PIPELINE).await;
        let mut changed = group(&world).await;
        changed.process_mode = mode;
        world.app.replace(&changed);
        world.add(b, 201, "a created group=g").await;
        world.add(c, 301, "a created group=g").await;
        // The newer one asks first.
        world.processed(c).await;
        world.processed(b).await;
        let mut order = Vec::new();
        for holder in [101, expected[0], expected[1]] {
            assert_eq!(
                world.job(holder).await.build.status,
                Status::Pending,
                "{mode:?}"
            );
            order.push(holder);
            world.happens(holder, Event::Success).await;
        }
        assert_eq!(order.len(), 3);
        assert_eq!(group(&world).await.holder, None, "{mode:?}");
    }
}

/// The oldest pipeline's job comes first although it has not asked yet.
#[tokio::test]
async fn oldest_first_waits_for_what_is_to_come() {
    let world = World::new("a created | b created group=g").await;
    world.processed(PIPELINE).await;
    let mut changed = group(&world).await;
    changed.process_mode = ProcessMode::OldestFirst;
    world.app.replace(&changed);
    world.add(OTHER, 201, "a created group=g").await;
    world.processed(OTHER).await;
    let waits = "a waiting_for_resource = waiting_for_resource";
    assert_eq!(world.statuses_in(OTHER).await, waits);
    world.happens(101, Event::Success).await;
    assert_eq!(world.statuses().await, "a success, b pending = running");
    world.happens(102, Event::Success).await;
    assert_eq!(world.statuses_in(OTHER).await, "a pending = pending");
}

/// A manual job is not to come before somebody plays it.
#[tokio::test]
async fn manual_jobs_ask_when_they_are_played() {
    let world = World::new("a created manual af group=g").await;
    world.processed(PIPELINE).await;
    world.add(OTHER, 201, "a created group=g").await;
    world.processed(OTHER).await;
    assert_eq!(world.statuses_in(OTHER).await, "a pending = pending");
    world.does("a", "play", 200).await;
    let waits = "a waiting_for_resource = waiting_for_resource";
    assert_eq!(world.statuses().await, waits);
    world.happens(201, Event::Success).await;
    assert_eq!(world.statuses().await, "a pending = pending");
}

#[tokio::test]
async fn failed_jobs_run_again_as_often_as_they_may() {
    let world = World::new("a created retry=2 | b created, c created on_failure").await;
    world.processed(PIPELINE).await;
    let failed = || Event::Drop(FailureReason::ScriptFailure);
    world.happens(101, failed()).await;
    let again = "a pending, b created, c created = pending";
    assert_eq!(world.statuses().await, again);
    let picture = world.app.seed.store.picture(PROJECT, PIPELINE).await;
    let second = picture.unwrap().unwrap().pipeline.blocks[1].first.0;
    assert_eq!(world.job(101).await.build.retried_by.unwrap().0, second);
    world.happens(second, failed()).await;
    assert_eq!(world.statuses().await, again);
    let third = world.job(second).await.build.retried_by.unwrap().0;
    world.happens(third, failed()).await;
    let end = "a failed, b skipped, c pending = running";
    assert_eq!(world.statuses().await, end);
}

#[tokio::test]
async fn some_exit_codes_are_allowed() {
    for (code, status) in [(42, "success"), (1, "failed")] {
        let world = World::new("a created allowed=42").await;
        world.processed(PIPELINE).await;
        let failed = Event::Drop(FailureReason::ScriptFailure);
        assert!(world.happened(101, failed, Some(code)).await);
        world.processed(PIPELINE).await;
        assert_eq!(world.statuses().await, format!("a failed = {status}"));
    }
}

#[tokio::test]
async fn one_failure_cancels_all_where_the_workflow_says_so() {
    let world = World::new("a created, b created | c created").await;
    let mut pipeline = world.pipeline().await;
    let all = switchyard::pipeline::AutoCancelOnJobFailure::All;
    pipeline.auto_cancel.on_job_failure = all;
    world.app.replace(&pipeline);
    world.processed(PIPELINE).await;
    world.happens(101, Event::Run).await;
    world
        .happens(101, Event::Drop(FailureReason::ScriptFailure))
        .await;
    let end = "a failed, b canceled, c canceled = failed";
    assert_eq!(world.statuses().await, end);
}
