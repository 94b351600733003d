//! Commits of several actions, and lists of commits.

use serde_json::{Value, json};
use switchyard_tests::app::NOW;
use switchyard_tests::{Answer, Caller};

use super::{World, at, message};

fn titles(answer: &Answer) -> Vec<String> {
    let body = answer.json();
    let list = body.as_array().unwrap().iter();
    list.map(|commit| commit["title"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn all_actions_make_one_commit() {
    let world = World::new().await;
    let actions = json!([
        { "action": "create", "file_path": "run.sh", "content": "IyE=", "encoding": "base64" },
        { "action": "chmod", "file_path": "run.sh", "execute_filemode": true },
        { "action": "move", "file_path": "docs/README.md", "previous_path": "README.md" },
        { "action": "update", "file_path": "a/b.txt", "content": "B" },
        { "action": "create", "file_path": "empty" },
    ]);
    let body = json!({
        "branch": "main", "commit_message": "Title\n\nAnd more", "actions": actions,
        "author_name": "Ann", "author_email": "ann@example.com",
    });
    let first = world.get("repository/commits/main", 200).await.json();
    let made = world.post("repository/commits", &body, 201).await;
    let sha = made["id"].as_str().unwrap();
    let date = "2015-12-24T18:00:00.000Z";
    assert_eq!(NOW, date);
    let expected = json!({
        "id": sha,
        "short_id": sha[..8],
        "created_at": date,
        "parent_ids": [first["id"]],
        "title": "Title",
        "message": "Title\n\nAnd more",
        "author_name": "Ann",
        "author_email": "ann@example.com",
        "authored_date": date,
        "committer_name": "Mia Maintainer",
        "committer_email": "mia@example.com",
        "committed_date": date,
        "trailers": {},
        "extended_trailers": {},
        "web_url": format!("https://example.com/group1/project1/-/commit/{sha}"),
        "project_id": 1,
        "status": null,
        "last_pipeline": null,
    });
    assert_eq!(made, expected);
    for name in [
        "main",
        sha,
        &sha[..8],
        &sha.to_uppercase(),
        "refs%2Fheads%2Fmain",
    ] {
        let shown = world.get(&format!("repository/commits/{name}"), 200).await;
        let mut shown = shown.json();
        // By then it has the pipeline of its push.
        assert_eq!(shown["status"], "failed");
        assert_eq!(shown["last_pipeline"]["sha"], sha);
        shown["status"] = Value::Null;
        shown["last_pipeline"] = Value::Null;
        assert_eq!(shown, made, "{name}");
    }

    let tree = world
        .get("repository/tree?recursive=true", 200)
        .await
        .json();
    let entries: Vec<String> = tree
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| {
            let text = |name: &str| entry[name].as_str().unwrap().to_owned();
            format!("{} {} {}", text("mode"), text("type"), text("path"))
        })
        .collect();
    let expected = [
        "040000 tree a",
        "040000 tree docs",
        "100644 blob a/b.txt",
        "100644 blob docs/README.md",
        "100644 blob empty",
        "100755 blob run.sh",
    ];
    assert_eq!(entries, expected);
    let raw = world
        .get("repository/files/docs%2FREADME.md/raw", 200)
        .await;
    assert_eq!(raw.body, "hello\n");
    let below = world.get("repository/tree?path=docs&per_page=1", 200).await;
    assert_eq!(below.header("x-total"), Some("1"));
    let entry = json!([{
        "id": "ce013625030ba8dba906f756967f9e9ca394464a", "name": "README.md", "type": "blob",
        "path": "docs/README.md", "mode": "100644",
    }]);
    assert_eq!(below.json(), entry);
    for (path, text) in [
        ("repository/tree?ref=nowhere", "404 Tree Not Found"),
        (
            "repository/tree?path=nowhere",
            "404 invalid revision or path Not Found",
        ),
        ("repository/commits/nowhere", "404 Commit Not Found"),
        ("repository/commits/0000000", "404 Commit Not Found"),
    ] {
        assert_eq!(world.get(path, 404).await.json(), message(text), "{path}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_actions() {
    let world = World::new().await;
    let before = world.app.dump();
    let action =
        |action: Value| json!({ "branch": "main", "commit_message": "m", "actions": [action] });
    let many = vec![json!({ "action": "delete", "file_path": "a" }); 1_001];
    for (body, text) in [
        (json!({}), "branch is required"),
        (json!({ "branch": "main" }), "commit_message is required"),
        (
            json!({ "branch": "main", "commit_message": "m" }),
            "actions is required",
        ),
        (
            json!({ "branch": "main", "commit_message": "m", "actions": [] }),
            "actions is required",
        ),
        (
            json!({ "branch": "main", "commit_message": "m", "actions": "x" }),
            "actions is invalid",
        ),
        (
            json!({ "branch": "main", "commit_message": "m", "actions": many }),
            "actions has too many elements (maximum is 1000)",
        ),
        (
            json!({ "branch": "x", "commit_message": "m", "start_branch": "main", "start_sha": "a" }),
            "start_branch, start_sha are mutually exclusive",
        ),
        (
            json!({ "branch": "main", "commit_message": "x".repeat(65_537) }),
            "commit_message is too long (maximum is 65536 bytes)",
        ),
        (action(json!("x")), "actions[0] is invalid"),
        (
            action(json!({ "file_path": "a" })),
            "actions[0][action] is required",
        ),
        (
            action(json!({ "action": "x", "file_path": "a" })),
            "actions[0][action] must be one of: create, update, move, delete, chmod",
        ),
        (
            action(json!({ "action": "create" })),
            "actions[0][file_path] is required",
        ),
        (
            action(json!({ "action": "create", "file_path": "../a" })),
            "actions[0][file_path] should be a valid file path",
        ),
        (
            action(json!({ "action": "create", "file_path": "a", "encoding": "x" })),
            "actions[0][encoding] must be text or base64",
        ),
        (
            action(json!({ "action": "update", "file_path": "README.md" })),
            "actions[0][content] is required for update action",
        ),
        (
            action(json!({ "action": "move", "file_path": "a" })),
            "actions[0][previous_path] is required for move action",
        ),
        (
            action(json!({ "action": "chmod", "file_path": "README.md" })),
            "actions[0][execute_filemode] is required for chmod action",
        ),
        (
            action(json!({ "action": "chmod", "file_path": "README.md", "execute_filemode": "x" })),
            "actions[0][execute_filemode] must be a boolean",
        ),
    ] {
        let answer = world.post("repository/commits", &body, 400).await;
        assert_eq!(answer, message(&format!("400 Bad request - {text}")));
    }
    // One that is wrong, and nothing is done.
    let actions = json!([
        { "action": "create", "file_path": "one", "content": "1" },
        { "action": "delete", "file_path": "none" },
    ]);
    let answer = world.commits("main", "m", actions, 400).await;
    assert_eq!(answer, message("A file with this name doesn't exist"));
    let good = json!({
        "branch": "main", "commit_message": "m",
        "actions": [{ "action": "create", "file_path": "new" }],
    });
    let answer = world
        .app
        .post(&at("repository/commits"), &world.developer, &good)
        .await;
    let text = "403 Forbidden - You are not allowed to push into this branch";
    assert_eq!(
        (answer.status.as_u16(), answer.json()),
        (403, message(text))
    );
    let answer = world
        .app
        .post(&at("repository/commits"), &Caller::Nobody, &good)
        .await;
    assert_eq!(answer.status, 401);
    let mut elsewhere = good.clone();
    elsewhere["start_sha"] = json!("0".repeat(40));
    elsewhere["branch"] = json!("x");
    world.post("repository/commits", &elsewhere, 400).await;
    assert!(world.app.dump() == before, "something was written");
}

#[tokio::test]
async fn a_branch_starts_anew_by_force_only() {
    let world = World::new().await;
    let sha = world.get("repository/commits/main", 200).await.json()["id"].clone();
    let add = |name: &str| json!([{ "action": "create", "file_path": name }]);
    world.commits("feature", "one", add("one"), 201).await;
    let mut body = json!({
        "branch": "feature", "start_sha": sha, "commit_message": "two", "actions": add("two"),
    });
    let answer = world.post("repository/commits", &body, 400).await;
    let text =
        "A branch called 'feature' already exists. Switch to that branch in order to make changes";
    assert_eq!(answer, message(text));
    body["force"] = json!(true);
    let made = world.post("repository/commits", &body, 201).await;
    assert_eq!(made["parent_ids"], json!([sha]));
    world.get("repository/files/one/raw?ref=feature", 404).await;
    // The protected branch stays where it is, whoever asks.
    body["branch"] = json!("main");
    world.post("repository/commits", &body, 403).await;
}

#[tokio::test]
async fn lists_go_back_from_a_head() {
    let world = World::new().await;
    for number in 0..7 {
        world.app.pass(60);
        let path = if number % 2 == 0 { "even/x" } else { "odd" };
        let action = if number < 2 { "create" } else { "update" };
        let actions =
            json!([{ "action": action, "file_path": path, "content": number.to_string() }]);
        world
            .commits("main", &format!("c{number}"), actions, 201)
            .await;
    }
    for (query, expected) in [
        ("", "c6 c5 c4 c3 c2 c1 c0 First"),
        ("?ref_name=feature", "First"),
        ("?ref_name=nowhere", ""),
        ("?path=odd", "c5 c3 c1"),
        ("?path=even", "c6 c4 c2 c0"),
        ("?path=even/x&per_page=2", "c6 c4"),
        ("?path=even&per_page=3&page=2", "c0"),
        ("?path=eve", ""),
        ("?per_page=3&page=2", "c3 c2 c1"),
        ("?per_page=3&page=3", "c0 First"),
        ("?per_page=4&page=3", ""),
        ("?since=2015-12-24T18:05:00Z", "c6 c5 c4"),
        ("?until=2015-12-24T18:01:00Z", "c0 First"),
        (
            "?since=2015-12-24T18:01:30Z&until=2015-12-24T18:03:30Z",
            "c2 c1",
        ),
        ("?author=mia@example", "c6 c5 c4 c3 c2 c1 c0 First"),
        ("?author=nobody", ""),
    ] {
        let answer = world.get(&format!("repository/commits{query}"), 200).await;
        assert_eq!(titles(&answer).join(" "), expected, "{query}");
        assert_eq!(answer.header("x-total"), None);
    }
    let full = world.get("repository/commits?per_page=4&page=2", 200).await;
    assert_eq!(full.header("x-next-page"), Some("3"));
    for (query, body) in [
        ("since=x", json!({ "error": "since is invalid" })),
        (
            "order=x",
            json!({ "error": "order does not have a valid value" }),
        ),
        ("ref_name=a..b", message("ref_name is invalid")),
    ] {
        let answer = world.get(&format!("repository/commits?{query}"), 400).await;
        assert_eq!(answer.json(), body);
    }
}

/// More commits than a row names before it.
#[tokio::test]
async fn a_long_list_has_every_commit_once() {
    let world = World::new().await;
    for number in 0..230 {
        let action = if number == 0 { "create" } else { "update" };
        let actions =
            json!([{ "action": action, "file_path": "n", "content": number.to_string() }]);
        world
            .commits("main", &number.to_string(), actions, 201)
            .await;
    }
    let mut expected: Vec<String> = (0..230).rev().map(|number| number.to_string()).collect();
    expected.push("First".to_owned());
    for (per_page, filter) in [(100, ""), (37, ""), (37, "&path=n")] {
        let mut found = Vec::new();
        for page in 1..20 {
            let query = format!("per_page={per_page}&page={page}{filter}");
            let answer = world.get(&format!("repository/commits?{query}"), 200).await;
            found.extend(titles(&answer));
            if answer.header("x-next-page") == Some("") {
                break;
            }
        }
        let expected = if filter.is_empty() {
            &expected[..]
        } else {
            &expected[..230]
        };
        assert_eq!(found, expected, "{per_page} {filter}");
    }
    let query = "repository/commits?per_page=100&page=102";
    assert_eq!(
        world.app.get(&at(query), &world.maintainer).await.status,
        405
    );
}
