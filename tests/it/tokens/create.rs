//! Making personal access tokens.

use http::Method;
use serde_json::{Value, json};
use switchyard::token::Scope;
use switchyard_local::seed::{self, at};
use switchyard_tests::Caller;

use super::{OWN, World, error, holder, id, message};

const FOR_ALICE: &str = "/api/v4/users/2/personal_access_tokens";

#[tokio::test]
async fn an_administrator_makes_a_token_for_somebody() {
    let world = World::new().await;
    let body = json!({
        "name": "ci", "description": "for robots", "scopes": ["read_api", "read_user"],
        "expires_at": "2016-03-01",
    });
    let answer = world.post(FOR_ALICE, &world.root, body).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let caller = holder(&answer);
    let Caller::Token(token) = &caller else {
        unreachable!("a token")
    };
    let expected = json!({
        "id": id(&answer), "name": "ci", "description": "for robots", "revoked": false,
        "created_at": "2015-12-24T18:00:00.000Z", "scopes": ["read_api", "read_user"],
        "user_id": 2, "last_used_at": null, "active": true, "expires_at": "2016-03-01",
        "token": token,
    });
    assert_eq!(answer.json(), expected);

    // It is hers, with its scopes and until its day, and shown in clear only once.
    let user = world.app.get("/api/v4/user", &caller).await.json();
    assert_eq!(user["username"], "alice");
    assert_eq!(
        world
            .app
            .get("/api/v4/projects/1/jobs", &caller)
            .await
            .status,
        404
    );
    let mut shown = expected;
    shown.as_object_mut().unwrap().remove("token");
    for path in [
        "/api/v4/personal_access_tokens/self".to_owned(),
        format!("/api/v4/personal_access_tokens/{}", id(&answer)),
    ] {
        assert_eq!(world.app.get(&path, &caller).await.json(), shown, "{path}");
    }
    world.app.set_time(at("2016-02-29T23:59:59Z"));
    assert_eq!(world.status(&caller).await, 200);
    world.app.set_time(at("2016-03-01T00:00:00Z"));
    assert_eq!(world.status(&caller).await, 401);
}

#[tokio::test]
async fn a_token_lives_for_a_year_or_for_a_day_if_nothing_is_said() {
    let world = World::new().await;
    for body in [
        json!({ "name": "a", "scopes": ["api"] }),
        json!({ "name": "a", "scopes": ["api"], "expires_at": "" }),
        json!({ "name": "a", "scopes": ["api"], "expires_at": null, "description": null }),
        json!({ "name": "a", "scopes": ["api"], "expires_at": "2016-12-23" }),
    ] {
        let answer = world.post(FOR_ALICE, &world.root, body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        assert_eq!(answer.json()["expires_at"], "2016-12-23");
        assert_eq!(answer.json()["description"], Value::Null);
    }
    let body = json!({ "name": "a", "scopes": ["k8s_proxy"] });
    let answer = world.post(OWN, &world.alice, body).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(answer.json()["expires_at"], "2015-12-25");
    assert_eq!(answer.json()["user_id"], 2);
}

#[tokio::test]
async fn scopes_are_spelled_in_many_ways() {
    let world = World::new().await;
    let expected = json!(["read_api", "read_user"]);
    for scopes in [
        json!(["read_api", "read_user"]),
        json!("read_api,read_user"),
        json!("read_api, read_user"),
        json!(["read_api", "read_user", "read_api"]),
    ] {
        let body = json!({ "name": "a", "scopes": scopes });
        let answer = world.post(FOR_ALICE, &world.root, body).await;
        assert_eq!(answer.json()["scopes"], expected, "{scopes}");
    }
    let form = "name=a&scopes[]=read_api&scopes[]=read_user";
    let mut headers = world.root.headers();
    headers.push(("content-type", "application/x-www-form-urlencoded"));
    let in_query = format!("{FOR_ALICE}?{form}");
    for (path, body) in [(FOR_ALICE, form), (&in_query, "")] {
        let request = world.app.request(Method::POST, path, &headers, body);
        let answer = request.await;
        assert_eq!(answer.status, 201, "{answer:?}");
        assert_eq!(answer.json()["scopes"], expected);
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_a_400() {
    let world = World::new().await;
    for (body, text) in [
        (json!({}), "name is missing, scopes is missing"),
        (json!({ "name": "a" }), "scopes is missing"),
        (json!({ "scopes": ["api"] }), "name is missing"),
        (
            json!({ "name": "a", "scopes": ["api", "everything"] }),
            "scopes does not have a valid value",
        ),
        (
            json!({ "name": "a", "scopes": ["API"] }),
            "scopes does not have a valid value",
        ),
        (
            json!({ "name": "a", "scopes": { "a": "api" } }),
            "scopes is invalid",
        ),
        (
            json!({ "name": ["a"], "scopes": ["api"], "expires_at": "soon" }),
            "name is invalid, expires_at is invalid",
        ),
    ] {
        let expected = error(text);
        world
            .refused(Method::POST, FOR_ALICE, &world.root, body, expected)
            .await;
    }
    for scope in ["api", "read_api", "read_user", "sudo", "k8s_proxy,api"] {
        let body = json!({ "name": "a", "scopes": scope });
        let expected = error("scopes does not have a valid value");
        world
            .refused(Method::POST, OWN, &world.root, body, expected)
            .await;
    }
}

#[tokio::test]
async fn what_may_not_be_is_a_422_with_a_text() {
    let world = World::new().await;
    let long = "ü".repeat(256);
    for (body, text) in [
        (
            json!({ "name": "", "scopes": ["api"] }),
            "Name can't be blank",
        ),
        (
            json!({ "name": "  ", "scopes": ["api"] }),
            "Name can't be blank",
        ),
        (
            json!({ "name": "a", "scopes": [] }),
            "Scopes can't be blank",
        ),
        (
            json!({ "name": "", "scopes": "" }),
            "Name can't be blank and Scopes can't be blank",
        ),
        (
            json!({ "name": long, "scopes": ["api"] }),
            "Name is too long (maximum is 255 characters)",
        ),
        (
            json!({ "name": "a", "scopes": ["api"], "description": long }),
            "Description is too long (maximum is 255 characters)",
        ),
        (
            json!({ "name": "a", "scopes": ["api"], "expires_at": "2015-12-23" }),
            "Expires at cannot be a date in the past",
        ),
        (
            json!({ "name": "a", "scopes": ["api"], "expires_at": "2016-12-24" }),
            "Expires at must be before 2016-12-23",
        ),
        (
            json!({ "name": "a", "scopes": ["api"], "expires_at": "9999-12-31" }),
            "Expires at must be before 2016-12-23",
        ),
        (
            json!({ "name": "a", "scopes": ["api", "sudo"] }),
            "Scopes can only contain available scopes",
        ),
        (
            json!({ "name": "", "scopes": ["admin_mode"], "expires_at": "2015-12-23" }),
            "Name can't be blank, Scopes can only contain available scopes, and Expires at \
             cannot be a date in the past",
        ),
    ] {
        let expected = message(422, text);
        world
            .refused(Method::POST, FOR_ALICE, &world.root, body, expected)
            .await;
    }
    let body = json!({ "name": "a", "scopes": ["self_rotate"], "expires_at": "2016-12-24" });
    let expected = message(422, "Expires at must be before 2016-12-23");
    world
        .refused(Method::POST, OWN, &world.alice, body, expected)
        .await;
    // 255 characters are not too many, whatever bytes they take.
    let name = "ü".repeat(255);
    let body = json!({ "name": name, "scopes": ["api"], "description": name });
    let answer = world.post(FOR_ALICE, &world.root, body).await;
    assert_eq!(answer.json()["name"], name, "{answer:?}");
}

#[tokio::test]
async fn an_administrator_may_have_a_token_with_sudo() {
    let world = World::new().await;
    let body = json!({ "name": "a", "scopes": ["api", "sudo", "admin_mode"] });
    let path = "/api/v4/users/1/personal_access_tokens";
    let answer = world.post(path, &world.root, body).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let path = "/api/v4/user?sudo=alice";
    let user = world.app.get(path, &holder(&answer)).await.json();
    assert_eq!(user["username"], "alice");
}

#[tokio::test]
async fn there_is_no_token_for_nobody() {
    let world = World::new().await;
    let mut gone = seed::user(9, "gone");
    gone.deleted_at = Some(at("2015-12-24T17:00:00Z"));
    world.app.seed.put_user(&gone).await.unwrap();
    let body = json!({ "name": "a", "scopes": ["api"] });
    for user in ["9", "999", "0", "-1", "99999999999999999999"] {
        let path = format!("/api/v4/users/{user}/personal_access_tokens");
        let expected = message(404, "404 User Not Found");
        let body = body.clone();
        world
            .refused(Method::POST, &path, &world.root, body, expected)
            .await;
    }
    let path = "/api/v4/users/alice/personal_access_tokens";
    world
        .refused(
            Method::POST,
            path,
            &world.root,
            body,
            error("id is invalid"),
        )
        .await;
}

#[tokio::test]
async fn bots_make_no_tokens_for_themselves() {
    let world = World::new().await;
    let mut bot = seed::user(9, "bot");
    bot.bot = true;
    let bot = world.app.add_user(&bot).await;
    let body = json!({ "name": "a", "scopes": ["k8s_proxy"] });
    let expected = message(422, "Not permitted to create");
    world.refused(Method::POST, OWN, &bot, body, expected).await;
}

#[tokio::test]
async fn who_may_not_make_any() {
    let world = World::new().await;
    let narrow = world.token(50, &[Scope::ReadApi, Scope::K8sProxy]).await;
    let body = json!({ "name": "a", "scopes": ["k8s_proxy"] });
    let too_narrow = json!({
        "error": "insufficient_scope",
        "error_description":
            "The request requires higher privileges than provided by the access token.",
        "scope": "api",
    });
    for (path, caller, expected) in [
        (OWN, &Caller::Nobody, super::unauthorized()),
        (OWN, &narrow, (403, too_narrow)),
        (FOR_ALICE, &world.alice, message(403, "403 Forbidden")),
        (FOR_ALICE, &Caller::Nobody, super::unauthorized()),
    ] {
        let body = body.clone();
        world
            .refused(Method::POST, path, caller, body, expected)
            .await;
    }
}
