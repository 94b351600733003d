//! The last owner of a group stays.

use serde_json::json;
use switchyard::ids::UserId;
use switchyard::member::Role;
use switchyard::time::Day;
use switchyard_local::seed::{self, at};
use switchyard_tests::TestApp;
use switchyard_tests::wire::{Fault, Loss, Rule};

use super::{INNER, OUTER, PROJECT, assert_refused, join, members, message, nested, one, user};

#[tokio::test]
async fn the_last_owner_neither_leaves_nor_becomes_less() {
    let app = TestApp::new().await;
    nested(&app).await;
    let owner = app.add_member(2, OUTER, Role::Owner).await;
    let root = app.administrator().await;
    app.add_member(3, OUTER, Role::Maintainer).await;
    // Who owned it once, is gone, or is no person does not count.
    user(&app, 4, "past").await;
    join(&app, OUTER, 4, Role::Owner, |it| {
        it.expires_at = Day::parse("2015-12-24")
    });
    let mut gone = seed::user(5, "gone");
    gone.deleted_at = Some(at("2015-12-24T17:00:00.000Z"));
    app.add_user(&gone).await;
    join(&app, OUTER, 5, Role::Owner, |_| {});
    let mut robot = seed::user(6, "robot");
    robot.bot = true;
    app.add_user(&robot).await;
    join(&app, OUTER, 6, Role::Owner, |_| {});
    // And who owns what is below does not either.
    join(&app, INNER, 3, Role::Owner, |_| {});

    let path = one(OUTER, 2);
    for caller in [&owner, &root] {
        assert_refused(
            &app,
            app.delete(&path, caller),
            403,
            message("403 Forbidden"),
        )
        .await;
        for body in [
            json!({ "access_level": 40 }),
            json!({ "access_level": 50, "expires_at": "2016-01-01" }),
        ] {
            let ask = app.put(&path, caller, &body);
            assert_refused(&app, ask, 403, message("403 Forbidden")).await;
        }
    }
    // With another owner both are possible.
    let raise = json!({ "access_level": 50 });
    assert_eq!(app.put(&one(OUTER, 3), &owner, &raise).await.status, 200);
    let lower = json!({ "access_level": 40 });
    assert_eq!(app.put(&path, &owner, &lower).await.status, 200);
    let last = one(OUTER, 3);
    assert_refused(
        &app,
        app.delete(&last, &root),
        403,
        message("403 Forbidden"),
    )
    .await;
}

#[tokio::test]
async fn owners_above_count_and_projects_do_without() {
    let app = TestApp::new().await;
    nested(&app).await;
    let outer = app.add_member(2, OUTER, Role::Owner).await;
    let inner = app.add_member(3, INNER, Role::Owner).await;
    app.add_member(4, PROJECT, Role::Owner).await;
    assert_eq!(app.delete(&one(INNER, 3), &inner).await.status, 204);
    assert_eq!(app.delete(&one(PROJECT, 4), &outer).await.status, 204);
    // Also if it is oneself.
    let body = json!({ "user_id": 2, "access_level": 50 });
    assert_eq!(app.post(&members(INNER), &outer, &body).await.status, 201);
    assert_eq!(app.delete(&one(INNER, 2), &outer).await.status, 204);
}

#[tokio::test]
async fn of_two_owners_who_leave_at_once_one_stays() {
    for round in 0..6 {
        let app = TestApp::new().await;
        nested(&app).await;
        let ann = app.add_member(2, OUTER, Role::Owner).await;
        let bob = app.add_member(3, OUTER, Role::Owner).await;
        let (path_a, path_b) = (one(OUTER, 2), one(OUTER, 3));
        let lower = json!({ "access_level": 30 });
        let (a, b) = if round % 2 == 0 {
            futures::join!(app.delete(&path_a, &ann), app.delete(&path_b, &bob))
        } else {
            futures::join!(app.put(&path_a, &ann, &lower), app.delete(&path_b, &bob))
        };
        let good = [a.status, b.status].map(|it| it.is_success());
        assert_eq!(good.iter().filter(|good| **good).count(), 1, "{a:?} {b:?}");
        let refused = if good[0] { &b } else { &a };
        assert_eq!(refused.status, 403, "{refused:?}");
        let root = app.administrator().await;
        let list = app.get(&members(OUTER), &root).await.json();
        let owners = list.as_array().unwrap().iter();
        let owners = owners.filter(|member| member["access_level"] == 50);
        assert_eq!(owners.count(), 1, "{list}");
    }
}

/// The other one has left after this request has looked, and before it writes.
#[tokio::test]
async fn an_owner_who_has_just_left_does_not_count() {
    let app = TestApp::new().await;
    nested(&app).await;
    let ann = app.add_member(2, OUTER, Role::Owner).await;
    app.add_member(3, OUTER, Role::Owner).await;
    let mut group = seed::group(1, &[], "outer");
    group.owners_revision = 1;
    app.replace_before("dynamodb:TransactWriteItems", &group);
    app.replace_before(
        "dynamodb:TransactWriteItems",
        &seed::member(OUTER, UserId(3), Role::Guest),
    );
    let answer = app.delete(&one(OUTER, 2), &ann).await;
    assert_eq!(answer.status, 403, "{answer:?}");
    assert_eq!(app.get(&one(OUTER, 2), &ann).await.status, 200);
}

#[tokio::test]
async fn a_lost_answer_removes_one_owner() {
    let app = TestApp::new().await;
    nested(&app).await;
    let ann = app.add_member(2, OUTER, Role::Owner).await;
    let bob = app.add_member(3, OUTER, Role::Owner).await;
    let rule = Rule::new(Fault::LostAnswer(Loss::Io)).action("dynamodb:TransactWriteItems");
    let fired = app.wire.faults().add(rule.times(1));
    assert_eq!(app.delete(&one(OUTER, 2), &ann).await.status, 204);
    assert_eq!(fired.count(), 1);
    let path = one(OUTER, 3);
    assert_refused(&app, app.delete(&path, &bob), 403, message("403 Forbidden")).await;
}

/// Far down a list of members the owners are found as well.
#[tokio::test]
async fn among_very_many_members() {
    let app = TestApp::new().await;
    nested(&app).await;
    let ann = app.add_member(2, OUTER, Role::Owner).await;
    for id in 1_000..8_000 {
        join(&app, OUTER, id, Role::Guest, |_| {});
    }
    let path = one(OUTER, 2);
    assert_refused(&app, app.delete(&path, &ann), 403, message("403 Forbidden")).await;
    user(&app, 9_000, "zoe").await;
    join(&app, OUTER, 9_000, Role::Owner, |_| {});
    assert_eq!(app.delete(&path, &ann).await.status, 204);
}
