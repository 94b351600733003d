//! Single files: read, written, refused.

use http::Method;
use serde_json::{Value, json};
use switchyard::ids::UserId;
use switchyard::job::Status;

use super::{World, at, error, message};

const FILE: &str = "repository/files/a%2Fb.txt";

/// The ids are those that `git hash-object`, `write-tree` and `commit-tree` give.
#[tokio::test]
async fn the_first_file_makes_the_repository() {
    let world = World::empty().await;
    let path = "repository/files/%2Egitlab-ci.yml";
    let body = json!({
        "branch": "trunk",
        "commit_message": "Add CI",
        "content": "test:\n  script: make\n",
        "author_name": "Ann Author",
        "author_email": "ann@example.com",
        "start_branch": null,
    });
    let answer = world.post(path, &body, 201).await;
    assert_eq!(
        answer,
        json!({ "file_path": ".gitlab-ci.yml", "branch": "trunk" })
    );

    let project = world.get("", 200).await.json();
    assert_eq!(project["default_branch"], "trunk");
    assert_eq!(project["empty_repo"], false);
    let rules = world.get("protected_branches", 200).await.json();
    assert_eq!(rules[0]["name"], "trunk");
    assert_eq!(rules[0]["push_access_levels"][0]["access_level"], 40);

    let answer = world.get(&format!("{path}?ref=trunk"), 200).await;
    let commit = "55f1451e6c970f59e1688f469718494bcd9de5b4";
    let expected = json!({
        "file_name": ".gitlab-ci.yml",
        "file_path": ".gitlab-ci.yml",
        "size": 21,
        "encoding": "base64",
        "content": "dGVzdDoKICBzY3JpcHQ6IG1ha2UK",
        "content_sha256": "9e8efbbb04d9de4fb1eb07d4578be034b272cbf529b69b6baaabb6695b5c742a",
        "ref": "trunk",
        "blob_id": "ee63c8d53371d15af3b5caa4d7cb207dbe105394",
        "commit_id": commit,
        "last_commit_id": commit,
        "execute_filemode": false,
    });
    assert_eq!(answer.json(), expected);
    for (name, value) in [
        ("x-gitlab-file-name", ".gitlab-ci.yml"),
        ("x-gitlab-file-path", ".gitlab-ci.yml"),
        ("x-gitlab-size", "21"),
        ("x-gitlab-encoding", "base64"),
        ("x-gitlab-ref", "trunk"),
        ("x-gitlab-commit-id", commit),
        ("x-gitlab-last-commit-id", commit),
        ("x-gitlab-execute-filemode", "false"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{name}");
    }

    let pushes = world.pushes().await;
    let push = &pushes[0];
    assert_eq!(pushes.len(), 1);
    assert_eq!((push.ref_name.as_str(), push.tag), ("trunk", false));
    assert_eq!(
        (push.before_sha.as_str(), push.sha.as_str()),
        (&*"0".repeat(40), commit)
    );
    assert_eq!((push.user_id, push.status), (UserId(2), Status::Failed));
}

#[tokio::test]
async fn a_file_is_written_and_read() {
    let world = World::new().await;
    let raw = format!("{FILE}/raw");
    let body = json!({
        "branch": "main", "commit_message": "binary [skip ci]", "encoding": "base64",
        "content": "AP8\nKZSI=", "execute_filemode": true,
    });
    let answer = world.app.put(&at(FILE), &world.maintainer, &body).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(
        answer.json(),
        json!({ "file_path": "a/b.txt", "branch": "main" })
    );
    let answer = world.get(&raw, 200).await;
    assert_eq!(&answer.body[..], b"\x00\xff\x0a\x65\x22");
    assert_eq!(answer.header("content-type"), Some("text/plain"));
    let disposition = "inline; filename=\"b.txt\"";
    assert_eq!(answer.header("content-disposition"), Some(disposition));
    assert_eq!(answer.header("x-gitlab-execute-filemode"), Some("true"));
    // Elsewhere it is as it was.
    let answer = world.get(&format!("{raw}?ref=feature"), 200).await;
    assert_eq!(&answer.body[..], b"b");
    let push = world.pushes().await.pop().unwrap();
    assert_eq!(push.status, Status::Skipped);
    assert_ne!(push.before_sha, "0".repeat(40));

    let body = json!({ "branch": "main", "commit_message": "gone" });
    let answer = world
        .app
        .send(Method::DELETE, &at(FILE), &world.maintainer, &body)
        .await;
    assert_eq!((answer.status.as_u16(), answer.body.len()), (204, 0));
    let answer = world.get(&raw, 404).await;
    assert_eq!(answer.json(), message("404 File Not Found"));
    assert_eq!(
        world.get("repository/files/README.md/raw", 200).await.body,
        "hello\n"
    );
    let by_head = world.get("repository/files/README.md?ref=HEAD", 200).await;
    assert_eq!(by_head.json()["ref"], "HEAD");
}

#[tokio::test]
async fn an_empty_file_and_one_of_two_megabytes() {
    let world = World::new().await;
    for (size, status) in [(0, 201), (2 * 1024 * 1024, 201), (2 * 1024 * 1024 + 1, 400)] {
        let content = "x".repeat(size);
        let body = json!({ "branch": "main", "commit_message": "m", "content": content });
        let path = format!("repository/files/f{size}");
        let answer = world.post(&path, &body, status).await;
        if status == 400 {
            let text = "A file may have at most 2097152 bytes";
            assert_eq!(answer, message(text));
            continue;
        }
        let answer = world.get(&format!("{path}?ref=main"), 200).await.json();
        assert_eq!(answer["size"], size);
        let answer = world.get(&format!("{path}/raw"), 200).await;
        assert_eq!(answer.body, content);
    }
}

#[tokio::test]
async fn a_branch_is_made_by_a_file() {
    let world = World::new().await;
    let body = json!({
        "branch": "topic/1", "start_branch": "feature", "commit_message": "m", "content": "1",
    });
    let answer = world
        .app
        .post(&at("repository/files/one"), &world.developer, &body)
        .await;
    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(
        world
            .get("repository/files/one/raw?ref=topic%2F1", 200)
            .await
            .body,
        "1"
    );
    world.get("repository/files/one/raw?ref=feature", 404).await;
}

#[tokio::test]
async fn what_is_refused() {
    let world = World::new().await;
    let before = world.app.dump();
    let good = json!({ "branch": "main", "commit_message": "m", "content": "x" });
    let with = |name: &str, value: Value| {
        let mut body = good.clone();
        body[name] = value;
        body
    };
    let without = |name: &str| with(name, Value::Null);
    let missing = |name: &str| {
        let mut body = good.clone();
        body.as_object_mut().unwrap().remove(name);
        body
    };
    let (post, put, delete) = (&Method::POST, &Method::PUT, &Method::DELETE);
    let sha = "0".repeat(40);
    for (method, path, body, expected) in [
        (post, "new", missing("branch"), error("branch is missing")),
        (post, "new", without("branch"), error("branch is empty")),
        (
            post,
            "new",
            with("branch", json!(" ")),
            error("branch is empty"),
        ),
        (
            post,
            "new",
            with("commit_message", json!("")),
            error("commit_message is empty"),
        ),
        (post, "new", missing("content"), error("content is missing")),
        (
            post,
            "new",
            with("encoding", json!("x")),
            error("encoding does not have a valid value"),
        ),
        (
            put,
            "new",
            with("execute_filemode", json!("x")),
            error("execute_filemode is invalid"),
        ),
        (
            post,
            "new",
            {
                let mut body = with("encoding", json!("base64"));
                body["content"] = json!("*");
                body
            },
            error("content is invalid"),
        ),
        (
            post,
            "a%2F..%2Fb",
            good.clone(),
            error("file_path should be a valid file path"),
        ),
        (
            delete,
            "%2Fetc",
            good.clone(),
            error("file_path should be a valid file path"),
        ),
        (
            post,
            "README.md",
            good.clone(),
            message("A file with this name already exists"),
        ),
        (
            post,
            "README.md%2Fx",
            good.clone(),
            message("A file with this name already exists"),
        ),
        (
            post,
            "a",
            good.clone(),
            message("A directory with this name already exists"),
        ),
        (
            put,
            "new",
            good.clone(),
            message("A file with this name doesn't exist"),
        ),
        (
            delete,
            "new",
            good.clone(),
            message("A file with this name doesn't exist"),
        ),
        (
            put,
            "README.md",
            with("last_commit_id", json!(sha)),
            message(
                "You are attempting to update a file that has changed since you started editing it.",
            ),
        ),
        (
            post,
            "new",
            with("branch", json!("nowhere")),
            message("You can only create or edit files when you are on a branch"),
        ),
        (
            post,
            "new",
            with("start_branch", json!("nowhere")),
            message("You can only create or edit files when you are on a branch"),
        ),
        (
            post,
            "new",
            with("start_branch", json!("feature")),
            message(
                "A branch called 'main' already exists. Switch to that branch in order to make changes",
            ),
        ),
        (
            post,
            "new",
            {
                let mut body = with("start_branch", json!("main"));
                body["branch"] = json!("a..b");
                body
            },
            message(
                "Something went wrong when we tried to create 'a..b' for you: Branch name is invalid",
            ),
        ),
    ] {
        let path = at(&format!("repository/files/{path}"));
        let answer = world
            .app
            .send(method.clone(), &path, &world.maintainer, &body)
            .await;
        assert_eq!(answer.status, 400, "{method} {path} {body}: {answer:?}");
        assert_eq!(answer.json(), expected, "{method} {path} {body}");
    }
    let text = message("You are not allowed to push into this branch");
    let answer = world
        .app
        .post(&at("repository/files/new"), &world.developer, &good)
        .await;
    assert_eq!((answer.status.as_u16(), answer.json()), (400, text));
    assert!(world.app.dump() == before, "something was written");

    for (path, status, expected) in [
        ("repository/files/README.md", 400, error("ref is missing")),
        (
            "repository/files/README.md?ref=",
            400,
            error("ref is empty"),
        ),
        (
            "repository/files/nothing?ref=nowhere",
            404,
            message("404 Commit Not Found"),
        ),
        (
            "repository/files/nothing?ref=main",
            404,
            message("404 File Not Found"),
        ),
        (
            "repository/files/a?ref=main",
            404,
            message("404 File Not Found"),
        ),
        (
            "repository/files/README.md?ref=0000000",
            404,
            message("404 Commit Not Found"),
        ),
        (
            "repository/files/README.md/raw?ref=refs%2Ftags%2Fmain",
            404,
            message("404 Commit Not Found"),
        ),
    ] {
        assert_eq!(world.get(path, status).await.json(), expected, "{path}");
    }
}

#[tokio::test]
async fn an_empty_repository_takes_a_maintainer() {
    let world = World::empty().await;
    let path = at("repository/files/new");
    let body = json!({ "branch": "main", "commit_message": "m", "content": "x" });
    let answer = world.app.post(&path, &world.developer, &body).await;
    assert_eq!(answer.status, 400);
    assert_eq!(
        answer.json(),
        message("You are not allowed to push into this branch")
    );
    let answer = world.get("repository/files/new/raw", 404).await;
    assert_eq!(answer.json(), message("404 Commit Not Found"));
    let body = json!({ "branch": "x", "start_branch": "y", "commit_message": "m", "content": "x" });
    let answer = world.post("repository/files/new", &body, 400).await;
    let text = "You can only create or edit files when you are on a branch";
    assert_eq!(answer, message(text));
}

#[tokio::test]
async fn the_last_commit_of_a_file() {
    let world = World::new().await;
    let shown = async |path: &str| {
        world
            .get(&format!("repository/files/{path}?ref=main"), 200)
            .await
            .json()
    };
    let first = shown("README.md").await["commit_id"].clone();
    let body =
        json!({ "branch": "main", "commit_message": "m", "content": "c", "last_commit_id": first });
    let answer = world.app.put(&at(FILE), &world.maintainer, &body).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let (readme, changed) = (shown("README.md").await, shown("a%2Fb.txt").await);
    assert_eq!(readme["last_commit_id"], first);
    assert_ne!(readme["commit_id"], first);
    assert_eq!(changed["last_commit_id"], changed["commit_id"]);
}

/// In three calls and in four, one behind another, beside the one that finds out who asks,
/// and what then follows.
#[tokio::test]
async fn a_file_is_read_in_three_steps_and_written_in_four() {
    let world = World::new().await;
    let path = at(&format!("{FILE}?ref=main"));
    world.app.spend(&path, &world.maintainer).await;
    let (answer, spent) = world.app.spend(&path, &world.maintainer).await;
    assert_eq!((answer.status.as_u16(), spent.depth), (200, 4));
    world.app.wire.tape().reset();
    let body = json!({ "branch": "main", "commit_message": "m", "content": "c" });
    world.app.put(&at(FILE), &world.maintainer, &body).await;
    // What follows is the push's pipeline.
    let commit = world.app.wire.tape();
    assert!(commit.depth() <= 5 + 11, "{}", commit.depth());
}
