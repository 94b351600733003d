//! Several at once, and answers that are lost.

use futures::future::{join, join_all};
use http::Method;
use serde_json::json;
use switchyard_local::seed;
use switchyard_tests::wire::{Fault, Loss, Rule};

use super::{ALL, World, at};

#[tokio::test]
async fn of_twenty_for_whom_there_is_room_for_three_three_create_one() {
    let world = World::new().await;
    let mut project = seed::project(1, &[1.into()], "group1/project1");
    project.trigger_count = 24_997;
    world.app.replace(&project);
    let body = json!({ "description": "a" });
    let creating = (0..20).map(|_| world.app.post(ALL, &world.one, &body));
    let answers = join_all(creating).await;
    let (made, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|it| it.status == 201);
    assert_eq!(made.len(), 3);
    for answer in refused {
        let text = "Maximum number of pipeline triggers (25000) exceeded";
        let expected = json!({ "message": { "base": [text] } });
        assert_eq!((answer.status.as_u16(), answer.json()), (400, expected));
    }
    assert_eq!((world.counted(), world.rows()), (25_000, 3));
}

#[tokio::test]
async fn of_twenty_who_delete_one_one_does() {
    let world = World::new().await;
    let path = at(&world.made(json!({ "description": "a" })).await);
    world.made(json!({ "description": "b" })).await;
    let deleting = (0..20).map(|_| world.app.delete(&path, &world.one));
    let answers = join_all(deleting).await;
    let done = answers.iter().filter(|answer| answer.status == 204);
    assert_eq!(done.count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 204) {
        assert_eq!(answer.status, 404, "{answer:?}");
    }
    assert_eq!((world.counted(), world.rows()), (1, 1));
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
        let made = world.made(json!({ "description": "a" })).await;
        assert_eq!((fired.count(), world.rows(), world.counted()), (1, 1, 1));
        let token = made["token"].as_str().unwrap();
        let found = world.app.seed.store.trigger_of(token).await.unwrap();
        assert_eq!(found.unwrap().id.0, made["id"].as_u64().unwrap());
        let fired = lost();
        let change = json!({ "description": "b" });
        let changed = world.send(Method::PUT, &at(&made), &change).await;
        assert_eq!((changed.status.as_u16(), fired.count()), (200, 1));
        let fired = lost();
        let gone = world.app.delete(&at(&made), &world.one).await;
        assert_eq!((gone.status.as_u16(), fired.count()), (204, 1));
        assert_eq!((world.rows(), world.counted()), (0, 0));
    }
}

/// Once it carries the mark of its deletion nothing comes into being there.
#[tokio::test]
async fn one_creates_a_trigger_while_another_deletes_the_project() {
    for _ in 0..5 {
        let world = World::new().await;
        let body = json!({ "description": "a" });
        let (created, deleted) = join(
            world.app.post(ALL, &world.one, &body),
            world.app.delete("/api/v4/projects/1", &world.root),
        )
        .await;
        assert_eq!(deleted.status, 202, "{deleted:?}");
        assert!(matches!(created.status.as_u16(), 201 | 404), "{created:?}");
        for _ in 0..5 {
            world.app.sweep().await;
            world.app.pass(61);
        }
        assert_eq!(world.rows(), 0);
    }
}
