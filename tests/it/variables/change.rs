//! Showing one of several, updating and deleting.

use http::Method;
use serde_json::{Value, json};
use switchyard_local::seed::at;

use super::{HOMES, OF_GROUP, OF_INSTANCE, OF_PROJECT, World, error, invalid, message};

const PRODUCTION: &str = "filter%5Benvironment_scope%5D=production";

#[tokio::test]
async fn what_is_given_changes_and_all_else_stays() {
    let world = World::new().await;
    for home in HOMES {
        let body = json!({ "key": "A", "value": "0123456789", "protected": true,
            "description": "old" });
        let mut expected = world.made(home, body).await;
        let one = format!("{home}/A");
        for change in [
            json!({}),
            json!({ "value": "9876543210" }),
            json!({ "masked": true }),
            json!({ "variable_type": "file" }),
            json!({ "raw": true, "protected": false }),
            json!({ "description": null }),
            json!({ "masked": false, "value": "" }),
        ] {
            for (name, value) in change.as_object().unwrap() {
                expected[name] = value.clone();
            }
            let answer = world.send(Method::PUT, &one, &change).await;
            assert_eq!(answer.status, 200, "{one} {change}: {answer:?}");
            assert_eq!(answer.json(), expected, "{one} {change}");
            let shown = world.app.get(&one, &world.root).await;
            assert_eq!(shown.json(), expected, "{one} {change}");
        }
        // The key in a body is not that of the variable.
        let answer = world.send(Method::PUT, &one, &json!({ "key": "B" })).await;
        assert_eq!(answer.json(), expected);
    }
    assert_eq!(world.counted(), [1, 1]);
}

#[tokio::test]
async fn what_does_not_fit_the_rest_is_refused() {
    let world = World::new().await;
    for home in HOMES {
        let body = json!({ "key": "A", "value": "0123456789", "masked": true });
        world.made(home, body).await;
        world
            .made(home, json!({ "key": "B", "value": "short" }))
            .await;
        let cases = [
            (
                "A",
                json!({ "value": "short" }),
                invalid("value", &["is invalid"]),
            ),
            (
                "B",
                json!({ "masked": true }),
                invalid("value", &["is invalid"]),
            ),
            (
                "B",
                json!({ "variable_type": "x", "raw": 7 }),
                error("variable_type does not have a valid value, raw is invalid"),
            ),
            (
                "B",
                json!({ "description": "x".repeat(256) }),
                invalid("description", &["is too long (maximum is 255 characters)"]),
            ),
        ];
        for (key, body, expected) in cases {
            let path = format!("{home}/{key}");
            world.refused(Method::PUT, &path, body, expected).await;
        }
    }
}

#[tokio::test]
async fn whether_it_is_hidden_stays_as_it_was() {
    let world = World::new().await;
    for home in [OF_PROJECT, OF_GROUP] {
        let body = json!({ "key": "A", "value": "0123456789", "masked_and_hidden": true });
        world.made(home, body).await;
        let hidden = format!("{home}/A");
        let text = "The visibility setting cannot be changed for masked and hidden variables.";
        for change in [
            json!({ "masked": false }),
            json!({ "masked_and_hidden": false, "value": "abcdefghij" }),
        ] {
            world
                .refused(Method::PUT, &hidden, change, invalid("base", &[text]))
                .await;
        }
        let change = json!({ "value": "abcdefghij", "masked": true, "description": "new" });
        let answer = world.send(Method::PUT, &hidden, &change).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.json()["value"], json!(null));
        assert_eq!(answer.json()["description"], "new");
        let stored = format!("{:?}", world.app.dump().rows["variables"]);
        assert!(stored.contains("abcdefghij"));

        world
            .made(home, json!({ "key": "B", "value": "0123456789" }))
            .await;
        let text = "Only new variables can be set as masked and hidden.";
        let change = json!({ "masked_and_hidden": true });
        world
            .refused(
                Method::PUT,
                &format!("{home}/B"),
                change,
                invalid("base", &[text]),
            )
            .await;
    }
}

#[tokio::test]
async fn of_several_scopes_one_has_to_be_named() {
    let world = World::new().await;
    for home in [OF_PROJECT, OF_GROUP] {
        for scope in ["*", "production"] {
            let body = json!({ "key": "A", "value": scope, "environment_scope": scope });
            world.made(home, body).await;
        }
        let one = format!("{home}/A");
        let text = "There are multiple variables with provided parameters. Please use 'filter[environment_scope]'";
        for (method, body) in [
            (Method::GET, json!({})),
            (Method::PUT, json!({ "value": "1" })),
            (Method::DELETE, json!({})),
        ] {
            world.refused(method, &one, body, message(409, text)).await;
        }
        let filtered = format!("{one}?{PRODUCTION}");
        let shown = world.app.get(&filtered, &world.root).await;
        assert_eq!(shown.json()["value"], "production");
        // In the body, as some clients send it.
        let change = json!({ "value": "new", "filter": { "environment_scope": "production" } });
        let answer = world.send(Method::PUT, &one, &change).await;
        assert_eq!(answer.json()["value"], "new", "{answer:?}");
        assert_eq!(answer.json()["environment_scope"], "production");
        for filter in ["prod", "Production", "*a", "#"] {
            let what = if home == OF_GROUP {
                "GroupVariable"
            } else {
                "Variable"
            };
            let path = format!(
                "{one}?filter[environment_scope]={}",
                filter.replace('#', "%23")
            );
            let expected = message(404, &format!("404 {what} Not Found"));
            world
                .refused(Method::DELETE, &path, json!({}), expected)
                .await;
        }
        for filter in ["filter=production", "filter[environment_scope][]=a"] {
            let answer = world.app.get(&format!("{one}?{filter}"), &world.root).await;
            assert_eq!(answer.status, 400, "{filter}: {answer:?}");
        }
        assert_eq!(world.app.delete(&filtered, &world.root).await.status, 204);
        let left = world.app.get(&one, &world.root).await;
        assert_eq!(left.json()["environment_scope"], "*");
    }
}

#[tokio::test]
async fn another_scope_must_be_free() {
    let world = World::new().await;
    for home in [OF_PROJECT, OF_GROUP] {
        for scope in ["*", "production"] {
            let body = json!({ "key": "A", "value": scope, "environment_scope": scope });
            world.made(home, body).await;
        }
        let path = format!("{home}/A?{PRODUCTION}");
        let taken = invalid("key", &["(A) has already been taken"]);
        world
            .refused(
                Method::PUT,
                &path,
                json!({ "environment_scope": "*" }),
                taken,
            )
            .await;
        let change = json!({ "environment_scope": "staging", "value": "moved" });
        let moved = world.send(Method::PUT, &path, &change).await;
        assert_eq!(moved.status, 200, "{moved:?}");
        let listed = world.app.get(home, &world.root).await.json();
        let listed: Vec<(&Value, &Value)> = listed
            .as_array()
            .unwrap()
            .iter()
            .map(|it| (&it["environment_scope"], &it["value"]))
            .collect();
        let expected = [(json!("*"), json!("*")), (json!("staging"), json!("moved"))];
        let expected: Vec<(&Value, &Value)> = expected.iter().map(|(a, b)| (a, b)).collect();
        assert_eq!(listed, expected);
    }
    assert_eq!(world.counted(), [2, 2]);
}

#[tokio::test]
async fn what_is_not_there_is_named() {
    let world = World::new().await;
    for home in HOMES {
        world.made(home, json!({ "key": "A", "value": "1" })).await;
    }
    for (home, text) in [
        (OF_PROJECT, "404 Variable Not Found"),
        (OF_GROUP, "404 GroupVariable Not Found"),
        (OF_INSTANCE, "404 InstanceVariable Not Found"),
    ] {
        let long = "x".repeat(2_000);
        for key in [
            "B",
            "a",
            "A%23*",
            "A%23",
            "AA",
            "%20A",
            "%C3%A4",
            long.as_str(),
        ] {
            for (method, body) in [
                (Method::GET, json!({})),
                (Method::PUT, json!({ "value": "1" })),
                (Method::DELETE, json!({})),
            ] {
                let path = format!("{home}/{key}");
                world.refused(method, &path, body, message(404, text)).await;
            }
        }
    }
}

#[tokio::test]
async fn a_deleted_variable_is_gone_and_not_counted() {
    let world = World::new().await;
    for home in HOMES {
        world.made(home, json!({ "key": "A", "value": "1" })).await;
        world.made(home, json!({ "key": "B", "value": "1" })).await;
        let one = format!("{home}/A");
        assert_eq!(world.app.delete(&one, &world.root).await.status, 204);
        assert_eq!(world.app.delete(&one, &world.root).await.status, 404);
        assert_eq!(world.app.get(&one, &world.root).await.status, 404);
        let listed = world.app.get(home, &world.root).await;
        assert_eq!(listed.json().as_array().unwrap().len(), 1);
        assert_eq!(listed.header("x-total"), Some("1"));
        // Its key is free again.
        world.made(home, json!({ "key": "A", "value": "2" })).await;
    }
    assert_eq!(world.counted(), [2, 2]);
}

#[tokio::test]
async fn what_was_changed_since_is_not_deleted() {
    let world = World::new().await;
    for home in HOMES {
        world.made(home, json!({ "key": "A", "value": "1" })).await;
    }
    world.app.set_time(at("2015-12-24T19:00:00.000Z"));
    for home in HOMES {
        let one = format!("{home}/A");
        world
            .send(Method::PUT, &one, &json!({ "value": "2" }))
            .await;
        let mut headers = world.root.headers();
        headers.push(("if-unmodified-since", "Thu, 24 Dec 2015 18:30:00 GMT"));
        let answer = world.app.request(Method::DELETE, &one, &headers, "").await;
        assert_eq!(answer.status, 412, "{answer:?}");
    }
}
