//! `PUT /groups/:id` with another path: all that stands below moves along.

use http::Method;
use serde_json::json;
use switchyard::ids::{GroupId, UserId};
use switchyard::member::{Role, Source};
use switchyard::project::{DirectoryEntry, DirectoryTarget, Group};
use switchyard_local::seed;
use switchyard_tests::wire::{Fault, Loss, Rule};
use switchyard_tests::{Caller, TestApp};

use super::{assert_refused, get};

/// `top/Inner/leaf`, projects `top/one` and `top/Inner/leaf/Two`, and a group `top2`.
pub(super) async fn world(app: &TestApp) -> Caller {
    let top = seed::group(1, &[], "top");
    let inner = seed::group(2, &[&top], "Inner");
    let leaf = seed::group(3, &[&top, &inner], "leaf");
    let other = seed::group(4, &[], "top2");
    for group in [&top, &inner, &leaf, &other] {
        app.seed.put_group(group).await.unwrap();
    }
    let above = [1, 2, 3].map(GroupId);
    for project in [
        seed::project(11, &above[..1], "top/one"),
        seed::project(12, &above, "top/Inner/leaf/Two"),
    ] {
        app.seed.put_project(&project).await.unwrap();
    }
    app.add_member(2, Source::Group(GroupId(1)), Role::Owner)
        .await
}

pub(super) async fn project(app: &TestApp, caller: &Caller, id: &str) -> (u16, String) {
    let answer = app.get(&format!("/api/v4/projects/{id}"), caller).await;
    let path = answer.json()["path_with_namespace"].clone();
    (
        answer.status.as_u16(),
        path.as_str().unwrap_or_default().to_owned(),
    )
}

#[tokio::test]
async fn paths_below_follow() {
    let app = TestApp::new().await;
    let owner = world(&app).await;
    let body = json!({ "path": "Summit", "name": "The Summit" });
    let answer = app.put("/api/v4/groups/top", &owner, &body).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.json()["full_path"], "Summit");
    assert_eq!(answer.json()["name"], "The Summit");
    for (path, id, full_path) in [
        ("summit", 1, "Summit"),
        ("summit%2Finner", 2, "Summit/Inner"),
        ("summit%2Finner%2Fleaf", 3, "Summit/Inner/leaf"),
        ("2", 2, "Summit/Inner"),
        ("3", 3, "Summit/Inner/leaf"),
    ] {
        let group = get(&app, &owner, path).await.json();
        assert_eq!(group["id"], id, "{path}");
        assert_eq!(group["full_path"], full_path, "{path}");
    }
    for path in ["top", "top%2Finner", "top%2Finner%2Fleaf"] {
        assert_eq!(get(&app, &owner, path).await.status, 404, "{path}");
    }
    for (path, full_path) in [
        ("summit%2Fone", "Summit/one"),
        ("11", "Summit/one"),
        ("summit%2Finner%2Fleaf%2Ftwo", "Summit/Inner/leaf/Two"),
    ] {
        let expected = (200, full_path.to_owned());
        assert_eq!(project(&app, &owner, path).await, expected, "{path}");
    }
    // Projects are still found where they were.
    for (path, id) in [("top%2Fone", 11), ("top%2Finner%2Fleaf%2Ftwo", 12)] {
        let answer = app.get(&format!("/api/v4/projects/{path}"), &owner).await;
        assert_eq!(answer.status, 301, "{path}");
        let location = format!("https://example.com/api/v4/projects/{id}");
        assert_eq!(answer.header("location"), Some(&*location));
    }
    // What the group was called is free, and so is what its projects were called.
    let body = json!({ "name": "top", "path": "top" });
    let new = app.post("/api/v4/groups", &owner, &body).await;
    assert_eq!(new.status, 201, "{new:?}");
    let body = json!({ "name": "one", "path": "one", "parent_id": new.json()["id"] });
    assert_eq!(app.post("/api/v4/groups", &owner, &body).await.status, 201);
}

#[tokio::test]
async fn a_group_in_the_middle_and_back() {
    let app = TestApp::new().await;
    let owner = world(&app).await;
    let before = app.dump();
    for (path, two) in [
        ("core", "top/core/leaf/Two"),
        ("Inner", "top/Inner/leaf/Two"),
    ] {
        let body = json!({ "path": path });
        let answer = app.put("/api/v4/groups/2", &owner, &body).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(project(&app, &owner, "12").await, (200, two.to_owned()));
        assert_eq!(
            project(&app, &owner, "11").await,
            (200, "top/one".to_owned())
        );
    }
    // But for where the project was in between, and who wrote last, all is as before.
    let after = app.dump();
    for (table, rows) in &before.rows {
        let rows_now = &after.rows[table];
        let more = usize::from(table.contains("irectory"));
        assert_eq!(rows_now.len(), rows.len() + more, "{table}");
    }
}

#[tokio::test]
async fn another_case_is_the_same_path() {
    let app = TestApp::new().await;
    let owner = world(&app).await;
    let body = json!({ "path": "TOP" });
    let answer = app.put("/api/v4/groups/1", &owner, &body).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(
        get(&app, &owner, "top%2Finner").await.json()["full_path"],
        "TOP/Inner"
    );
    let two = project(&app, &owner, "top%2Finner%2Fleaf%2Ftwo").await;
    assert_eq!(two, (200, "TOP/Inner/leaf/Two".to_owned()));
}

#[tokio::test]
async fn a_taken_path_changes_nothing() {
    let app = TestApp::new().await;
    let owner = world(&app).await;
    app.seed.put_user(&seed::user(9, "zoe")).await.unwrap();
    let taken = json!({ "message": { "path": ["has already been taken"] } });
    for (group, path) in [(1, "TOP2"), (1, "zoe"), (2, "one")] {
        let body = json!({ "path": path });
        let address = format!("/api/v4/groups/{group}");
        let ask = app.put(&address, &owner, &body);
        assert_refused(&app, ask, 400, taken.clone()).await;
    }
}

#[tokio::test]
async fn at_most_twenty_five_groups_and_projects_move() {
    let app = TestApp::new().await;
    let owner = world(&app).await;
    let parent = seed::group(1, &[], "top");
    // Four are there: 21 more can still move.
    for id in 21..=31 {
        let group = seed::group(id, &[&parent], &format!("g{id}"));
        app.seed.put_group(&group).await.unwrap();
    }
    for id in 21..=30 {
        let project = seed::project(id, &[GroupId(1), GroupId(21)], &format!("top/g21/p{id}"));
        app.seed.put_project(&project).await.unwrap();
    }
    let answer = app
        .put("/api/v4/groups/1", &owner, &json!({ "path": "moved" }))
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let last = project(&app, &owner, "30").await;
    assert_eq!(last, (200, "moved/g21/p30".to_owned()));

    let one_more = seed::project(31, &[GroupId(1)], "moved/p31");
    app.seed.put_project(&one_more).await.unwrap();
    let text = "cannot be changed while more than 25 subgroups and projects are below the group";
    let body = json!({ "path": "again" });
    let ask = app.put("/api/v4/groups/1", &owner, &body);
    assert_refused(&app, ask, 400, json!({ "message": { "path": [text] } })).await;
    // The name alone is another matter.
    let answer = app
        .put("/api/v4/groups/1", &owner, &json!({ "name": "Again" }))
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

#[tokio::test]
async fn what_is_deleted_stays_where_it_was_and_hides_nothing() {
    let app = TestApp::new().await;
    let owner = world(&app).await;
    let deleted_at = Some(seed::at("2015-12-24T17:00:00.000Z"));
    let mut one = seed::project(11, &[GroupId(1)], "top/one");
    one.deleted_at = deleted_at;
    app.replace(&one);
    let top = seed::group(1, &[], "top");
    for id in 101..=160 {
        let name = format!("gone{id}");
        let mut gone = seed::project(id, &[1, 2, 3].map(GroupId), &name);
        gone.deleted_at = deleted_at;
        app.replace(&gone);
        let mut group = seed::group(id, &[&top], &name);
        group.deleted_at = deleted_at;
        app.replace(&group);
    }
    let last = seed::group(200, &[&top], "last");
    app.seed.put_group(&last).await.unwrap();
    let body = json!({ "path": "moved" });
    let answer = app.put("/api/v4/groups/1", &owner, &body).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    for (id, full_path) in [("3", "moved/Inner/leaf"), ("200", "moved/last")] {
        assert_eq!(get(&app, &owner, id).await.json()["full_path"], full_path);
    }
    let two = project(&app, &owner, "12").await;
    assert_eq!(two, (200, "moved/Inner/leaf/Two".to_owned()));
}

#[tokio::test]
async fn what_moves_meanwhile_is_looked_at_again() {
    let app = TestApp::new().await;
    let owner = world(&app).await;
    let top = seed::group(1, &[], "top");
    let inner: Group = seed::group(2, &[&top], "middle");
    app.replace_before("dynamodb:TransactWriteItems", &inner);
    let answer = app
        .put("/api/v4/groups/1", &owner, &json!({ "path": "moved" }))
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(
        get(&app, &owner, "2").await.json()["full_path"],
        "moved/middle"
    );
    let two = project(&app, &owner, "12").await;
    assert_eq!(two, (200, "moved/middle/leaf/Two".to_owned()));
}

#[tokio::test]
async fn a_lost_answer_moves_once() {
    let app = TestApp::new().await;
    let owner = world(&app).await;
    let rule = Rule::new(Fault::LostAnswer(Loss::Io)).action("dynamodb:TransactWriteItems");
    let fired = app.wire.faults().add(rule.times(1));
    let answer = app
        .put("/api/v4/groups/1", &owner, &json!({ "path": "moved" }))
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(fired.count(), 1);
    // The client asks again, since it has seen nothing.
    let answer = app
        .put("/api/v4/groups/1", &owner, &json!({ "path": "moved" }))
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

#[tokio::test]
async fn who_owns_only_below_renames_only_there() {
    let app = TestApp::new().await;
    world(&app).await;
    let below = app
        .add_member(5, Source::Group(GroupId(2)), Role::Owner)
        .await;
    let body = json!({ "path": "mine" });
    let answer = app.put("/api/v4/groups/2", &below, &body).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    // The group above is not even seen.
    let ask = app.send(Method::PUT, "/api/v4/groups/1", &below, &body);
    let missing = json!({ "message": "404 Group Not Found" });
    assert_refused(&app, ask, 404, missing).await;
    app.replace(&seed::member(
        Source::Group(GroupId(1)),
        UserId(5),
        Role::Maintainer,
    ));
    let ask = app.put("/api/v4/groups/1", &below, &body);
    assert_refused(&app, ask, 403, json!({ "message": "403 Forbidden" })).await;
}

#[tokio::test]
async fn an_old_path_of_the_project_itself_is_taken_back() {
    let app = TestApp::new().await;
    let owner = world(&app).await;
    let moved = DirectoryTarget::MovedProject { id: 99.into() };
    app.seed.put_path("moved/one", moved).await.unwrap();
    let answer = app
        .put("/api/v4/groups/1", &owner, &json!({ "path": "moved" }))
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let one = project(&app, &owner, "moved%2Fone").await;
    assert_eq!(one, (200, "moved/one".to_owned()));
}

/// Something is put below after this request has looked, and before it writes.
#[tokio::test]
async fn what_comes_meanwhile_moves_along() {
    let app = TestApp::new().await;
    let owner = world(&app).await;
    let mut top = seed::group(1, &[], "top");
    let late = seed::group(50, &[&top], "late");
    top.children_revision = 1;
    let entry = DirectoryEntry {
        path: "top/late".to_owned(),
        target: DirectoryTarget::Group { id: late.id },
    };
    app.replace_before("dynamodb:TransactWriteItems", &top);
    app.replace_before("dynamodb:TransactWriteItems", &late);
    app.replace_before("dynamodb:TransactWriteItems", &entry);
    let body = json!({ "path": "moved" });
    let answer = app.put("/api/v4/groups/1", &owner, &body).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let found = get(&app, &owner, "moved%2Flate").await;
    assert_eq!(found.json()["full_path"], "moved/late");
}

#[tokio::test]
async fn creating_and_renaming_at_once_agree() {
    for _ in 0..8 {
        let app = TestApp::new().await;
        let owner = world(&app).await;
        let body = json!({ "path": "moved" });
        let new = |path: &str| json!({ "name": path, "path": path, "parent_id": 2 });
        let (first, second) = (new("first"), new("second"));
        let (renamed, first, second) = futures::join!(
            app.put("/api/v4/groups/1", &owner, &body),
            app.post("/api/v4/groups", &owner, &first),
            app.post("/api/v4/groups", &owner, &second),
        );
        assert_eq!(renamed.status, 200, "{renamed:?}");
        for (created, path) in [(first, "moved/Inner/first"), (second, "moved/Inner/second")] {
            assert_eq!(created.status, 201, "{created:?}");
            let id = created.json()["id"].clone();
            assert_eq!(get(&app, &owner, &id).await.json()["full_path"], path);
            let by_path = get(&app, &owner, path.replace('/', "%2F")).await;
            assert_eq!(by_path.json()["id"], id, "{by_path:?}");
        }
    }
}
