//! Editing and deleting.

use http::Method;
use serde_json::{Value, json};
use switchyard_local::seed;

use super::{ALL, World, at, daily, error, forbidden, invalid, message};

#[tokio::test]
async fn what_is_given_changes_and_all_else_stays() {
    let world = World::new().await;
    let mut expected = world.made(daily()).await;
    let path = at(&expected);
    world.app.set_time(seed::at("2015-12-24T19:30:00.000Z"));
    let untouched = world.send(Method::PUT, &path, &json!({})).await;
    assert_eq!(
        (untouched.status.as_u16(), untouched.json()),
        (200, expected.clone())
    );

    expected["updated_at"] = json!("2015-12-24T19:30:00.000Z");
    for (change, next) in [
        (json!({ "description": "new" }), "2015-12-25T01:00:00.000Z"),
        (json!({ "ref": "develop" }), "2015-12-25T01:00:00.000Z"),
        (json!({ "cron": "@hourly" }), "2015-12-24T20:00:00.000Z"),
        (json!({ "active": false }), "2015-12-24T20:00:00.000Z"),
        (
            json!({ "cron": "0 12 * * *", "cron_timezone": "Asia/Tokyo", "active": true }),
            "2015-12-25T03:00:00.000Z",
        ),
    ] {
        for (name, value) in change.as_object().unwrap() {
            expected[name] = value.clone();
        }
        expected["next_run_at"] = json!(next);
        let answer = world.send(Method::PUT, &path, &change).await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()),
            (200, expected.clone())
        );
        assert_eq!(world.app.get(&path, &world.owner).await.json(), expected);
    }
}

/// A run that is due is not lost because somebody describes the schedule anew.
#[tokio::test]
async fn only_what_says_when_it_runs_changes_when_it_runs() {
    let world = World::new().await;
    let path = world.one().await;
    world.app.set_time(seed::at("2015-12-26T10:00:00.000Z"));
    for (change, next) in [
        (json!({ "description": "new" }), "2015-12-25T01:00:00.000Z"),
        (
            json!({ "cron": "0 1 * * *", "active": true }),
            "2015-12-25T01:00:00.000Z",
        ),
        (json!({ "active": false }), "2015-12-27T01:00:00.000Z"),
    ] {
        let answer = world.send(Method::PUT, &path, &change).await;
        assert_eq!(answer.json()["next_run_at"], next, "{change}");
    }
}

#[tokio::test]
async fn what_it_cannot_become_is_refused() {
    let world = World::new().await;
    let path = world.one().await;
    let blank = invalid("cron", &[" is invalid syntax", "can't be blank"]);
    for (body, expected) in [
        (json!({ "ref": "" }), error("ref is empty")),
        (json!({ "active": "perhaps" }), error("active is invalid")),
        (json!({ "cron": "" }), blank),
        (
            json!({ "cron": "1 2 3" }),
            invalid("cron", &[" is invalid syntax"]),
        ),
        (
            json!({ "cron_timezone": "Nowhere" }),
            invalid("cron_timezone", &[" is invalid syntax"]),
        ),
        (
            json!({ "description": "" }),
            invalid("description", &["can't be blank"]),
        ),
    ] {
        world.refused(Method::PUT, &path, body, expected).await;
    }
}

#[tokio::test]
async fn a_deleted_one_is_gone_with_its_variables() {
    let world = World::new().await;
    let (path, other) = (world.one().await, world.one().await);
    for path in [&path, &other] {
        for key in ["A", "B"] {
            let body = json!({ "key": key, "value": "1" });
            let variables = format!("{path}/variables");
            assert_eq!(
                world.send(Method::POST, &variables, &body).await.status,
                201
            );
        }
    }
    world
        .refused_to(
            &world.developer,
            Method::DELETE,
            &path,
            json!({}),
            forbidden(),
        )
        .await;
    assert_eq!(world.app.delete(&path, &world.owner).await.status, 204);
    assert_eq!((world.counted(), world.rows("schedules")), (1, 1));
    assert_eq!(world.rows("variables"), 2);
    assert_eq!(world.app.delete(&path, &world.owner).await.status, 404);
    assert_eq!(world.app.delete(&other, &world.root).await.status, 204);
    assert_eq!((world.counted(), world.rows("variables")), (0, 0));
}

#[tokio::test]
async fn what_was_changed_since_is_not_deleted() {
    let world = World::new().await;
    let path = world.one().await;
    world.app.set_time(seed::at("2015-12-24T19:00:00.000Z"));
    let change = json!({ "description": "b" });
    assert_eq!(world.send(Method::PUT, &path, &change).await.status, 200);
    let mut headers = world.owner.headers();
    headers.push(("if-unmodified-since", "Thu, 24 Dec 2015 18:30:00 GMT"));
    let answer = world.app.request(Method::DELETE, &path, &headers, "").await;
    assert_eq!(answer.status, 412, "{answer:?}");
}

#[tokio::test]
async fn what_is_not_there_is_named() {
    let world = World::new().await;
    world.app.add_project(12, |_| {}).await;
    let elsewhere = seed::schedule(12.into(), 5, 3.into());
    world.app.seed.put(&elsewhere).await.unwrap();
    let missing = message(404, "404 Pipeline Schedule Not Found");
    for id in ["5", "99", "0", "99999999999999999999"] {
        for (method, below, body) in [
            (Method::GET, "", json!({})),
            (Method::PUT, "", json!({ "description": "a" })),
            (Method::DELETE, "", json!({})),
            (Method::GET, "/pipelines", json!({})),
            (Method::POST, "/take_ownership", json!({})),
            (
                Method::POST,
                "/variables",
                json!({ "key": "A", "value": "1" }),
            ),
            (Method::PUT, "/variables/A", json!({ "value": "1" })),
            (Method::DELETE, "/variables/A", json!({})),
        ] {
            let path = format!("{ALL}/{id}{below}");
            world.refused(method, &path, body, missing.clone()).await;
        }
    }
    let path = format!("{ALL}/x");
    let expected: (u16, Value) = error("pipeline_schedule_id is invalid");
    world.refused(Method::GET, &path, json!({}), expected).await;
}
