//! Groups and users with all that is below them, deleted at once: what one kind of work
//! leaves, the next one finds.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use switchyard_local::seed;
use switchyard_tests::dump::Dump;
use switchyard_tests::{Caller, TestApp};

/// What a sweep may look at and delete: far less than there is.
const BUDGET: usize = 15;

/// Sweeps, one a minute, after which everything must be gone.
const SWEEPS: usize = 60;

/// Creates something as an administrator, and answers its number.
async fn create(app: &TestApp, root: &Caller, path: &str, body: &Value) -> u64 {
    let answer = app.post(&format!("/api/v4{path}"), root, body).await;
    assert_eq!(answer.status, 201, "{path}: {answer:?}");
    answer.json()["id"].as_u64().unwrap()
}

/// A group with a subgroup, and a project in each; in all of them a bot and a member.
async fn create_group(app: &TestApp, root: &Caller, path: &str, member: u64) -> u64 {
    let top = create(app, root, "/groups", &json!({ "name": path, "path": path })).await;
    let body = json!({ "name": "Inner", "path": "inner", "parent_id": top });
    let inner = create(app, root, "/groups", &body).await;
    let mut owners = Vec::new();
    for group in [top, inner] {
        let body = json!({ "name": "Engine", "namespace_id": group });
        let project = create(app, root, "/projects", &body).await;
        owners.extend([format!("/groups/{group}"), format!("/projects/{project}")]);
    }
    for owner in owners {
        let body = json!({ "user_id": member, "access_level": 30 });
        create(app, root, &format!("{owner}/members"), &body).await;
        let body = json!({ "name": "robot", "scopes": ["api"], "expires_at": "2016-01-20" });
        create(app, root, &format!("{owner}/access_tokens"), &body).await;
    }
    top
}

/// Tables with other rows than before, but for what stays on purpose: numbers are not given
/// away twice, and revoked tokens go when they would have expired.
fn changed<'a>(before: &'a Dump, after: &'a Dump) -> BTreeSet<&'a str> {
    let stays = |table: &str| table.ends_with("counters") || table.ends_with("tokens");
    let names = after.rows.keys().map(String::as_str);
    names
        .filter(|name| !stays(name) && before.rows[*name] != after.rows[*name])
        .collect()
}

#[tokio::test]
async fn all_below_a_group_and_a_user_goes_and_what_is_beside_them_stays() {
    let app = TestApp::new().await;
    let root = app.administrator().await;
    app.add_user(&seed::user(8, "grace")).await;
    create_group(&app, &root, "beside", 8).await;
    let before = app.dump();

    let person = json!({
        "name": "Ada", "username": "ada", "email": "ada@example.com", "force_random_password": true,
    });
    let ada = create(&app, &root, "/users", &person).await;
    let group = create_group(&app, &root, "top", ada).await;
    let notes = json!({ "name": "notes" });
    create(&app, &root, &format!("/projects/user/{ada}"), &notes).await;
    assert!(changed(&before, &app.dump()).len() >= 5);

    for path in [format!("groups/{group}"), format!("users/{ada}")] {
        let answer = app.delete(&format!("/api/v4/{path}"), &root).await;
        assert!(answer.status.is_success(), "{path}: {answer:?}");
    }
    for _ in 0..SWEEPS {
        app.sweep_within(BUDGET).await.unwrap();
        app.pass(61);
    }
    let after = app.dump();
    assert_eq!(changed(&before, &after), BTreeSet::new());
    assert_eq!(before.objects, after.objects);
    assert_eq!(app.wire.tape().violations(), [""; 0]);
}
