//! Many callers at once, with conflicts and lost answers: one effect, and every answer
//! makes sense.

use std::collections::BTreeMap;

use futures::future::join_all;
use serde_json::json;
use switchyard::ids::JobId;
use switchyard::job::Status;
use switchyard::pipeline::advance::advance;
use switchyard::store::{Write, Written};
use switchyard::variable::Owner;
use switchyard_tests::Answer;
use switchyard_tests::wire::{Fault, Loss, Rule};

use super::{FIRST, PIPELINE, PROJECT, World, erase, path};

const CALLERS: usize = 20;

/// What goes wrong meanwhile. The SDK and the store repeat what passes by itself.
fn troubles() -> Vec<Option<Fault>> {
    vec![
        None,
        Some(Fault::TransactionConflict),
        Some(Fault::LostAnswer(Loss::Io)),
        Some(Fault::Throttle),
    ]
}

async fn at_once(
    world: &World,
    action: &str,
    trouble: Option<Fault>,
) -> BTreeMap<u16, Vec<Answer>> {
    if let Some(fault) = trouble {
        world
            .app
            .wire
            .faults()
            .add(Rule::new(fault).chance(7, 5).times(40));
    }
    let calls = (0..CALLERS).map(|number| {
        let body = match action {
            "play" => json!({ "job_variables_attributes": [
                { "key": "NUMBER", "value": number.to_string() },
                { "key": format!("ONLY_{number}"), "value": "1" },
            ] }),
            _ => json!({}),
        };
        async move { world.act_with("a", action, &world.maintainer, &body).await }
    });
    let mut answers: BTreeMap<u16, Vec<Answer>> = BTreeMap::new();
    for answer in join_all(calls).await {
        answers
            .entry(answer.status.as_u16())
            .or_default()
            .push(answer);
    }
    world.app.wire.faults().clear();
    answers
}

/// Only these, and of all else no more than that a store was busy.
fn assert_statuses(answers: &BTreeMap<u16, Vec<Answer>>, sensible: &[u16], trouble: Option<Fault>) {
    for (status, answers) in answers {
        let busy = trouble.is_some() && [409, 503].contains(status);
        assert!(
            sensible.contains(status) || busy,
            "{trouble:?}: {status} {answers:?}"
        );
    }
}

async fn settle(world: &World) {
    world.app.pass(60);
    world.app.sweep().await;
    let pipeline = world.pipeline().await;
    assert_eq!((pipeline.deadline, pipeline.resets.len()), (None, 0));
}

#[tokio::test]
async fn twenty_cancel_a_job() {
    for trouble in troubles() {
        let world = World::new("a running | b created").await;
        let answers = at_once(&world, "cancel", trouble).await;
        assert_statuses(&answers, &[201], trouble);
        for answer in &answers[&201] {
            assert_eq!(answer.json()["status"], "canceled", "{trouble:?}");
        }
        settle(&world).await;
        assert_eq!(
            world.statuses().await,
            "a canceled, b skipped = canceled",
            "{trouble:?}"
        );
        let job = world.named("a").await;
        assert_eq!(job.build.revision, 2, "{trouble:?}: one effect");
    }
}

#[tokio::test]
async fn twenty_retry_a_job() {
    for trouble in troubles() {
        let world = World::new("a failed | b skipped").await;
        let answers = at_once(&world, "retry", trouble).await;
        assert_statuses(&answers, &[201, 403], trouble);
        let made = answers.get(&201).map_or(0, Vec::len);
        assert!(made <= 1, "{trouble:?}: {made} new jobs");
        settle(&world).await;
        assert_eq!(
            world.statuses().await,
            "a pending, b created = pending",
            "{trouble:?}"
        );
        let pipeline = world.pipeline().await;
        assert_eq!(pipeline.blocks.len(), 2, "{trouble:?}: no retry twice");
        let list = world
            .app
            .get("/api/v4/projects/1/jobs", &world.maintainer)
            .await;
        assert_eq!(list.ids().len(), 3, "{trouble:?}");
        assert_eq!(list.header("x-total"), Some("3"), "{trouble:?}");
        assert_eq!(world.named("a").await.build.revision, 2, "{trouble:?}");
    }
}

/// The variables of the one who won, all of them and nobody else's.
#[tokio::test]
async fn twenty_play_a_job_with_other_variables() {
    for trouble in troubles() {
        let world = World::new("a manual | b skipped").await;
        let answers = at_once(&world, "play", trouble).await;
        assert_statuses(&answers, &[200, 400], trouble);
        let played = answers.get(&200).map_or(0, Vec::len);
        assert!(played <= 1, "{trouble:?}: played {played} times");
        settle(&world).await;
        assert_eq!(
            world.statuses().await,
            "a pending, b created = pending",
            "{trouble:?}"
        );
        let variables = world
            .app
            .seed
            .store
            .variables_of(Owner::Job(JobId(FIRST)))
            .await;
        let variables = variables.unwrap();
        assert_eq!(variables.len(), 2, "{trouble:?}: {variables:?}");
        let number = &variables[0].value;
        assert_eq!(variables[1].key, format!("ONLY_{number}"), "{trouble:?}");
        assert_eq!(world.named("a").await.build.revision, 2, "{trouble:?}");
    }
}

#[tokio::test]
async fn twenty_erase_a_job() {
    for trouble in troubles() {
        let world = World::new("a success").await;
        erase::furnish(&world, "a").await;
        let answers = at_once(&world, "erase", trouble).await;
        assert_statuses(&answers, &[201, 403], trouble);
        settle(&world).await;
        assert_eq!(erase::left(&world, FIRST), [""; 0], "{trouble:?}");
        let job = world.named("a").await;
        assert!(job.build.erased_at.is_some() && !job.erasing, "{trouble:?}");
        assert_eq!(job.build.revision, 2, "{trouble:?}: erased once");
    }
}

/// Cancel against retry against play, in any order: the job ends in one of the ways in
/// which it would have, had they come one after another.
#[tokio::test]
async fn different_actions_at_once_come_one_after_another() {
    let world = World::new("a manual, b failed | c skipped").await;
    let actions = [
        ("a", "play"),
        ("a", "cancel"),
        ("b", "retry"),
        ("b", "erase"),
        ("a", "retry"),
    ];
    let calls = actions.iter().cycle().take(20);
    let answers = join_all(calls.map(|(name, action)| async {
        (*action, world.act(name, action, &world.maintainer).await)
    }))
    .await;
    for (action, answer) in &answers {
        let status = answer.status.as_u16();
        assert!(
            [200, 201, 400, 403].contains(&status),
            "{action}: {answer:?}"
        );
    }
    settle(&world).await;
    let picture = world
        .app
        .seed
        .store
        .picture(PROJECT, PIPELINE)
        .await
        .unwrap()
        .unwrap();
    let retried = |id: u64| {
        let builds = picture.builds().into_iter();
        builds
            .filter(|build| build.retried_by.is_some() && build.id.0 == id)
            .count()
    };
    assert_eq!(retried(FIRST + 1), 1, "b was retried once");
    assert_eq!(
        picture.job(JobId(FIRST)).unwrap().build.status,
        Status::Canceled
    );
    assert_eq!(
        advance(&picture.pipeline, &picture.builds()),
        [],
        "nothing is left to decide"
    );
}

/// Design 6.4: somebody reads the pipeline and decides that `b` is to be skipped; before
/// that is written, `a` is retried. The decision must not land.
#[tokio::test]
async fn a_decision_on_an_older_picture_does_not_land() {
    let world = World::new("a failed | b created").await;
    let store = &world.app.seed.store;
    let picture = store.picture(PROJECT, PIPELINE).await.unwrap().unwrap();
    let decided = picture
        .decided(world.named("a").await.build.created_at)
        .unwrap();
    assert_eq!(
        decided.job(JobId(FIRST + 1)).unwrap().build.status,
        Status::Skipped
    );

    world.does("a", "retry", 201).await;
    let late = vec![
        Write::edit(&picture.jobs[0], &decided.jobs[0]).unwrap(),
        Write::edit(&picture.pipeline, &decided.pipeline).unwrap(),
    ];
    assert!(matches!(
        store.write_all(late).await.unwrap(),
        Written::Refused(_)
    ));
    assert_eq!(world.statuses().await, "a pending, b created = pending");
}

/// The same through the whole way: the sweeper has read and is held up while somebody
/// retries; in the end `b` waits for the new `a`.
#[tokio::test]
async fn whoever_is_late_decides_anew() {
    for seed in 0..6 {
        let world = World::new("a failed | b created, c created | d created").await;
        let mut pipeline = world.pipeline().await;
        pipeline.deadline = Some(pipeline.created_at);
        world.app.replace(&pipeline);
        let rule = Rule::new(Fault::TransactionConflict).action("dynamodb:TransactWriteItems");
        let rule = rule.chance(seed, 2).times(6);
        world.app.wire.faults().add(rule);
        let retry = world.act("a", "retry", &world.maintainer);
        let (_, retried) = futures::future::join(world.app.sweep(), retry).await;
        world.app.wire.faults().clear();
        assert_eq!(retried.status, 201, "{seed}: {retried:?}");
        settle(&world).await;
        let expected = "a pending, b created, c created, d created = pending";
        assert_eq!(world.statuses().await, expected, "{seed}");
    }
}

#[tokio::test]
async fn a_client_that_repeats_after_a_lost_answer_gets_one_effect() {
    let world = World::new("a running, b failed, c manual, d success").await;
    erase::furnish(&world, "d").await;
    for (name, action, again) in [
        ("a", "cancel", 201),
        ("b", "retry", 403),
        ("c", "play", 400),
        ("d", "erase", 403),
    ] {
        world.act(name, action, &world.maintainer).await;
        let before = world.app.dump();
        let answer = world.act(name, action, &world.maintainer).await;
        assert_eq!(answer.status, again, "{action}");
        assert_eq!(world.app.dump(), before, "{action}");
    }
    let shown = world.app.get(&path(FIRST, ""), &world.maintainer).await;
    assert_eq!(shown.json()["status"], "canceled");
}
