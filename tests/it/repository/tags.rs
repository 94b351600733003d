//! Tags.

use serde_json::{Value, json};

use switchyard::job::Status;

use super::{World, at, error, message};

#[tokio::test]
async fn tags_are_made_listed_and_deleted() {
    let world = World::new().await;
    let first = world.get("repository/commits/main", 200).await.json()["id"].clone();
    let light = json!({ "tag_name": "v1", "ref": "main" });
    let answer = world
        .app
        .post(&at("repository/tags"), &world.developer, &light)
        .await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let made = answer.json();
    assert_eq!(made["commit"]["id"], first);
    let fields = [
        "name",
        "message",
        "target",
        "release",
        "protected",
        "created_at",
    ];
    let expected = json!(["v1", null, first, null, false, null]);
    assert_eq!(json!(fields.map(|name| &made[name])), expected);

    world.app.pass(60);
    let actions = json!([{ "action": "create", "file_path": "x" }]);
    let second = world
        .commits("main", "Second [ci skip]", actions, 201)
        .await["id"]
        .clone();
    let annotated = json!({ "tag_name": "a0", "ref": second, "message": "Release" });
    let made = world.post("repository/tags", &annotated, 201).await;
    assert_eq!(made["message"], "Release");
    assert_eq!(made["created_at"], "2015-12-24T18:01:00.000Z");
    assert_ne!(made["target"], second);
    assert_eq!(made["commit"]["id"], second);
    let push = world.pushes().await.pop().unwrap();
    assert_eq!(
        (push.ref_name.as_str(), push.tag, push.status),
        ("a0", true, Status::Skipped)
    );
    assert_eq!(world.get("repository/tags/a0", 200).await.json(), made);
    assert_eq!(
        world.get("repository/files/x/raw?ref=a0", 200).await.body,
        ""
    );
    assert_eq!(
        world.get("repository/commits/v1", 200).await.json()["id"],
        first
    );

    let names = async |query: &str| -> Value {
        let list = world
            .get(&format!("repository/tags{query}"), 200)
            .await
            .json();
        let list = list.as_array().unwrap().iter();
        list.map(|tag| tag["name"].clone()).collect()
    };
    for (query, expected) in [
        ("", json!(["a0", "v1"])),
        ("?sort=asc", json!(["v1", "a0"])),
        ("?order_by=name", json!(["v1", "a0"])),
        ("?order_by=name&sort=asc", json!(["a0", "v1"])),
        ("?search=%5Ev", json!(["v1"])),
        ("?per_page=1&page=2", json!(["v1"])),
    ] {
        assert_eq!(names(query).await, expected, "{query}");
    }
    let answer = world
        .app
        .delete(&at("repository/tags/v1"), &world.developer)
        .await;
    assert_eq!(answer.status, 204);
    assert_eq!(
        world.get("repository/tags/v1", 404).await.json(),
        message("404 Tag Not Found")
    );
    world.get("repository/tags/main", 404).await;
}

#[tokio::test]
async fn what_is_refused() {
    let world = World::new().await;
    let body = json!({ "tag_name": "v1", "ref": "main" });
    world.post("repository/tags", &body, 201).await;
    for (body, expected) in [
        (json!({ "ref": "main" }), error("tag_name is missing")),
        (json!({ "tag_name": "x" }), error("ref is missing")),
        (
            json!({ "tag_name": "a..b", "ref": "main" }),
            message("Tag name invalid"),
        ),
        (
            json!({ "tag_name": "v1", "ref": "main" }),
            message("Tag v1 already exists"),
        ),
        (
            json!({ "tag_name": "main", "ref": "main" }),
            message("Tag main already exists"),
        ),
        (
            json!({ "tag_name": "x", "ref": "nowhere" }),
            message("Target nowhere is invalid"),
        ),
        (
            json!({ "tag_name": "x", "ref": "main", "message": "x".repeat(65_537) }),
            error("message is too long (maximum is 65536 bytes)"),
        ),
    ] {
        let answer = world.post("repository/tags", &body, 400).await;
        assert_eq!(answer, expected);
    }
    for query in ["order_by=x", "sort=up"] {
        let name = query.split('=').next().unwrap();
        let answer = world.get(&format!("repository/tags?{query}"), 400).await;
        assert_eq!(
            answer.json(),
            error(&format!("{name} does not have a valid value"))
        );
    }
}
