//! What a token is associated with.

use http::Method;
use serde_json::{Value, json};
use switchyard::ids::GroupId;
use switchyard::member::{Role, Source};
use switchyard::project::Visibility;
use switchyard::time::Day;
use switchyard_local::seed::{self, at};

use super::{ALICE, TOKENS, World, error};

#[tokio::test]
async fn the_groups_and_projects_of_its_user() {
    let world = World::new().await;
    let app = &world.app;
    let above = seed::group(10, &[], "above");
    let mut below = seed::group(11, &[&above], "below");
    below.visibility = Visibility::Public;
    let mut gone = seed::group(12, &[], "gone");
    gone.deleted_at = Some(at("2015-12-24T17:00:00Z"));
    for group in [&above, &below, &gone] {
        app.seed.put_group(group).await.unwrap();
    }
    let mut project = seed::project(5, &[GroupId(10), GroupId(11)], "above/below/project");
    project.description = Some("what it is".to_owned());
    app.seed.put_project(&project).await.unwrap();
    let other = seed::project(6, &[GroupId(10)], "above/other");
    app.seed.put_project(&other).await.unwrap();
    let mut deleted = seed::project(7, &[GroupId(10)], "above/deleted");
    deleted.deleted_at = Some(at("2015-12-24T17:00:00Z"));
    app.seed.put_project(&deleted).await.unwrap();
    let mut ended = seed::member(Source::Project(8.into()), ALICE, Role::Owner);
    ended.expires_at = Day::parse("2015-12-24");
    for member in [
        seed::member(Source::Group(GroupId(11)), ALICE, Role::Developer),
        seed::member(Source::Group(GroupId(12)), ALICE, Role::Owner),
        seed::member(Source::Project(5.into()), ALICE, Role::Reporter),
        seed::member(Source::Project(6.into()), ALICE, Role::Guest),
        seed::member(Source::Project(7.into()), ALICE, Role::Owner),
        ended,
    ] {
        app.seed.put(&member).await.unwrap();
    }
    app.add_project(8, |_| {}).await;

    let path = format!("{TOKENS}/self/associations");
    let group = json!({
        "id": 11, "web_url": "https://example.com/groups/above/below", "name": "below",
        "parent_id": 10, "access_levels": 30, "visibility": "public",
    });
    let first = json!({
        "id": 5, "description": "what it is", "name": "project", "path": "project",
        "path_with_namespace": "above/below/project", "created_at": "2015-12-21T13:14:24.077Z",
        "access_levels": { "project_access_level": 20, "group_access_level": 30 },
        "visibility": "private", "web_url": "https://example.com/above/below/project",
    });
    let answer = app.get(&path, &world.alice).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let body = answer.json();
    assert_eq!(body["groups"], json!([group]));
    assert_eq!(body["projects"][0], first);
    let levels = json!({ "project_access_level": 10, "group_access_level": null });
    assert_eq!(body["projects"][1]["access_levels"], levels);
    assert_eq!(numbers(&body), (vec![11], vec![5, 6]));

    for (query, expected) in [
        ("min_access_level=10", (vec![11], vec![5, 6])),
        ("min_access_level=30", (vec![11], vec![5])),
        ("min_access_level=40", (vec![], vec![])),
        ("per_page=1", (vec![11], vec![5])),
        ("per_page=1&page=2", (vec![], vec![6])),
    ] {
        let answer = app.get(&format!("{path}?{query}"), &world.alice).await;
        assert_eq!(numbers(&answer.json()), expected, "{query}");
    }
    assert_eq!(
        app.get(&path, &world.bob).await.json(),
        json!({ "groups": [], "projects": [] })
    );
    for (query, text) in [
        ("min_access_level=x", "min_access_level is invalid"),
        (
            "min_access_level=11",
            "min_access_level does not have a valid value",
        ),
    ] {
        let path = format!("{path}?{query}");
        world
            .refused(Method::GET, &path, &world.alice, json!({}), error(text))
            .await;
    }
}

fn numbers(body: &Value) -> (Vec<u64>, Vec<u64>) {
    let of = |name: &str| {
        let list = body[name].as_array().unwrap().iter();
        list.map(|element| element["id"].as_u64().unwrap())
            .collect()
    };
    (of("groups"), of("projects"))
}
