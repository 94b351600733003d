//! Several at once, and answers that are lost.

use futures::future::{join, join_all};
use http::Method;
use serde_json::json;
use switchyard_tests::wire::{Fault, Loss, Rule};

use super::{ALL, World, daily};

#[tokio::test]
async fn of_twenty_ten_create_a_schedule() {
    let world = World::new().await;
    let body = daily();
    let creating = (0..20).map(|_| world.app.post(ALL, &world.owner, &body));
    let answers = join_all(creating).await;
    let (made, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|it| it.status == 201);
    assert_eq!(made.len(), 10, "{answers:?}");
    for answer in refused {
        let text = "Maximum number of ci pipeline schedules (10) exceeded";
        let expected = json!({ "message": { "base": [text] } });
        assert_eq!((answer.status.as_u16(), answer.json()), (400, expected));
    }
    assert_eq!((world.counted(), world.rows("schedules")), (10, 10));
}

#[tokio::test]
async fn of_twenty_who_make_one_variable_one_does() {
    let world = World::new().await;
    let path = world.one().await;
    let all = format!("{path}/variables");
    let body = json!({ "key": "A", "value": "1" });
    let creating = (0..20).map(|_| world.send(Method::POST, &all, &body));
    let answers = join_all(creating).await;
    let made = answers.iter().filter(|answer| answer.status == 201);
    assert_eq!(made.count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        let expected = json!({ "message": { "key": ["has already been taken"] } });
        assert_eq!((answer.status.as_u16(), answer.json()), (400, expected));
    }
    assert_eq!(world.rows("variables"), 1);
}

/// A variable of a schedule that is gone would stay for ever.
#[tokio::test]
async fn a_schedule_leaves_no_variable_behind() {
    for _ in 0..5 {
        let world = World::new().await;
        let path = world.one().await;
        let all = format!("{path}/variables");
        let bodies: Vec<_> = (0..5)
            .map(|number| json!({ "key": format!("KEY_{number}"), "value": "1" }))
            .collect();
        let creating = bodies
            .iter()
            .map(|body| world.send(Method::POST, &all, body));
        let (created, deleted) = join(
            join_all(creating),
            world.app.delete(&path, &world.maintainer),
        )
        .await;
        assert_eq!(deleted.status, 204, "{deleted:?}");
        for answer in created {
            assert!(matches!(answer.status.as_u16(), 201 | 404), "{answer:?}");
        }
        assert_eq!((world.rows("variables"), world.counted()), (0, 0));
    }
}

#[tokio::test]
async fn changes_of_different_fields_are_all_kept() {
    let world = World::new().await;
    let path = world.one().await;
    let changes = [
        json!({ "description": "new" }),
        json!({ "ref": "develop" }),
        json!({ "cron": "0 12 * * *" }),
        json!({ "cron_timezone": "Asia/Tokyo" }),
    ];
    let sent = changes
        .iter()
        .map(|change| world.send(Method::PUT, &path, change));
    for answer in join_all(sent).await {
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    let shown = world.app.get(&path, &world.owner).await.json();
    for change in &changes {
        for (name, value) in change.as_object().unwrap() {
            assert_eq!(shown[name], *value);
        }
    }
    // Of both that say when it runs: noon in Tokyo.
    assert_eq!(shown["next_run_at"], "2015-12-25T03:00:00.000Z");
}

#[tokio::test]
async fn a_lost_answer_of_a_store_has_one_effect() {
    let world = World::new().await;
    for loss in [Loss::Io, Loss::Timeout] {
        let lost = || {
            let rule = Rule::new(Fault::LostAnswer(loss)).action("dynamodb:TransactWriteItems");
            world.app.wire.faults().add(rule.times(1))
        };
        let fired = lost();
        let path = world.one().await;
        assert_eq!((fired.count(), world.rows("schedules")), (1, 1));
        let (all, one) = (format!("{path}/variables"), format!("{path}/variables/A"));
        for (method, path, body, status) in [
            (Method::PUT, &path, json!({ "description": "b" }), 200),
            (Method::POST, &all, json!({ "key": "A", "value": "1" }), 201),
            (Method::PUT, &one, json!({ "value": "2" }), 200),
            (Method::DELETE, &one, json!({}), 202),
            (Method::POST, &all, json!({ "key": "A", "value": "1" }), 201),
            (Method::DELETE, &path, json!({}), 204),
        ] {
            let fired = lost();
            let answer = world.send(method, path, &body).await;
            assert_eq!(
                (answer.status.as_u16(), fired.count()),
                (status, 1),
                "{answer:?}"
            );
        }
        assert_eq!((world.rows("schedules"), world.rows("variables")), (0, 0));
        assert_eq!(world.counted(), 0);
    }
}

/// Once it carries the mark of its deletion nothing comes into being there.
#[tokio::test]
async fn one_creates_a_schedule_while_another_deletes_the_project() {
    for _ in 0..5 {
        let world = World::new().await;
        let body = daily();
        let (created, deleted) = join(
            world.app.post(ALL, &world.owner, &body),
            world.app.delete("/api/v4/projects/1", &world.root),
        )
        .await;
        assert_eq!(deleted.status, 202, "{deleted:?}");
        assert!(matches!(created.status.as_u16(), 201 | 404), "{created:?}");
        for _ in 0..5 {
            world.app.sweep().await;
            world.app.pass(61);
        }
        assert_eq!(world.rows("schedules"), 0);
    }
}
