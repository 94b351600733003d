//! `POST /groups/:id/transfer`: a group comes below another, or to the top, with all that
//! stands below it.

use serde_json::{Value, json};
use switchyard::ids::{GroupId, UserId};
use switchyard::member::{Role, Source};
use switchyard::project::{SharedRunnersSetting, Visibility};
use switchyard_local::seed;
use switchyard_tests::wire::{Fault, Loss, Rule};
use switchyard_tests::{Answer, Caller, TestApp};

use super::rename::{project, world};
use super::{assert_refused, get};

const TOP: Source = Source::Group(GroupId(1));
const INNER: Source = Source::Group(GroupId(2));
const OTHER: Source = Source::Group(GroupId(4));

/// The world of renames, whose owner is a maintainer of `top2` too.
async fn with_other(app: &TestApp) -> Caller {
    let owner = world(app).await;
    let member = seed::member(OTHER, UserId(2), Role::Maintainer);
    app.seed.put(&member).await.unwrap();
    owner
}

async fn transfer(app: &TestApp, caller: &Caller, group: u64, to: Option<u64>) -> Answer {
    let path = format!("/api/v4/groups/{group}/transfer");
    app.post(&path, caller, &json!({ "group_id": to })).await
}

/// The numbers in a list of groups or projects.
async fn listed(app: &TestApp, caller: &Caller, path: &str) -> Vec<u64> {
    let answer = app.get(&format!("/api/v4/groups/{path}"), caller).await;
    assert_eq!(answer.status, 200, "{path}: {answer:?}");
    let rows = answer.json();
    let ids = rows.as_array().unwrap().iter().map(|row| &row["id"]);
    ids.map(|id| id.as_u64().unwrap()).collect()
}

fn failed(reason: &str) -> Value {
    json!({ "message": format!("Transfer failed: {reason}") })
}

#[tokio::test]
async fn all_that_is_below_comes_along() {
    let app = TestApp::new().await;
    let owner = with_other(&app).await;
    let of_top = app.add_member(5, TOP, Role::Developer).await;
    let of_other = app.add_member(6, OTHER, Role::Developer).await;
    let answer = transfer(&app, &owner, 2, Some(4)).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(answer.json()["full_path"], "top2/Inner");
    assert_eq!(answer.json()["parent_id"], 4);
    for (path, id) in [("top2%2Finner", 2), ("top2%2Finner%2Fleaf", 3)] {
        assert_eq!(get(&app, &owner, path).await.json()["id"], id, "{path}");
    }
    assert_eq!(get(&app, &owner, "top%2Finner").await.status, 404);
    let two = (200, "top2/Inner/leaf/Two".to_owned());
    for path in ["12", "top2%2Finner%2Fleaf%2Ftwo"] {
        assert_eq!(project(&app, &of_other, path).await, two, "{path}");
    }
    let moved = app.get("/api/v4/projects/top%2Finner%2Fleaf%2Ftwo", &of_other);
    assert_eq!(moved.await.status, 301);
    // The members above are others now.
    assert_eq!(project(&app, &of_top, "12").await.0, 404);
    assert_eq!(get(&app, &of_top, "2").await.status, 404);
    for (path, expected) in [
        ("1/subgroups", vec![]),
        ("1/descendant_groups", vec![]),
        ("1/projects?include_subgroups=true", vec![11]),
        ("4/subgroups", vec![2]),
        ("4/descendant_groups", vec![2, 3]),
        ("4/projects?include_subgroups=true", vec![12]),
    ] {
        let mut found = listed(&app, &owner, path).await;
        found.sort_unstable();
        assert_eq!(found, expected, "{path}");
    }
}

#[tokio::test]
async fn there_and_back_leaves_all_as_it_was() {
    let app = TestApp::new().await;
    let owner = with_other(&app).await;
    app.replace(&seed::member(OTHER, UserId(2), Role::Owner));
    let before = app.dump();
    for to in [4, 1] {
        let answer = transfer(&app, &owner, 2, Some(to)).await;
        assert_eq!(answer.status, 201, "{answer:?}");
    }
    let two = project(&app, &owner, "top%2Finner%2Fleaf%2Ftwo").await;
    assert_eq!(two, (200, "top/Inner/leaf/Two".to_owned()));
    let after = app.dump();
    for (table, rows) in &before.rows {
        // Where the project was in between leads to it still.
        let more = usize::from(table.contains("irectory"));
        assert_eq!(after.rows[table].len(), rows.len() + more, "{table}");
    }
}

#[tokio::test]
async fn at_the_top_it_has_an_owner() {
    let app = TestApp::new().await;
    let owner = with_other(&app).await;
    let answer = transfer(&app, &owner, 2, None).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(answer.json()["full_path"], "Inner");
    assert_eq!(answer.json()["parent_id"], Value::Null);
    let members = app.get("/api/v4/groups/2/members", &owner).await.json();
    assert_eq!(members[0]["id"], 2);
    assert_eq!(members[0]["access_level"], 50);
    let two = project(&app, &owner, "inner%2Fleaf%2Ftwo").await;
    assert_eq!(two, (200, "Inner/leaf/Two".to_owned()));

    // Who is the only owner there stays alone.
    let own = app.add_member(7, Source::Group(GroupId(3)), Role::Owner);
    own.await;
    let answer = transfer(&app, &owner, 3, None).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(get(&app, &owner, "3").await.status, 404);
}

#[tokio::test]
async fn what_is_refused_changes_nothing() {
    let app = TestApp::new().await;
    let owner = with_other(&app).await;
    let top = seed::group(1, &[], "top");
    let inner = seed::group(2, &[&top], "Inner");
    let twin = seed::group(5, &[&seed::group(4, &[], "top2")], "LEAF");
    let reserved = seed::group(6, &[&top, &inner], "api");
    for group in [&twin, &reserved] {
        app.seed.put_group(group).await.unwrap();
    }
    let hidden = seed::group(7, &[], "hidden");
    let mut seen = seed::group(8, &[], "seen");
    seen.visibility = Visibility::Public;
    for group in [&hidden, &seen] {
        app.seed.put_group(group).await.unwrap();
    }
    for (group, to, status, expected) in [
        (1, None, 400, failed("Group is already a root group.")),
        (
            2,
            Some(1),
            400,
            failed("Group is already associated to the parent group."),
        ),
        (
            1,
            Some(1),
            400,
            failed("Cannot transfer group to one of its subgroup."),
        ),
        (
            1,
            Some(3),
            400,
            failed("Cannot transfer group to one of its subgroup."),
        ),
        (
            2,
            Some(8),
            400,
            failed("You don't have enough permissions."),
        ),
        (
            3,
            Some(4),
            400,
            failed("The parent group already has a subgroup or a project with the same path."),
        ),
        (
            6,
            None,
            400,
            failed("Validation failed: Path is a reserved name"),
        ),
        (2, Some(7), 404, json!({ "message": "404 Group Not Found" })),
        (
            2,
            Some(99),
            404,
            json!({ "message": "404 Group Not Found" }),
        ),
        (7, Some(1), 404, json!({ "message": "404 Group Not Found" })),
    ] {
        let ask = transfer(&app, &owner, group, to);
        assert_refused(&app, ask, status, expected).await;
    }
    let body = json!({ "group_id": "x" });
    let ask = app.post("/api/v4/groups/2/transfer", &owner, &body);
    assert_refused(&app, ask, 400, json!({ "error": "group_id is invalid" })).await;
    // To the top comes who may create groups there.
    let mut bound = seed::user(9, "bound");
    bound.can_create_group = false;
    let bound = app.add_user(&bound).await;
    app.replace(&seed::member(INNER, UserId(9), Role::Owner));
    let ask = transfer(&app, &bound, 2, None);
    assert_refused(&app, ask, 400, failed("You don't have enough permissions.")).await;
}

#[tokio::test]
async fn not_too_deep() {
    let app = TestApp::new().await;
    let owner = with_other(&app).await;
    let mut above = vec![seed::group(4, &[], "top2")];
    for id in 100..119 {
        let groups: Vec<_> = above.iter().collect();
        let group = seed::group(id, &groups, &format!("g{id}"));
        app.seed.put_group(&group).await.unwrap();
        above.push(group);
    }
    // `leaf` would have one more above it than may be.
    let ask = transfer(&app, &owner, 2, Some(118));
    let text = "Validation failed: Parent has too deep level of nesting";
    assert_refused(&app, ask, 400, failed(text)).await;
    assert_eq!(transfer(&app, &owner, 2, Some(117)).await.status, 201);
}

/// The index still says that they are where they were.
#[tokio::test]
async fn lists_show_only_what_is_there() {
    let app = TestApp::new().await;
    let owner = with_other(&app).await;
    app.wire.lag().freeze();
    assert_eq!(transfer(&app, &owner, 3, Some(4)).await.status, 201);
    for list in [
        "2/subgroups",
        "2/descendant_groups",
        "2/projects?include_subgroups=true",
    ] {
        assert_eq!(listed(&app, &owner, list).await, [0; 0], "{list}");
    }
}

#[tokio::test]
async fn nothing_is_more_visible_than_the_group_above() {
    let app = TestApp::new().await;
    let owner = with_other(&app).await;
    let mut top = seed::group(1, &[], "top");
    let mut inner = seed::group(2, &[&top], "Inner");
    let mut leaf = seed::group(3, &[&top, &inner], "leaf");
    for group in [&mut top, &mut inner, &mut leaf] {
        group.visibility = Visibility::Public;
        app.replace(group);
    }
    let mut two = seed::project(12, &[1, 2, 3].map(GroupId), "top/Inner/leaf/Two");
    two.visibility = Visibility::Internal;
    app.replace(&two);
    let mut other = seed::group(4, &[], "top2");
    other.shared_runners_setting = SharedRunnersSetting::DisabledAndUnoverridable;
    app.replace(&other);
    let answer = transfer(&app, &owner, 2, Some(4)).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let setting = answer.json()["shared_runners_setting"].clone();
    assert_eq!(setting, "disabled_and_unoverridable");
    for path in ["groups/2", "groups/3", "projects/12"] {
        let shown = app.get(&format!("/api/v4/{path}"), &owner).await.json();
        assert_eq!(shown["visibility"], "private", "{path}");
    }
}

/// Either could go below the other, but not both: then nobody would find them again.
#[tokio::test]
async fn two_do_not_go_below_each_other() {
    for _ in 0..8 {
        let app = TestApp::new().await;
        let owner = with_other(&app).await;
        app.replace(&seed::member(OTHER, UserId(2), Role::Owner));
        let answers = futures::join!(
            transfer(&app, &owner, 1, Some(4)),
            transfer(&app, &owner, 4, Some(3)),
        );
        let mut statuses = [answers.0.status.as_u16(), answers.1.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 400], "{answers:?}");
        let paths = [get(&app, &owner, 1).await, get(&app, &owner, 4).await];
        let paths = paths.map(|group| group.json()["full_path"].clone());
        let expected = [["top2/top", "top2"], ["top", "top/Inner/leaf/top2"]];
        assert!(expected.iter().any(|it| paths == *it), "{paths:?}");
    }
}

#[tokio::test]
async fn a_parent_that_goes_meanwhile_gets_nothing() {
    let app = TestApp::new().await;
    let owner = with_other(&app).await;
    let mut other = seed::group(4, &[], "top2");
    other.deleted_at = Some(seed::at("2015-12-24T17:00:00.000Z"));
    app.replace_before("dynamodb:TransactWriteItems", &other);
    let answer = transfer(&app, &owner, 2, Some(4)).await;
    assert_eq!(answer.status, 404, "{answer:?}");
    assert_eq!(
        get(&app, &owner, "2").await.json()["full_path"],
        "top/Inner"
    );
}

#[tokio::test]
async fn a_lost_answer_moves_once() {
    let app = TestApp::new().await;
    let owner = with_other(&app).await;
    let rule = Rule::new(Fault::LostAnswer(Loss::Io)).action("dynamodb:TransactWriteItems");
    let fired = app.wire.faults().add(rule.times(1));
    let answer = transfer(&app, &owner, 2, Some(4)).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(fired.count(), 1);
}

/// The index still says that it is below the group that is deleted.
#[tokio::test]
async fn it_does_not_go_with_the_group_that_it_left() {
    let app = TestApp::new().await;
    let owner = with_other(&app).await;
    let answer = app.delete("/api/v4/groups/1", &owner).await;
    assert_eq!(answer.status, 202, "{answer:?}");
    app.wire.lag().freeze();
    assert_eq!(transfer(&app, &owner, 2, Some(4)).await.status, 201);
    for _ in 0..3 {
        app.sweep().await;
        app.pass(61);
    }
    assert_eq!(get(&app, &owner, "2").await.status, 200);
    let two = project(&app, &owner, "12").await;
    assert_eq!(two, (200, "top2/Inner/leaf/Two".to_owned()));
}
