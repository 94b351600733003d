//! Files, commits, branches and tags, and which are protected.

use bytes::Bytes;
use serde_bytes::ByteBuf;
use switchyard::blobs::BlobKey;
use switchyard::ids::ProjectId;
use switchyard::member::Role;
use switchyard::pipeline::{Commit, Ref};
use switchyard::project::Project;
use switchyard::repository::{
    File, Oid, ProtectedBranch, ProtectedTag, RefAccess, Snapshot, StoredCommit,
};
use switchyard::store::Row as _;
use switchyard_local::seed::{self, at};
use switchyard_tests::TestApp;

use super::{Endpoint, Needs, get, write};

const READ_CODE: &str = "api read_api read_repository";
const DEVELOPER: Needs = Needs::Role(Role::Developer);
const MAINTAINER: Needs = Needs::Role(Role::Maintainer);

const FILE: &str = "/projects/{id}/repository/files/{file_path}";

const fn read(path: &'static str) -> Endpoint {
    get("repository", path, Needs::ReadCode)
        .scopes(READ_CODE)
        .and_anybody()
}

const fn push(
    method: &'static str,
    path: &'static str,
    success: u16,
    body: &'static str,
) -> Endpoint {
    write(method, "repository", path, DEVELOPER, success, body).and_anybody()
}

const fn protect(
    method: &'static str,
    path: &'static str,
    success: u16,
    body: &'static str,
) -> Endpoint {
    write(method, "repository", path, MAINTAINER, success, body)
}

#[rustfmt::skip]
pub(super) const TABLE: &[Endpoint] = &[
    read("/projects/{id}/repository/tree"),
    read(FILE),
    read("/projects/{id}/repository/files/{file_path}/raw"),
    push("POST", FILE, 201, r#"{"branch":"feature","content":"x","commit_message":"new"}"#),
    push("PUT", FILE, 200, r#"{"branch":"feature","content":"x","commit_message":"other"}"#),
    push("DELETE", FILE, 204, r#"{"branch":"feature","commit_message":"gone"}"#),
    read("/projects/{id}/repository/commits"),
    read("/projects/{id}/repository/commits/{sha}").and_jobs(),
    write(
        "POST", "repository", "/projects/{id}/repository/commits", DEVELOPER, 201,
        r#"{"branch":"feature","commit_message":"two","actions":[{"action":"create","file_path":"a"},{"action":"delete","file_path":"README.md"}]}"#,
    ),
    read("/projects/{id}/repository/branches"),
    read("/projects/{id}/repository/branches/{branch}"),
    push("POST", "/projects/{id}/repository/branches", 201, r#"{"branch":"new","ref":"main"}"#),
    push("DELETE", "/projects/{id}/repository/branches/{branch}", 204, ""),
    read("/projects/{id}/repository/tags"),
    read("/projects/{id}/repository/tags/{tag_name}"),
    push("POST", "/projects/{id}/repository/tags", 201, r#"{"tag_name":"v2","ref":"main","message":"new"}"#),
    push("DELETE", "/projects/{id}/repository/tags/{tag_name}", 204, ""),
    get("repository", "/projects/{id}/protected_branches", Needs::ReadCode).and_anybody(),
    get("repository", "/projects/{id}/protected_branches/{name}", Needs::ReadCode).and_anybody(),
    protect("POST", "/projects/{id}/protected_branches", 201, r#"{"name":"release-*"}"#),
    protect("PATCH", "/projects/{id}/protected_branches/{name}", 200, r#"{"allow_force_push":true}"#),
    protect("DELETE", "/projects/{id}/protected_branches/{name}", 204, ""),
    get("repository", "/projects/{id}/protected_tags", Needs::ReadCode).and_anybody(),
    get("repository", "/projects/{id}/protected_tags/{name}", Needs::ReadCode).and_anybody(),
    protect("POST", "/projects/{id}/protected_tags", 201, r#"{"name":"v*"}"#),
    protect("DELETE", "/projects/{id}/protected_tags/{name}", 204, ""),
];

/// What stands in the place of a path's variables.
pub(super) fn fill(path: &str, method: &str) -> String {
    let file = if method == "POST" {
        "new.txt"
    } else {
        "README.md"
    };
    let query = if path.ends_with("{file_path}") && method == "GET" {
        "?ref=main"
    } else {
        ""
    };
    let path = path
        .replace("{file_path}", file)
        .replace("{sha}", "main")
        .replace("{branch}", "feature")
        .replace("{tag_name}", "v1")
        .replace("{name}", "stable");
    format!("{path}{query}")
}

/// Gives a project one commit, at the head of `main`, `feature` and `v1`, with a file, and
/// rules for a branch and a tag.
pub(crate) async fn furnish(app: &TestApp, project: &Project) -> Project {
    let content = b"hello\n";
    let sha = seed::pipeline(project.id, 1, 1, 1).sha;
    let commit = Oid::parse(&sha).unwrap();
    let id = Oid::of_blob(content);
    let mut snapshot = Snapshot::default();
    let file = File {
        id,
        size: content.len() as u64,
        executable: false,
        last_commit: commit,
    };
    snapshot.files.insert("README.md".to_owned(), file.clone());
    let blobs = &app.seed.blobs;
    let key = BlobKey::File(project.id, id);
    blobs
        .write(&key, Bytes::from_static(content))
        .await
        .unwrap();
    let configuration = b"build: {script: make}\n";
    let id = Oid::of_blob(configuration);
    let file = File {
        id,
        size: configuration.len() as u64,
        ..file
    };
    snapshot.files.insert(".gitlab-ci.yml".to_owned(), file);
    let key = BlobKey::File(project.id, id);
    blobs
        .write(&key, Bytes::from_static(configuration))
        .await
        .unwrap();
    let key = BlobKey::Snapshot(project.id, commit);
    let bytes = snapshot.to_bytes().unwrap();
    blobs.write(&key, bytes.into()).await.unwrap();
    app.replace(&stored(project.id, &sha, snapshot.tree_id()));
    let feature = seed::branch(project.id, "feature", &sha);
    let tag = Ref {
        name: "v1".to_owned(),
        tag: true,
        ..feature.clone()
    };
    assert_ne!(feature.key(), tag.key());
    app.replace(&feature);
    app.replace(&tag);

    let created_at = at("2015-12-20T00:00:00.000Z");
    let mut project = project.clone();
    project.protected_branches.push(ProtectedBranch {
        id: 1,
        name: "stable".to_owned(),
        push: RefAccess::Maintainer,
        merge: RefAccess::Maintainer,
        allow_force_push: false,
        created_at,
    });
    project.protected_tags.push(ProtectedTag {
        id: 1,
        name: "stable".to_owned(),
        create: RefAccess::Maintainer,
        created_at,
    });
    project
}

/// A commit's row, without anything before it.
pub(crate) fn stored(project_id: ProjectId, sha: &str, tree: Oid) -> StoredCommit {
    let committed_at = at("2015-12-24T15:50:16.000Z");
    let date = committed_at.to_string();
    StoredCommit {
        project_id,
        sha: sha.to_owned(),
        tree: tree.to_string(),
        committed_at,
        commit: Commit {
            id: sha.to_owned(),
            title: "First".to_owned(),
            message: "First".to_owned(),
            author_name: "Ann".to_owned(),
            author_email: "ann@example.com".to_owned(),
            authored_date: date.clone(),
            committer_name: "Ann".to_owned(),
            committer_email: "ann@example.com".to_owned(),
            committed_date: date,
            parent_ids: Vec::new(),
        },
        ancestors: ByteBuf::new(),
        paths: ByteBuf::new(),
    }
}
