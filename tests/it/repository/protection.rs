//! Protected branches and tags: the rules, and what they do.

use http::Method;
use serde_json::{Value, json};
use switchyard_tests::Caller;

use super::{World, at, error, message};

const BRANCHES: &str = "protected_branches";

#[tokio::test]
async fn rules_are_made_changed_and_taken_away() {
    let world = World::new().await;
    let body = json!({ "name": "release-*", "push_access_level": 30, "merge_access_level": 0 });
    let made = world.post(BRANCHES, &body, 201).await;
    let level = |level: u8, text: &str| {
        json!([{
            "id": 2, "access_level": level, "access_level_description": text,
            "user_id": null, "group_id": null,
        }])
    };
    let expected = json!({
        "id": 2,
        "name": "release-*",
        "push_access_levels": level(30, "Developers + Maintainers"),
        "merge_access_levels": level(0, "No one"),
        "allow_force_push": false,
    });
    assert_eq!(made, expected);
    let path = "protected_branches/release-%2A";
    assert_eq!(world.get(path, 200).await.json(), expected);
    let answer = world.post(BRANCHES, &body, 409).await;
    assert_eq!(
        answer,
        message("Protected branch 'release-*' already exists")
    );
    let body = json!({ "allow_force_push": true });
    let answer = world
        .app
        .send(Method::PATCH, &at(path), &world.maintainer, &body)
        .await;
    assert_eq!(answer.json()["allow_force_push"], true);
    let list = world.get(BRANCHES, 200).await;
    assert_eq!(list.header("x-total"), Some("2"));
    assert_eq!(list.json()[1]["name"], "release-*");
    let list = world.get("protected_branches?search=REL", 200).await;
    assert_eq!(list.header("x-total"), Some("1"));
    let answer = world.app.delete(&at(path), &world.maintainer).await;
    assert_eq!(answer.status, 204);
    for method in [Method::GET, Method::PATCH, Method::DELETE] {
        let answer = world
            .app
            .send(method, &at(path), &world.maintainer, &body)
            .await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()),
            (404, message("404 Not found"))
        );
    }

    let body = json!({ "name": "v*", "create_access_level": 40 });
    let made = world.post("protected_tags", &body, 201).await;
    assert_eq!(made["name"], "v*");
    let levels = &made["create_access_levels"][0];
    assert_eq!(levels["access_level_description"], "Maintainers");
    assert_eq!(world.get("protected_tags/v%2A", 200).await.json(), made);
    let answer = world.post("protected_tags", &body, 409).await;
    assert_eq!(answer, message("Protected tag 'v*' already exists"));
    let answer = world
        .app
        .delete(&at("protected_tags/v%2A"), &world.maintainer)
        .await;
    assert_eq!(answer.status, 204);
}

#[tokio::test]
async fn rules_that_are_refused() {
    let world = World::new().await;
    for (body, status, expected) in [
        (json!({}), 400, error("name is missing")),
        (
            json!({ "name": "x", "push_access_level": 20 }),
            400,
            error("push_access_level does not have a valid value"),
        ),
        (
            json!({ "name": "x", "merge_access_level": "y" }),
            400,
            error("merge_access_level is invalid"),
        ),
        (
            json!({ "name": " " }),
            422,
            json!({ "message": ["Name can't be blank"] }),
        ),
        (
            json!({ "name": "x".repeat(256) }),
            422,
            json!({ "message": ["Name is too long (maximum is 255 characters)"] }),
        ),
    ] {
        assert_eq!(
            world.post(BRANCHES, &body, status).await,
            expected,
            "{body}"
        );
    }
    for number in 1..100 {
        let body = json!({ "name": format!("b{number}") });
        world.post(BRANCHES, &body, 201).await;
    }
    let answer = world.post(BRANCHES, &json!({ "name": "more" }), 422).await;
    let text = "There are too many rules (maximum is 100)";
    assert_eq!(answer, json!({ "message": [text] }));
}

/// Who may push where: the rules of each branch against those who ask.
#[tokio::test]
async fn rules_decide_who_pushes() {
    let world = World::new().await;
    let administrator = world.app.administrator().await;
    for (name, level) in [
        ("none-*", 0),
        ("dev-*", 30),
        ("main-*", 40),
        ("admin-*", 60),
        ("*-x", 30),
    ] {
        let body = json!({ "name": name, "push_access_level": level });
        world.post(BRANCHES, &body, 201).await;
    }
    let callers: [&Caller; 3] = [&world.developer, &world.maintainer, &administrator];
    for (branch, expected) in [
        ("free", [true, true, true]),
        ("none-1", [false, false, false]),
        ("dev-1", [true, true, true]),
        ("main-1", [false, true, true]),
        ("admin-1", [false, false, true]),
        // Of two rules the most generous counts.
        ("main-x", [true, true, true]),
    ] {
        for (caller, allowed) in callers.into_iter().zip(expected) {
            let before = world.app.dump();
            let body = json!({
                "branch": branch, "start_branch": "main", "commit_message": "m", "content": "x",
            });
            let answer = world
                .app
                .post(&at("repository/files/new"), caller, &body)
                .await;
            let status = if allowed { 201 } else { 400 };
            assert_eq!(answer.status, status, "{branch}: {answer:?}");
            if !allowed {
                let text = "You are not allowed to push into this branch";
                assert_eq!(answer.json(), message(text));
            }
            world.app.restore(&before);
        }
    }
}

async fn refused(world: &World, method: Method, path: &str, body: Value, text: &str) {
    let answer = world
        .app
        .send(method, &at(path), &world.developer, &body)
        .await;
    assert_eq!(
        (answer.status.as_u16(), answer.json()),
        (400, message(text)),
        "{path}"
    );
}

#[tokio::test]
async fn developers_leave_protected_branches_and_tags_alone() {
    let world = World::new().await;
    let rule = json!({ "name": "s-*" });
    world.post(BRANCHES, &rule, 201).await;
    world.post("protected_tags", &rule, 201).await;
    let (branch, tag) = (
        json!({ "branch": "s-1", "ref": "main" }),
        json!({ "tag_name": "s-2", "ref": "main" }),
    );
    let text = "You are not allowed to create protected branches on this project.";
    refused(
        &world,
        Method::POST,
        "repository/branches",
        branch.clone(),
        text,
    )
    .await;
    let text = "You are not allowed to create this tag as it is protected.";
    refused(&world, Method::POST, "repository/tags", tag.clone(), text).await;
    world.post("repository/branches", &branch, 201).await;
    let made = world.post("repository/tags", &tag, 201).await;
    assert_eq!(made["protected"], true);
    let text = "You are not allowed to delete protected branches from this project. Only a project \
                maintainer or owner can delete a protected branch.";
    refused(
        &world,
        Method::DELETE,
        "repository/branches/s-1",
        json!({}),
        text,
    )
    .await;
    let text = "You are not allowed to delete protected tags from this project. Only a project \
                maintainer or owner can delete a protected tag.";
    refused(
        &world,
        Method::DELETE,
        "repository/tags/s-2",
        json!({}),
        text,
    )
    .await;
    for path in ["repository/branches/s-1", "repository/tags/s-2"] {
        let answer = world.app.delete(&at(path), &world.maintainer).await;
        assert_eq!(answer.status, 204, "{path}");
    }
}
