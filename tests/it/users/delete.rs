//! `DELETE /users/:id`, as far as callers see it; the sweeper's part is in `sweeper`.

use futures::future::join;
use http::Method;
use serde_json::json;
use switchyard::ids::{GroupId, ProjectId, UserId};
use switchyard::job::Status;
use switchyard::member::{Role, Source};
use switchyard::time::Day;
use switchyard::user::UserState;
use switchyard_local::seed;
use switchyard_tests::TestApp;
use switchyard_tests::wire::{Fault, Loss, Rule};
use switchyard_tests::world::job;

use super::{USERS, assert_refused, message, world};

const ADA: &str = "/api/v4/users/7";
const GROUP: GroupId = GroupId(30);

async fn make_owner(app: &TestApp, group: GroupId, user: u64) {
    let owner = seed::member(Source::Group(group), UserId(user), Role::Owner);
    app.replace(&owner);
}

fn sole() -> serde_json::Value {
    message("User cannot be removed while is the sole-owner of a group")
}

#[tokio::test]
async fn nothing_is_left_to_be_seen() {
    let (app, root, ada) = world().await;
    let answer = app.delete(ADA, &root).await;
    assert_eq!((answer.status.as_u16(), answer.body.len()), (204, 0));
    let answer = app.get("/api/v4/user", &ada).await;
    assert_refused(&answer, 401, &message("401 Unauthorized"));
    let not_found = message("404 User Not Found");
    assert_refused(&app.get(ADA, &root).await, 404, &not_found);
    assert_refused(&app.put(ADA, &root, &json!({})).await, 404, &not_found);
    assert_refused(&app.delete(ADA, &root).await, 404, &not_found);
    assert_eq!(app.get(USERS, &root).await.ids(), [1]);
    let by_name = format!("{USERS}?username=ada");
    assert_eq!(app.get(&by_name, &root).await.ids(), [0; 0]);
    for path in ["ada", "5007"] {
        let namespace = app.get(&format!("/api/v4/namespaces/{path}"), &root).await;
        let body = message("404 Namespace Not Found");
        assert_refused(&namespace, 404, &body);
    }
    // The name and the address are free.
    let body = json!({
        "email": "ada@example.com", "name": "A", "username": "ada", "reset_password": true,
    });
    let again = app.post(USERS, &root, &body).await;
    assert_eq!(again.status, 201, "{again:?}");
    assert_ne!(again.json()["id"], 7);
}

#[tokio::test]
async fn what_they_did_is_the_ghosts() {
    let (app, root, _) = world().await;
    app.add_project(1, |_| {}).await;
    let pipeline = app
        .add_pipeline(ProjectId(1), 6, 101, &[Status::Success])
        .await;
    app.replace(&job(&pipeline, 101, Status::Success, |job| {
        job.build.user_id = UserId(7);
    }));
    let path = "/api/v4/projects/1/jobs/101";
    assert_eq!(app.get(path, &root).await.json()["user"]["username"], "ada");
    assert_eq!(app.delete(ADA, &root).await.status, 204);
    let seen = app.get(path, &root).await.json();
    assert_eq!(seen["user"]["username"], "ghost");
}

#[tokio::test]
async fn who_alone_owns_a_group_stays() {
    let (app, root, ada) = world().await;
    let group = seed::group(GROUP.0, &[], "ladies");
    app.seed.put_group(&group).await.unwrap();
    make_owner(&app, GROUP, 7).await;
    // These make no second owner.
    let mut bot = seed::user(8, "bot");
    bot.bot = true;
    app.add_user(&bot).await;
    make_owner(&app, GROUP, 8).await;
    let source = Source::Group(GROUP);
    app.add_member(9, source, Role::Maintainer).await;
    app.add_user(&seed::user(10, "expired")).await;
    let mut expired = seed::member(source, UserId(10), Role::Owner);
    expired.expires_at = Day::parse("2015-12-24");
    app.replace(&expired);
    let mut gone = seed::user(11, "gone");
    gone.deleted_at = Some(seed::at("2015-12-24T17:00:00Z"));
    app.replace(&gone);
    make_owner(&app, GROUP, 11).await;

    let before = app.dump();
    for path in [ADA.to_owned(), format!("{ADA}?hard_delete=true")] {
        assert_refused(&app.delete(&path, &root).await, 409, &sole());
    }
    let answer = app.delete(&format!("{ADA}?hard_delete=x"), &root).await;
    assert_refused(&answer, 400, &json!({ "error": "hard_delete is invalid" }));
    assert_eq!(app.dump(), before);
    assert_eq!(app.get("/api/v4/user", &ada).await.status, 200);

    // Somebody who is blocked is an owner all the same.
    let mut second = seed::user(12, "second");
    second.state = UserState::Blocked;
    app.add_user(&second).await;
    make_owner(&app, GROUP, 12).await;
    assert_eq!(app.delete(ADA, &root).await.status, 204);
}

#[tokio::test]
async fn groups_that_do_not_keep_anybody() {
    let (app, root, _) = world().await;
    app.add_user(&seed::user(8, "second")).await;
    let outer = seed::group(30, &[], "outer");
    let inner = seed::group(31, &[&outer], "inner");
    let mut deleted = seed::group(32, &[], "deleted");
    deleted.deleted_at = Some(seed::at("2015-12-24T17:00:00Z"));
    let other = seed::group(33, &[], "other");
    for group in [&outer, &inner, &deleted, &other] {
        app.seed.put_group(group).await.unwrap();
    }
    // An owner of the group above is one of that below too.
    make_owner(&app, GroupId(31), 7).await;
    make_owner(&app, GroupId(30), 8).await;
    make_owner(&app, GroupId(32), 7).await;
    let maintainer = seed::member(Source::Group(GroupId(33)), UserId(7), Role::Maintainer);
    app.seed.put(&maintainer).await.unwrap();
    assert_eq!(app.delete(ADA, &root).await.status, 204);
}

#[tokio::test]
async fn many_groups_with_the_same_second_owner() {
    let (app, root, _) = world().await;
    app.add_user(&seed::user(8, "second")).await;
    for id in 100..260 {
        let group = seed::group(id, &[], &format!("g{id}"));
        app.seed.put_group(&group).await.unwrap();
        make_owner(&app, GroupId(id), 7).await;
        make_owner(&app, GroupId(id), 8).await;
    }
    assert_eq!(app.delete(ADA, &root).await.status, 204);
    let second = format!("{USERS}/8");
    assert_refused(&app.delete(&second, &root).await, 409, &sole());
}

#[tokio::test]
async fn of_two_owners_who_go_at_once_one_stays() {
    let (app, root, _) = world().await;
    app.add_user(&seed::user(8, "second")).await;
    let group = seed::group(GROUP.0, &[], "ladies");
    app.seed.put_group(&group).await.unwrap();
    make_owner(&app, GROUP, 7).await;
    make_owner(&app, GROUP, 8).await;
    let before = app.dump();
    let second = format!("{USERS}/8");
    for _ in 0..5 {
        let (one, two) = join(app.delete(ADA, &root), app.delete(&second, &root)).await;
        let mut statuses = [one.status.as_u16(), two.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 409]);
        app.restore(&before);
    }
}

#[tokio::test]
async fn a_lost_answer_deletes_once() {
    let (app, root, _) = world().await;
    let faults = app.wire.faults();
    let lost = || Rule::new(Fault::LostAnswer(Loss::Io)).action("dynamodb:TransactWriteItems");
    let before = app.dump();
    faults.add(lost().times(1));
    assert_eq!(app.delete(ADA, &root).await.status, 204);
    faults.clear();
    app.restore(&before);
    faults.add(lost());
    assert_eq!(app.delete(ADA, &root).await.status, 503);
    faults.clear();
    let answer = app.delete(ADA, &root).await;
    assert_refused(&answer, 404, &message("404 User Not Found"));
}

#[tokio::test]
async fn who_was_changed_since_stays() {
    let (app, root, _) = world().await;
    app.put(ADA, &root, &json!({ "bio": "b" })).await;
    let mut headers = root.headers();
    headers.push(("if-unmodified-since", ""));
    let before = app.dump();
    for (since, status) in [
        ("Thu, 24 Dec 2015 17:59:59 GMT", 412),
        ("2015-12-24T17:59:59Z", 412),
        ("Thu, 24 Dec 2015 18:00:00 GMT", 204),
        ("Fri, 25 Dec 2015 18:00:00 GMT", 204),
        ("yesterday", 204),
    ] {
        headers.last_mut().unwrap().1 = since;
        let answer = app.request(Method::DELETE, ADA, &headers, "").await;
        assert_eq!(answer.status, status, "{since}: {answer:?}");
        if status == 412 {
            assert_eq!(answer.json(), message("412 Precondition Failed"));
            assert_eq!(app.dump(), before);
        }
        app.restore(&before);
    }
}
