//! What memberships open, and when: seen by what people can do then.

use serde_json::json;
use switchyard::job::Status;
use switchyard::member::Role;
use switchyard_local::seed::at;
use switchyard_tests::{Caller, TestApp};

use super::{INNER, OUTER, PROJECT, join, members, nested, one, user};

async fn reads_jobs(app: &TestApp, caller: &Caller) -> u16 {
    let answer = app.get("/api/v4/projects/7/jobs", caller).await;
    answer.status.as_u16()
}

#[tokio::test]
async fn a_membership_takes_effect_on_the_next_request() {
    let app = TestApp::new().await;
    nested(&app).await;
    let owner = app.add_member(2, OUTER, Role::Owner).await;
    let ann = user(&app, 10, "ann").await;
    app.add_pipeline(7.into(), 1, 1, &[Status::Success]).await;
    for source in [OUTER, INNER, PROJECT] {
        assert_eq!(reads_jobs(&app, &ann).await, 404);
        let body = json!({ "user_id": 10, "access_level": 20 });
        assert_eq!(app.post(&members(source), &owner, &body).await.status, 201);
        assert_eq!(reads_jobs(&app, &ann).await, 200, "{source}");
        assert_eq!(app.delete(&one(source, 10), &owner).await.status, 204);
    }
    assert_eq!(reads_jobs(&app, &ann).await, 404);
}

#[tokio::test]
async fn a_membership_ends_on_its_day() {
    let app = TestApp::new().await;
    nested(&app).await;
    let owner = app.add_member(2, OUTER, Role::Owner).await;
    let ann = user(&app, 10, "ann").await;
    let body = json!({ "user_id": 10, "access_level": 20, "expires_at": "2015-12-26" });
    assert_eq!(app.post(&members(INNER), &owner, &body).await.status, 201);
    app.set_time(at("2015-12-25T23:59:59.999Z"));
    assert_eq!(reads_jobs(&app, &ann).await, 200);
    app.set_time(at("2015-12-26T00:00:00.000Z"));
    assert_eq!(reads_jobs(&app, &ann).await, 404);
    for path in [one(INNER, 10), format!("{}/all/10", members(PROJECT))] {
        assert_eq!(app.get(&path, &owner).await.status, 404, "{path}");
    }
    let all = format!("{}/all", members(PROJECT));
    assert_eq!(app.get(&all, &owner).await.ids(), [2]);
    // Who ended by today's date ends at once.
    let body = json!({ "user_id": 10, "access_level": 20, "expires_at": "2015-12-26" });
    assert_eq!(app.post(&members(INNER), &owner, &body).await.status, 201);
    assert_eq!(reads_jobs(&app, &ann).await, 404);
}

#[tokio::test]
async fn the_highest_role_counts() {
    let app = TestApp::new().await;
    nested(&app).await;
    let outer_owner = app.add_member(2, OUTER, Role::Owner).await;
    let ann = app.add_member(10, OUTER, Role::Guest).await;
    user(&app, 11, "bob").await;
    let bob = json!({ "user_id": 11, "access_level": 20 });
    let add = async |expected: u16| {
        let answer = app.post(&members(PROJECT), &ann, &bob).await;
        assert_eq!(answer.status, expected, "{answer:?}");
    };
    add(403).await;
    join(&app, INNER, 10, Role::Maintainer, |_| {});
    add(201).await;
    // A lower role right in the project takes nothing away.
    join(&app, PROJECT, 10, Role::Guest, |_| {});
    assert_eq!(app.delete(&one(PROJECT, 11), &ann).await.status, 204);
    // And one in the group takes a maintainer of the group to be more.
    let answer = app
        .put(
            &one(INNER, 10),
            &outer_owner,
            &json!({ "access_level": 10 }),
        )
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    add(403).await;
}

#[tokio::test]
async fn who_is_lowered_can_do_less() {
    let app = TestApp::new().await;
    nested(&app).await;
    let owner = app.add_member(2, OUTER, Role::Owner).await;
    let ann = app.add_member(10, INNER, Role::Owner).await;
    let rename = json!({ "name": "Mine" });
    let path = "/api/v4/groups/2";
    assert_eq!(app.put(path, &ann, &rename).await.status, 200);
    let lower = json!({ "access_level": 40 });
    assert_eq!(app.put(&one(INNER, 10), &owner, &lower).await.status, 200);
    assert_eq!(app.put(path, &ann, &rename).await.status, 403);
}
