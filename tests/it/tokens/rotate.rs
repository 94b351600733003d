//! Rotating: a new token in the place of an old one.

use http::Method;
use serde_json::{Value, json};
use switchyard::time::Day;
use switchyard::token::{Scope, Secret};
use switchyard_local::seed;
use switchyard_tests::Caller;

use super::{ALICE, TOKENS, World, error, holder, id, message, unauthorized};

fn at(number: impl std::fmt::Display) -> String {
    format!("{TOKENS}/{number}/rotate")
}

#[tokio::test]
async fn the_new_token_is_like_the_old_one_which_is_dead() {
    let world = World::new().await;
    for (number, path, by) in [
        (50, at(50), Some(&world.alice)),
        (51, at(51), Some(&world.root)),
        (52, at("self"), None),
        (53, at(53), None),
    ] {
        let secret = Secret::personal_access_token();
        let mut token = seed::access_token(number, ALICE, &secret, &[Scope::Api, Scope::ReadUser]);
        token.description = Some("for robots".to_owned());
        token.expires_at = Day::parse("2016-05-05");
        world.app.seed.put_token(&token).await.unwrap();
        let old = Caller::token(&secret);
        let answer = world.post(&path, by.unwrap_or(&old), json!({})).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let new = holder(&answer);
        let Caller::Token(text) = &new else {
            unreachable!("a token")
        };
        assert_ne!(id(&answer), number);
        let expected = json!({
            "id": id(&answer), "name": format!("token {number}"), "description": "for robots",
            "revoked": false, "created_at": "2015-12-24T18:00:00.000Z",
            "scopes": ["api", "read_user"], "user_id": 2, "last_used_at": null, "active": true,
            "expires_at": "2015-12-31", "token": text,
        });
        assert_eq!(answer.json(), expected);
        assert_eq!(world.status(&new).await, 200);
        let answer = world.app.get("/api/v4/user", &old).await;
        assert_eq!((answer.status.as_u16(), answer.json()), super::revoked());
        let shown = world
            .app
            .get(&format!("{TOKENS}/{number}"), &world.root)
            .await;
        assert_eq!(shown.json()["revoked"], true);
    }
}

#[tokio::test]
async fn the_day_on_which_it_expires() {
    let world = World::new().await;
    for (number, asked, given) in [
        (50, json!({ "expires_at": "2016-12-23" }), "2016-12-23"),
        (
            51,
            json!({ "expires_at": "2015-12-25T10:00:00Z" }),
            "2015-12-25",
        ),
        (52, json!({ "expires_at": "" }), "2015-12-31"),
        (53, json!({ "expires_at": null }), "2015-12-31"),
    ] {
        world.token(number, &[Scope::Api]).await;
        let answer = world.post(&at(number), &world.alice, asked).await;
        assert_eq!(answer.json()["expires_at"], given, "{answer:?}");
    }
    let own = world.token(54, &[Scope::SelfRotate]).await;
    let bad = |text: &str| message(400, &format!("400 Bad request - {text}"));
    for (day, expected) in [
        ("2016-12-24", bad("Expires at must be before 2016-12-23")),
        ("2015-12-23", bad("Expires at cannot be a date in the past")),
        ("soon", error("expires_at is invalid")),
        ("2016-02-30", error("expires_at is invalid")),
    ] {
        for (path, caller) in [(at(54), &world.alice), (at("self"), &own)] {
            let body = json!({ "expires_at": day });
            let expected = expected.clone();
            world
                .refused(Method::POST, &path, caller, body, expected)
                .await;
        }
    }
    let path = format!("{}?expires_at=2016-01-09", at("self"));
    let answer = world
        .app
        .request(Method::POST, &path, &own.headers(), "")
        .await;
    assert_eq!(answer.json()["expires_at"], "2016-01-09", "{answer:?}");
}

#[tokio::test]
async fn a_token_that_may_do_nothing_else_may_rotate_itself() {
    let world = World::new().await;
    let itself = world.token(50, &[Scope::SelfRotate]).await;
    let too_narrow = |scope: &str| {
        let description =
            "The request requires higher privileges than provided by the access token.";
        let body = json!({
            "error": "insufficient_scope", "error_description": description, "scope": scope,
        });
        (403, body)
    };
    // By its number it takes the scope `api`.
    world
        .refused(Method::POST, &at(50), &itself, json!({}), too_narrow("api"))
        .await;
    let reader = world.token(51, &[Scope::ReadApi]).await;
    let expected = too_narrow("api self_rotate");
    world
        .refused(Method::POST, &at("self"), &reader, json!({}), expected)
        .await;
    let answer = world.post(&at("self"), &itself, json!({})).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let answer = world.post(&at("self"), &holder(&answer), json!({})).await;
    assert_eq!(
        answer.json()["scopes"],
        json!(["self_rotate"]),
        "{answer:?}"
    );
}

#[tokio::test]
async fn what_is_not_theirs_is_not_rotated() {
    let world = World::new().await;
    world.token(50, &[Scope::Api]).await;
    for number in ["50", "999", "0", "99999999999999999999"] {
        let path = at(number);
        world
            .refused(Method::POST, &path, &world.bob, json!({}), unauthorized())
            .await;
    }
    let cases: [(&str, &Caller, (u16, Value)); 4] = [
        ("999", &world.root, message(404, "404 Not Found")),
        ("-1", &world.root, message(404, "404 Not Found")),
        ("x", &world.root, error("id is invalid")),
        ("50", &Caller::Nobody, unauthorized()),
    ];
    for (number, caller, expected) in cases {
        let path = at(number);
        world
            .refused(Method::POST, &path, caller, json!({}), expected)
            .await;
    }
}

#[tokio::test]
async fn a_revoked_token_is_not_rotated() {
    let world = World::new().await;
    world.token(50, &[Scope::Api]).await;
    let answer = world.post(&at(50), &world.alice, json!({})).await;
    let new = holder(&answer);
    for caller in [&world.alice, &world.root] {
        let expected = message(400, "400 Bad request - token already revoked");
        world
            .refused(Method::POST, &at(50), caller, json!({}), expected)
            .await;
    }
    assert_eq!(world.status(&new).await, 200);
}

#[tokio::test]
async fn who_rotates_with_a_replaced_token_loses_the_whole_family() {
    let world = World::new().await;
    for (number, by_number, stale) in [(50, false, 0), (60, true, 0), (70, false, 2)] {
        let mut family = vec![world.token(number, &[Scope::Api]).await];
        for _ in 0..4 {
            let answer = world
                .post(&at("self"), family.last().unwrap(), json!({}))
                .await;
            assert_eq!(answer.status, 200, "{answer:?}");
            family.push(holder(&answer));
        }
        // Anything else with an old one does no harm.
        assert_eq!(world.status(&family[stale]).await, 401);
        assert_eq!(world.status(&family[4]).await, 200);
        let path = if by_number { at(number) } else { at("self") };
        let answer = world.post(&path, &family[stale], json!({})).await;
        assert_eq!((answer.status.as_u16(), answer.json()), super::revoked());
        for token in &family {
            assert_eq!(world.status(token).await, 401);
        }
    }
    // Others that are hers are none of that family.
    assert_eq!(world.status(&world.alice).await, 200);
}

#[tokio::test]
async fn a_token_that_was_just_revoked_takes_nothing_along() {
    let world = World::new().await;
    let token = world.token(50, &[Scope::Api]).await;
    let path = format!("{TOKENS}/50");
    assert_eq!(world.app.delete(&path, &world.alice).await.status, 204);
    let before = world.app.dump();
    let answer = world.post(&at("self"), &token, json!({})).await;
    assert_eq!((answer.status.as_u16(), answer.json()), super::revoked());
    assert!(world.app.dump() == before);
}
