//! Which schedules are due, and that each run is taken once.

use std::collections::BTreeSet;

use futures::future::join_all;
use http::Method;
use serde_json::json;
use switchyard::ids::PipelineId;
use switchyard::schedule::Schedule;
use switchyard::store::{Write, Written};
use switchyard::time::Time;
use switchyard_local::seed::{self, at};

use super::World;

fn ids(schedules: &[Schedule]) -> Vec<u64> {
    schedules.iter().map(|schedule| schedule.id.0).collect()
}

/// Takes a run for a pipeline, in a transaction as whoever publishes it does.
async fn advance(
    world: &World,
    schedule: &Schedule,
    next: Option<Time>,
    pipeline: u64,
) -> switchyard::error::Result<bool> {
    let advanced = schedule.advanced(next, PipelineId(pipeline));
    let edit = Write::edit(schedule, &advanced)?;
    let written = world.app.seed.store.write_all(vec![edit]).await?;
    Ok(written == Written::All)
}

#[tokio::test]
async fn those_are_due_whose_time_has_come_the_oldest_first() {
    let world = World::new().await;
    let store = &world.app.seed.store;
    // Number 1 was due at one o'clock, number 2 a minute earlier, and so on.
    for id in 1..=30 {
        let mut schedule = seed::schedule(1.into(), id, 3.into());
        let minutes = 60 - i64::try_from(id).unwrap();
        let midnight = at("2015-12-25T00:00:00.000Z").microseconds();
        let due = midnight + minutes * 60_000_000;
        schedule.next_run_at = Some(Time::from_microseconds(due));
        schedule.active = id % 10 != 0;
        world.app.seed.put(&schedule).await.unwrap();
    }
    let mut never = seed::schedule(1.into(), 31, 3.into());
    never.next_run_at = None;
    world.app.seed.put(&never).await.unwrap();
    for (now, limit, expected) in [
        ("2015-12-25T00:29:59.999Z", 100, vec![]),
        ("2015-12-25T00:31:00.000Z", 100, vec![29]),
        ("2015-12-25T00:35:00.000Z", 100, vec![29, 28, 27, 26, 25]),
        ("2015-12-25T00:42:00.000Z", 3, vec![29, 28, 27]),
        (
            "2015-12-26T00:00:00.000Z",
            100,
            (1..30).rev().filter(|id| id % 10 != 0).collect(),
        ),
    ] {
        let due = store.due_schedules(at(now), limit).await.unwrap();
        assert_eq!(ids(&due), expected, "{now}");
    }
}

#[tokio::test]
async fn of_twenty_who_take_a_run_one_gets_it() {
    let world = World::new().await;
    let path = world.one().await;
    let store = &world.app.seed.store;
    let now = at("2015-12-25T01:00:30.000Z");
    let due = store.due_schedules(now, 10).await.unwrap();
    assert_eq!(ids(&due), [1]);
    let next = Some(at("2015-12-26T01:00:00.000Z"));
    let taking = (1..=20).map(|pipeline| advance(&world, &due[0], next, pipeline));
    let taken: Vec<bool> = join_all(taking)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    assert_eq!(taken.iter().filter(|taken| **taken).count(), 1);
    assert!(store.due_schedules(now, 10).await.unwrap().is_empty());
    let shown = world.app.get(&path, &world.owner).await.json();
    assert_eq!(shown["next_run_at"], "2015-12-26T01:00:00.000Z");
    assert_eq!(shown["updated_at"], "2015-12-24T18:00:00.000Z");
    // The next one is another.
    let later = at("2015-12-26T01:00:00.000Z");
    let due = store.due_schedules(later, 10).await.unwrap();
    let winner = taken.iter().position(|taken| *taken).unwrap() as u64 + 1;
    assert_eq!(due[0].pipelines, [PipelineId(winner)]);
    assert!(advance(&world, &due[0], None, 21).await.unwrap());
    let never = at("2025-01-01T00:00:00.000Z");
    assert!(store.due_schedules(never, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn nobody_takes_a_run_of_what_was_changed_meanwhile() {
    let world = World::new().await;
    let store = &world.app.seed.store;
    let now = at("2015-12-25T02:00:00.000Z");
    let next = Some(at("2015-12-26T01:00:00.000Z"));
    for (method, change) in [
        (Method::PUT, json!({ "active": false })),
        (Method::PUT, json!({ "cron": "@hourly" })),
        (Method::PUT, json!({ "ref": "other" })),
        (Method::DELETE, json!({})),
    ] {
        let path = world.one().await;
        let due = store.due_schedules(now, 10).await.unwrap();
        let seen: BTreeSet<u64> = ids(&due).into_iter().collect();
        let id: u64 = path.rsplit('/').next().unwrap().parse().unwrap();
        assert!(seen.contains(&id), "{change}");
        let due = due.iter().find(|schedule| schedule.id.0 == id).unwrap();
        let changed = world.send(method, &path, &change).await;
        assert!(changed.status.is_success(), "{changed:?}");
        let before = world.app.dump();
        let taken = advance(&world, due, next, 1).await.unwrap();
        assert!(!taken, "{change}");
        assert!(
            world.app.dump() == before,
            "{change}: something was written"
        );
    }
}
