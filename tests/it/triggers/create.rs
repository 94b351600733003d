//! What a trigger can be, and how many there can be.

use http::Method;
use serde_json::json;
use switchyard::project::{FeatureAccess, Project};
use switchyard_local::seed;

use super::{ALL, World, at, error, invalid};

#[tokio::test]
async fn a_trigger_is_answered_with_its_token_and_shown_with_the_beginning_of_it() {
    let world = World::new().await;
    let made = world.made(json!({ "description": "nightly" })).await;
    let token = made["token"].as_str().unwrap();
    let digits = token.strip_prefix("glptt-").unwrap();
    assert!(digits.len() > 40, "{token}");
    let is_hex = |c: char| matches!(c, '0'..='9' | 'a'..='f');
    assert!(digits[..40].chars().all(is_hex), "{token}");
    let mut expected = json!({
        "id": 1, "token": token, "description": "nightly",
        "created_at": "2015-12-24T18:00:00.000Z", "updated_at": "2015-12-24T18:00:00.000Z",
        "last_used": null, "expires_at": null,
        "owner": { "id": 2, "username": "user2", "public_email": "", "name": "user2",
            "state": "active", "locked": false, "avatar_url": null,
            "web_url": made["owner"]["web_url"] },
    });
    expected["owner"]["name"] = made["owner"]["name"].clone();
    assert_eq!(made, expected);
    expected["token"] = json!(digits[..4]);
    for caller in [&world.one, &world.other, &world.root] {
        let shown = world.app.get(&at(&made), caller).await;
        assert_eq!(
            (shown.status.as_u16(), shown.json()),
            (200, expected.clone())
        );
        let listed = world.app.get(ALL, caller).await;
        assert_eq!(listed.json(), json!([expected]));
    }
    // What is stored does not tell the token.
    for (table, rows) in world.app.dump().rows {
        assert!(!rows.iter().any(|row| row.contains(token)), "{table}");
    }
}

#[tokio::test]
async fn it_may_expire() {
    let world = World::new().await;
    for (given, shown) in [
        ("2016-01-01T10:00:00Z", json!("2016-01-01T10:00:00.000Z")),
        (
            "2016-01-01T10:00:00+02:00",
            json!("2016-01-01T08:00:00.000Z"),
        ),
        ("2016-01-01", json!("2016-01-01T00:00:00.000Z")),
        ("", json!(null)),
    ] {
        let body = json!({ "description": "", "expires_at": given });
        let made = world.made(body).await;
        assert_eq!(made["expires_at"], shown, "{given}");
        assert_eq!(made["description"], "");
    }
}

#[tokio::test]
async fn what_a_trigger_cannot_be_is_refused() {
    let world = World::new().await;
    let long = "ä".repeat(256);
    world.made(json!({ "description": &long[2..] })).await;
    let too_long = ["is too long (maximum is 255 characters)"];
    for (body, expected) in [
        (json!({}), error("description is missing")),
        (
            json!({ "description": ["a"] }),
            error("description is invalid"),
        ),
        (
            json!({ "expires_at": "tomorrow" }),
            error("description is missing, expires_at is invalid"),
        ),
        (
            json!({ "description": "a", "expires_at": { "a": "b" } }),
            error("expires_at is invalid"),
        ),
        (
            json!({ "description": long }),
            invalid("description", &too_long),
        ),
    ] {
        world.refused(Method::POST, ALL, body, expected).await;
    }
}

#[tokio::test]
async fn there_is_room_for_so_many() {
    let world = World::new().await;
    let made = world.made(json!({ "description": "a" })).await;
    let mut project: Project = seed::project(1, &[1.into()], "group1/project1");
    project.trigger_count = 25_000;
    world.app.replace(&project);
    let text = "Maximum number of pipeline triggers (25000) exceeded";
    let body = json!({ "description": "b" });
    let expected = invalid("base", &[text]);
    world
        .refused(Method::POST, ALL, body.clone(), expected)
        .await;
    assert_eq!(world.app.delete(&at(&made), &world.one).await.status, 204);
    assert_eq!(world.counted(), 24_999);
    world.made(body).await;
    assert_eq!(world.counted(), 25_000);
}

#[tokio::test]
async fn where_builds_are_closed_there_is_nothing_to_trigger() {
    let world = World::new().await;
    for closed in [
        |project: &mut Project| project.archived = true,
        |project: &mut Project| project.builds_access_level = FeatureAccess::Disabled,
    ] {
        let mut project = seed::project(1, &[1.into()], "group1/project1");
        closed(&mut project);
        world.app.replace(&project);
        let forbidden = (403, json!({ "message": "403 Forbidden" }));
        for (method, body) in [
            (Method::GET, json!({})),
            (Method::POST, json!({ "description": "a" })),
        ] {
            world.refused(method, ALL, body, forbidden.clone()).await;
        }
    }
}
