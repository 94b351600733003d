//! `GET /users/:id`.

use serde_json::{Value, json};
use switchyard::user::UserState;
use switchyard_local::seed;
use switchyard_tests::Caller;

use super::{USERS, assert_refused, message, world};

const FOR_ADMINISTRATORS: [&str; 7] = [
    "email",
    "is_admin",
    "note",
    "namespace_id",
    "created_by",
    "identities",
    "using_license_seat",
];

#[tokio::test]
async fn administrators_see_more() {
    let (app, root, _) = world().await;
    let stranger = app.add_user(&seed::user(8, "stranger")).await;
    let path = format!("{USERS}/7");
    let seen = app.get(&path, &stranger).await.json();
    for (name, value) in [
        ("id", json!(7)),
        ("username", json!("ada")),
        ("name", json!("Ada L.")),
        ("state", json!("active")),
        ("web_url", json!("https://example.com/ada")),
        ("created_at", json!("2015-12-21T13:14:24.077Z")),
        ("bio", json!(null)),
        ("bot", json!(false)),
    ] {
        assert_eq!(seen.get(name), Some(&value), "{name}");
    }
    for name in FOR_ADMINISTRATORS {
        assert_eq!(seen.get(name), None, "{name}");
    }
    let seen = app.get(&path, &root).await.json();
    for name in FOR_ADMINISTRATORS {
        assert!(seen.get(name).is_some(), "{name}");
    }
    assert_eq!(seen["email"], "ada@example.com");
    assert_eq!(seen["is_admin"], false);
    assert_eq!(seen["namespace_id"], 5007);
}

#[tokio::test]
async fn who_is_asked_for_must_be_there() {
    let (app, root, ada) = world().await;
    let not_found = message("404 User Not Found");
    for id in ["999", "0", "99999999999999999999"] {
        for caller in [&root, &ada] {
            let answer = app.get(&format!("{USERS}/{id}"), caller).await;
            assert_refused(&answer, 404, &not_found);
        }
    }
    // Here GitLab has no route for anything but digits.
    for id in ["ada", "-7", "%2B7", "7.0", "7x"] {
        for below in ["", "/block"] {
            let path = format!("{USERS}/{id}{below}");
            let method = if below.is_empty() { "GET" } else { "POST" };
            let method = method.parse().unwrap();
            let answer = app.request(method, &path, &root.headers(), "").await;
            assert_refused(&answer, 404, &json!({ "error": "404 Not Found" }));
        }
    }
    let answer = app.get(&format!("{USERS}/7"), &Caller::Nobody).await;
    assert_refused(&answer, 403, &message("403 Forbidden - Not authorized!"));
}

#[tokio::test]
async fn a_private_profile_is_for_its_owner_and_administrators() {
    let (app, root, ada) = world().await;
    let stranger = app.add_user(&seed::user(8, "stranger")).await;
    let path = format!("{USERS}/7");
    let created_at = json!("2015-12-21T13:14:24.077Z");
    let body = json!({ "private_profile": true });
    assert_eq!(app.put(&path, &root, &body).await.status, 200);
    for (caller, expected) in [
        (&stranger, &Value::Null),
        (&ada, &created_at),
        (&root, &created_at),
    ] {
        let seen = app.get(&path, caller).await.json();
        assert_eq!(seen["created_at"], *expected);
    }
}

#[tokio::test]
async fn a_blocked_user_can_be_looked_up() {
    let (app, root, _) = world().await;
    let mut blocked = seed::user(8, "blocked");
    blocked.state = UserState::Blocked;
    app.add_user(&blocked).await;
    let seen = app.get(&format!("{USERS}/8"), &root).await.json();
    assert_eq!(seen["state"], "blocked");
}

/// `GET /user` has what the reference gives to administrators, and for them only.
#[tokio::test]
async fn the_callers_own_record() {
    let (app, root, ada) = world().await;
    let change = json!({ "note": "who keeps the books", "external": true });
    app.put(&format!("{USERS}/1"), &root, &change).await;
    let own = app.get("/api/v4/user", &root).await.json();
    assert_eq!(own["is_admin"], true);
    assert_eq!(own["note"], "who keeps the books");
    assert_eq!(own["namespace_id"], 5001);
    assert_eq!(own["external"], true);
    let own = app.get("/api/v4/user", &ada).await.json();
    for name in ["is_admin", "note", "namespace_id"] {
        assert_eq!(own.get(name), None, "{name}");
    }
    assert_eq!(own["external"], false);
}
