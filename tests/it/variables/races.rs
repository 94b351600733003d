//! Several at once, and answers that are lost.

use futures::future::{join, join_all};
use http::Method;
use serde_json::json;
use switchyard_local::seed;
use switchyard_tests::wire::{Fault, Loss, Rule};

use super::{HOMES, OF_GROUP, OF_PROJECT, World};

#[tokio::test]
async fn of_twenty_who_create_one_key_one_does() {
    let world = World::new().await;
    for home in HOMES {
        let bodies: Vec<_> = (0..20)
            .map(|number| json!({ "key": "A", "value": format!("value-{number}") }))
            .collect();
        let creating = bodies
            .iter()
            .map(|body| world.app.post(home, &world.root, body));
        let answers = join_all(creating).await;
        let made: Vec<_> = answers.iter().filter(|it| it.status == 201).collect();
        assert_eq!(made.len(), 1, "{home}");
        for lost in answers.iter().filter(|answer| answer.status != 201) {
            let text = json!({ "message": { "key": ["(A) has already been taken"] } });
            assert_eq!((lost.status.as_u16(), lost.json()), (400, text));
        }
        let shown = world.app.get(&format!("{home}/A"), &world.root).await;
        assert_eq!(shown.json(), made[0].json());
    }
    assert_eq!(world.counted(), [1, 1]);
}

#[tokio::test]
async fn of_twenty_for_whom_there_is_room_for_three_three_create_one() {
    let world = World::new().await;
    let mut project = seed::project(1, &[1.into()], "group1/project1");
    project.variable_count = 7_997;
    world.app.replace(&project);
    let mut group = seed::group(1, &[], "group1");
    group.variable_count = 29_997;
    world.app.replace(&group);
    for (home, what, limit) in [(OF_PROJECT, "project", 8_000), (OF_GROUP, "group", 30_000)] {
        let creating = (0..20).map(|number| {
            let body = json!({ "key": format!("KEY_{number}"), "value": "1" });
            world.create(home, body)
        });
        let answers = join_all(creating).await;
        let (made, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|it| it.status == 201);
        assert_eq!(made.len(), 3, "{home}");
        let text = format!("Maximum number of {what} ci variables ({limit}) exceeded");
        for answer in refused {
            assert_eq!(answer.status, 400, "{answer:?}");
            assert_eq!(answer.json(), json!({ "message": { "base": [text] } }));
        }
    }
    assert_eq!(world.counted(), [8_000, 30_000]);
}

#[tokio::test]
async fn twenty_create_and_delete_different_keys() {
    let world = World::new().await;
    for home in [OF_PROJECT, OF_GROUP] {
        let creating = (0..20).map(|number| {
            let body = json!({ "key": format!("KEY_{number}"), "value": "1" });
            world.create(home, body)
        });
        for answer in join_all(creating).await {
            assert_eq!(answer.status, 201, "{answer:?}");
        }
        let paths: Vec<String> = (0..10)
            .map(|number| format!("{home}/KEY_{number}"))
            .collect();
        let deleting = paths.iter().map(|path| world.app.delete(path, &world.root));
        for answer in join_all(deleting).await {
            assert_eq!(answer.status, 204, "{answer:?}");
        }
    }
    assert_eq!(world.counted(), [10, 10]);
}

/// Each change is right by itself; both together would be a masked value that cannot be.
#[tokio::test]
async fn two_changes_that_do_not_go_together() {
    for _ in 0..10 {
        let world = World::new().await;
        world
            .made(OF_PROJECT, json!({ "key": "A", "value": "0123456789" }))
            .await;
        let one = format!("{OF_PROJECT}/A");
        let (mask, shorten) = (json!({ "masked": true }), json!({ "value": "short" }));
        let (masked, shortened) = join(
            world.send(Method::PUT, &one, &mask),
            world.send(Method::PUT, &one, &shorten),
        )
        .await;
        let statuses = [masked.status.as_u16(), shortened.status.as_u16()];
        assert!(
            statuses.contains(&200) && statuses.contains(&400),
            "{statuses:?}"
        );
    }
}

#[tokio::test]
async fn changes_of_different_fields_are_all_kept() {
    let world = World::new().await;
    for home in HOMES {
        world.made(home, json!({ "key": "A", "value": "1" })).await;
        let one = format!("{home}/A");
        let changes = [
            json!({ "value": "2" }),
            json!({ "protected": true }),
            json!({ "raw": true }),
            json!({ "description": "new" }),
            json!({ "variable_type": "file" }),
        ];
        let sent = changes
            .iter()
            .map(|change| world.send(Method::PUT, &one, change));
        for answer in join_all(sent).await {
            assert_eq!(answer.status, 200, "{answer:?}");
        }
        let shown = world.app.get(&one, &world.root).await.json();
        for change in &changes {
            for (name, value) in change.as_object().unwrap() {
                assert_eq!(shown[name], *value, "{home}");
            }
        }
    }
}

#[tokio::test]
async fn a_lost_answer_of_a_store_has_one_effect() {
    let world = World::new().await;
    for (number, loss) in [Loss::Io, Loss::Timeout].into_iter().enumerate() {
        for home in HOMES {
            let lost = || {
                let rule = Rule::new(Fault::LostAnswer(loss)).action("dynamodb:TransactWriteItems");
                world.app.wire.faults().add(rule.times(1))
            };
            let key = format!("KEY_{number}");
            let one = format!("{home}/{key}");
            let fired = lost();
            world.made(home, json!({ "key": key, "value": "1" })).await;
            assert_eq!(fired.count(), 1);
            let fired = lost();
            let changed = world
                .send(Method::PUT, &one, &json!({ "value": "2" }))
                .await;
            assert_eq!((changed.status.as_u16(), fired.count()), (200, 1));
            let fired = lost();
            let gone = world.app.delete(&one, &world.root).await;
            assert_eq!((gone.status.as_u16(), fired.count()), (204, 1));
            world.made(home, json!({ "key": key, "value": "3" })).await;
        }
    }
    assert_eq!(world.counted(), [2, 2]);
}

/// Once it carries the mark of its deletion nothing comes into being there.
#[tokio::test]
async fn one_creates_a_variable_while_another_deletes_its_home() {
    for (home, variables) in [
        ("/api/v4/projects/1", OF_PROJECT),
        ("/api/v4/groups/1", OF_GROUP),
    ] {
        for _ in 0..5 {
            let world = World::new().await;
            let body = json!({ "key": "A", "value": "1" });
            let (created, deleted) = join(
                world.app.post(variables, &world.owner, &body),
                world.app.delete(home, &world.owner),
            )
            .await;
            assert_eq!(deleted.status, 202, "{deleted:?}");
            assert!(matches!(created.status.as_u16(), 201 | 404), "{created:?}");
            for _ in 0..5 {
                world.app.sweep().await;
                world.app.pass(61);
            }
            assert!(world.app.dump().rows["variables"].is_empty());
        }
    }
}
