//! `GET /users/:id/projects`

use serde_json::json;
use switchyard::project::{Namespace, Project, Visibility};
use switchyard_local::seed::{self, at};
use switchyard_tests::Caller;

use super::list::{ANN, World, put};

async fn world() -> World {
    let world = World::new().await;
    let personal = |project: &mut Project| {
        project.namespace = Namespace::User { user_id: ANN };
    };
    let app = &world.app;
    put(app, 9, &[], "ann/nine", Visibility::Internal, personal).await;
    put(app, 10, &[], "ann/ten", Visibility::Public, personal).await;
    world
}

#[tokio::test]
async fn a_user_has_the_projects_of_their_own_namespace() {
    let world = world().await;
    for path in [
        "/users/2/projects",
        "/users/ann/projects",
        "/users/ANN/projects",
    ] {
        for (name, caller, expected) in [
            ("nobody", &Caller::Nobody, vec![10]),
            ("ben", &world.ben, vec![10, 9]),
            ("ann", &world.ann, vec![10, 9, 5]),
            ("root", &world.root, vec![10, 9, 5]),
        ] {
            assert_eq!(world.ids(path, caller).await, expected, "{path} as {name}");
        }
    }
    assert_eq!(world.ids("/users/ben/projects", &world.ann).await, [0; 0]);
}

#[tokio::test]
async fn the_parameters_are_those_of_all_projects() {
    let world = world().await;
    for (query, expected) in [
        ("visibility=internal", vec![9]),
        ("search=ten", vec![10]),
        ("owned=true", vec![5]),
        ("membership=true", vec![5]),
        ("order_by=name&sort=asc", vec![5, 9, 10]),
        ("order_by=id&sort=asc&per_page=2", vec![5, 9]),
        ("per_page=2&page=2", vec![5]),
        ("id_before=10", vec![9, 5]),
        ("id_after=5&sort=asc", vec![9, 10]),
        (
            "pagination=keyset&order_by=id&per_page=1&id_before=10",
            vec![9],
        ),
    ] {
        let path = format!("/users/ann/projects?{query}");
        assert_eq!(world.ids(&path, &world.ann).await, expected, "{query}");
    }
    let answer = world
        .app
        .get("/api/v4/users/ann/projects", &world.ann)
        .await;
    assert_eq!(answer.header("x-total"), Some("3"));
    assert_eq!(
        answer.json()[2]["permissions"]["project_access"]["access_level"],
        50
    );
    assert_eq!(answer.json()[0]["name_with_namespace"], "ann / ten");
    let simple = "/api/v4/users/ann/projects?simple=true";
    let simple = world.app.get(simple, &world.ann).await;
    assert_eq!(simple.json()[0].get("permissions"), None);
    let path = "/api/v4/users/ann/projects?pagination=keyset&order_by=id&per_page=2";
    let page = world.app.get(path, &world.ann).await;
    let next = page.link("next").unwrap();
    assert!(next.starts_with("/api/v4/users/ann/projects?"), "{next}");
    assert!(next.contains("id_before=9&"), "{next}");
    let page = world.app.get(&next, &world.ann).await;
    assert_eq!(page.ids(), [5]);
    assert_eq!(page.link("next"), None);
}

#[tokio::test]
async fn who_is_not_there_has_none() {
    let world = world().await;
    let mut gone = seed::user(4, "gone");
    gone.deleted_at = Some(at("2015-12-24T17:00:00Z"));
    world.app.seed.put_user(&gone).await.unwrap();
    let body = json!({ "message": "404 User Not Found" });
    for id in [
        "4",
        "gone",
        "99",
        "nobody",
        "alpha",
        "alpha%2Fone",
        "0",
        "-1",
        "99999999999999999999",
        "%20",
    ] {
        for caller in [&Caller::Nobody, &world.ann, &world.root] {
            let refusal = world
                .refusal(&format!("/users/{id}/projects"), caller)
                .await;
            assert_eq!(refusal, (404, body.clone()), "{id}");
        }
    }
}
