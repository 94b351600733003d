//! `PUT /groups/:id`, apart from the path.

use serde_json::json;
use switchyard::ids::GroupId;
use switchyard::member::{Role, Source};
use switchyard::project::{SharedRunnersSetting, Visibility};
use switchyard_local::seed;
use switchyard_tests::{Caller, TestApp};

use super::{assert_refused, get};

/// Groups `above` and `above/group`, both internal, and an owner of both.
async fn world(app: &TestApp) -> Caller {
    let mut above = seed::group(1, &[], "above");
    above.visibility = Visibility::Internal;
    let mut group = seed::group(2, &[&above], "group");
    group.visibility = Visibility::Internal;
    for group in [&above, &group] {
        app.seed.put_group(group).await.unwrap();
    }
    app.add_member(2, Source::Group(GroupId(1)), Role::Owner)
        .await
}

#[tokio::test]
async fn settings_change_one_by_one() {
    let app = TestApp::new().await;
    let owner = world(&app).await;
    for (body, field, value) in [
        (json!({ "name": "Team (new)" }), "name", json!("Team (new)")),
        (json!({ "description": "d" }), "description", json!("d")),
        (json!({ "description": "" }), "description", json!("")),
        (
            json!({ "visibility": "private" }),
            "visibility",
            json!("private"),
        ),
        (
            json!({ "visibility": "internal" }),
            "visibility",
            json!("internal"),
        ),
        (
            json!({ "project_creation_level": "administrator" }),
            "project_creation_level",
            json!("administrator"),
        ),
        (
            json!({ "subgroup_creation_level": "owner" }),
            "subgroup_creation_level",
            json!("owner"),
        ),
        (
            json!({ "shared_runners_setting": "disabled_and_unoverridable" }),
            "shared_runners_setting",
            json!("disabled_and_unoverridable"),
        ),
    ] {
        let before = get(&app, &owner, "2?with_projects=false").await.json();
        let answer = app.put("/api/v4/groups/2", &owner, &body).await;
        assert_eq!(answer.status, 200, "{body}: {answer:?}");
        let mut expected = before.clone();
        expected[field] = value;
        if field == "name" {
            expected["full_name"] = json!("above / Team (new)");
        }
        assert_eq!(answer.json(), expected, "{body}");
        let after = get(&app, &owner, "2?with_projects=false").await.json();
        assert_eq!(after, expected, "{body}");
    }
    // Nothing, and nothing new, is fine too.
    for body in [json!({}), json!({ "name": "Team (new)", "path": "group" })] {
        let before = app.dump();
        let answer = app.put("/api/v4/groups/2", &owner, &body).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(app.dump(), before);
    }
}

#[tokio::test]
async fn faults_are_told_by_their_fields() {
    let app = TestApp::new().await;
    let owner = world(&app).await;
    for (body, field, text) in [
        (json!({ "name": "" }), "name", "can't be blank"),
        (json!({ "path": "" }), "path", "can't be blank"),
        (json!({ "path": "wikis" }), "path", "is a reserved name"),
        (
            json!({ "visibility": "public" }),
            "visibility_level",
            "public is not allowed since the parent group has a internal visibility.",
        ),
        (
            json!({ "description": "d".repeat(2001) }),
            "description",
            "is too long (maximum is 2000 characters)",
        ),
    ] {
        let ask = app.put("/api/v4/groups/2", &owner, &body);
        let errors = json!({ "message": { field: [text] } });
        assert_refused(&app, ask, 400, errors).await;
    }
    let body = json!({ "visibility": "hidden", "lfs_enabled": "x" });
    let error = "visibility does not have a valid value, lfs_enabled is invalid";
    let ask = app.put("/api/v4/groups/2", &owner, &body);
    assert_refused(&app, ask, 400, json!({ "error": error })).await;
}

#[tokio::test]
async fn a_group_is_no_less_visible_than_what_is_in_it() {
    let app = TestApp::new().await;
    let owner = world(&app).await;
    let private = json!({ "visibility": "private" });
    let by_groups = "private is not allowed since there are sub-groups with higher visibility.";
    let ask = app.put("/api/v4/groups/1", &owner, &private);
    let errors = json!({ "message": { "visibility_level": [by_groups] } });
    assert_refused(&app, ask, 400, errors).await;

    let mut project = seed::project(5, &[GroupId(1), GroupId(2)], "above/group/project");
    project.visibility = Visibility::Internal;
    app.seed.put_project(&project).await.unwrap();
    let by_projects =
        "private is not allowed since this group contains projects with higher visibility.";
    let ask = app.put("/api/v4/groups/2", &owner, &private);
    let errors = json!({ "message": { "visibility_level": [by_projects] } });
    assert_refused(&app, ask, 400, errors).await;

    // What is deleted does not count.
    project.deleted_at = Some(seed::at("2015-12-24T17:00:00.000Z"));
    app.replace(&project);
    for group in [2, 1] {
        let path = format!("/api/v4/groups/{group}");
        assert_eq!(app.put(&path, &owner, &private).await.status, 200);
    }
}

#[tokio::test]
async fn a_parent_that_is_hidden_meanwhile_keeps_the_group_hidden() {
    let app = TestApp::new().await;
    let owner = world(&app).await;
    let private = json!({ "visibility": "private" });
    app.put("/api/v4/groups/2", &owner, &private).await;
    let parent = seed::group(1, &[], "above");
    app.replace_before("dynamodb:TransactWriteItems", &parent);
    let body = json!({ "visibility": "internal" });
    let answer = app.put("/api/v4/groups/2", &owner, &body).await;
    assert_eq!(answer.status, 400, "{answer:?}");
    let text = "internal is not allowed since the parent group has a private visibility.";
    assert_eq!(
        answer.json(),
        json!({ "message": { "visibility_level": [text] } })
    );
}

#[tokio::test]
async fn runners_stay_closed_where_the_parent_closed_them() {
    let app = TestApp::new().await;
    let owner = world(&app).await;
    let mut parent = seed::group(1, &[], "above");
    parent.visibility = Visibility::Internal;
    parent.shared_runners_setting = SharedRunnersSetting::DisabledAndUnoverridable;
    app.replace(&parent);
    for (setting, field, text) in [
        (
            "enabled",
            "shared_runners_enabled",
            "cannot be enabled because parent group has shared Runners disabled",
        ),
        (
            "disabled_and_overridable",
            "allow_descendants_override_disabled_shared_runners",
            "cannot be enabled because parent group does not allow it",
        ),
    ] {
        let body = json!({ "shared_runners_setting": setting });
        let ask = app.put("/api/v4/groups/2", &owner, &body);
        assert_refused(&app, ask, 400, json!({ "message": { field: [text] } })).await;
    }
}

#[tokio::test]
async fn a_change_between_is_kept() {
    let app = TestApp::new().await;
    let owner = world(&app).await;
    let mut above = seed::group(1, &[], "above");
    above.visibility = Visibility::Internal;
    let mut changed = seed::group(2, &[&above], "group");
    changed.visibility = Visibility::Internal;
    changed.description = Some("by somebody else".to_owned());
    "By somebody else".clone_into(&mut changed.name);
    app.replace_before("dynamodb:UpdateItem", &changed);
    let body = json!({ "name": "Mine" });
    let answer = app.put("/api/v4/groups/2", &owner, &body).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.json()["name"], "Mine");
    assert_eq!(answer.json()["description"], "by somebody else");
}

/// Something public is put below after this request has looked, and before it writes.
#[tokio::test]
async fn what_comes_meanwhile_is_not_hidden() {
    let app = TestApp::new().await;
    let owner = world(&app).await;
    let mut above = seed::group(1, &[], "above");
    above.visibility = Visibility::Internal;
    let mut group = seed::group(2, &[&above], "group");
    group.visibility = Visibility::Internal;
    let mut late = seed::group(50, &[&above, &group], "late");
    late.visibility = Visibility::Internal;
    group.children_revision = 1;
    app.replace_before("dynamodb:UpdateItem", &group);
    app.replace_before("dynamodb:UpdateItem", &late);
    let body = json!({ "visibility": "private" });
    let answer = app.put("/api/v4/groups/2", &owner, &body).await;
    assert_eq!(answer.status, 400, "{answer:?}");
    let shown = get(&app, &owner, 2).await.json();
    assert_eq!(shown["visibility"], "internal");
}
