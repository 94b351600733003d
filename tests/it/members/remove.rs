//! `DELETE …/members/:user_id`.

use serde_json::json;
use switchyard::ids::UserId;
use switchyard::member::Role;
use switchyard_local::seed;
use switchyard_tests::TestApp;
use switchyard_tests::wire::{Fault, Loss, Rule};

use super::{INNER, OUTER, PROJECT, assert_refused, join, members, message, nested, one};

#[tokio::test]
async fn by_those_who_may_and_by_oneself() {
    let app = TestApp::new().await;
    nested(&app).await;
    let owner = app.add_member(2, OUTER, Role::Owner).await;
    let maintainer = app.add_member(3, PROJECT, Role::Maintainer).await;
    let guest = app.add_member(4, PROJECT, Role::Guest).await;
    app.add_member(10, PROJECT, Role::Reporter).await;
    app.add_member(11, PROJECT, Role::Owner).await;
    let forbidden = message("403 Forbidden");
    let not_found = message("404 Not found");
    for (caller, user, status, body) in [
        (&guest, 10, 403, &forbidden),
        (&maintainer, 11, 403, &forbidden),
        (&maintainer, 2, 404, &not_found),
        (&owner, 99, 404, &not_found),
        (&guest, 99, 404, &not_found),
    ] {
        let path = one(PROJECT, user);
        assert_refused(&app, app.delete(&path, caller), status, body.clone()).await;
    }
    for (caller, user) in [
        (&maintainer, 10),
        (&guest, 4),
        (&maintainer, 3),
        (&owner, 11),
    ] {
        let answer = app.delete(&one(PROJECT, user), caller).await;
        assert_eq!(answer.status, 204, "{user}: {answer:?}");
        assert!(answer.body.is_empty());
        let path = one(PROJECT, user);
        assert_refused(&app, app.delete(&path, &owner), 404, not_found.clone()).await;
    }
    let path = format!("{}/x", members(PROJECT));
    let ask = app.delete(&path, &owner);
    assert_refused(&app, ask, 400, json!({ "error": "user_id is invalid" })).await;
}

#[tokio::test]
async fn what_is_below_a_group_ends_too() {
    let app = TestApp::new().await;
    nested(&app).await;
    let elsewhere = app.add_project(8, |_| {}).await;
    let elsewhere = switchyard::member::Source::Project(elsewhere.id);
    let owner = app.add_member(2, OUTER, Role::Owner).await;
    app.add_member(10, OUTER, Role::Guest).await;
    join(&app, OUTER, 11, Role::Guest, |_| {});
    for source in [INNER, PROJECT, elsewhere] {
        join(&app, source, 10, Role::Owner, |_| {});
        join(&app, source, 11, Role::Owner, |_| {});
    }
    app.seed.put_user(&seed::user(11, "bob")).await.unwrap();
    let root = app.administrator().await;

    let kept = format!("{}?skip_subresources=true", one(OUTER, 10));
    assert_eq!(app.delete(&kept, &owner).await.status, 204);
    assert_eq!(app.get(&one(OUTER, 10), &owner).await.status, 404);
    for source in [INNER, PROJECT, elsewhere] {
        assert_eq!(
            app.get(&one(source, 10), &root).await.status,
            200,
            "{source}"
        );
    }
    assert_eq!(app.delete(&one(OUTER, 11), &owner).await.status, 204);
    for (source, status) in [(OUTER, 404), (INNER, 404), (PROJECT, 404), (elsewhere, 200)] {
        assert_eq!(
            app.get(&one(source, 11), &root).await.status,
            status,
            "{source}"
        );
    }
    // Of a project nothing is below.
    join(&app, INNER, 12, Role::Guest, |_| {});
    app.add_member(12, PROJECT, Role::Developer).await;
    assert_eq!(app.delete(&one(PROJECT, 12), &owner).await.status, 204);
    assert_eq!(app.get(&one(INNER, 12), &owner).await.status, 200);
}

#[tokio::test]
async fn a_developer_who_becomes_an_owner_meanwhile_is_looked_at_again() {
    let app = TestApp::new().await;
    nested(&app).await;
    let maintainer = app.add_member(3, PROJECT, Role::Maintainer).await;
    app.add_member(10, PROJECT, Role::Developer).await;
    app.replace_before(
        "dynamodb:DeleteItem",
        &seed::member(PROJECT, UserId(10), Role::Owner),
    );
    let answer = app.delete(&one(PROJECT, 10), &maintainer).await;
    assert_eq!(answer.status, 403, "{answer:?}");
    assert_eq!(app.get(&one(PROJECT, 10), &maintainer).await.status, 200);
}

#[tokio::test]
async fn a_lost_answer_is_not_noticed() {
    let app = TestApp::new().await;
    nested(&app).await;
    let owner = app.add_member(2, OUTER, Role::Owner).await;
    for loss in [Loss::Io, Loss::Timeout] {
        app.add_member(10, PROJECT, Role::Developer).await;
        join(&app, PROJECT, 10, Role::Developer, |_| {});
        let rule = Rule::new(Fault::LostAnswer(loss)).action("dynamodb:DeleteItem");
        let fired = app.wire.faults().add(rule.times(1));
        let answer = app.delete(&one(PROJECT, 10), &owner).await;
        assert_eq!(answer.status, 204, "{answer:?}");
        assert_eq!(fired.count(), 1);
    }
}
