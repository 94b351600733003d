//! `POST /groups`.

use futures::future::{join, join_all};
use http::Method;
use serde_json::json;
use switchyard::ids::{GroupId, UserId};
use switchyard::member::{Role, Source};
use switchyard::project::{DirectoryTarget, SubgroupCreationLevel, Visibility};
use switchyard_local::seed::{self, at};
use switchyard_tests::TestApp;
use switchyard_tests::wire::{Fault, Loss, Rule};

use super::{assert_refused, create, get};

const GROUPS: &str = "/api/v4/groups";

#[tokio::test]
async fn a_group_at_the_top_and_one_below() {
    let app = TestApp::new().await;
    let user = app.add_user(&seed::user(2, "ann")).await;
    let body = json!({ "name": "My Group", "path": "My-Group", "description": "what for" });
    let answer = app.post(GROUPS, &user, &body).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let top = answer.json();
    let id = top["id"].as_u64().unwrap();
    assert_eq!(
        top,
        json!({
            "id": id,
            "web_url": "https://example.com/groups/My-Group",
            "name": "My Group",
            "path": "My-Group",
            "description": "what for",
            "visibility": "private",
            "full_name": "My Group",
            "full_path": "My-Group",
            "created_at": "2015-12-24T18:00:00.000Z",
            "parent_id": null,
            "avatar_url": null,
            "project_creation_level": "developer",
            "subgroup_creation_level": "maintainer",
            "shared_runners_setting": "enabled",
            "marked_for_deletion_on": null,
            "shared_with_groups": [],
            "projects": [],
            "shared_projects": [],
        })
    );
    let body = json!({
        "name": "Below", "path": "below", "parent_id": id,
        "project_creation_level": "noone", "subgroup_creation_level": "owner",
        "shared_runners_setting": "disabled_with_override",
    });
    let below = app.post(GROUPS, &user, &body).await.json();
    for (field, value) in [
        ("full_name", json!("My Group / Below")),
        ("full_path", json!("My-Group/below")),
        (
            "web_url",
            json!("https://example.com/groups/My-Group/below"),
        ),
        ("parent_id", json!(id)),
        ("description", json!("")),
        ("project_creation_level", json!("noone")),
        ("subgroup_creation_level", json!("owner")),
        ("shared_runners_setting", json!("disabled_and_overridable")),
    ] {
        assert_eq!(below[field], value, "{field}");
    }
    // By number, and by path in any case.
    for path in [&id.to_string(), "My-Group", "my-group"] {
        assert_eq!(get(&app, &user, path).await.json()["id"], id);
    }
    for path in ["my-group%2Fbelow", "MY-GROUP%2FBELOW"] {
        assert_eq!(get(&app, &user, path).await.json()["id"], below["id"]);
    }
    // Whoever creates it is its owner.
    let members = get(&app, &user, format!("{id}/members")).await.json();
    assert_eq!(members[0]["id"], 2);
    assert_eq!(members[0]["access_level"], 50);
    assert_eq!(members.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn parameters_come_in_other_spellings_too() {
    let app = TestApp::new().await;
    let user = app.add_user(&seed::user(2, "ann")).await;
    let mut headers = user.headers();
    headers.push(("content-type", "application/x-www-form-urlencoded"));
    let form = "name=A+form&path=form&visibility=public&lfs_enabled=true&nonsense=1";
    let answer = app.request(Method::POST, GROUPS, &headers, form).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(answer.json()["name"], "A form");
    assert_eq!(answer.json()["visibility"], "public");

    let path = format!("{GROUPS}?name=Query&path=query&visibility=internal");
    let answer = app.request(Method::POST, &path, &user.headers(), "").await;
    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(answer.json()["visibility"], "internal");
}

#[tokio::test]
async fn parameters_that_cannot_be_read() {
    let app = TestApp::new().await;
    let user = app.add_user(&seed::user(2, "ann")).await;
    for (body, text) in [
        (json!({}), "name is missing, path is missing"),
        (json!({ "name": "a" }), "path is missing"),
        (
            json!({ "name": "a", "path": "a", "parent_id": "x" }),
            "parent_id is invalid",
        ),
        (
            json!({ "name": "a", "path": "a", "visibility": "secret" }),
            "visibility does not have a valid value",
        ),
        (
            json!({ "name": "a", "path": "a", "project_creation_level": "x",
                    "subgroup_creation_level": "developer", "shared_runners_setting": "on" }),
            "project_creation_level does not have a valid value, \
             subgroup_creation_level does not have a valid value, \
             shared_runners_setting does not have a valid value",
        ),
        (
            json!({ "name": "a", "path": "a", "request_access_enabled": "perhaps" }),
            "request_access_enabled is invalid",
        ),
        (json!({ "name": ["a"], "path": "a" }), "name is invalid"),
    ] {
        let ask = app.post(GROUPS, &user, &body);
        assert_refused(&app, ask, 400, json!({ "error": text })).await;
    }
}

#[tokio::test]
async fn what_cannot_be_saved_is_told_as_a_printed_hash() {
    let app = TestApp::new().await;
    let user = app.add_user(&seed::user(2, "ann")).await;
    create(&app, &user, "taken", None).await;
    let bad_path = "can contain only letters, digits, '_', '-' and '.'. Cannot start with '-' or \
                    end in '.', '.git' or '.atom'.";
    let bad_name = "can contain only letters, digits, emoji, '_', '.', dash, space, parenthesis. \
                    It must start with letter, digit, emoji or '_'.";
    let long = "a".repeat(256);
    let too_long = "is too long (maximum is 255 characters)";
    for (name, path, faults) in [
        (
            "a",
            "TAKEN",
            r#":path=>["has already been taken"]"#.to_owned(),
        ),
        // Users have their names in the same place.
        (
            "a",
            "Ann",
            r#":path=>["has already been taken"]"#.to_owned(),
        ),
        ("a", "api", r#":path=>["is a reserved name"]"#.to_owned()),
        ("a", "-", r#":path=>["is a reserved name"]"#.to_owned()),
        ("a", "a/b", format!(r#":path=>["{bad_path}"]"#)),
        ("a", "a.git", format!(r#":path=>["{bad_path}"]"#)),
        ("a", "ä", format!(r#":path=>["{bad_path}"]"#)),
        ("a", "", r#":path=>["can't be blank"]"#.to_owned()),
        ("a", &long, format!(r#":path=>["{too_long}"]"#)),
        ("", "a", r#":name=>["can't be blank"]"#.to_owned()),
        (&long, "a", format!(r#":name=>["{too_long}"]"#)),
        ("<b>", "a", format!(r#":name=>["{bad_name}"]"#)),
        (
            "",
            "-a",
            format!(r#":name=>["can't be blank"], :path=>["{bad_path}"]"#),
        ),
    ] {
        let body = json!({ "name": name, "path": path });
        let text = format!("Failed to save group {{{faults}}}");
        let ask = app.post(GROUPS, &user, &body);
        assert_refused(&app, ask, 400, json!({ "message": text })).await;
    }
    let body = json!({ "name": "a", "path": "a", "description": "d".repeat(2001) });
    let text =
        r#"Failed to save group {:description=>["is too long (maximum is 2000 characters)"]}"#;
    let ask = app.post(GROUPS, &user, &body);
    assert_refused(&app, ask, 400, json!({ "message": text })).await;
}

#[tokio::test]
async fn paths_are_unique_below_a_group_and_old_ones_of_projects_are_free() {
    let app = TestApp::new().await;
    let root = app.administrator().await;
    app.add_project(1, |_| {}).await;
    let moved = DirectoryTarget::MovedProject { id: 1.into() };
    app.seed.put_path("group1/once", moved).await.unwrap();
    let body = json!({ "name": "a", "path": "PROJECT1", "parent_id": 1 });
    let text = r#"Failed to save group {:path=>["has already been taken"]}"#;
    let ask = app.post(GROUPS, &root, &body);
    assert_refused(&app, ask, 400, json!({ "message": text })).await;
    let once = create(&app, &root, "once", Some(1)).await;
    let found = get(&app, &root, "group1%2Fonce").await;
    assert_eq!(found.json()["id"], once);
    // The same name elsewhere is another path.
    create(&app, &root, "once", None).await;
    create(&app, &root, "once", Some(once)).await;
}

#[tokio::test]
async fn a_group_is_no_more_visible_than_its_parent() {
    let app = TestApp::new().await;
    let root = app.administrator().await;
    for (id, visibility) in [(1, Visibility::Private), (2, Visibility::Internal)] {
        let mut group = seed::group(id, &[], &format!("group{id}"));
        group.visibility = visibility;
        app.seed.put_group(&group).await.unwrap();
    }
    for (parent, wanted, is) in [
        (1, "public", "private"),
        (1, "internal", "private"),
        (2, "public", "internal"),
    ] {
        let body = json!({ "name": "a", "path": "a", "parent_id": parent, "visibility": wanted });
        let text = format!(
            "Failed to save group {{:visibility_level=>[\"{wanted} is not allowed since the \
             parent group has a {is} visibility.\"]}}"
        );
        let ask = app.post(GROUPS, &root, &body);
        assert_refused(&app, ask, 400, json!({ "message": text })).await;
    }
    let body = json!({ "name": "a", "path": "a", "parent_id": 2, "visibility": "internal" });
    assert_eq!(app.post(GROUPS, &root, &body).await.status, 201);
}

#[tokio::test]
async fn groups_nest_twenty_deep() {
    let app = TestApp::new().await;
    let root = app.administrator().await;
    let mut parent = create(&app, &root, "g", None).await;
    for _ in 0..20 {
        parent = create(&app, &root, "g", Some(parent)).await;
    }
    let body = json!({ "name": "g", "path": "g", "parent_id": parent });
    let text = r#"Failed to save group {:parent_id=>["has too deep level of nesting"]}"#;
    let ask = app.post(GROUPS, &root, &body);
    assert_refused(&app, ask, 400, json!({ "message": text })).await;
}

#[tokio::test]
async fn a_full_path_has_an_end() {
    let app = TestApp::new().await;
    let root = app.administrator().await;
    let long = "a".repeat(255);
    let mut parent = None;
    for _ in 0..4 {
        parent = Some(create(&app, &root, &long, parent).await);
    }
    let text =
        "is too long together with the paths of the groups above (maximum is 1024 characters)";
    let body = json!({ "name": "a", "path": "aa", "parent_id": parent });
    let told = format!(r#"Failed to save group {{:path=>["{text}"]}}"#);
    let ask = app.post(GROUPS, &root, &body);
    assert_refused(&app, ask, 400, json!({ "message": told })).await;
    // Nor does it grow beyond that by another path of one above.
    let short = create(&app, &root, "short", None).await;
    let mut below = create(&app, &root, &long, Some(short)).await;
    for _ in 0..2 {
        below = create(&app, &root, &long, Some(below)).await;
    }
    create(&app, &root, &"b".repeat(250), Some(below)).await;
    let body = json!({ "path": "s".repeat(12) });
    let path = format!("{GROUPS}/{short}");
    let ask = app.put(&path, &root, &body);
    assert_refused(&app, ask, 400, json!({ "message": { "path": [text] } })).await;
    let longest = json!({ "path": "s".repeat(5) });
    assert_eq!(app.put(&path, &root, &longest).await.status, 200);
}

#[tokio::test]
async fn runners_stay_closed_below_a_group_that_closed_them() {
    let app = TestApp::new().await;
    let root = app.administrator().await;
    let body = json!({ "name": "a", "path": "a",
                       "shared_runners_setting": "disabled_and_unoverridable" });
    let parent = app.post(GROUPS, &root, &body).await.json()["id"].clone();
    let body = json!({ "name": "b", "path": "b", "parent_id": parent });
    let below = app.post(GROUPS, &root, &body).await.json();
    assert_eq!(
        below["shared_runners_setting"],
        "disabled_and_unoverridable"
    );
    let body = json!({ "name": "c", "path": "c", "parent_id": parent,
                       "shared_runners_setting": "enabled" });
    let text = "Failed to save group {:shared_runners_enabled=>[\"cannot be enabled because parent \
                group has shared Runners disabled\"]}";
    let ask = app.post(GROUPS, &root, &body);
    assert_refused(&app, ask, 400, json!({ "message": text })).await;
}

#[tokio::test]
async fn who_may_create_groups() {
    let app = TestApp::new().await;
    let mut forbidden = seed::user(2, "ann");
    forbidden.can_create_group = false;
    let forbidden = app.add_user(&forbidden).await;
    let body = json!({ "name": "a", "path": "a" });
    let no = json!({ "message": "403 Forbidden" });
    assert_refused(&app, app.post(GROUPS, &forbidden, &body), 403, no.clone()).await;

    let mut strict = seed::group(1, &[], "strict");
    strict.subgroup_creation_level = SubgroupCreationLevel::Owner;
    let mut public = seed::group(2, &[], "public");
    public.visibility = Visibility::Public;
    let mut deleted = seed::group(3, &[], "deleted");
    deleted.deleted_at = Some(at("2015-12-24T17:00:00.000Z"));
    for group in [&strict, &public, &deleted] {
        app.seed.put_group(group).await.unwrap();
    }
    let source = |id| Source::Group(GroupId(id));
    let developer = app.add_member(11, source(2), Role::Developer).await;
    let maintainer = app.add_member(12, source(2), Role::Maintainer).await;
    let strict_maintainer = app.add_member(13, source(1), Role::Maintainer).await;
    let strict_owner = app.add_member(14, source(1), Role::Owner).await;
    let root = app.administrator().await;
    let personal = seed::user(11, "user11").namespace_id.0;
    let missing = json!({ "message": "404 Group Not Found" });
    for (caller, parent, expected) in [
        (&developer, 2, Some((403, &no))),
        (&strict_maintainer, 2, Some((403, &no))),
        (&strict_maintainer, 1, Some((403, &no))),
        // Hidden, deleted, somebody's personal namespace, and none at all.
        (&developer, 1, Some((404, &missing))),
        (&root, 3, Some((404, &missing))),
        (&developer, personal, Some((404, &missing))),
        (&root, 999, Some((404, &missing))),
        (&maintainer, 2, None),
        (&strict_owner, 1, None),
        (&root, 1, None),
    ] {
        let body = json!({ "name": "a", "path": format!("a{}", app.wire.tape().count()),
                           "parent_id": parent });
        match expected {
            Some((status, text)) => {
                let ask = app.post(GROUPS, caller, &body);
                assert_refused(&app, ask, status, text.clone()).await;
            }
            None => assert_eq!(app.post(GROUPS, caller, &body).await.status, 201),
        }
    }
    let minus = json!({ "name": "a", "path": "a", "parent_id": -1 });
    assert_refused(&app, app.post(GROUPS, &root, &minus), 404, missing).await;
}

#[tokio::test]
async fn of_many_who_want_one_path_one_gets_it() {
    let app = TestApp::new().await;
    let user = app.add_user(&seed::user(2, "ann")).await;
    let body = json!({ "name": "a", "path": "race" });
    let asks = (0..6).map(|_| app.post(GROUPS, &user, &body));
    let answers = join_all(asks).await;
    let created = answers.iter().filter(|answer| answer.status == 201).count();
    let refused = answers.iter().filter(|answer| answer.status == 400).count();
    assert_eq!((created, refused), (1, 5), "{answers:?}");
    let list = app.get("/api/v4/groups?owned=true", &user).await;
    assert_eq!(list.ids().len(), 1);
}

#[tokio::test]
async fn a_lost_answer_creates_one_group() {
    let app = TestApp::new().await;
    let user = app.add_user(&seed::user(2, "ann")).await;
    for loss in [Loss::Io, Loss::Timeout] {
        let rule = Rule::new(Fault::LostAnswer(loss)).action("dynamodb:TransactWriteItems");
        let fired = app.wire.faults().add(rule.times(1));
        let path = format!("lost-{loss:?}").to_lowercase();
        let id = create(&app, &user, &path, None).await;
        assert_eq!(fired.count(), 1);
        assert_eq!(get(&app, &user, &path).await.json()["id"], id);
    }
    assert_eq!(app.get("/api/v4/groups", &user).await.ids().len(), 2);
}

#[tokio::test]
async fn nothing_is_created_below_a_group_that_is_deleted_meanwhile() {
    let app = TestApp::new().await;
    let parent = seed::group(1, &[], "parent");
    app.seed.put_group(&parent).await.unwrap();
    let owner = app
        .add_member(2, Source::Group(GroupId(1)), Role::Owner)
        .await;
    let mut deleted = parent.clone();
    deleted.deleted_at = Some(at("2015-12-24T17:00:00.000Z"));
    app.replace_before("dynamodb:TransactWriteItems", &deleted);
    let body = json!({ "name": "a", "path": "a", "parent_id": 1 });
    let answer = app.post(GROUPS, &owner, &body).await;
    assert_eq!(answer.status, 404, "{answer:?}");
    assert_eq!(answer.json(), json!({ "message": "404 Group Not Found" }));
    let root = app.administrator().await;
    assert_eq!(app.get("/api/v4/groups", &root).await.ids(), [0_u64; 0]);
}

#[tokio::test]
async fn a_parent_that_moves_meanwhile_gives_its_new_path() {
    let app = TestApp::new().await;
    let parent = seed::group(1, &[], "parent");
    app.seed.put_group(&parent).await.unwrap();
    let owner = app
        .add_member(2, Source::Group(GroupId(1)), Role::Owner)
        .await;
    let mut moved = parent.clone();
    "moved".clone_into(&mut moved.full_path);
    "moved".clone_into(&mut moved.path);
    app.replace_before("dynamodb:TransactWriteItems", &moved);
    let body = json!({ "name": "a", "path": "a", "parent_id": 1 });
    let answer = app.post(GROUPS, &owner, &body).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(answer.json()["full_path"], "moved/a");
}

#[tokio::test]
async fn who_loses_the_role_meanwhile_creates_nothing() {
    let app = TestApp::new().await;
    let parent = seed::group(1, &[], "parent");
    app.seed.put_group(&parent).await.unwrap();
    let source = Source::Group(GroupId(1));
    let owner = app.add_member(2, source, Role::Owner).await;
    app.replace(&seed::member(source, UserId(2), Role::Guest));
    let body = json!({ "name": "a", "path": "a", "parent_id": 1 });
    let no = json!({ "message": "403 Forbidden" });
    assert_refused(&app, app.post(GROUPS, &owner, &body), 403, no).await;
}

#[tokio::test]
async fn creating_and_deleting_the_parent_at_once_leaves_no_group_behind() {
    for _ in 0..5 {
        let app = TestApp::new().await;
        let user = app.add_user(&seed::user(2, "ann")).await;
        let parent = create(&app, &user, "parent", None).await;
        let body = json!({ "name": "a", "path": "a", "parent_id": parent });
        let path = format!("{GROUPS}/{parent}");
        let (created, deleted) =
            join(app.post(GROUPS, &user, &body), app.delete(&path, &user)).await;
        assert_eq!(deleted.status, 202, "{deleted:?}");
        assert!(matches!(created.status.as_u16(), 201 | 404), "{created:?}");
        // What was created before goes with the parent.
        for _ in 0..4 {
            app.sweep().await;
            app.pass(120);
        }
        let root = app.administrator().await;
        assert_eq!(app.get("/api/v4/groups", &root).await.ids(), [0_u64; 0]);
    }
}
