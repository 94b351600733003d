//! Lists in pages.

use serde_json::json;
use switchyard::user::User;
use switchyard_local::seed;
use switchyard_tests::Answer;

use super::{ALL, World};

fn ids(answer: &Answer) -> Vec<u64> {
    let list = answer.json();
    let list = list.as_array().unwrap().iter();
    list.map(|it| it["id"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn pages_follow_one_another() {
    let world = World::new().await;
    let mut expected = Vec::new();
    for number in 0..23 {
        let made = world
            .made(json!({ "description": number.to_string() }))
            .await;
        expected.push(made["id"].as_u64().unwrap());
    }
    for per_page in [1, 5, 23, 50] {
        let mut seen = Vec::new();
        let mut next = Some(format!("{ALL}?per_page={per_page}"));
        while let Some(path) = next {
            let answer = world.app.get(&path, &world.other).await;
            assert_eq!(answer.status, 200, "{path}");
            assert_eq!(answer.header("x-total"), Some("23"), "{path}");
            seen.extend(ids(&answer));
            next = answer.link("next");
        }
        assert_eq!(seen, expected, "by {per_page}");
    }
    for (path, status, body) in [
        ("page=3", 200, json!([])),
        (
            "page=0",
            400,
            json!({ "error": "page does not have a valid value" }),
        ),
    ] {
        let answer = world.app.get(&format!("{ALL}?{path}"), &world.one).await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()),
            (status, body),
            "{path}"
        );
    }
    let far = world.app.get(&format!("{ALL}?page=9999"), &world.one).await;
    assert_eq!(far.status, 405);
}

#[tokio::test]
async fn of_whoever_is_gone_the_triggers_stay_without_an_owner() {
    let world = World::new().await;
    world.made(json!({ "description": "a" })).await;
    let mut user: User = seed::user(2, "user2");
    user.deleted_at = Some(seed::at("2015-12-24T17:00:00.000Z"));
    world.app.replace(&user);
    let listed = world.app.get(ALL, &world.other).await;
    assert_eq!(listed.status, 200, "{listed:?}");
    assert_eq!(listed.json()[0]["owner"], json!(null));
}
