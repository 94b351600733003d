//! `POST …/members` for several users at once.

use serde_json::{Value, json};
use switchyard::member::Role;
use switchyard_tests::TestApp;

use super::{OUTER, PROJECT, assert_refused, join, members, message, nested, user};

#[tokio::test]
async fn all_are_added() {
    let app = TestApp::new().await;
    nested(&app).await;
    let owner = app.add_member(2, OUTER, Role::Owner).await;
    for id in 10..=15 {
        user(&app, id, &format!("u{id}")).await;
    }
    for body in [
        json!({ "user_id": "10,11", "access_level": 30 }),
        json!({ "username": "u12, U13", "access_level": 30 }),
        json!({ "user_id": [14, 15, 14], "access_level": 30, "expires_at": "2016-01-01" }),
    ] {
        let answer = app.post(&members(PROJECT), &owner, &body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        assert_eq!(answer.json(), json!({ "status": "success" }));
    }
    let list = app.get(&members(PROJECT), &owner).await;
    assert_eq!(list.ids(), [10, 11, 12, 13, 14, 15]);
    assert_eq!(list.json()[5]["expires_at"], "2016-01-01");
}

#[tokio::test]
async fn what_is_wrong_with_some_does_not_stop_the_others() {
    let app = TestApp::new().await;
    nested(&app).await;
    let owner = app.add_member(2, OUTER, Role::Owner).await;
    for (id, name) in [(10, "alice"), (11, "bob"), (12, "carol")] {
        user(&app, id, name).await;
    }
    join(&app, PROJECT, 10, Role::Guest, |_| {});
    join(&app, OUTER, 12, Role::Maintainer, |_| {});
    let body = json!({ "username": "alice,bob,carol,nobody", "access_level": 30 });
    let answer = app.post(&members(PROJECT), &owner, &body).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(
        answer.json(),
        json!({
            "status": "error",
            "message": {
                "alice": "Member already exists",
                "carol": "Access level should be greater than or equal to Maintainer inherited \
                          membership from group outer",
                "nobody": "User not found",
            },
        })
    );
    assert_eq!(app.get(&members(PROJECT), &owner).await.ids(), [10, 11]);
}

#[tokio::test]
async fn too_few_and_too_many() {
    let app = TestApp::new().await;
    nested(&app).await;
    let owner = app.add_member(2, OUTER, Role::Owner).await;
    let many: Vec<String> = (1..=101).map(|id: u64| id.to_string()).collect();
    for (users, text) in [
        (",".to_owned(), "No users specified."),
        (many.join(","), "Too many users specified (limit is 100)"),
    ] {
        let body = json!({ "user_id": users, "access_level": 30 });
        let path = members(PROJECT);
        let ask = app.post(&path, &owner, &body);
        let told = json!({ "status": "error", "message": text });
        assert_refused(&app, ask, 201, told).await;
    }
}

#[tokio::test]
async fn a_hundred_at_once() {
    let app = TestApp::new().await;
    nested(&app).await;
    let owner = app.add_member(2, OUTER, Role::Owner).await;
    let ids: Vec<u64> = (100..200).collect();
    for id in &ids {
        app.replace(&switchyard_local::seed::user(*id, &format!("u{id}")));
    }
    let body = json!({ "user_id": ids, "access_level": 20 });
    let answer = app.post(&members(PROJECT), &owner, &body).await;
    assert_eq!(answer.json(), json!({ "status": "success" }));
    let path = format!("{}?per_page=100", members(PROJECT));
    assert_eq!(app.get(&path, &owner).await.ids(), ids);
}

#[tokio::test]
async fn nobody_gives_several_more_than_they_have() {
    let app = TestApp::new().await;
    nested(&app).await;
    let maintainer = app.add_member(2, PROJECT, Role::Maintainer).await;
    user(&app, 10, "ann").await;
    let body: Value = json!({ "user_id": "10,99", "access_level": 50 });
    let path = members(PROJECT);
    let ask = app.post(&path, &maintainer, &body);
    assert_refused(&app, ask, 403, message("403 Forbidden")).await;
}
