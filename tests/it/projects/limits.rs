//! What a project's surroundings allow, and what of GitLab's parameters is taken without
//! effect.

use serde_json::{Value, json};
use switchyard::ids::{GroupId, ProjectId};
use switchyard::job::Status;
use switchyard::member::{Role, Source};
use switchyard::project::SharedRunnersSetting;
use switchyard_local::seed;
use switchyard_tests::world::job;
use switchyard_tests::{Caller, TestApp};

const PROJECTS: &str = "/api/v4/projects";
const PROJECT: &str = "/api/v4/projects/1";

/// Project 1, `group1/project1`, with the group's owner.
async fn world() -> (TestApp, Caller) {
    let app = TestApp::new().await;
    app.add_project(1, |_| {}).await;
    let owner = app
        .add_member(50, Source::Group(GroupId(1)), Role::Owner)
        .await;
    (app, owner)
}

fn model(field: &str, text: &str) -> Value {
    json!({ "message": { field: [text] } })
}

#[tokio::test]
async fn a_group_may_keep_its_projects_from_shared_runners() {
    use SharedRunnersSetting::{DisabledAndOverridable, DisabledAndUnoverridable, Enabled};
    let (app, owner) = world().await;
    let refused = model(
        "shared_runners_enabled",
        "cannot be enabled because parent group does not allow it",
    );
    for (setting, by_default, may_enable) in [
        (Enabled, true, true),
        (DisabledAndOverridable, false, true),
        (DisabledAndUnoverridable, false, false),
    ] {
        let mut group = seed::group(1, &[], "group1");
        group.shared_runners_setting = setting;
        app.replace(&group);
        let name = format!("{setting:?}");
        let body = json!({ "name": name, "namespace_id": 1 });
        let created = app.post(PROJECTS, &owner, &body).await;
        assert_eq!(created.status, 201, "{created:?}");
        assert_eq!(created.json()["shared_runners_enabled"], by_default);

        let enable = json!({ "shared_runners_enabled": true });
        let edited = app.put(PROJECT, &owner, &enable).await;
        let body = json!({ "name": format!("{name}2"), "namespace_id": 1, "shared_runners_enabled": true });
        let created = app.post(PROJECTS, &owner, &body).await;
        if may_enable {
            assert_eq!(edited.json()["shared_runners_enabled"], true);
            assert_eq!(created.json()["shared_runners_enabled"], true);
        } else {
            assert_eq!(
                (edited.status.as_u16(), edited.json()),
                (400, refused.clone())
            );
            assert_eq!(
                (created.status.as_u16(), created.json()),
                (400, refused.clone())
            );
        }
        let disable = json!({ "shared_runners_enabled": false });
        assert_eq!(app.put(PROJECT, &owner, &disable).await.status, 200);
    }
}

#[tokio::test]
async fn an_administrator_creates_in_somebodys_namespace_and_they_own_it() {
    let (app, _) = world().await;
    let root = app.administrator().await;
    let user = app.add_user(&seed::user(20, "ada")).await;
    let body = json!({ "name": "theirs", "namespace_id": 5020 });
    let created = app.post(PROJECTS, &root, &body).await;
    assert_eq!(created.status, 201, "{created:?}");
    assert_eq!(created.json()["path_with_namespace"], "ada/theirs");
    assert_eq!(created.json()["owner"]["id"], 20);
    assert_eq!(created.json()["creator_id"], 1);
    let path = format!("{PROJECTS}/ada%2Ftheirs");
    let level = "/permissions/project_access/access_level";
    let shown = app.get(&path, &user).await.json();
    assert_eq!(shown.pointer(level), Some(&json!(50)));
    let shown = app.get(&path, &root).await.json();
    assert_eq!(shown["permissions"]["project_access"], Value::Null);
    assert_eq!(app.delete(&path, &user).await.status, 202);
}

/// A full path that no row can have is refused, and nothing breaks.
#[tokio::test]
async fn a_path_below_many_long_ones_has_to_be_short() {
    let (app, owner) = world().await;
    let long = "g".repeat(250);
    let mut above = vec![seed::group(1, &[], "group1")];
    for id in 30..38 {
        let parents: Vec<_> = above.iter().collect();
        let group = seed::group(id, &parents, &long);
        app.seed.put_group(&group).await.unwrap();
        above.push(group);
    }
    let too_long = model("path", "is too long (maximum is 255 characters)");
    let body = json!({ "name": "p", "path": "p".repeat(200), "namespace_id": 37 });
    let answer = app.post(PROJECTS, &owner, &body).await;
    assert_eq!(
        (answer.status.as_u16(), answer.json()),
        (400, too_long.clone())
    );
    let body = json!({ "name": "p", "path": "p", "namespace_id": 37 });
    let answer = app.post(PROJECTS, &owner, &body).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let path = format!("{PROJECTS}/{}", answer.json()["id"]);
    let before = app.dump();
    let answer = app
        .put(&path, &owner, &json!({ "path": "p".repeat(200) }))
        .await;
    assert_eq!((answer.status.as_u16(), answer.json()), (400, too_long));
    assert_eq!(app.dump(), before);
}

#[tokio::test]
async fn what_is_not_here_is_taken_alone_and_checked() {
    let (app, owner) = world().await;
    for (body, good) in [
        (json!({ "wiki_enabled": false }), true),
        (json!({ "merge_requests_enabled": true }), true),
        (json!({ "merge_method": "ff" }), true),
        (json!({ "repository_access_level": "private" }), true),
        (json!({ "pages_access_level": "public" }), true),
        (json!({ "emails_enabled": "yes" }), true),
        (json!({ "wiki_enabled": "maybe" }), false),
        (json!({ "issues_access_level": "public" }), false),
    ] {
        let answer = app.put(PROJECT, &owner, &body).await;
        assert_eq!(
            answer.status,
            if good { 200 } else { 400 },
            "{body}: {answer:?}"
        );
    }
    // Neither is among what a project is changed by.
    for name in ["ci_job_token_scope_enabled", "initialize_with_readme"] {
        let answer = app.put(PROJECT, &owner, &json!({ name: true })).await;
        assert_eq!(answer.status, 400, "{name}");
    }
    let body = json!({ "name": "x", "repository_object_format": "md5" });
    let answer = app.post(PROJECTS, &owner, &body).await;
    let text = "repository_object_format does not have a valid value";
    assert_eq!(answer.json(), json!({ "error": text }));
}

#[tokio::test]
async fn numbers_have_bounds_and_topics_are_distinct() {
    let (app, owner) = world().await;
    for (body, expected) in [
        (
            json!({ "ci_default_git_depth": 1001 }),
            model("ci_default_git_depth", "must be less than or equal to 1000"),
        ),
        (
            json!({ "max_artifacts_size": 0 }),
            model("max_artifacts_size", "must be greater than 0"),
        ),
    ] {
        let answer = app.put(PROJECT, &owner, &body).await;
        assert_eq!((answer.status.as_u16(), answer.json()), (400, expected));
    }
    for (topics, expected) in [
        (json!(["b", "a", "b", " ", " a "]), json!(["b", "a"])),
        (json!("x, y,,x"), json!(["x", "y"])),
        (json!(""), json!([])),
    ] {
        let answer = app.put(PROJECT, &owner, &json!({ "topics": topics })).await;
        assert_eq!(answer.json()["topics"], expected);
    }
}

/// What looks like a host may be the half of a password.
#[tokio::test]
async fn addresses_that_hide_a_password_are_refused() {
    let (app, owner) = world().await;
    for url in [
        "https://reader:s3c/ret@code.example.com/a.git",
        "https://reader:s3c?ret@code.example.com/a.git",
        "https://reader:s3c#ret@code.example.com/a.git",
        "https://a\\b/c",
        "https://@/c",
        "https://host:port/c",
        "https://host:99999/c",
    ] {
        let answer = app
            .put(PROJECT, &owner, &json!({ "import_url": url }))
            .await;
        assert_eq!(answer.status, 400, "{url}: {answer:?}");
    }
    for (url, shown) in [
        ("https://token@host:8443/a.git", "https://host:8443/a.git"),
        ("http://u:p%2Fq@[::1]:80/a?b=c", "http://[::1]:80/a?b=c"),
        ("https://u:p@q@host", "https://host"),
        ("https://bücher.example/a", "https://bücher.example/a"),
    ] {
        let answer = app
            .put(PROJECT, &owner, &json!({ "import_url": url }))
            .await;
        assert_eq!(answer.status, 200, "{url}: {answer:?}");
        assert_eq!(answer.json()["import_url"], shown);
    }
}

/// In an archived project nothing is steered, not even by its owner, until it is back.
#[tokio::test]
async fn an_archived_project_stands_still() {
    let (app, owner) = world().await;
    let pipeline = app
        .add_pipeline(ProjectId(1), 10, 101, &[Status::Failed])
        .await;
    app.seed
        .put(&job(&pipeline, 102, Status::Running, |_| {}))
        .await
        .unwrap();
    let steer = [
        format!("{PROJECT}/jobs/101/retry"),
        format!("{PROJECT}/jobs/102/cancel"),
        format!("{PROJECT}/jobs/101/erase"),
    ];
    let empty = json!({});
    let archived = app
        .post(&format!("{PROJECT}/archive"), &owner, &empty)
        .await;
    assert_eq!(archived.status, 201, "{archived:?}");
    let before = app.dump();
    for path in &steer {
        let answer = app.post(path, &owner, &empty).await;
        assert_eq!(answer.status, 403, "{path}: {answer:?}");
    }
    assert_eq!(app.dump(), before);
    // It is still read and still changed.
    let answer = app.get(&format!("{PROJECT}/jobs"), &owner).await;
    assert_eq!(answer.status, 200);
    let answer = app
        .put(PROJECT, &owner, &json!({ "description": "x" }))
        .await;
    assert_eq!(answer.status, 200);
    let answer = app
        .post(&format!("{PROJECT}/unarchive"), &owner, &empty)
        .await;
    assert_eq!(answer.json()["archived"], false);
    let answer = app.post(&steer[0], &owner, &empty).await;
    assert_eq!(answer.status, 201, "{answer:?}");
}
