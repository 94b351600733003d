//! Updating and deleting, and whose business that is.

use http::Method;
use serde_json::json;
use switchyard_local::seed;

use super::{ALL, World, at, error, invalid};

#[tokio::test]
async fn only_its_owner_and_administrators_describe_it_anew() {
    let world = World::new().await;
    let made = world.made(json!({ "description": "old" })).await;
    let path = at(&made);
    let mut expected = world.app.get(&path, &world.one).await.json();
    world.app.set_time(seed::at("2015-12-24T19:00:00.000Z"));

    let before = world.app.dump();
    let body = json!({ "description": "mine" });
    let answer = world.app.put(&path, &world.other, &body).await;
    let forbidden = json!({ "message": "403 Forbidden" });
    assert_eq!((answer.status.as_u16(), answer.json()), (403, forbidden));
    // What says nothing new changes nothing.
    for body in [json!({}), json!({ "description": "old", "token": "x" })] {
        let answer = world.send(Method::PUT, &path, &body).await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()),
            (200, expected.clone())
        );
    }
    assert!(world.app.dump() == before, "something was written");

    expected["updated_at"] = json!("2015-12-24T19:00:00.000Z");
    for (caller, description) in [
        (&world.one, "new"),
        (&world.root, ""),
        (&world.one, "newer"),
    ] {
        let body = json!({ "description": description });
        let answer = world.app.put(&path, caller, &body).await;
        expected["description"] = json!(description);
        assert_eq!(
            (answer.status.as_u16(), answer.json()),
            (200, expected.clone())
        );
        assert_eq!(world.app.get(&path, &world.other).await.json(), expected);
    }

    let long = "x".repeat(256);
    let too_long = invalid("description", &["is too long (maximum is 255 characters)"]);
    for (body, expected) in [
        (json!({ "description": long }), too_long),
        (
            json!({ "description": [] }),
            error("description is invalid"),
        ),
    ] {
        world.refused(Method::PUT, &path, body, expected).await;
    }
}

#[tokio::test]
async fn any_maintainer_deletes_it() {
    let world = World::new().await;
    for (place, caller) in [&world.one, &world.other, &world.root]
        .into_iter()
        .enumerate()
    {
        let made = world.made(json!({ "description": "a" })).await;
        world.made(json!({ "description": "stays" })).await;
        let path = at(&made);
        assert_eq!(world.app.delete(&path, caller).await.status, 204);
        assert_eq!(world.app.delete(&path, caller).await.status, 404);
        assert_eq!(world.app.get(&path, caller).await.status, 404);
        assert_eq!(world.counted(), place as u64 + 1);
        assert_eq!(world.rows(), place + 1);
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let world = World::new().await;
    world.app.add_project(12, |_| {}).await;
    let elsewhere = seed::trigger(
        12.into(),
        5,
        2.into(),
        &switchyard::token::Secret::trigger_token(12.into(), 5.into()),
    );
    world.app.seed.put(&elsewhere).await.unwrap();
    let not_found = (404, json!({ "message": "404 Not found" }));
    for id in ["5", "99", "0", "99999999999999999999"] {
        for (method, body) in [
            (Method::GET, json!({})),
            (Method::PUT, json!({ "description": "a" })),
            (Method::DELETE, json!({})),
        ] {
            let path = format!("{ALL}/{id}");
            world.refused(method, &path, body, not_found.clone()).await;
        }
    }
    let path = format!("{ALL}/x");
    let expected = error("trigger_id is invalid");
    world.refused(Method::GET, &path, json!({}), expected).await;
}

#[tokio::test]
async fn what_was_changed_since_is_not_deleted() {
    let world = World::new().await;
    let path = at(&world.made(json!({ "description": "a" })).await);
    world.app.set_time(seed::at("2015-12-24T19:00:00.000Z"));
    let change = json!({ "description": "b" });
    assert_eq!(world.send(Method::PUT, &path, &change).await.status, 200);
    let mut headers = world.one.headers();
    headers.push(("if-unmodified-since", "Thu, 24 Dec 2015 18:30:00 GMT"));
    let answer = world.app.request(Method::DELETE, &path, &headers, "").await;
    assert_eq!(answer.status, 412, "{answer:?}");
}
