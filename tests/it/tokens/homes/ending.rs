//! How they end: revoked, rotated, and not by those whom they are no business of.

use http::Method;
use serde_json::json;
use switchyard::ids::UserId;
use switchyard::member::Member;
use switchyard::project::DirectoryEntry;
use switchyard::store::{Key, Rows};
use switchyard::user::{Email, User};
use switchyard_local::seed::at;
use switchyard_tests::Caller;

use super::{HOMES, OF_GROUP, OF_PROJECT, make};
use crate::tokens::{
    GROUP, PROJECT, TOKENS, World, error, holder, id, message, revoked, unauthorized,
};

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
        assert_eq!((answer.status.as_u16(), answer.json()), revoked());
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
