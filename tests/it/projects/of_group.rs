//! `GET /groups/:id/projects`

use serde_json::json;
use switchyard::ids::{GroupId, ProjectId};
use switchyard::member::{Role, Source};
use switchyard::project::Visibility;
use switchyard_local::seed;
use switchyard_tests::Caller;

use super::list::{ALPHA, ANN, BETA, GAMMA, World, put};

#[tokio::test]
async fn a_group_has_the_projects_right_in_it() {
    let world = World::new().await;
    for (path, nobody, ben, ann, root) in [
        ("alpha", vec![], vec![2], vec![2, 1], vec![2, 1]),
        ("10", vec![], vec![2], vec![2, 1], vec![2, 1]),
        ("alpha%2Fbeta", vec![3], vec![3], vec![3], vec![3]),
        ("gamma", vec![7], vec![7], vec![7, 4], vec![8, 7, 4]),
    ] {
        let path = format!("/groups/{path}/projects");
        for (name, caller, expected) in [
            ("nobody", &Caller::Nobody, nobody),
            ("ben", &world.ben, ben),
            ("ann", &world.ann, ann),
            ("root", &world.root, root),
        ] {
            assert_eq!(world.ids(&path, caller).await, expected, "{path} as {name}");
        }
    }
}

#[tokio::test]
async fn groups_below_and_above_count_where_they_are_asked_for() {
    let world = World::new().await;
    let deep = seed::group(
        13,
        &[&group(ALPHA, "alpha"), &group(BETA, "alpha/beta")],
        "deep",
    );
    world.app.seed.put_group(&deep).await.unwrap();
    let path = "alpha/beta/deep/nine";
    let groups = [ALPHA, BETA, GroupId(13)];
    put(&world.app, 9, &groups, path, Visibility::Private, |_| {}).await;
    for (query, expected) in [
        ("alpha/projects?include_subgroups=true", vec![9, 3, 2, 1]),
        ("alpha/projects?include_subgroups=false", vec![2, 1]),
        ("11/projects?include_subgroups=true", vec![9, 3]),
        ("11/projects?include_ancestor_groups=true", vec![3, 2, 1]),
        ("13/projects?include_ancestor_groups=true", vec![9, 3, 2, 1]),
        (
            "11/projects?include_ancestor_groups=true&include_subgroups=true",
            vec![9, 3, 2, 1],
        ),
        ("alpha/projects?include_ancestor_groups=true", vec![2, 1]),
        ("alpha/projects?with_shared=false", vec![2, 1]),
    ] {
        let path = format!("/groups/{query}");
        assert_eq!(world.ids(&path, &world.ann).await, expected, "{query}");
    }
    // Who belongs to a group below sees what is in it, and not what is above.
    world.app.replace(&seed::member(
        Source::Group(GroupId(13)),
        switchyard::ids::UserId(3),
        Role::Guest,
    ));
    let path = "/groups/alpha/projects?include_subgroups=true";
    assert_eq!(world.ids(path, &world.ben).await, [9, 3, 2]);
    assert_eq!(world.ids(path, &Caller::Nobody).await, [3]);
}

fn group(id: GroupId, path: &str) -> switchyard::project::Group {
    let mut group = seed::group(id.0, &[], path);
    if id == BETA {
        group.ancestors = vec![ALPHA];
    }
    group
}

#[tokio::test]
async fn the_parameters_are_those_of_all_projects() {
    let world = World::new().await;
    for (query, expected) in [
        ("archived=true", vec![2]),
        ("visibility=public", vec![3]),
        ("search=O", vec![2, 1]),
        ("order_by=name&sort=asc", vec![1, 3, 2]),
        ("order_by=id&sort=asc", vec![1, 2, 3]),
        ("order_by=updated_at", vec![1, 2, 3]),
        ("min_access_level=30", vec![3, 2, 1]),
        ("min_access_level=40", vec![]),
        ("owned=true", vec![]),
        ("starred=true", vec![]),
        ("with_merge_requests_enabled=true", vec![]),
        ("per_page=2&page=2", vec![1]),
    ] {
        let path = format!("/groups/alpha/projects?include_subgroups=true&{query}");
        assert_eq!(world.ids(&path, &world.ann).await, expected, "{query}");
    }
    for name in [
        "include_subgroups",
        "include_ancestor_groups",
        "with_shared",
    ] {
        let path = format!("/groups/alpha/projects?{name}=maybe");
        let refusal = world.refusal(&path, &world.ann).await;
        let error = format!("{name} is invalid");
        assert_eq!(refusal, (400, json!({ "error": error })));
    }
    let full = world
        .app
        .get("/api/v4/groups/alpha/projects", &world.ann)
        .await;
    assert_eq!(full.header("x-total"), Some("2"));
    let access = &full.json()[1]["permissions"]["group_access"]["access_level"];
    assert_eq!(access, 30);
    let simple = "/api/v4/groups/alpha/projects?simple=true";
    let simple = world.app.get(simple, &world.ann).await;
    assert_eq!(simple.json()[1].get("permissions"), None);
    assert_eq!(simple.json()[1]["name_with_namespace"], "The Alpha / one");
}

#[tokio::test]
async fn a_group_that_is_hidden_or_not_there_has_none() {
    let world = World::new().await;
    let secret = seed::group(14, &[], "secret");
    world.app.seed.put_group(&secret).await.unwrap();
    let body = json!({ "message": "404 Group Not Found" });
    for (id, caller) in [
        ("14", &world.ben),
        ("secret", &Caller::Nobody),
        ("99", &world.root),
        ("none", &world.root),
        ("ann", &world.ann),
        ("alpha%2Fone", &world.ann),
    ] {
        let refusal = world
            .refusal(&format!("/groups/{id}/projects"), caller)
            .await;
        assert_eq!(refusal, (404, body.clone()), "{id}");
    }
}

/// The index still has a project where it was.
#[tokio::test]
async fn a_project_that_moved_is_shown_where_it_is() {
    let world = World::new().await;
    world.app.wire.lag().freeze();
    let mut moved = seed::project(1, &[GAMMA], "gamma/one");
    moved.visibility = Visibility::Public;
    world.app.replace(&moved);
    assert_eq!(world.ids("/groups/alpha/projects", &world.ann).await, [2]);
    world.app.wire.lag().thaw();
    assert_eq!(world.ids("/groups/alpha/projects", &world.ann).await, [2]);
    let gamma = world.ids("/groups/gamma/projects", &world.ann).await;
    assert_eq!(gamma, [7, 4, 1]);
    let member = seed::member(Source::Project(ProjectId(8)), ANN, Role::Guest);
    world.app.replace(&member);
    let gamma = world.ids("/groups/gamma/projects", &world.ann).await;
    assert_eq!(gamma, [8, 7, 4, 1]);
}
