//! Jobs with `when: delayed`, which start by themselves, once and not before their time; and
//! jobs that wait or run for too long.

use switchyard::job::lifecycle::Event;
use switchyard_tests::wire::{Fault, Loss, Rule};

use super::{FIRST, PIPELINE, World};

/// A delayed job whose pipeline was just followed up: it starts five minutes later.
async fn scheduled() -> World {
    let world = World::new("a failed, b created delayed in=300 | c created").await;
    world.does("a", "retry", 201).await;
    let job = world.named("b").await.build;
    assert_eq!(job.status.as_str(), "scheduled");
    assert_eq!(job.deadline, job.scheduled_at);
    world
}

const WAITS: &str = "a pending, b scheduled, c created = running";
const STARTED: &str = "a pending, b pending, c created = pending";

#[tokio::test]
async fn it_starts_when_its_time_has_come() {
    let world = scheduled().await;
    for (seconds, expected) in [(0, WAITS), (299, WAITS), (1, STARTED), (600, STARTED)] {
        world.app.pass(seconds);
        world.app.sweep().await;
        assert_eq!(world.statuses().await, expected, "{seconds}");
    }
    let job = world.named("b").await.build;
    assert_eq!(job.scheduled_at, None);
    assert_eq!(world.pipeline().await.deadline, None);
}

#[tokio::test]
async fn who_plays_or_cancels_it_comes_first() {
    for (action, status, expected) in [("play", 200, STARTED), ("cancel", 201, "")] {
        let world = scheduled().await;
        world.does("b", action, status).await;
        let after = world.statuses().await;
        world.app.pass(600);
        let before = world.app.dump();
        world.app.sweep().await;
        assert_eq!(world.app.dump(), before, "{action}");
        assert_eq!(world.statuses().await, after);
        match action {
            "play" => assert_eq!(after, expected),
            _ => assert!(after.contains("b canceled"), "{after}"),
        }
    }
}

#[tokio::test]
async fn many_sweepers_and_one_who_plays_it_start_it_once() {
    for _ in 0..8 {
        let world = scheduled().await;
        world.app.pass(301);
        let revision = world.named("b").await.build.revision;
        let sweeps = || world.app.sweep_within(5_000);
        let play = world.act("b", "play", &world.developer);
        let (one, two, three, played) = futures::join!(sweeps(), sweeps(), sweeps(), play);
        for swept in [one, two, three] {
            swept.unwrap();
        }
        assert!([200, 400].contains(&played.status.as_u16()), "{played:?}");
        assert_eq!(world.statuses().await, STARTED);
        assert_eq!(world.named("b").await.build.revision, revision + 1);
    }
}

#[tokio::test]
async fn wherever_the_sweeper_dies_the_next_one_goes_on() {
    let mut died = 0;
    for call in 0..12 {
        for lost in [false, true] {
            let world = scheduled().await;
            world.app.pass(301);
            let faults = world.app.wire.faults();
            let fault = if lost {
                Fault::LostAnswer(Loss::Io)
            } else {
                Fault::InternalError
            };
            let first = Rule::new(fault).function("sweeper").after(call).times(1);
            let first = faults.add(first);
            let rest = Rule::new(Fault::InternalError).function("sweeper");
            faults.add(rest.after(call + 1));
            drop(world.app.sweep_within(5_000).await);
            faults.clear();
            died += u32::from(first.count() > 0);
            world.app.pass(61);
            world.app.sweep().await;
            assert_eq!(world.statuses().await, STARTED, "{call} {lost}");
            assert_eq!(world.pipeline().await.deadline, None, "{call} {lost}");
        }
    }
    assert!(died >= 12, "{died}");
}

/// What waits, runs or stops for too long comes to an end, not a second before.
#[tokio::test]
async fn what_takes_too_long_is_ended() {
    let hour = 60 * 60;
    for (before, event, seconds, reason, end) in [
        (
            "created",
            None,
            24 * hour,
            Some("stuck_or_timeout_failure"),
            "a failed, b skipped = failed",
        ),
        (
            "pending",
            Some(Event::Run),
            hour + 900,
            Some("job_execution_timeout"),
            "a failed, b skipped = failed",
        ),
        (
            "running",
            Some(Event::Cancel { graceful: true }),
            hour,
            None,
            "a canceled, b skipped = canceled",
        ),
    ] {
        let world = World::new(&format!("a {before} | b created")).await;
        match event {
            Some(event) => world.happens(FIRST, event).await,
            None => world.processed(PIPELINE).await,
        }
        let waits = world.statuses().await;
        for (passed, expected) in [(seconds - 1, &*waits), (1, end), (seconds, end)] {
            world.app.pass(passed);
            world.app.sweep().await;
            assert_eq!(world.statuses().await, expected, "{before} {passed}");
        }
        let job = world.named("a").await;
        let text = serde_json::to_value(job.build.failure_reason).unwrap();
        assert_eq!(text.as_str(), reason);
        assert_eq!((job.build.deadline, job.token_digest), (None, None));
        assert_eq!(world.pipeline().await.deadline, None);
    }
}
