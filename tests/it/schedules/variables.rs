//! The variables of a schedule.

use http::Method;
use serde_json::{Value, json};
use switchyard::project::OverrideRole;
use switchyard_local::seed;

use super::{World, error, forbidden, invalid, message};

fn variable(key: &str, value: &str) -> Value {
    json!({ "variable_type": "env_var", "key": key, "value": value, "raw": false })
}

#[tokio::test]
async fn they_are_made_changed_and_deleted() {
    let world = World::new().await;
    let path = world.one().await;
    let all = format!("{path}/variables");
    let body = json!({ "key": " B ", "value": "" });
    let made = world.send(Method::POST, &all, &body).await;
    assert_eq!(
        (made.status.as_u16(), made.json()),
        (201, variable("B", ""))
    );
    let body = json!({ "key": "A", "value": "a", "variable_type": "file" });
    let made = world.send(Method::POST, &all, &body).await;
    let mut file = variable("A", "a");
    file["variable_type"] = json!("file");
    assert_eq!((made.status.as_u16(), made.json()), (201, file.clone()));
    let shown = world.app.get(&path, &world.maintainer).await.json();
    assert_eq!(shown["variables"], json!([file, variable("B", "")]));

    let one = format!("{all}/A");
    for (change, expected) in [
        (json!({}), file.clone()),
        (json!({ "variable_type": "env_var" }), variable("A", "a")),
        (json!({ "value": "b", "key": "C" }), variable("A", "b")),
        (json!({ "value": "" }), variable("A", "")),
    ] {
        let answer = world.send(Method::PUT, &one, &change).await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()),
            (200, expected),
            "{change}"
        );
    }
    let gone = world.app.delete(&one, &world.owner).await;
    assert_eq!(
        (gone.status.as_u16(), gone.json()),
        (202, variable("A", ""))
    );
    let missing = message(404, "404 Pipeline Schedule Variable Not Found");
    for method in [Method::PUT, Method::DELETE] {
        for key in ["A", "b", "B%23*", "%20B", &"x".repeat(2_000)] {
            let path = format!("{all}/{key}");
            let body = json!({ "value": "1" });
            world
                .refused(method.clone(), &path, body, missing.clone())
                .await;
        }
    }
    let shown = world.app.get(&path, &world.owner).await.json();
    assert_eq!(shown["variables"], json!([variable("B", "")]));
}

#[tokio::test]
async fn what_they_cannot_be_is_refused() {
    let world = World::new().await;
    let all = format!("{}/variables", world.one().await);
    let taken = json!({ "key": "A", "value": "1" });
    assert_eq!(world.send(Method::POST, &all, &taken).await.status, 201);
    let blank = [
        "can't be blank",
        "can contain only letters, digits and '_'.",
    ];
    let long = "The value of the provided variable exceeds the 10000 character limit";
    for (body, expected) in [
        (json!({}), error("key is missing, value is missing")),
        (
            json!({ "key": "B", "value": "", "variable_type": "x" }),
            error("variable_type does not have a valid value"),
        ),
        (json!({ "key": "", "value": "" }), invalid("key", &blank)),
        (
            json!({ "key": "B-", "value": "" }),
            invalid("key", &blank[1..]),
        ),
        (
            json!({ "key": "B", "value": "ä".repeat(10_001), "variable_type": "file" }),
            invalid("value", &[long]),
        ),
        (taken, invalid("key", &["has already been taken"])),
    ] {
        world.refused(Method::POST, &all, body, expected).await;
    }
}

#[tokio::test]
async fn only_those_have_a_say_who_may_change_the_schedule() {
    let world = World::new().await;
    let path = world.one().await;
    let all = format!("{path}/variables");
    let one = format!("{all}/A");
    let body = json!({ "key": "A", "value": "1" });
    assert_eq!(world.send(Method::POST, &all, &body).await.status, 201);
    let requests = [
        (Method::POST, &all, json!({ "key": "B", "value": "1" })),
        (Method::PUT, &one, json!({ "value": "2" })),
        (Method::DELETE, &one, json!({})),
    ];
    for caller in [&world.developer, &world.reporter] {
        for (method, path, body) in requests.clone() {
            world
                .refused_to(caller, method, path, body, forbidden())
                .await;
        }
    }
    // Where nobody may give variables to pipelines, they can only be taken away.
    let mut project = seed::project(1, &[1.into()], "group1/project1");
    project.ci.ci_pipeline_variables_minimum_override_role = OverrideRole::NoOneAllowed;
    world.app.replace(&project);
    for (method, path, body) in requests.into_iter().take(2) {
        for caller in [&world.owner, &world.maintainer, &world.root] {
            world
                .refused_to(caller, method.clone(), path, body.clone(), forbidden())
                .await;
        }
    }
    assert_eq!(world.app.delete(&one, &world.owner).await.status, 202);
}

#[tokio::test]
async fn there_is_room_for_fifty() {
    let world = World::new().await;
    let path = world.one().await;
    let all = format!("{path}/variables");
    for number in 0..50 {
        let body = json!({ "key": format!("KEY_{number}"), "value": "1" });
        assert_eq!(world.send(Method::POST, &all, &body).await.status, 201);
    }
    let text = "Maximum number of pipeline schedule variables (50) exceeded";
    let body = json!({ "key": "A", "value": "1" });
    let expected = invalid("base", &[text]);
    world
        .refused(Method::POST, &all, body.clone(), expected)
        .await;
    let shown = world.app.get(&path, &world.owner).await.json();
    assert_eq!(shown["variables"].as_array().unwrap().len(), 50);
    let one = format!("{all}/KEY_7");
    assert_eq!(world.app.delete(&one, &world.owner).await.status, 202);
    assert_eq!(world.send(Method::POST, &all, &body).await.status, 201);
    // All of it goes at once.
    assert_eq!(world.app.delete(&path, &world.owner).await.status, 204);
    assert_eq!(world.rows("variables"), 0);
}

#[tokio::test]
async fn values_stand_in_their_table_alone_and_in_no_refusal() {
    const SECRET: &str = "kept-to-oneself";
    let world = World::new().await;
    let all = format!("{}/variables", world.one().await);
    let body = json!({ "key": "A", "value": SECRET });
    assert_eq!(world.send(Method::POST, &all, &body).await.status, 201);
    let one = format!("{all}/A");
    for (method, path, body) in [
        (Method::POST, &all, body),
        (Method::POST, &all, json!({ "key": "-", "value": SECRET })),
        (
            Method::POST,
            &all,
            json!({ "key": "B", "value": SECRET, "variable_type": SECRET }),
        ),
        (Method::PUT, &one, json!({ "value": SECRET.repeat(1_000) })),
    ] {
        let answer = world.send(method, path, &body).await;
        assert_eq!(answer.status, 400, "{answer:?}");
        let told = String::from_utf8_lossy(&answer.body);
        assert!(!told.contains(SECRET), "{told}");
    }
    for (table, rows) in world.app.dump().rows {
        let is_there = rows.iter().any(|row| row.contains(SECRET));
        assert_eq!(is_there, table == "variables", "{table}");
    }
}
