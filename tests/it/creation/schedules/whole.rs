//! What keeps a run from its pipeline, and that each has one whatever dies.

use futures::future::join;
use serde_json::json;
use sweeper::Work;
use switchyard::ids::UserId;
use switchyard::member::{Role, Source};
use switchyard::project::FeatureAccess;
use switchyard::user::UserState;
use switchyard_local::seed::{self, at};
use switchyard_tests::wire::{Fault, Loss, Rule};

use super::super::{PROJECT, World};
use super::{TEXT, row, runs, set, shown, with_variable};

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
