//! Showing and revoking one token.

use http::Method;
use serde_json::{Value, json};
use switchyard::token::Scope;
use switchyard_tests::Caller;

use super::{TOKENS, World, error, message, unauthorized};

fn at(number: impl std::fmt::Display) -> String {
    format!("{TOKENS}/{number}")
}

#[tokio::test]
async fn people_see_their_own_tokens_and_administrators_all() {
    let world = World::new().await;
    world.token(50, &[Scope::ReadUser]).await;
    for caller in [&world.alice, &world.root] {
        let token = world.app.get(&at(50), caller).await.json();
        assert_eq!((&token["id"], &token["user_id"]), (&json!(50), &json!(2)));
        assert_eq!(token["scopes"], json!(["read_user"]));
        assert_eq!(token.get("token"), None);
    }
    // What is not there and what is not theirs is one and the same to others.
    for number in ["50", "999", "0", "-1", "99999999999999999999"] {
        let expected = unauthorized();
        world
            .refused(Method::GET, &at(number), &world.bob, json!({}), expected)
            .await;
    }
    for number in ["999", "0", "-1", "99999999999999999999"] {
        let expected = message(404, "404 Not Found");
        world
            .refused(Method::GET, &at(number), &world.root, json!({}), expected)
            .await;
    }
    let expected = error("id is invalid");
    world
        .refused(Method::GET, &at("x1"), &world.root, json!({}), expected)
        .await;
}

#[tokio::test]
async fn a_revoked_token_is_dead_on_the_next_request() {
    let world = World::new().await;
    for (number, by) in [(50, &world.alice), (51, &world.root)] {
        let token = world.token(number, &[Scope::Api]).await;
        assert_eq!(world.status(&token).await, 200);
        let answer = world.app.delete(&at(number), by).await;
        assert_eq!((answer.status.as_u16(), answer.body.len()), (204, 0));
        let answer = world.app.get("/api/v4/user", &token).await;
        assert_eq!((answer.status.as_u16(), answer.json()), super::revoked());
        // Once more changes nothing, and is no fault: its answer may have been lost.
        let before = world.app.dump();
        assert_eq!(world.app.delete(&at(number), by).await.status, 204);
        assert!(world.app.dump() == before);
        let shown = world.app.get(&at(number), by).await.json();
        assert_eq!(
            (&shown["revoked"], &shown["active"]),
            (&json!(true), &json!(false))
        );
    }
    assert_eq!(world.status(&world.alice).await, 200);
}

#[tokio::test]
async fn a_token_revokes_itself_whatever_its_scopes() {
    let world = World::new().await;
    for (number, scope) in [
        (50, Scope::Api),
        (51, Scope::ReadUser),
        (52, Scope::K8sProxy),
    ] {
        let token = world.token(number, &[scope]).await;
        let answer = world.app.delete(&at("self"), &token).await;
        assert_eq!((answer.status.as_u16(), answer.body.len()), (204, 0));
        let again = world.app.delete(&at("self"), &token).await;
        assert_eq!((again.status.as_u16(), again.json()), super::revoked());
    }
}

#[tokio::test]
async fn a_body_in_json_does_no_harm() {
    let world = World::new().await;
    world.token(50, &[Scope::Api]).await;
    let answer = world
        .app
        .send(Method::DELETE, &at(50), &world.alice, &json!({}))
        .await;
    assert_eq!(answer.status, 204);
}

#[tokio::test]
async fn what_cannot_be_revoked() {
    let world = World::new().await;
    let reader = world.token(50, &[Scope::ReadApi]).await;
    let too_narrow = json!({
        "error": "insufficient_scope",
        "error_description":
            "The request requires higher privileges than provided by the access token.",
        "scope": "api",
    });
    let cases: [(&str, &Caller, (u16, Value)); 7] = [
        ("50", &world.bob, message(400, "400 Bad request")),
        ("999", &world.bob, message(404, "404 Not found")),
        ("999", &world.root, message(404, "404 Not found")),
        ("-1", &world.root, message(404, "404 Not found")),
        ("x", &world.root, error("id is invalid")),
        ("50", &Caller::Nobody, unauthorized()),
        ("50", &reader, (403, too_narrow)),
    ];
    for (number, caller, expected) in cases {
        world
            .refused(Method::DELETE, &at(number), caller, json!({}), expected)
            .await;
    }
}

#[tokio::test]
async fn a_job_token_is_none_of_these() {
    let world = World::with_project().await;
    let pipeline = world.app.add_pipeline(1.into(), 6, 101, &[]).await;
    let job = world.app.add_running_job(&pipeline, 101).await;
    let text = "400 Bad request - This endpoint requires token type to be a personal access token";
    for (method, path) in [
        (Method::GET, at("self")),
        (Method::GET, at("self/associations")),
        (Method::DELETE, at("self")),
    ] {
        world
            .refused(method, &path, &job, json!({}), message(400, text))
            .await;
    }
    for path in [
        at("self/rotate"),
        "/api/v4/projects/1/access_tokens/self/rotate".to_owned(),
    ] {
        let expected = message(405, "405 Method Not Allowed");
        world
            .refused(Method::POST, &path, &job, json!({}), expected)
            .await;
    }
    // Elsewhere it is as good as none.
    for (method, path) in [
        (Method::GET, TOKENS.to_owned()),
        (Method::GET, at(1002)),
        (Method::DELETE, at(1002)),
        (Method::POST, super::OWN.to_owned()),
        (Method::GET, "/api/v4/projects/1/access_tokens".to_owned()),
    ] {
        world
            .refused(method, &path, &job, json!({}), unauthorized())
            .await;
    }
}

/// What is promised: three calls after one another, where the rows were seen before.
#[tokio::test]
async fn making_and_revoking_a_token_of_ones_own_takes_three_rounds() {
    let world = World::new().await;
    let tape = world.app.wire.tape();
    world.app.wire.lockstep(true);
    let mut depths = Vec::new();
    for _ in 0..2 {
        let body = json!({ "name": "a", "scopes": ["k8s_proxy"] });
        tape.reset();
        let made = world.post(super::OWN, &world.alice, body).await;
        let making = tape.depth();
        tape.reset();
        let revoked = world.app.delete(&at(super::id(&made)), &world.alice).await;
        assert_eq!((made.status.as_u16(), revoked.status.as_u16()), (201, 204));
        depths.push((making, tape.depth()));
    }
    assert!(depths[1].0 <= 3 && depths[1].1 <= 3, "{depths:?}");

    // Lists, when they were seen before.
    for path in [TOKENS.to_owned(), format!("{TOKENS}/self/associations")] {
        tape.reset();
        let answer = world.app.get(&path, &world.alice).await;
        assert_eq!(answer.status, 200);
        assert!(tape.depth() <= 3, "{path}: {}", tape.depth());
    }
}
