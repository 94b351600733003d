//! Pipelines of schedules: when their time has come, and at once when somebody plays them.

use futures::future::join;
use http::Method;
use serde_json::{Value, json};
use sweeper::Work;
use switchyard::ids::{ScheduleId, UserId};
use switchyard::member::{Role, Source};
use switchyard::project::FeatureAccess;
use switchyard::schedule::Schedule;
use switchyard::store::{Key, Rows};
use switchyard::user::UserState;
use switchyard_local::seed::{self, at};
use switchyard_tests::wire::{Fault, Loss, Rule};

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

/// What keeps a schedule from making a pipeline: whether it is tried again next time.
#[tokio::test]
async fn who_may_not_any_more_is_switched_off_and_others_wait_for_the_next_time() {
    let next = json!("2015-12-26T01:00:00.000Z");
    for (what, goes_on) in [
        ("blocked", false),
        ("deleted", false),
        ("reporter", false),
        ("gone", false),
        ("protected", false),
        ("archived", false),
        ("builds disabled", false),
        ("no branch", true),
        ("wrong", true),
        ("filtered", true),
        ("no file", true),
    ] {
        let world = World::configured(TEXT).await;
        let body = json!({ "branch": "feature", "ref": "main" });
        let answer = world
            .post("repository/branches", &world.maintainer, &body)
            .await;
        assert_eq!(answer.status, 201);
        let answer = world
            .post(
                "pipeline_schedules",
                &world.developer,
                &json!({ "description": "a", "ref": "feature", "cron": "0 1 * * *" }),
            )
            .await;
        let made = answer.json();
        assert_eq!(answer.status, 201, "{made}");
        let before = world.pipelines();
        let mut project = world.project().await;
        let source = Source::Project(PROJECT);
        let mut developer = seed::user(30, "user30");
        match what {
            "blocked" => {
                developer.state = UserState::Blocked;
                world.app.replace(&developer);
            }
            "deleted" => {
                developer.deleted_at = Some(at("2015-12-24T19:00:00.000Z"));
                world.app.replace(&developer);
            }
            "reporter" => {
                let reporter = seed::member(source, UserId(30), Role::Reporter);
                world.app.replace(&reporter);
            }
            "gone" => {
                let path = "/api/v4/projects/1/members/30";
                let answer = world.app.delete(path, &world.maintainer).await;
                assert_eq!(answer.status, 204);
            }
            "protected" => {
                let body = json!({ "name": "feature" });
                let answer = world
                    .post("protected_branches", &world.maintainer, &body)
                    .await;
                assert_eq!(answer.status, 201);
            }
            "archived" => {
                project.archived = true;
                world.app.replace(&project);
            }
            "builds disabled" => {
                project.builds_access_level = FeatureAccess::Disabled;
                world.app.replace(&project);
            }
            "no branch" => {
                let path = "/api/v4/projects/1/repository/branches/feature";
                let answer = world.app.delete(path, &world.maintainer).await;
                assert_eq!(answer.status, 204);
            }
            "no file" => {
                project.ci_config_path = Some("nothing.yml".to_owned());
                world.app.replace(&project);
            }
            _ => {
                let text = match what {
                    "wrong" => "a: {script: make, needs: [b]}\n",
                    _ => "a: {script: make, rules: [{when: never}]}\n",
                };
                world
                    .commit(
                        "feature",
                        "Change it [skip ci]",
                        &[(".gitlab-ci.yml", text)],
                    )
                    .await;
            }
        }
        let expected = match what {
            "wrong" | "filtered" => before + 1,
            _ => before,
        };
        set(&world, "2015-12-25T01:00:00.000Z");
        world.app.sweep().await;
        world.app.pass(61);
        world.app.sweep().await;
        assert_eq!(world.pipelines(), expected, "{what}");
        let row = row(&world, &made).await;
        assert_eq!(row.active, goes_on, "{what}");
        let next_run_at = row.next_run_at.map(|time| json!(time.to_string()));
        assert_eq!(next_run_at, goes_on.then(|| next.clone()), "{what}");
        assert_eq!(row.pipelines, [], "{what}");
    }
}

#[tokio::test]
async fn wherever_the_sweeper_dies_a_run_has_one_pipeline() {
    let mut died = 0;
    for call in 0..30 {
        for lost in [false, true] {
            let world = World::configured(TEXT).await;
            let made = with_variable(&world).await;
            set(&world, "2015-12-25T01:00:00.000Z");
            let faults = world.app.wire.faults();
            if lost {
                let rule = Rule::new(Fault::LostAnswer(Loss::Io)).function("sweeper");
                faults.add(rule.after(call).times(1));
            }
            let rule = Rule::new(Fault::InternalError).function("sweeper");
            let fired = faults.add(rule.after(call));
            let budget = sweeper::Budget::default().left();
            let swept = world.app.sweep_only_within(Work::Schedules, budget).await;
            faults.clear();
            died += u32::from(fired.count() > 0);
            let what = format!("call {call}, lost {lost}, {swept:?}");
            for _ in 0..3 {
                world.app.pass(61);
                world.app.sweep().await;
            }
            let runs = runs(&world, &made).await;
            assert_eq!(runs.len(), 1, "{what}");
            assert_eq!(
                world.jobs(&runs[0]["id"]).await,
                "test/a pending, test/b pending",
                "{what}"
            );
            // Beside that of the first push nothing is left, seen or not.
            assert_eq!(world.pipelines(), 2, "{what}");
            let left = world.picture(&runs[0]["id"]).await.pipeline.deadline;
            assert_eq!(left, None, "{what}");
            let shown = shown(&world, &made).await;
            assert_eq!(shown["next_run_at"], "2015-12-26T01:00:00.000Z", "{what}");
        }
    }
    assert!(died > 24, "{died}");
}

#[tokio::test]
async fn of_two_sweepers_one_makes_it() {
    let world = World::configured(TEXT).await;
    let made = with_variable(&world).await;
    set(&world, "2015-12-25T01:00:00.000Z");
    let one = world.app.sweep_only(Work::Schedules);
    join(one, world.app.sweep_only(Work::Schedules)).await;
    assert_eq!(runs(&world, &made).await.len(), 1);
    for _ in 0..2 {
        world.app.pass(61);
        world.app.sweep().await;
    }
    assert_eq!(runs(&world, &made).await.len(), 1);
    assert_eq!(world.pipelines(), 2);
}

async fn play(world: &World, id: &Value, caller: &switchyard_tests::Caller) -> (u16, Value) {
    let path = format!("pipeline_schedules/{id}/play");
    let answer = world.post(&path, caller, &json!({})).await;
    (answer.status.as_u16(), answer.json())
}

fn created() -> (u16, Value) {
    (201, json!({ "message": "201 Created" }))
}

#[tokio::test]
async fn whoever_plays_one_runs_it_at_once_in_their_own_name() {
    let world = World::configured(TEXT).await;
    world.open_main().await;
    let made = with_variable(&world).await;
    let off = schedule(&world, json!({ "active": false })).await;
    for caller in [&world.developer, &world.root] {
        assert_eq!(play(&world, &made["id"], caller).await, created());
    }
    let runs = runs(&world, &made).await;
    let mut users = Vec::new();
    for run in &runs {
        let jobs = world.jobs(&run["id"]).await;
        assert_eq!(jobs, "test/a pending, test/b pending");
        let pipeline = world.get(&format!("pipelines/{}", run["id"])).await;
        assert_eq!(pipeline["source"], "schedule");
        users.push(pipeline["user"]["id"].clone());
    }
    assert_eq!(users, [30, 1]);
    let played = shown(&world, &made).await;
    for unchanged in ["next_run_at", "updated_at", "owner", "active"] {
        assert_eq!(played[unchanged], made[unchanged], "{unchanged}");
    }
    assert_eq!(played["last_pipeline"]["id"], runs[1]["id"]);
    // One that is switched off can be played, and stays so.
    assert_eq!(play(&world, &off["id"], &world.maintainer).await, created());
    let played = shown(&world, &off).await;
    assert_eq!(
        (&played["active"], &played["next_run_at"]),
        (&json!(false), &off["next_run_at"])
    );
    // The run that is due comes nevertheless.
    set(&world, "2015-12-25T01:00:00.000Z");
    world.app.sweep().await;
    let path = format!("pipeline_schedules/{}/pipelines", made["id"]);
    assert_eq!(world.get(&path).await.as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn who_may_not_play_it() {
    let world = World::configured(TEXT).await;
    let made = schedule(&world, json!({ "ref": "main" })).await;
    let nowhere = schedule(&world, json!({ "ref": "nothing" })).await;
    let source = Source::Project(PROJECT);
    let reporter = world.app.add_member(20, source, Role::Reporter).await;
    let stranger = world.app.add_user(&seed::user(10, "stranger")).await;
    let message = |status: u16, text: &str| (status, json!({ "message": text }));
    let base = |text: &str| (400, json!({ "message": { "base": [text] } }));
    let rule = json!({ "name": "main" });
    world
        .post("protected_branches", &world.maintainer, &rule)
        .await;
    let nobody = switchyard_tests::Caller::Nobody;
    let before = world.app.dump();
    for (id, caller, expected) in [
        (&made["id"], &nobody, message(401, "401 Unauthorized")),
        (
            &made["id"],
            &stranger,
            message(404, "404 Project Not Found"),
        ),
        (&made["id"], &reporter, message(403, "403 Forbidden")),
        (&made["id"], &world.developer, message(403, "403 Forbidden")),
        (
            &json!(99),
            &world.maintainer,
            message(404, "404 Pipeline Schedule Not Found"),
        ),
        (
            &nowhere["id"],
            &world.maintainer,
            base("Reference not found"),
        ),
    ] {
        assert_eq!(play(&world, id, caller).await, expected);
    }
    assert!(world.app.dump() == before);
    world
        .commit(
            "main",
            "Break it [skip ci]",
            &[(".gitlab-ci.yml", "a: {needs: [b], script: x}\n")],
        )
        .await;
    let told = base("a job: undefined need: b");
    assert_eq!(play(&world, &made["id"], &world.maintainer).await, told);
}

/// A schedule that somebody changes in the same moment is played as it is then.
#[tokio::test]
async fn a_change_meanwhile_counts() {
    let world = World::configured(TEXT).await;
    let made = schedule(&world, json!({})).await;
    let old = row(&world, &made).await;
    let changed = Schedule {
        description: "changed".to_owned(),
        revision: old.revision + 1,
        ..old
    };
    world
        .app
        .replace_before("dynamodb:TransactWriteItems", &changed);
    assert_eq!(
        play(&world, &made["id"], &world.maintainer).await,
        created()
    );
    assert_eq!(runs(&world, &made).await.len(), 1);
    assert_eq!(shown(&world, &made).await["description"], "changed");
    // What was begun in vain is taken away.
    for _ in 0..2 {
        world.app.pass(61);
        world.app.sweep().await;
    }
    assert_eq!(world.pipelines(), 2);
    let path = format!("/api/v4/projects/1/pipeline_schedules/{}", made["id"]);
    let answer = world
        .app
        .send(Method::DELETE, &path, &world.maintainer, &json!({}))
        .await;
    assert_eq!(answer.status, 204);
}
