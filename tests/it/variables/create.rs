//! What a variable can be, in GitLab's words where it cannot.

use http::Method;
use serde_json::{Value, json};
use switchyard::project::Project;
use switchyard::variable::Owner;
use switchyard_local::seed;

use super::{HOMES, KNOWN, OF_GROUP, OF_INSTANCE, OF_PROJECT, World, error, invalid, message};

/// Without what only projects and groups have, where it is the instance.
fn shown_at(home: &str, mut body: Value) -> Value {
    if home == OF_INSTANCE {
        let body = body.as_object_mut().unwrap();
        body.remove("hidden");
        body.remove("environment_scope");
    }
    body
}

#[tokio::test]
async fn a_variable_is_answered_and_shown_as_it_was_made() {
    let world = World::new().await;
    for home in HOMES {
        let plain = world.made(home, json!({ "key": " A ", "value": "" })).await;
        let expected = json!({
            "variable_type": "env_var", "key": "A", "value": "", "protected": false,
            "masked": false, "hidden": false, "raw": false, "environment_scope": "*",
            "description": null,
        });
        assert_eq!(plain, shown_at(home, expected), "{home}");
        let body = json!({
            "key": "B_1", "value": "a value", "variable_type": "file", "protected": true,
            "masked": false, "raw": true, "description": "what for", "environment_scope": "*",
        });
        let full = world.made(home, body.clone()).await;
        let mut expected = body;
        expected["hidden"] = json!(false);
        assert_eq!(full, shown_at(home, expected), "{home}");
        for (key, expected) in [("A", plain), ("B_1", full)] {
            let shown = world.app.get(&format!("{home}/{key}"), &world.root).await;
            assert_eq!((shown.status.as_u16(), shown.json()), (200, expected));
        }
    }
    assert_eq!(world.counted(), [2, 2]);
}

#[tokio::test]
async fn a_hidden_value_is_never_shown() {
    let world = World::new().await;
    for home in [OF_PROJECT, OF_GROUP] {
        let body = json!({ "key": "A", "value": "0123456789", "masked_and_hidden": true });
        let made = world.made(home, body).await;
        let shown = world.app.get(&format!("{home}/A"), &world.root).await;
        let listed = world.app.get(home, &world.root).await;
        for shown in [&made, &shown.json(), &listed.json()[0]] {
            assert_eq!(shown["value"], json!(null), "{home}");
            assert_eq!(shown["masked"], json!(true));
            assert_eq!(shown["hidden"], json!(true));
            assert!(!shown.as_object().unwrap().contains_key("masked_and_hidden"));
        }
    }
    // The instance has none.
    let body = json!({ "key": "A", "value": "1", "masked_and_hidden": true });
    let made = world.made(OF_INSTANCE, body).await;
    assert_eq!(made["value"], "1");
    assert_eq!(made["masked"], false);
}

#[tokio::test]
async fn what_a_variable_cannot_be_is_refused() {
    let world = World::new().await;
    let long = "x".repeat(256);
    let too_long = ["is too long (maximum is 255 characters)"];
    let blank = [
        "can't be blank",
        "can contain only letters, digits and '_'.",
    ];
    let kinds = [
        (json!({ "value": "1" }), error("key is missing")),
        (json!({ "key": "A" }), error("value is missing")),
        (json!({}), error("key is missing, value is missing")),
        (
            json!({ "key": "A", "value": "1", "variable_type": "secret" }),
            error("variable_type does not have a valid value"),
        ),
        (
            json!({ "key": "A", "value": ["1"], "masked": "perhaps" }),
            error("value is invalid, masked is invalid"),
        ),
        (json!({ "key": "", "value": "1" }), invalid("key", &blank)),
        (json!({ "key": "  ", "value": "1" }), invalid("key", &blank)),
        (
            json!({ "key": long, "value": "1" }),
            invalid("key", &too_long),
        ),
        (
            json!({ "key": "A", "value": "1", "description": long }),
            invalid("description", &too_long),
        ),
    ];
    for home in HOMES {
        for (body, expected) in &kinds {
            world
                .refused(Method::POST, home, body.clone(), expected.clone())
                .await;
        }
        for key in ["A-B", "A B", "A#*", "Ä", "$A"] {
            let body = json!({ "key": key, "value": "1" });
            let expected = invalid("key", &blank[1..]);
            world.refused(Method::POST, home, body, expected).await;
        }
    }
    for home in [OF_PROJECT, OF_GROUP] {
        for scope in ["a#b", "a,b", "ä", "a\n"] {
            let body = json!({ "key": "A", "value": "1", "environment_scope": scope });
            let text = "can contain only letters, digits, '-', '_', '/', '$', '{', '}', '.', '*' and spaces";
            let expected = invalid("environment_scope", &[text]);
            world.refused(Method::POST, home, body, expected).await;
        }
        let body = json!({ "key": "A", "value": "1", "environment_scope": long });
        let expected = invalid("environment_scope", &too_long);
        world.refused(Method::POST, home, body, expected).await;
    }
}

/// GitLab's own table of what can be masked.
#[tokio::test]
async fn only_what_can_be_kept_out_of_logs_is_masked() {
    let world = World::new().await;
    for (number, (value, expanded, raw)) in [
        ("12345678", true, true),
        ("1234567", false, false),
        ("", false, false),
        ("aZ0_+=/@:.~-", true, true),
        ("with space", false, false),
        ("two\nlines", false, false),
        ("dollar$sign", false, true),
        ("ünïcödé-value", false, true),
        ("tab\tbed-value", false, false),
    ]
    .into_iter()
    .enumerate()
    {
        for (is_raw, fits) in [(false, expanded), (true, raw)] {
            for masking in ["masked", "masked_and_hidden"] {
                let key = format!("KEY_{number}_{is_raw}_{masking}");
                let body = json!({ "key": key, "value": value, masking: true, "raw": is_raw });
                if fits {
                    world.made(OF_PROJECT, body).await;
                } else {
                    let expected = invalid("value", &["is invalid"]);
                    world
                        .refused(Method::POST, OF_PROJECT, body, expected)
                        .await;
                }
            }
        }
    }
}

#[tokio::test]
async fn values_have_a_largest_length() {
    let world = World::new().await;
    for (home, kind, limit) in [
        (OF_INSTANCE, "env_var", 10_000),
        (OF_INSTANCE, "file", 50_000),
        (OF_GROUP, "env_var", 50_000),
        (OF_PROJECT, "env_var", 50_000),
        (OF_PROJECT, "file", 50_000),
    ] {
        let mut body = json!({ "key": format!("A_{kind}"), "variable_type": kind });
        body["value"] = json!("ä".repeat(limit + 1));
        let text =
            format!("The value of the provided variable exceeds the {limit} character limit");
        world
            .refused(Method::POST, home, body.clone(), invalid("value", &[&text]))
            .await;
        body["value"] = json!("ä".repeat(limit));
        world.made(home, body).await;
    }
}

#[tokio::test]
async fn a_key_stands_there_once_for_each_scope() {
    let world = World::new().await;
    for home in [OF_PROJECT, OF_GROUP] {
        for scope in ["*", "production", "review/*", "Production"] {
            let body = json!({ "key": "A", "value": scope, "environment_scope": scope });
            world.made(home, body.clone()).await;
            let expected = invalid("key", &["(A) has already been taken"]);
            world.refused(Method::POST, home, body, expected).await;
        }
        // Keys are told apart by their case, and one is no part of another.
        for key in ["a", "AA"] {
            world.made(home, json!({ "key": key, "value": "1" })).await;
        }
    }
    let body = json!({ "key": "A", "value": "1", "environment_scope": "production" });
    let made = world.made(OF_INSTANCE, body.clone()).await;
    assert!(!made.as_object().unwrap().contains_key("environment_scope"));
    let expected = invalid("key", &["(A) has already been taken"]);
    let again = json!({ "key": "A", "value": "1" });
    world
        .refused(Method::POST, OF_INSTANCE, again, expected)
        .await;
}

#[tokio::test]
async fn there_is_room_for_so_many() {
    let world = World::new().await;
    let mut project: Project = seed::project(1, &[1.into()], "group1/project1");
    project.variable_count = 8_000;
    world.app.replace(&project);
    let mut group = seed::group(1, &[], "group1");
    group.variable_count = 30_000;
    world.app.replace(&group);
    for number in 0..25 {
        let key = format!("KEY_{number}");
        let variable = seed::ci_variable(Owner::Instance, &key, "1");
        world.app.seed.put(&variable).await.unwrap();
    }
    for (home, what, limit) in [
        (OF_PROJECT, "project", 8_000),
        (OF_GROUP, "group", 30_000),
        (OF_INSTANCE, "instance", 25),
    ] {
        let body = json!({ "key": "A", "value": "1" });
        let text = format!("Maximum number of {what} ci variables ({limit}) exceeded");
        world
            .refused(Method::POST, home, body, invalid("base", &[&text]))
            .await;
    }
    // One less, and there is room.
    let variable = seed::ci_variable(Owner::Project(KNOWN), "OLD", "1");
    world.app.seed.put(&variable).await.unwrap();
    let old = format!("{OF_PROJECT}/OLD");
    assert_eq!(world.app.delete(&old, &world.root).await.status, 204);
    assert_eq!(world.counted(), [7_999, 30_000]);
    world
        .made(OF_PROJECT, json!({ "key": "A", "value": "1" }))
        .await;
}

#[tokio::test]
async fn where_builds_are_closed_there_is_nothing_to_set() {
    let world = World::new().await;
    for closed in [
        |project: &mut Project| project.archived = true,
        |project: &mut Project| {
            project.builds_access_level = switchyard::project::FeatureAccess::Disabled;
        },
    ] {
        let mut project = seed::project(1, &[1.into()], "group1/project1");
        closed(&mut project);
        world.app.replace(&project);
        let body = json!({ "key": "A", "value": "1" });
        let expected = message(403, "403 Forbidden");
        world
            .refused(Method::POST, OF_PROJECT, body, expected.clone())
            .await;
        world
            .refused(Method::GET, OF_PROJECT, json!({}), expected)
            .await;
    }
}
