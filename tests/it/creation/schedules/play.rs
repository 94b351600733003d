//! `POST /projects/:id/pipeline_schedules/:id/play`.

use serde_json::{Value, json};
use switchyard::member::{Role, Source};
use switchyard::schedule::Schedule;
use switchyard_local::seed;
use switchyard_tests::Caller;

use super::super::{PROJECT, World};
use super::{TEXT, row, runs, schedule, set, shown, with_variable};

async fn play(world: &World, id: &Value, caller: &Caller) -> (u16, Value) {
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
    let nobody = Caller::Nobody;
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
    let answer = world.app.delete(&path, &world.maintainer).await;
    assert_eq!(answer.status, 204);
}
