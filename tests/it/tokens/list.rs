//! Lists of personal access tokens: whose, which, in which order.

use http::Method;
use serde_json::{Value, json};
use switchyard::ids::{TokenId, UserId};
use switchyard::time::Day;
use switchyard::token::{AccessToken, Scope, Secret};
use switchyard_local::seed::{self, at};
use switchyard_tests::{Caller, TestApp};

use super::{ALICE, TOKENS, World, error, message, unauthorized};

async fn add(app: &TestApp, id: u64, change: impl FnOnce(&mut AccessToken)) {
    let secret = Secret::personal_access_token();
    let mut token = seed::access_token(id, ALICE, &secret, &[Scope::Api]);
    change(&mut token);
    app.seed.put_token(&token).await.unwrap();
}

/// The numbers that a list shows to somebody.
async fn ids(world: &World, query: &str, caller: &Caller) -> Vec<u64> {
    let path = format!("{TOKENS}{query}");
    let answer = world.app.get(&path, caller).await;
    assert_eq!(answer.status, 200, "{path}: {answer:?}");
    answer.ids()
}

#[tokio::test]
async fn people_list_their_own_and_administrators_all() {
    let world = World::new().await;
    add(&world.app, 50, |token| token.revoked = true).await;
    let own = json!({
        "id": 50, "name": "token 50", "revoked": true, "created_at": "2015-12-21T13:14:24.077Z",
        "description": null, "scopes": ["api"], "user_id": 2, "last_used_at": null,
        "active": false, "expires_at": null,
    });
    let answer = world.app.get(TOKENS, &world.alice).await;
    assert_eq!(answer.json()[0], own);
    assert_eq!(answer.header("x-total"), Some("2"));
    for query in ["", "?user_id=2", "?user_id="] {
        assert_eq!(
            ids(&world, query, &world.alice).await,
            [50, 1002],
            "{query}"
        );
    }
    let all = [50, 1001, 1002, 1003];
    assert_eq!(ids(&world, "", &world.root).await, all);
    assert_eq!(ids(&world, "?user_id=2", &world.root).await, [50, 1002]);
    assert_eq!(ids(&world, "?user_id=1", &world.root).await, [1001]);
}

#[tokio::test]
async fn who_asks_for_somebody_else() {
    let world = World::new().await;
    let mut gone = seed::user(9, "gone");
    gone.deleted_at = Some(at("2015-12-24T17:00:00Z"));
    world.app.seed.put_user(&gone).await.unwrap();
    for id in ["1", "3", "9", "999", "-1", "99999999999999999999"] {
        let path = format!("{TOKENS}?user_id={id}");
        let expected = unauthorized();
        world
            .refused(Method::GET, &path, &world.alice, json!({}), expected)
            .await;
    }
    for id in ["", "9", "999", "-1", "99999999999999999999"] {
        let path = format!("{TOKENS}?user_id={id}");
        let expected = message(404, "404 Not Found");
        world
            .refused(Method::GET, &path, &world.root, json!({}), expected)
            .await;
    }
}

#[tokio::test]
async fn every_filter_narrows_the_list() {
    let world = World::new().await;
    let app = &world.app;
    add(app, 50, |token| {
        "Deploy to Production".clone_into(&mut token.name);
        token.created_at = at("2015-12-01T00:00:00Z");
        token.expires_at = Day::parse("2016-01-01");
    })
    .await;
    add(app, 51, |token| {
        "deploy to staging".clone_into(&mut token.name);
        token.created_at = at("2015-12-10T00:00:00Z");
        token.last_used_at = Some(at("2015-12-11T00:00:00Z"));
        token.expires_at = Day::parse("2015-12-24");
    })
    .await;
    add(app, 52, |token| {
        "backup".clone_into(&mut token.name);
        token.created_at = at("2015-12-20T00:00:00Z");
        token.last_used_at = Some(at("2015-12-22T00:00:00Z"));
        token.revoked = true;
    })
    .await;
    // 1002 is the token that is asked with: made on the 21st, without an end.
    for (query, expected) in [
        ("revoked=true", vec![52]),
        ("revoked=False", vec![50, 51, 1002]),
        ("state=active", vec![50, 1002]),
        ("state=inactive", vec![51, 52]),
        ("created_before=2015-12-10T00:00:00Z", vec![50, 51]),
        ("created_before=2015-12-09", vec![50]),
        ("created_after=2015-12-20", vec![52, 1002]),
        ("last_used_before=2015-12-12", vec![51]),
        ("last_used_after=2015-12-12", vec![52]),
        ("last_used_after=2015-12-11T00:00:00Z", vec![51, 52]),
        ("expires_before=2016-01-01", vec![51]),
        ("expires_after=2016-01-01", vec![50]),
        ("search=DEPLOY", vec![50, 51]),
        ("search=staging%20deploy", vec![51]),
        ("search=nothing", vec![]),
        ("search=", vec![50, 51, 52, 1002]),
        ("state=active&search=deploy&revoked=false", vec![50]),
    ] {
        let query = format!("?{query}");
        assert_eq!(ids(&world, &query, &world.alice).await, expected, "{query}");
        let as_root = format!("{query}&user_id=2");
        assert_eq!(
            ids(&world, &as_root, &world.root).await,
            expected,
            "{query}"
        );
    }
    // The same over everybody's.
    assert_eq!(ids(&world, "?search=deploy", &world.root).await, [50, 51]);
    for (query, text) in [
        ("revoked=perhaps", "revoked is invalid"),
        ("state=dead", "state does not have a valid value"),
        ("created_before=then", "created_before is invalid"),
        ("created_after=then", "created_after is invalid"),
        ("last_used_before=then", "last_used_before is invalid"),
        ("last_used_after=then", "last_used_after is invalid"),
        ("expires_before=then", "expires_before is invalid"),
        ("expires_after=then", "expires_after is invalid"),
        ("user_id=alice", "user_id is invalid"),
        ("page=0", "page does not have a valid value"),
        ("per_page=0", "per_page has a value not allowed"),
        (
            "state=dead&page=x",
            "state does not have a valid value, page is invalid",
        ),
    ] {
        let path = format!("{TOKENS}?{query}");
        world
            .refused(Method::GET, &path, &world.alice, json!({}), error(text))
            .await;
    }
}

#[tokio::test]
async fn the_order_is_the_one_that_was_asked_for() {
    let world = World::new().await;
    for (id, name, expires, used) in [
        (50, "b", Some("2016-01-01"), None),
        (51, "C", None, Some("2015-12-22T00:00:00Z")),
        (52, "a", Some("2016-02-01"), Some("2015-12-23T00:00:00Z")),
        (53, "A", Some("2016-01-01"), None),
    ] {
        add(&world.app, id, |token| {
            name.clone_into(&mut token.name);
            token.expires_at = expires.and_then(Day::parse);
            token.last_used_at = used.map(at);
        })
        .await;
    }
    for (sort, expected) in [
        ("created_asc", [50, 51, 52, 53, 1002]),
        ("created_desc", [1002, 53, 52, 51, 50]),
        ("expires_asc", [53, 50, 52, 1002, 51]),
        ("expires_desc", [1002, 51, 52, 53, 50]),
        ("last_used_asc", [51, 52, 1002, 53, 50]),
        ("last_used_desc", [1002, 53, 50, 52, 51]),
        ("name_asc", [53, 52, 50, 51, 1002]),
        ("name_desc", [1002, 51, 50, 53, 52]),
        ("by_colour", [50, 51, 52, 53, 1002]),
        ("", [50, 51, 52, 53, 1002]),
    ] {
        for (query, caller) in [
            (format!("?sort={sort}"), &world.alice),
            (format!("?sort={sort}&user_id=2"), &world.root),
        ] {
            assert_eq!(ids(&world, &query, caller).await, expected, "{query}");
        }
    }
    let newest = "?sort=created_desc&per_page=2";
    assert_eq!(ids(&world, newest, &world.root).await, [1003, 1002]);
}

#[tokio::test]
async fn pages_have_totals_and_links() {
    let world = World::new().await;
    for id in 50..55 {
        add(&world.app, id, |_| {}).await;
    }
    let mut path = Some(format!("{TOKENS}?per_page=2"));
    let mut seen = Vec::new();
    while let Some(next) = path {
        let answer = world.app.get(&next, &world.alice).await;
        seen.extend(answer.ids());
        path = answer.link("next");
    }
    assert_eq!(seen, [50, 51, 52, 53, 54, 1002]);
    let answer = world
        .app
        .get(&format!("{TOKENS}?per_page=2&page=3"), &world.alice)
        .await;
    assert_eq!(answer.ids(), [54, 1002]);
    for (name, value) in [
        ("x-total", "6"),
        ("x-total-pages", "3"),
        ("x-next-page", ""),
        ("x-prev-page", "2"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{name}");
    }
    let answer = world
        .app
        .get(&format!("{TOKENS}?page=9"), &world.root)
        .await;
    assert_eq!(answer.json(), json!([]));
}

#[tokio::test]
async fn a_request_looks_at_a_bounded_number_of_tokens() {
    let world = World::new().await;
    for id in 5_001..7_010 {
        let secret = Secret::personal_access_token();
        let mut token = seed::access_token(id, ALICE, &secret, &[Scope::Api]);
        if id == 7_009 {
            "needle".clone_into(&mut token.name);
        }
        world.app.replace(&token);
        world.app.replace(&token.link());
    }
    let last = TokenId(7_009);
    let counter = switchyard::store::counters::Counter::Tokens;
    world
        .app
        .seed
        .store
        .skip_ids(counter, last.0)
        .await
        .unwrap();
    for caller in [&world.alice, &world.root] {
        let from_the_end = "?search=needle&sort=created_desc";
        assert_eq!(ids(&world, from_the_end, caller).await, [7_009]);
        let answer = world
            .app
            .get(&format!("{TOKENS}?search=needle"), caller)
            .await;
        assert_eq!((answer.json(), answer.header("x-total")), (json!([]), None));
        let answer = world
            .app
            .get(&format!("{TOKENS}?page=22&per_page=100"), caller)
            .await;
        assert_eq!(answer.status, 405);
        let text = answer.json()["error"].as_str().unwrap().to_owned();
        assert!(text.contains("maximum allowed offset of 2000"), "{text}");
        let answer = world.app.get(&format!("{TOKENS}?per_page=1"), caller).await;
        assert_eq!(answer.header("x-next-page"), Some("2"));
    }
}

#[tokio::test]
async fn administrators_see_the_tokens_of_bots_and_in_somebodys_place_only_theirs() {
    let world = World::with_project().await;
    let body = json!({ "name": "robot", "scopes": ["api"] });
    let path = "/api/v4/projects/1/access_tokens";
    let made = world.post(path, &world.alice, body).await;
    let number = super::id(&made);
    assert_eq!(ids(&world, "?search=robot", &world.root).await, [number]);
    assert_eq!(ids(&world, "", &super::holder(&made)).await, [number]);
    let sudo = world
        .app
        .add_token(UserId(1), |token| {
            token.id = TokenId(40);
            token.scopes = vec![Scope::Api, Scope::Sudo];
        })
        .await;
    assert_eq!(ids(&world, "?sudo=alice", &sudo).await, [1002]);
    let body: Value = world
        .app
        .get(&format!("{TOKENS}/self?sudo=alice"), &sudo)
        .await
        .json();
    assert_eq!(body["id"], 40);
}
