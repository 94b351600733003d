//! `POST /users`.

use futures::future::join;
use serde_json::{Value, json};
use switchyard::ids::UserId;
use switchyard_local::seed;
use switchyard_tests::wire::{Fault, Loss, Rule};
use switchyard_tests::{Caller, TestApp};

use super::{USERS, assert_refused, message, world};

const PASSWORD: &str = "x7-Long-enough";

fn grace() -> Value {
    json!({
        "email": "Grace@Example.com", "name": "Grace H.", "username": "Grace", "password": PASSWORD,
    })
}

/// A good request with one thing changed.
fn with(name: &str, value: Value) -> Value {
    let mut body = grace();
    body[name] = value;
    body
}

fn without(name: &str) -> Value {
    let mut body = grace();
    body.as_object_mut().unwrap().remove(name);
    body
}

#[tokio::test]
async fn an_administrator_gets_what_was_created() {
    let (app, root, _) = world().await;
    let answer = app.post(USERS, &root, &grace()).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let created = answer.json();
    for (name, value) in [
        ("username", json!("Grace")),
        ("name", json!("Grace H.")),
        ("email", json!("grace@example.com")),
        ("state", json!("active")),
        ("locked", json!(false)),
        ("web_url", json!("https://example.com/Grace")),
        ("created_at", json!("2015-12-24T18:00:00.000Z")),
        ("is_admin", json!(false)),
        ("external", json!(false)),
        ("private_profile", json!(false)),
        ("can_create_group", json!(true)),
        ("can_create_project", json!(true)),
        ("two_factor_enabled", json!(false)),
        ("identities", json!([])),
        ("note", json!(null)),
        ("public_email", json!("")),
        ("bot", json!(false)),
    ] {
        assert_eq!(created.get(name), Some(&value), "{name}");
    }
    assert_eq!(created["created_by"]["username"], "root");
    let id = created["id"].as_u64().unwrap();
    let path = format!("{USERS}/{id}");
    assert_eq!(app.get(&path, &root).await.json(), created);

    let namespace = created["namespace_id"].as_u64().unwrap();
    let shown = app
        .get(&format!("/api/v4/namespaces/{namespace}"), &root)
        .await;
    let shown = shown.json();
    for (name, value) in [
        ("kind", json!("user")),
        ("path", json!("Grace")),
        ("name", json!("Grace H.")),
        ("parent_id", json!(null)),
    ] {
        assert_eq!(shown.get(name), Some(&value), "{name}");
    }
    let token = app.add_token(UserId(id), |_| {}).await;
    assert_eq!(app.get("/api/v4/user", &token).await.json()["id"], id);
    let kept = format!("{:?}", app.dump());
    assert!(!kept.contains(PASSWORD), "a password is not kept");
}

#[tokio::test]
async fn all_that_can_be_set_at_once() {
    let (app, root, _) = world().await;
    let given = json!({
        "admin": true, "private_profile": true, "can_create_group": false, "projects_limit": 3,
        "bio": "b", "location": "l", "organization": "o", "website_url": "https://w.example",
        "job_title": "j", "linkedin": "li", "twitter": "t", "note": "n",
        "public_email": "grace@example.com",
    });
    let mut body = grace();
    for (name, value) in given.as_object().unwrap() {
        body[name] = value.clone();
    }
    body["skip_confirmation"] = json!(true);
    let created = app.post(USERS, &root, &body).await;
    assert_eq!(created.status, 201, "{created:?}");
    let created = created.json();
    for (name, value) in given.as_object().unwrap() {
        let name = if name == "admin" { "is_admin" } else { name };
        assert_eq!(created.get(name), Some(value), "{name}");
    }
    let external = json!({
        "email": "e@example.com", "name": "E", "username": "e", "reset_password": true,
        "external": true, "projects_limit": 10,
    });
    let created = app.post(USERS, &root, &external).await.json();
    assert_eq!(created["external"], true);
    assert_eq!(created["can_create_group"], false);
    assert_eq!(created["can_create_project"], false);
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let (app, root, _) = world().await;
    let before = app.dump();
    let no_password = "password, reset_password, force_random_password are missing, at least one \
                       parameter must be provided";
    let all = format!("email is missing, {no_password}, name is missing, username is missing");
    for (body, text) in [
        (json!({}), all.as_str()),
        (without("email"), "email is missing"),
        (without("name"), "name is missing"),
        (without("username"), "username is missing"),
        (without("password"), no_password),
        (with("admin", json!("maybe")), "admin is invalid"),
        (
            with("projects_limit", json!("many")),
            "projects_limit is invalid",
        ),
        (with("email", json!(["a@b"])), "email is invalid"),
    ] {
        let answer = app.post(USERS, &root, &body).await;
        assert_refused(&answer, 400, &json!({ "error": text }));
    }
    assert_eq!(app.dump(), before);
}

#[tokio::test]
async fn values_that_a_user_cannot_have() {
    let (app, root, _) = world().await;
    let before = app.dump();
    let format = "can contain only letters, digits, '_', '-' and '.'. Cannot start with '-' or end \
                  in '.', '.git' or '.atom'.";
    let too_long = "is too long (maximum is 255 characters)";
    let weak = "must not contain commonly used combinations of words and letters";
    let long = "x".repeat(256);
    for (name, value, text) in [
        ("email", "", "can't be blank"),
        ("email", "no address", "is invalid"),
        ("email", "@example.com", "is invalid"),
        ("email", "a@b@c", "is invalid"),
        ("email", "a b@example.com", "is invalid"),
        ("name", "", "can't be blank"),
        ("name", "  ", "can't be blank"),
        ("name", long.as_str(), too_long),
        ("username", "", "can't be blank"),
        ("username", "-a", format),
        ("username", "a.git", format),
        ("username", "a.atom", format),
        ("username", "a.", format),
        ("username", "a b", format),
        ("username", "a/b", format),
        ("username", "ü", format),
        ("username", long.as_str(), too_long),
        ("username", "api", "is a reserved name"),
        ("username", "Groups", "is a reserved name"),
        ("bio", long.as_str(), too_long),
        ("location", long.as_str(), too_long),
        ("organization", long.as_str(), too_long),
        (
            "public_email",
            "other@example.com",
            "is not an email you own",
        ),
        (
            "password",
            "1234567",
            "is too short (minimum is 8 characters)",
        ),
        ("password", "password", weak),
        ("password", "1-grace-1", weak),
        ("projects_limit", "-1", "must be greater than or equal to 0"),
        (
            "projects_limit",
            "9999999999999999999999",
            "must be less than or equal to 2147483647",
        ),
    ] {
        let answer = app.post(USERS, &root, &with(name, json!(value))).await;
        assert_refused(&answer, 400, &json!({ "message": { name: [text] } }));
    }
    let password = "x".repeat(129);
    let answer = app
        .post(USERS, &root, &with("password", json!(password)))
        .await;
    let text = "is too long (maximum is 128 characters)";
    let body = json!({ "message": { "password": [text] } });
    assert_refused(&answer, 400, &body);
    // Not to reset it takes a password.
    let mut body = without("password");
    body["reset_password"] = json!(false);
    let answer = app.post(USERS, &root, &body).await;
    let body = json!({ "message": { "password": ["can't be blank"] } });
    assert_refused(&answer, 400, &body);
    // All that is wrong is told at once.
    let mut body = with("username", json!("api"));
    body["name"] = json!("");
    let answer = app.post(USERS, &root, &body).await;
    let body = json!({
        "message": { "name": ["can't be blank"], "username": ["is a reserved name"] }
    });
    assert_refused(&answer, 400, &body);
    assert_eq!(app.dump(), before);
}

#[tokio::test]
async fn addresses_and_names_that_are_taken() {
    let (app, root, _) = world().await;
    let group = seed::group(30, &[], "Ladies");
    app.seed.put_group(&group).await.unwrap();
    let before = app.dump();
    let email = message("Email has already been taken");
    let username = message("Username has already been taken");
    let mut both = with("username", json!("ada"));
    both["email"] = json!("ADA@example.com");
    let mut bad_too = with("email", json!(" ada@example.com"));
    bad_too["username"] = json!("-");
    let mut bad_name_too = with("username", json!("ADA"));
    bad_name_too["name"] = json!("");
    for (body, status, answer) in [
        (with("email", json!("ada@example.com")), 409, email.clone()),
        (both, 409, email.clone()),
        (bad_too, 409, email),
        (with("username", json!("ADA")), 409, username.clone()),
        (bad_name_too, 409, username),
        (
            with("username", json!("lADIES")),
            400,
            json!({ "message": { "username": ["has already been taken"] } }),
        ),
    ] {
        assert_refused(&app.post(USERS, &root, &body).await, status, &answer);
    }
    assert_eq!(app.dump(), before);
}

#[tokio::test]
async fn the_other_spellings_of_parameters() {
    let (app, root, _) = world().await;
    let form = "email=a%40example.com&name=A&username=a1&force_random_password=1";
    let mut headers = root.headers();
    headers.push(("content-type", "application/x-www-form-urlencoded"));
    let answer = app.request(http::Method::POST, USERS, &headers, form).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let path =
        format!("{USERS}?email=b%40example.com&name=B&username=b1&reset_password=true&admin=false");
    let answer = app
        .request(http::Method::POST, &path, &root.headers(), "")
        .await;
    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(answer.json()["username"], "b1");
}

async fn named(app: &TestApp, root: &Caller, search: &str) -> usize {
    let path = format!("{USERS}?search={search}");
    app.get(&path, root).await.ids().len()
}

#[tokio::test]
async fn of_two_who_want_the_same_one_gets_it() {
    let (app, root, _) = world().await;
    for (round, clash) in ["email", "username"].into_iter().enumerate() {
        let body = |number: usize| {
            let own = format!("u{round}-{number}");
            let mut body = json!({
                "email": format!("{own}@example.com"), "name": "Twin", "username": own,
                "force_random_password": true,
            });
            body[clash] = json!(["same@example.com", "same"][round]);
            body
        };
        let (one, two) = (body(1), body(2));
        let (one, two) = join(app.post(USERS, &root, &one), app.post(USERS, &root, &two)).await;
        let mut statuses = [one.status.as_u16(), two.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409], "{clash}: {one:?} {two:?}");
    }
    assert_eq!(named(&app, &root, "twin").await, 2);
}

#[tokio::test]
async fn a_lost_answer_makes_no_second_user() {
    let (app, root, _) = world().await;
    let faults = app.wire.faults();
    let lost = || Rule::new(Fault::LostAnswer(Loss::Io)).action("dynamodb:TransactWriteItems");
    faults.add(lost().times(1));
    let answer = app.post(USERS, &root, &grace()).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(named(&app, &root, "grace").await, 1);

    let other = json!({
        "email": "b@example.com", "name": "Barbara", "username": "b", "reset_password": true,
    });
    faults.add(lost());
    assert_eq!(app.post(USERS, &root, &other).await.status, 503);
    faults.clear();
    let body = message("Email has already been taken");
    assert_refused(&app.post(USERS, &root, &other).await, 409, &body);
    assert_eq!(named(&app, &root, "barbara").await, 1);
}
