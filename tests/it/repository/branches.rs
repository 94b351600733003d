//! Branches.

use http::Method;
use serde_json::{Value, json};
use switchyard_tests::Answer;

use super::{World, at, error, message};

fn names(answer: &Answer) -> Vec<String> {
    let body = answer.json();
    let list = body.as_array().unwrap().iter();
    list.map(|branch| branch["name"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_branch_is_made_shown_and_deleted() {
    let world = World::new().await;
    let commit = world.get("repository/commits/main", 200).await.json();
    let body = json!({ "branch": "topic/one", "ref": "feature" });
    let answer = world
        .app
        .post(&at("repository/branches"), &world.developer, &body)
        .await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let made = answer.json();
    let mut plain = commit.clone();
    for name in ["project_id", "status", "last_pipeline"] {
        plain.as_object_mut().unwrap().remove(name);
    }
    let expected = json!({
        "name": "topic/one",
        "commit": plain,
        "merged": false,
        "protected": false,
        "developers_can_push": false,
        "developers_can_merge": false,
        "can_push": true,
        "default": false,
        "web_url": "https://example.com/group1/project1/-/tree/topic/one",
    });
    assert_eq!(made, expected);
    let path = "repository/branches/topic%2Fone";
    assert_eq!(world.get(path, 200).await.json(), expected);
    let head = async |path: String| {
        let headers = world.maintainer.headers();
        let answer = world
            .app
            .request(Method::HEAD, &at(&path), &headers, "")
            .await;
        (answer.status.as_u16(), answer.body.len())
    };
    assert_eq!(head(path.to_owned()).await, (204, 0));
    let push = world.pushes().await.pop().unwrap();
    assert_eq!(
        (push.ref_name.as_str(), &push.before_sha),
        ("topic/one", &"0".repeat(40))
    );
    assert_eq!(json!(push.sha), commit["id"]);

    let pushes = world.pushes().await.len();
    let answer = world.app.delete(&at(path), &world.developer).await;
    assert_eq!((answer.status.as_u16(), answer.body.len()), (204, 0));
    assert_eq!(
        world.get(path, 404).await.json(),
        message("404 Branch Not Found")
    );
    assert_eq!(head(path.to_owned()).await, (404, 0));
    let answer = world.app.delete(&at(path), &world.developer).await;
    assert_eq!(answer.json(), message("404 Branch Not Found"));
    assert_eq!(
        world.pushes().await.len(),
        pushes,
        "nothing is pushed by that"
    );

    let main = world.get("repository/branches/main", 200).await.json();
    let marks = ["protected", "can_push", "default", "developers_can_push"];
    assert_eq!(marks.map(|name| &main[name]), [true, true, true, false]);
    let main = world
        .app
        .get(&at("repository/branches/main"), &world.developer)
        .await;
    assert_eq!(main.json()["can_push"], false);
}

#[tokio::test]
async fn lists_are_searched() {
    let world = World::new().await;
    for name in ["a/x", "Feature-2", "x-feature", "old"] {
        let body = json!({ "branch": name, "ref": "main" });
        world.post("repository/branches", &body, 201).await;
    }
    let body = json!({ "tag_name": "feature-tag", "ref": "main" });
    world.post("repository/tags", &body, 201).await;
    for (query, expected) in [
        ("", "Feature-2 a/x feature main old x-feature"),
        ("?search=feature", "Feature-2 feature x-feature"),
        ("?search=%5Efeature", "Feature-2 feature"),
        ("?search=feature%24", "feature x-feature"),
        ("?search=%5Efeature%24", "feature"),
        ("?search=nothing", ""),
        ("?per_page=2&page=2", "feature main"),
    ] {
        let answer = world.get(&format!("repository/branches{query}"), 200).await;
        assert_eq!(names(&answer).join(" "), expected, "{query}");
    }
    let answer = world.get("repository/branches?per_page=2", 200).await;
    assert_eq!(answer.header("x-total"), Some("6"));
}

#[tokio::test]
async fn what_is_refused() {
    let world = World::new().await;
    let body = json!({ "tag_name": "taken", "ref": "main" });
    world.post("repository/tags", &body, 201).await;
    let before = world.app.dump();
    for (branch, from, expected) in [
        (Value::Null, json!("main"), error("branch is empty")),
        (json!("x"), json!(" "), error("ref is empty")),
        (
            json!("feature"),
            json!("main"),
            message("Branch already exists"),
        ),
        (
            json!("taken"),
            json!("main"),
            message("Branch already exists"),
        ),
        (
            json!("a b"),
            json!("main"),
            message("Branch name is invalid"),
        ),
        (
            json!("x"),
            json!("nowhere"),
            message("Failed to create branch 'x': invalid reference name 'nowhere'"),
        ),
    ] {
        let body = json!({ "branch": branch, "ref": from });
        // A number that is reserved leaves a gap.
        let answer = world.post("repository/branches", &body, 400).await;
        assert_eq!(answer, expected, "{body}");
    }
    let answer = world
        .app
        .delete(&at("repository/branches/main"), &world.maintainer)
        .await;
    let text = "The default branch of a project cannot be deleted.";
    assert_eq!(
        (answer.status.as_u16(), answer.json()),
        (400, message(text))
    );
    let answer = world
        .app
        .delete(&at("repository/branches/taken"), &world.maintainer)
        .await;
    assert_eq!(answer.status, 404);
    assert_eq!(world.app.dump().rows["refs"], before.rows["refs"]);
    assert_eq!(world.app.dump().rows["pushes"], before.rows["pushes"]);

    let empty = World::empty().await;
    let body = json!({ "branch": "x", "ref": "main" });
    let answer = empty.post("repository/branches", &body, 400).await;
    let text = "Failed to create branch 'x': invalid reference name 'main'";
    assert_eq!(answer, message(text));
    for path in [
        "repository/branches",
        "repository/tags",
        "repository/commits",
    ] {
        assert_eq!(empty.get(path, 200).await.json(), json!([]), "{path}");
    }
}
