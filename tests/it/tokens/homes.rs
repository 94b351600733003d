//! The access tokens of projects and groups, and their bots.

use http::Method;
use serde_json::{Value, json};
use switchyard::ids::UserId;
use switchyard::member::{Member, Role, Source};
use switchyard::project::{DirectoryEntry, Namespace, Visibility};
use switchyard::store::{Key, Rows};
use switchyard::token::Scope;
use switchyard::user::{Email, User};
use switchyard_local::seed::{self, at};
use switchyard_tests::Caller;

use super::{ALICE, GROUP, PROJECT, TOKENS, World, error, holder, id, message, unauthorized};

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
async fn a_revoked_token_takes_its_bot_along() {
    let world = World::with_project().await;
    for (path, kind) in HOMES {
        let (number, robot) = make(&world, path, 40).await;
        let user = world.app.get("/api/v4/user", &robot).await.json();
        let name = user["username"].as_str().unwrap().to_owned();
        let address = user["email"].as_str().unwrap().to_owned();
        let user = UserId(user["id"].as_u64().unwrap());
        // One more token of the same bot, made behind the project's back.
        let other = world
            .app
            .add_token(user, |token| token.id.0 = 3000 + number)
            .await;
        assert_eq!(world.status(&other).await, 200);
        let one = format!("{path}/{number}");
        let answer = world.app.delete(&one, &world.alice).await;
        assert_eq!((answer.status.as_u16(), answer.body.len()), (204, 0));
        assert_eq!(world.status(&robot).await, 401);
        assert_eq!(world.status(&other).await, 401);
        let source = if kind == "project" { PROJECT } else { GROUP };
        let keys = [
            Key::Member(source, user),
            Key::User(user),
            Key::Directory(name),
            Key::Email(address),
        ];
        let mut rows = Rows::default();
        let store = &world.app.seed.store;
        rows.load(store, keys.clone()).await.unwrap();
        assert_eq!(rows.get::<Member>(&keys[0]).unwrap(), None);
        let bot: User = rows.get(&keys[1]).unwrap().unwrap();
        assert_eq!(bot.deleted_at, Some(at("2015-12-24T18:00:00Z")));
        assert_eq!(rows.get::<DirectoryEntry>(&keys[2]).unwrap(), None);
        assert_eq!(rows.get::<Email>(&keys[3]).unwrap(), None);
        // It is no token of the project any more.
        let text = format!("404 {kind} Access Token Not Found");
        for method in [Method::GET, Method::DELETE] {
            let expected = message(404, &text);
            world
                .refused(method, &one, &world.alice, json!({}), expected)
                .await;
        }
        assert_eq!(world.app.get(path, &world.alice).await.json(), json!([]));
        let shown = world
            .app
            .get(&format!("{TOKENS}/{number}"), &world.root)
            .await;
        assert_eq!(shown.json()["revoked"], true);
    }
}

#[tokio::test]
async fn rotation_leaves_the_bot_as_it_is() {
    let world = World::with_project().await;
    for (path, _) in HOMES {
        let (number, old) = make(&world, path, 30).await;
        let before = world.app.get("/api/v4/user", &old).await.json();
        let by_number = format!("{path}/{number}/rotate");
        let by_owner = world.post(&by_number, &world.alice, json!({})).await;
        assert_eq!(by_owner.status, 200, "{by_owner:?}");
        let body = json!({ "expires_at": "2016-01-15" });
        let itself = format!("{path}/self/rotate");
        let by_itself = world.post(&itself, &holder(&by_owner), body).await;
        assert_eq!(by_itself.status, 200, "{by_itself:?}");
        for (answer, day) in [(&by_owner, "2015-12-31"), (&by_itself, "2016-01-15")] {
            let shown = answer.json();
            assert_eq!(shown["access_level"], 30);
            assert_eq!(shown["expires_at"], day);
            assert_eq!(shown["user_id"], before["id"]);
            assert_eq!(shown["name"], "robot");
        }
        let now = world.app.get("/api/v4/user", &holder(&by_itself)).await;
        assert_eq!(now.json(), before);
        assert_eq!(world.status(&old).await, 401);
        let listed = world.app.get(path, &world.alice).await;
        assert_eq!(listed.ids(), [number, id(&by_owner), id(&by_itself)]);
        for (query, expected) in [
            ("state=active", vec![id(&by_itself)]),
            ("revoked=true", vec![number, id(&by_owner)]),
            ("sort=created_desc&per_page=1", vec![id(&by_itself)]),
            ("search=nothing", vec![]),
        ] {
            let listed = world
                .app
                .get(&format!("{path}?{query}"), &world.alice)
                .await;
            assert_eq!(listed.ids(), expected, "{query}");
        }
        let again = message(400, "400 Bad request - token already revoked");
        let stale = format!("{path}/{number}/rotate");
        world
            .refused(Method::POST, &stale, &world.alice, json!({}), again)
            .await;
        // The first one once more: then the last one is revoked.
        let answer = world.post(&itself, &old, json!({})).await;
        assert_eq!((answer.status.as_u16(), answer.json()), super::revoked());
        assert_eq!(world.status(&holder(&by_itself)).await, 401);
    }
}

#[tokio::test]
async fn who_rotates_itself_where_it_does_not_belong() {
    let world = World::with_project().await;
    let (_, robot) = make(&world, OF_PROJECT, 50).await;
    let (_, of_group) = make(&world, OF_GROUP, 50).await;
    for (path, _) in HOMES {
        let path = format!("{path}/self/rotate");
        let expected = message(405, "405 Method Not Allowed");
        world
            .refused(Method::POST, &path, &world.alice, json!({}), expected)
            .await;
        world
            .refused(
                Method::POST,
                &path,
                &Caller::Nobody,
                json!({}),
                unauthorized(),
            )
            .await;
    }
    let path = format!("{OF_PROJECT}/self/rotate");
    world
        .refused(Method::POST, &path, &of_group, json!({}), unauthorized())
        .await;
    world.app.add_project(2, |_| {}).await;
    let elsewhere = "/api/v4/projects/2/access_tokens/self/rotate";
    let expected = message(404, "404 Project Not Found");
    world
        .refused(Method::POST, elsewhere, &robot, json!({}), expected)
        .await;
}

#[tokio::test]
async fn a_token_with_no_other_scope_rotates_itself() {
    let world = World::with_project().await;
    for (path, _) in HOMES {
        let body = json!({ "name": "r", "scopes": ["self_rotate"], "access_level": 10 });
        let robot = holder(&world.post(path, &world.alice, body).await);
        let answer = world
            .post(&format!("{path}/self/rotate"), &robot, json!({}))
            .await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
}

#[tokio::test]
async fn tokens_of_others_are_not_found_here() {
    let world = World::with_project().await;
    let (of_project, _) = make(&world, OF_PROJECT, 10).await;
    let (of_group, _) = make(&world, OF_GROUP, 10).await;
    let personal = 1002;
    for (path, kind, foreign) in [
        (OF_PROJECT, "project", [of_group, personal, 9999, 0]),
        (OF_GROUP, "group", [of_project, personal, 9999, 0]),
    ] {
        for number in foreign {
            let one = format!("{path}/{number}");
            let rotate = format!("{one}/rotate");
            let not_found = message(404, &format!("404 {kind} Access Token Not Found"));
            let cases = [
                (Method::GET, &one, &world.alice, not_found.clone()),
                (Method::DELETE, &one, &world.alice, not_found),
                (Method::POST, &rotate, &world.alice, unauthorized()),
                (
                    Method::POST,
                    &rotate,
                    &world.root,
                    message(404, "404 Not Found"),
                ),
            ];
            for (method, path, caller, expected) in cases {
                world
                    .refused(method, path, caller, json!({}), expected)
                    .await;
            }
        }
        let invalid = error("token_id is invalid");
        let path = format!("{path}/x");
        world
            .refused(Method::GET, &path, &world.alice, json!({}), invalid)
            .await;
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
async fn a_bot_that_is_no_member_any_more_has_no_token_to_list() {
    let world = World::with_project().await;
    let (number, robot) = make(&world, OF_PROJECT, 30).await;
    let user = world.app.get("/api/v4/user", &robot).await.json();
    let user = UserId(user["id"].as_u64().unwrap());
    let key = Key::Member(PROJECT, user);
    world.app.seed.store.delete_all(&[key]).await.unwrap();
    assert_eq!(
        world.app.get(OF_PROJECT, &world.alice).await.json(),
        json!([])
    );
    let one = format!("{OF_PROJECT}/{number}");
    assert_eq!(world.app.get(&one, &world.alice).await.status, 404);
    // It is still somebody's token, without a role, and an administrator can revoke it.
    assert_eq!(
        world.app.get("/api/v4/projects/1", &robot).await.status,
        404
    );
    let path = format!("{TOKENS}/{number}");
    assert_eq!(world.app.delete(&path, &world.root).await.status, 204);
    assert_eq!(world.status(&robot).await, 401);
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
