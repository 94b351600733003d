//! The access tokens of projects and groups, and their bots.

mod ending;

use http::Method;
use serde_json::{Value, json};
use switchyard::member::{Role, Source};
use switchyard::project::{Namespace, Visibility};
use switchyard::token::Scope;
use switchyard_local::seed;
use switchyard_tests::Caller;

use super::{ALICE, PROJECT, World, error, holder, id, message, unauthorized};

const OF_PROJECT: &str = "/api/v4/projects/1/access_tokens";
const OF_GROUP: &str = "/api/v4/groups/1/access_tokens";
/// Both, with what they are called.
const HOMES: [(&str, &str); 2] = [(OF_PROJECT, "project"), (OF_GROUP, "group")];

async fn make(world: &World, path: &str, level: u8) -> (u64, Caller) {
    let body = json!({ "name": "robot", "scopes": ["api"], "access_level": level });
    let answer = world.post(path, &world.alice, body).await;
    assert_eq!(answer.status, 201, "{path} {level}: {answer:?}");
    (id(&answer), holder(&answer))
}

#[tokio::test]
async fn a_token_comes_with_a_bot_that_has_its_role() {
    let world = World::with_project().await;
    for (path, kind) in HOMES {
        let body = json!({
            "name": "robot", "description": "builds", "scopes": ["api", "read_repository"],
            "access_level": 30, "expires_at": "2016-06-01",
        });
        let answer = world.post(path, &world.alice, body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        let robot = holder(&answer);
        let shown = answer.json();
        let user_id = shown["user_id"].as_u64().unwrap();
        let expected = json!({
            "id": id(&answer), "name": "robot", "description": "builds", "revoked": false,
            "created_at": "2015-12-24T18:00:00.000Z", "scopes": ["api", "read_repository"],
            "user_id": user_id, "last_used_at": null, "active": true,
            "expires_at": "2016-06-01", "access_level": 30, "token": shown["token"],
        });
        assert_eq!(shown, expected);

        let user = world.app.get("/api/v4/user", &robot).await.json();
        assert_eq!((&user["id"], &user["bot"]), (&json!(user_id), &json!(true)));
        assert_eq!(user["name"], "robot");
        let username = user["username"].as_str().unwrap();
        let prefix = format!("{kind}_1_bot_");
        assert!(username.starts_with(&prefix) && username.len() > prefix.len() + 15);
        assert_eq!(user["can_create_group"], false);
        assert_eq!(user["can_create_project"], false);

        // A group's bot has its role in the projects below.
        let project = world.app.get("/api/v4/projects/1", &robot).await.json();
        let access = format!("{kind}_access");
        assert_eq!(project["permissions"][&access]["access_level"], 30);
        let mut expected = expected;
        expected.as_object_mut().unwrap().remove("token");
        let one = format!("{path}/{}", id(&answer));
        assert_eq!(world.app.get(&one, &world.alice).await.json(), expected);
        let list = world.app.get(path, &world.alice).await;
        assert_eq!(list.json(), json!([expected]));
        assert_eq!(list.header("x-total"), Some("1"));
    }
    // Each sees the tokens of its own only.
    assert_eq!(world.app.get(OF_PROJECT, &world.root).await.ids().len(), 1);
}

#[tokio::test]
async fn what_is_not_said_has_a_sensible_value() {
    let world = World::with_project().await;
    for (path, _) in HOMES {
        let form = "name=robot&scopes[]=read_api";
        let mut headers = world.alice.headers();
        headers.push(("content-type", "application/x-www-form-urlencoded"));
        let answer = world.app.request(Method::POST, path, &headers, form).await;
        let shown = answer.json();
        assert_eq!(
            (&shown["access_level"], &shown["expires_at"]),
            (&json!(40), &json!("2016-12-23"))
        );
        let in_query = format!("{path}?name=robot&scopes=read_api,read_repository&access_level=10");
        let answer = world.post(&in_query, &world.alice, json!({})).await;
        assert_eq!(answer.json()["access_level"], 10, "{answer:?}");
    }
}

#[tokio::test]
async fn every_role_opens_what_it_opens_to_people() {
    let world = World::with_project().await;
    let mut project = seed::project(1, &[1.into()], "group1/project1");
    project.public_jobs = false;
    world.app.replace(&project);
    for (path, _) in HOMES {
        for role in Role::ALL {
            let (_, robot) = make(&world, path, role.into()).await;
            let jobs = world.app.get("/api/v4/projects/1/jobs", &robot).await;
            let expected = if role >= Role::Reporter { 200 } else { 403 };
            assert_eq!(jobs.status, expected, "{path} {role:?}");
        }
    }
    // What its scopes do not allow, its role does not either.
    let body = json!({ "name": "r", "scopes": ["read_repository"], "access_level": 50 });
    let robot = holder(&world.post(OF_PROJECT, &world.alice, body).await);
    assert_eq!(
        world.app.get("/api/v4/projects/1", &robot).await.status,
        403
    );
}

#[tokio::test]
async fn what_cannot_be_made() {
    let world = World::with_project().await;
    let bad = |text: &str| message(400, &format!("400 Bad request - {text}"));
    let scopes = error("scopes does not have a valid value");
    let level = error("access_level does not have a valid value");
    let cases: [(Value, (u16, Value)); 14] = [
        (json!({}), error("name is missing, scopes is missing")),
        (json!({ "name": "a", "scopes": ["sudo"] }), scopes.clone()),
        (
            json!({ "name": "a", "scopes": ["admin_mode"] }),
            scopes.clone(),
        ),
        (
            json!({ "name": "a", "scopes": ["read_user"] }),
            scopes.clone(),
        ),
        (json!({ "name": "a", "scopes": ["x"] }), scopes),
        (
            json!({ "name": "a", "scopes": ["api"], "access_level": 11 }),
            level.clone(),
        ),
        (
            json!({ "name": "a", "scopes": ["api"], "access_level": 0 }),
            level.clone(),
        ),
        (
            json!({ "name": "a", "scopes": ["api"], "access_level": 60 }),
            level.clone(),
        ),
        (
            json!({ "name": "a", "scopes": ["api"], "access_level": -40 }),
            level,
        ),
        (
            json!({ "name": "a", "scopes": ["api"], "access_level": "owner" }),
            error("access_level is invalid"),
        ),
        (
            json!({ "name": "", "scopes": ["api"] }),
            bad("Name can't be blank"),
        ),
        (
            json!({ "name": "a", "scopes": [] }),
            bad("Scopes can't be blank"),
        ),
        (
            json!({ "name": "a", "scopes": ["api"], "expires_at": "2016-12-24" }),
            bad("Expires at must be before 2016-12-23"),
        ),
        (
            json!({ "name": "a", "scopes": ["api"], "expires_at": "2015-12-23" }),
            bad("Expires at cannot be a date in the past"),
        ),
    ];
    for (path, _) in HOMES {
        for (body, expected) in cases.clone() {
            world
                .refused(Method::POST, path, &world.alice, body, expected)
                .await;
        }
    }
}

#[tokio::test]
async fn nobody_hands_on_more_than_they_have() {
    let world = World::with_project().await;
    let maintainer = world.app.add_member(40, PROJECT, Role::Maintainer).await;
    let too_high = "Access level of the token contains permissions not held by the creating user";
    let too_high = message(400, &format!("400 Bad request - {too_high}"));
    let body = |level: u8| json!({ "name": "a", "scopes": ["api"], "access_level": level });
    world
        .refused(Method::POST, OF_PROJECT, &maintainer, body(50), too_high)
        .await;
    let answer = world.post(OF_PROJECT, &maintainer, body(40)).await;
    assert_eq!(answer.status, 201);
    // Nor does a maintainer take an owner's token over by rotating it.
    let (number, robot) = make(&world, OF_PROJECT, 50).await;
    let path = format!("{OF_PROJECT}/{number}/rotate");
    let text = "400 Bad request - Not eligible to rotate tokens with permissions not held by the \
                user";
    world
        .refused(
            Method::POST,
            &path,
            &maintainer,
            json!({}),
            message(400, text),
        )
        .await;
    assert_eq!(world.status(&robot).await, 200);
    let one = format!("{OF_PROJECT}/{}", id(&answer));
    let rotated = world
        .post(&format!("{one}/rotate"), &maintainer, json!({}))
        .await;
    assert_eq!(rotated.status, 200, "{rotated:?}");
    // Administrators may whatever owners may.
    let answer = world.post(OF_GROUP, &world.root, body(50)).await;
    assert_eq!(answer.status, 201, "{answer:?}");
}

#[tokio::test]
async fn a_bot_makes_no_tokens_and_rotates_none_but_its_own() {
    let world = World::with_project().await;
    for (path, kind) in HOMES {
        let (number, robot) = make(&world, path, 50).await;
        let (other, _) = make(&world, path, 10).await;
        let text = format!(
            "400 Bad request - User does not have permission to create {kind} access token"
        );
        let body = json!({ "name": "a", "scopes": ["api"], "access_level": 10 });
        world
            .refused(Method::POST, path, &robot, body, message(400, &text))
            .await;
        for number in [number, other] {
            let path = format!("{path}/{number}/rotate");
            world
                .refused(Method::POST, &path, &robot, json!({}), unauthorized())
                .await;
        }
        // But it looks after them, as its role allows.
        assert_eq!(world.app.get(path, &robot).await.ids(), [number, other]);
        let one = format!("{path}/{other}");
        assert_eq!(world.app.delete(&one, &robot).await.status, 204);
    }
}

#[tokio::test]
async fn homes_that_are_not_there() {
    let world = World::with_project().await;
    let body = json!({ "name": "a", "scopes": ["api"] });
    for (path, what) in [
        ("/api/v4/projects/9/access_tokens", "404 Project Not Found"),
        ("/api/v4/groups/9/access_tokens", "404 Group Not Found"),
        (
            "/api/v4/projects/group1/access_tokens",
            "404 Project Not Found",
        ),
        ("/api/v4/groups/alice/access_tokens", "404 Group Not Found"),
    ] {
        for method in [Method::GET, Method::POST] {
            let (body, expected) = (body.clone(), message(404, what));
            world
                .refused(method, path, &world.root, body, expected)
                .await;
        }
    }
    // By their paths they are found, in any case.
    for path in [
        "/api/v4/projects/Group1%2FProject1/access_tokens",
        "/api/v4/groups/GROUP1/access_tokens",
    ] {
        let answer = world.post(path, &world.alice, body.clone()).await;
        assert_eq!(answer.status, 201, "{answer:?}");
    }
}

#[tokio::test]
async fn a_personal_project_has_tokens_too() {
    let world = World::new().await;
    let mut personal = seed::project(3, &[], "alice/personal");
    personal.namespace = Namespace::User { user_id: ALICE };
    personal.visibility = Visibility::Public;
    world.app.seed.put_project(&personal).await.unwrap();
    let source = Source::Project(personal.id);
    let owner = seed::member(source, ALICE, Role::Owner);
    world.app.seed.put(&owner).await.unwrap();
    let path = "/api/v4/projects/3/access_tokens";
    let (number, robot) = make(&world, path, 50).await;
    assert_eq!(world.app.get(path, &robot).await.ids(), [number]);
    // Who sees the project and is no member is told no more than that.
    world
        .refused(Method::GET, path, &world.bob, json!({}), unauthorized())
        .await;
}

#[tokio::test]
async fn a_list_that_was_seen_before_takes_three_rounds() {
    let world = World::with_project().await;
    world.token(50, &[Scope::Api]).await;
    for (path, _) in HOMES {
        make(&world, path, 30).await;
        world.app.wire.lockstep(true);
        let mut depths = Vec::new();
        for _ in 0..2 {
            world.app.wire.tape().reset();
            assert_eq!(world.app.get(path, &world.alice).await.status, 200);
            depths.push(world.app.wire.tape().depth());
        }
        world.app.wire.lockstep(false);
        assert!(depths[0] <= 4 && depths[1] <= 3, "{path}: {depths:?}");
    }
}
