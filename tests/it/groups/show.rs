//! `GET /groups/:id`.

use serde_json::json;
use switchyard::ids::{GroupId, UserId};
use switchyard::member::{Role, Source};
use switchyard::project::Visibility;
use switchyard_local::seed::{self, at};
use switchyard_tests::{Answer, Caller, TestApp};

use super::get;

fn project_ids(answer: &Answer) -> Vec<u64> {
    let body = answer.json();
    let projects = body["projects"].as_array().unwrap().iter();
    projects.map(|it| it["id"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn who_sees_a_group() {
    let app = TestApp::new().await;
    let above = seed::group(1, &[], "above");
    app.seed.put_group(&above).await.unwrap();
    for (id, visibility) in [
        (2, Visibility::Private),
        (3, Visibility::Internal),
        (4, Visibility::Public),
    ] {
        let mut group = seed::group(id, &[&above], &format!("group{id}"));
        group.visibility = visibility;
        app.seed.put_group(&group).await.unwrap();
    }
    let root = app.administrator().await;
    let stranger = app.add_user(&seed::user(10, "stranger")).await;
    let inherited = app
        .add_member(11, Source::Group(GroupId(1)), Role::Guest)
        .await;
    let mut past = seed::member(Source::Group(GroupId(1)), UserId(12), Role::Owner);
    past.expires_at = switchyard::time::Day::parse("2015-12-24");
    app.seed.put(&past).await.unwrap();
    let former = app.add_user(&seed::user(12, "former")).await;
    for (caller, sees) in [
        (&Caller::Nobody, [false, false, true]),
        (&stranger, [false, true, true]),
        (&former, [false, true, true]),
        (&inherited, [true, true, true]),
        (&root, [true, true, true]),
    ] {
        for (id, sees) in (2..).zip(sees) {
            for path in [id.to_string(), format!("ABOVE%2Fgroup{id}")] {
                let answer = get(&app, caller, &path).await;
                assert_eq!(
                    answer.status,
                    if sees { 200 } else { 404 },
                    "{path}, {caller:?}"
                );
                if !sees {
                    assert_eq!(answer.json(), json!({ "message": "404 Group Not Found" }));
                }
            }
        }
    }
    // Neither people nor projects are groups.
    app.add_project(7, |_| {}).await;
    for path in ["stranger", "5010", "group7%2Fproject7", "nosuch", "0", "99"] {
        assert_eq!(get(&app, &root, path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn projects_are_shown_as_far_as_they_are_seen() {
    let app = TestApp::new().await;
    let mut group = seed::group(1, &[], "group");
    group.visibility = Visibility::Public;
    let mut below = seed::group(2, &[&group], "below");
    below.visibility = Visibility::Public;
    for group in [&group, &below] {
        app.seed.put_group(group).await.unwrap();
    }
    for (id, visibility) in [
        (1, Visibility::Private),
        (2, Visibility::Internal),
        (3, Visibility::Public),
        (4, Visibility::Private),
        (5, Visibility::Public),
    ] {
        let mut project = seed::project(id, &[GroupId(1)], &format!("group/p{id}"));
        project.visibility = visibility;
        project.deleted_at = (id == 5).then(|| at("2015-12-24T17:00:00.000Z"));
        app.seed.put_project(&project).await.unwrap();
    }
    let mut nested = seed::project(6, &[GroupId(1), GroupId(2)], "group/below/p6");
    nested.visibility = Visibility::Public;
    app.seed.put_project(&nested).await.unwrap();
    let root = app.administrator().await;
    let stranger = app.add_user(&seed::user(10, "stranger")).await;
    let guest = app
        .add_member(11, Source::Group(GroupId(1)), Role::Guest)
        .await;
    let of_one = app
        .add_member(12, Source::Project(4.into()), Role::Guest)
        .await;
    for (caller, projects) in [
        (&Caller::Nobody, vec![3]),
        (&stranger, vec![3, 2]),
        (&of_one, vec![4, 3, 2]),
        (&guest, vec![4, 3, 2, 1]),
        (&root, vec![4, 3, 2, 1]),
    ] {
        let answer = get(&app, caller, 1).await;
        assert_eq!(project_ids(&answer), projects, "{caller:?}");
    }
    // Shown in short, with where they stand.
    let body = get(&app, &root, 1).await.json();
    let project = &body["projects"][1];
    assert_eq!(project["path_with_namespace"], "group/p3");
    assert_eq!(project["namespace"]["full_path"], "group");
    assert_eq!(project.get("permissions"), None);
    assert_eq!(body["shared_projects"], json!([]));

    let without = get(&app, &root, "1?with_projects=false").await.json();
    assert_eq!(without.get("projects"), None);
    assert_eq!(without.get("shared_projects"), None);
    assert_eq!(without["shared_with_groups"], json!([]));
    let bad = get(&app, &root, "1?with_projects=maybe").await;
    assert_eq!(bad.status, 400);
    assert_eq!(bad.json(), json!({ "error": "with_projects is invalid" }));
}

#[tokio::test]
async fn a_hundred_projects_at_most() {
    let app = TestApp::new().await;
    let root = app.administrator().await;
    let group = seed::group(1, &[], "group");
    app.seed.put_group(&group).await.unwrap();
    for id in 1..=103 {
        app.replace(&seed::project(id, &[GroupId(1)], &format!("group/p{id}")));
    }
    let answer = get(&app, &root, 1).await;
    let newest: Vec<u64> = (4..=103).rev().collect();
    assert_eq!(project_ids(&answer), newest);
}
