//! Pipelines of schedules: when their time has come, and at once when somebody plays them.

mod play;
mod whole;

use serde_json::{Value, json};
use switchyard::ids::ScheduleId;
use switchyard::schedule::Schedule;
use switchyard::store::{Key, Rows};
use switchyard_local::seed::at;

use super::{PROJECT, World};

const TEXT: &str = "a: {script: make, rules: [{if: '$CI_PIPELINE_SOURCE == \"schedule\"'}]}\n\
    b: {script: make, rules: [{if: '$WHAT == \"nightly\"'}]}\n";

/// A schedule of the maintainer, for one o'clock at night in UTC, and changed as it says.
async fn schedule(world: &World, changes: Value) -> Value {
    let mut body = json!({ "description": "nightly", "ref": "main", "cron": "0 1 * * *" });
    let changes = changes.as_object().unwrap().clone();
    body.as_object_mut().unwrap().extend(changes);
    let answer = world
        .post("pipeline_schedules", &world.maintainer, &body)
        .await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json()
}

async fn with_variable(world: &World) -> Value {
    let made = schedule(world, json!({})).await;
    let path = format!("pipeline_schedules/{}/variables", made["id"]);
    let body = json!({ "key": "WHAT", "value": "nightly" });
    let answer = world.post(&path, &world.maintainer, &body).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    made
}

async fn shown(world: &World, made: &Value) -> Value {
    world
        .get(&format!("pipeline_schedules/{}", made["id"]))
        .await
}

/// Its pipelines, as its own list and that of the project name them.
async fn runs(world: &World, made: &Value) -> Vec<Value> {
    let of_schedule = world
        .get(&format!("pipeline_schedules/{}/pipelines", made["id"]))
        .await;
    let all = world.get("pipelines?source=schedule&sort=asc").await;
    assert_eq!(of_schedule, all);
    all.as_array().unwrap().clone()
}

async fn row(world: &World, made: &Value) -> Schedule {
    let key = Key::Schedule(PROJECT, ScheduleId(made["id"].as_u64().unwrap()));
    let mut rows = Rows::default();
    let store = &world.app.seed.store;
    rows.load(store, [key.clone()]).await.unwrap();
    rows.get(&key).unwrap().unwrap()
}

fn set(world: &World, time: &str) {
    world.app.set_time(at(time));
}

#[tokio::test]
async fn what_is_due_runs_once_with_its_variables() {
    let world = World::configured(TEXT).await;
    let made = with_variable(&world).await;
    set(&world, "2015-12-25T00:59:59.999Z");
    world.app.sweep().await;
    assert_eq!(runs(&world, &made).await, [Value::Null; 0]);
    for (time, count, next) in [
        ("2015-12-25T01:00:00.000Z", 1, "2015-12-26T01:00:00.000Z"),
        ("2015-12-25T01:01:00.000Z", 1, "2015-12-26T01:00:00.000Z"),
        ("2015-12-26T01:00:30.000Z", 2, "2015-12-27T01:00:00.000Z"),
        // What was missed is not made up for.
        ("2015-12-30T12:00:00.000Z", 3, "2015-12-31T01:00:00.000Z"),
        ("2015-12-30T12:01:00.000Z", 3, "2015-12-31T01:00:00.000Z"),
    ] {
        set(&world, time);
        world.app.sweep().await;
        let runs = runs(&world, &made).await;
        assert_eq!(runs.len(), count, "{time}");
        let shown = shown(&world, &made).await;
        assert_eq!(shown["next_run_at"], next, "{time}");
        assert_eq!(shown["updated_at"], made["updated_at"], "{time}");
        assert_eq!(
            shown["last_pipeline"]["id"],
            runs[count - 1]["id"],
            "{time}"
        );
        let pipeline = world
            .get(&format!("pipelines/{}", runs[count - 1]["id"]))
            .await;
        assert_eq!(pipeline["source"], "schedule");
        assert_eq!(pipeline["user"]["id"], 40);
        let jobs = world.jobs(&pipeline["id"]).await;
        assert_eq!(jobs, "test/a pending, test/b pending", "{time}");
    }
}

#[tokio::test]
async fn the_zone_says_when() {
    for (zone, cron, now, first, second) in [
        (
            "Europe/Berlin",
            "0 9 * * *",
            "2015-12-24T18:00:00Z",
            "2015-12-25T08:00:00.000Z",
            "2015-12-26T08:00:00.000Z",
        ),
        (
            "America/New_York",
            "0 9 * * *",
            "2015-12-24T18:00:00Z",
            "2015-12-25T14:00:00.000Z",
            "2015-12-26T14:00:00.000Z",
        ),
        (
            "Asia/Kolkata",
            "30 0 * * *",
            "2015-12-24T18:00:00Z",
            "2015-12-24T19:00:00.000Z",
            "2015-12-25T19:00:00.000Z",
        ),
        // Clocks go forward in the night to March 27th, and back in that to October 30th.
        (
            "Europe/Berlin",
            "0 9 * * *",
            "2016-03-25T18:00:00Z",
            "2016-03-26T08:00:00.000Z",
            "2016-03-27T07:00:00.000Z",
        ),
        (
            "Europe/Berlin",
            "0 9 * * *",
            "2016-10-28T18:00:00Z",
            "2016-10-29T07:00:00.000Z",
            "2016-10-30T08:00:00.000Z",
        ),
    ] {
        let world = World::configured(TEXT).await;
        set(&world, now);
        let made = schedule(&world, json!({ "cron": cron, "cron_timezone": zone })).await;
        assert_eq!(made["next_run_at"], first, "{zone} {now}");
        world
            .app
            .set_time(switchyard::time::Time::from_microseconds(
                at(first).microseconds() - 1_000,
            ));
        world.app.sweep().await;
        assert_eq!(runs(&world, &made).await.len(), 0, "{zone} {now}");
        set(&world, first);
        world.app.sweep().await;
        assert_eq!(runs(&world, &made).await.len(), 1, "{zone} {now}");
        assert_eq!(
            shown(&world, &made).await["next_run_at"],
            second,
            "{zone} {now}"
        );
    }
}

#[tokio::test]
async fn inactive_ones_do_not_run() {
    let world = World::configured(TEXT).await;
    let never = schedule(&world, json!({ "active": false })).await;
    let made = schedule(&world, json!({})).await;
    let path = format!("/api/v4/projects/1/pipeline_schedules/{}", made["id"]);
    let body = json!({ "active": false });
    let answer = world.app.put(&path, &world.maintainer, &body).await;
    assert_eq!(answer.status, 200);
    set(&world, "2015-12-26T12:00:00.000Z");
    world.app.sweep().await;
    assert_eq!(runs(&world, &never).await, [Value::Null; 0]);
    // Who is switched on again starts with the next time, not with those in between.
    let body = json!({ "active": true });
    world.app.put(&path, &world.maintainer, &body).await;
    world.app.sweep().await;
    assert_eq!(runs(&world, &made).await, [Value::Null; 0]);
    set(&world, "2015-12-27T01:00:00.000Z");
    world.app.sweep().await;
    assert_eq!(runs(&world, &made).await.len(), 1);
}
