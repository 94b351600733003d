//! `POST /projects`, `POST /projects/user/:user_id`

use futures::future::join_all;
use http::Method;
use serde_json::{Value, json};
use switchyard::ids::{GroupId, ProjectId};
use switchyard::member::{Role, Source};
use switchyard::project::{DirectoryTarget, ProjectCreationLevel, Visibility};
use switchyard_local::seed;
use switchyard_tests::app::{NOW, URL};
use switchyard_tests::wire::{Fault, Loss, Rule};
use switchyard_tests::{Answer, Caller, TestApp};

const PROJECTS: &str = "/api/v4/projects";
const GROUP: GroupId = GroupId(7);

/// Group `g` in group `top`, and user 20, who is a maintainer there.
async fn world() -> (TestApp, Caller) {
    let app = TestApp::new().await;
    let top = seed::group(6, &[], "top");
    let group = seed::group(GROUP.0, &[&top], "g");
    app.seed.put_group(&top).await.unwrap();
    app.seed.put_group(&group).await.unwrap();
    let user = app
        .add_member(20, Source::Group(GROUP), Role::Maintainer)
        .await;
    (app, user)
}

async fn create(app: &TestApp, caller: &Caller, body: Value) -> Answer {
    app.post(PROJECTS, caller, &body).await
}

async fn refused(app: &TestApp, caller: &Caller, body: Value, status: u16, expected: Value) {
    let before = app.dump();
    let answer = create(app, caller, body.clone()).await;
    assert_eq!(answer.status, status, "{body}: {answer:?}");
    assert_eq!(answer.json(), expected, "{body}");
    assert!(
        rows_without_counters(app) == without_counters(before),
        "{body}: written"
    );
}

/// Numbers that were reserved and not used do no harm.
fn without_counters(mut dump: switchyard_tests::dump::Dump) -> switchyard_tests::dump::Dump {
    dump.rows.remove("counters");
    dump
}

fn rows_without_counters(app: &TestApp) -> switchyard_tests::dump::Dump {
    without_counters(app.dump())
}

fn taken(fields: &[&str]) -> Value {
    let fields = fields.iter();
    let errors: Value = fields
        .map(|field| ((*field).to_owned(), json!(["has already been taken"])))
        .collect();
    json!({ "message": errors })
}

fn model(field: &str, text: &str) -> Value {
    json!({ "message": { field: [text] } })
}

#[tokio::test]
async fn a_personal_project_is_its_creators() {
    let (app, user) = world().await;
    let answer = create(&app, &user, json!({ "name": "My Project" })).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let project = answer.json();
    let id = project["id"].as_u64().unwrap();
    for (field, expected) in [
        ("name", json!("My Project")),
        ("path", json!("my-project")),
        ("path_with_namespace", json!("user20/my-project")),
        ("name_with_namespace", json!("user20 / My Project")),
        ("visibility", json!("private")),
        ("description", Value::Null),
        ("created_at", json!(NOW)),
        ("creator_id", json!(20)),
        ("default_branch", json!("main")),
        ("empty_repo", json!(true)),
        ("archived", json!(false)),
        ("public_jobs", json!(true)),
        ("builds_access_level", json!("enabled")),
        ("build_timeout", json!(3600)),
        ("auto_cancel_pending_pipelines", json!("enabled")),
        ("build_git_strategy", json!("fetch")),
        ("ci_default_git_depth", json!(20)),
        ("shared_runners_enabled", json!(true)),
        ("topics", json!([])),
        ("import_status", json!("none")),
        ("web_url", json!(format!("{URL}/user20/my-project"))),
        (
            "http_url_to_repo",
            json!(format!("{URL}/user20/my-project.git")),
        ),
    ] {
        assert_eq!(project[field], expected, "{field}");
    }
    assert_eq!(project["owner"]["id"], 20);
    assert_eq!(project["namespace"]["kind"], "user");
    assert_eq!(project["namespace"]["id"], 5020);
    assert_eq!(project.get("permissions"), None, "shown on reading only");

    for path in [
        format!("{PROJECTS}/{id}"),
        format!("{PROJECTS}/user20%2FMy-Project"),
    ] {
        let shown = app.get(&path, &user).await;
        assert_eq!(shown.status, 200, "{path}");
        let mut shown = shown.json();
        let permissions = shown
            .as_object_mut()
            .unwrap()
            .remove("permissions")
            .unwrap();
        assert_eq!(permissions["project_access"]["access_level"], 50);
        assert_eq!(shown, project);
    }
}

#[tokio::test]
async fn name_and_path_make_up_for_each_other() {
    let (app, user) = world().await;
    for (body, name, path) in [
        (json!({ "path": "only.path" }), "only.path", "only.path"),
        (json!({ "name": "only-name" }), "only-name", "only-name"),
        (json!({ "name": "Größe 2" }), "Größe 2", "grosse-2"),
        (json!({ "name": "A", "path": "b" }), "A", "b"),
    ] {
        let project = create(&app, &user, body.clone()).await.json();
        assert_eq!(
            (&project["name"], &project["path"]),
            (&json!(name), &json!(path)),
            "{body}"
        );
    }
}

#[tokio::test]
async fn in_a_group_the_creator_becomes_owner_of_the_project() {
    let (app, user) = world().await;
    let answer = create(&app, &user, json!({ "name": "p", "namespace_id": 7 })).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let project = answer.json();
    assert_eq!(project["path_with_namespace"], "top/g/p");
    assert_eq!(project["name_with_namespace"], "top / g / p");
    assert_eq!(project["namespace"]["id"], 7);
    assert_eq!(project["namespace"]["parent_id"], 6);
    assert_eq!(project.get("owner"), None);
    let shown = app
        .get(&format!("{PROJECTS}/{}", project["id"]), &user)
        .await
        .json();
    assert_eq!(shown["permissions"]["project_access"]["access_level"], 50);
    assert_eq!(shown["permissions"]["group_access"]["access_level"], 40);

    // Who owns a group above needs no membership of their own.
    let owner = app
        .add_member(21, Source::Group(GroupId(6)), Role::Owner)
        .await;
    let project = create(&app, &owner, json!({ "name": "q", "namespace_id": 7 }))
        .await
        .json();
    let shown = app
        .get(&format!("{PROJECTS}/{}", project["id"]), &owner)
        .await
        .json();
    assert_eq!(shown["permissions"]["project_access"], Value::Null);
}

#[tokio::test]
async fn who_may_create_where() {
    use ProjectCreationLevel::{Administrator, Developer, Maintainer, Noone, Owner};
    let (app, _) = world().await;
    let root = app.administrator().await;
    let mut members = Vec::new();
    for (id, role) in (40..).zip(Role::ALL) {
        members.push((
            Some(role),
            app.add_member(id, Source::Group(GroupId(6)), role).await,
        ));
    }
    members.push((None, app.add_user(&seed::user(50, "stranger")).await));
    let top = seed::group(6, &[], "top");
    let mut number = 0;
    for (level, least) in [
        (Noone, None),
        (Administrator, None),
        (Owner, Some(Role::Owner)),
        (Maintainer, Some(Role::Maintainer)),
        (Developer, Some(Role::Developer)),
    ] {
        let mut group = seed::group(GROUP.0, &[&top], "g");
        group.project_creation_level = level;
        app.replace(&group);
        let administrators = (Some(Role::Owner), root.clone());
        let everybody = members.iter().map(|it| (it, false));
        for ((role, caller), is_root) in everybody.chain([(&administrators, true)]) {
            number += 1;
            let body = json!({ "name": format!("p{number}"), "namespace_id": 7 });
            let answer = create(&app, caller, body).await;
            let allowed = match level {
                Noone => false,
                Administrator => is_root,
                Owner | Maintainer | Developer => *role >= least,
            };
            if allowed {
                assert_eq!(answer.status, 201, "{level:?} {role:?}: {answer:?}");
            } else {
                assert_eq!(answer.status, 400, "{level:?} {role:?}");
                assert_eq!(answer.json(), model("namespace", "is not valid"));
            }
        }
    }
}

#[tokio::test]
async fn namespaces_that_cannot_be_used() {
    let (app, user) = world().await;
    let other = app.add_user(&seed::user(30, "other")).await;
    let mut gone = seed::group(8, &[], "gone");
    gone.deleted_at = Some(seed::at(NOW));
    app.replace(&gone);
    let not_valid = model("namespace", "is not valid");
    // Missing, deleted, another's, impossible; a user's id is no namespace.
    for id in [
        json!(999),
        json!(8),
        json!(5030),
        json!(-1),
        json!(20),
        json!("99999999999999999999"),
    ] {
        let body = json!({ "name": "p", "namespace_id": id });
        refused(&app, &user, body, 400, not_valid.clone()).await;
    }
    refused(
        &app,
        &user,
        json!({ "name": "p", "namespace_id": "top/g" }),
        400,
        json!({ "error": "namespace_id is invalid" }),
    )
    .await;
    // One's own by its number is as good as none.
    let answer = create(&app, &other, json!({ "name": "p", "namespace_id": 5030 })).await;
    assert_eq!(answer.json()["path_with_namespace"], "other/p");
}

#[tokio::test]
async fn every_setting_is_kept() {
    let (app, user) = world().await;
    let settings = json!({
        "description": "what it is for",
        "visibility": "internal",
        "ci_config_path": "ci/main.yml",
        "public_jobs": false,
        "builds_access_level": "private",
        "build_timeout": 7200,
        "auto_cancel_pending_pipelines": "disabled",
        "build_git_strategy": "clone",
        "shared_runners_enabled": false,
        "group_runners_enabled": false,
        "topics": ["a", "b c"],
    });
    let mut body = settings.clone();
    body["name"] = json!("p");
    // What is not here is taken, and has no effect.
    body["wiki_enabled"] = json!(true);
    body["initialize_with_readme"] = json!(true);
    body["unknown"] = json!({ "deep": [1] });
    let project = create(&app, &user, body).await.json();
    for (field, expected) in settings.as_object().unwrap() {
        assert_eq!(&project[field], expected, "{field}");
    }
    assert_eq!(project["tag_list"], json!(["a", "b c"]));

    // The same by other spellings.
    let form = "name=q&public_builds=false&jobs_enabled=False&tag_list=a,b&topics[]=x&topics[]=y";
    let mut headers = user.headers();
    headers.push(("content-type", "application/x-www-form-urlencoded"));
    let answer = app.request(Method::POST, PROJECTS, &headers, form).await;
    let project = answer.json();
    assert_eq!(project["public_jobs"], false);
    assert_eq!(project["builds_access_level"], "disabled");
    assert_eq!(project["topics"], json!(["x", "y"]));
    let answer = app
        .request(
            Method::POST,
            &format!("{PROJECTS}?name=r&visibility=public"),
            &user.headers(),
            "",
        )
        .await;
    assert_eq!(answer.json()["visibility"], "public");
}

#[tokio::test]
async fn an_address_to_clone_from_is_shown_without_its_password() {
    let (app, user) = world().await;
    let url = "https://reader:s3cret-word@code.example.com/a/b.git";
    let answer = create(&app, &user, json!({ "name": "p", "import_url": url })).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let project = answer.json();
    assert_eq!(project["import_url"], "https://code.example.com/a/b.git");
    assert_eq!(project["import_status"], "finished");
    assert_eq!(project["empty_repo"], false);
    assert!(!String::from_utf8_lossy(&answer.body).contains("s3cret"));
    for url in [
        "file:///etc/passwd",
        "ssh://host/x",
        "https://",
        "http://a b/c",
        "nonsense",
    ] {
        let answer = create(&app, &user, json!({ "name": "q", "import_url": url })).await;
        assert_eq!(answer.status, 400, "{url}");
        assert!(answer.json()["message"]["import_url"].is_array(), "{url}");
    }
    refused(
        &app,
        &user,
        json!({ "name": "q", "import_url": "https://x.example/y", "template_name": "rails" }),
        400,
        json!({ "error": "import_url, template_name, template_project_id are mutually exclusive" }),
    )
    .await;
}

#[tokio::test]
async fn what_is_refused() {
    let (app, user) = world().await;
    let long = "x".repeat(256);
    let path_text = "can contain only letters, digits, '_', '-' and '.'. Cannot start with '-', \
                     end in '.git' or end in '.atom'";
    let name_text = "can contain only letters, digits, emoji, '_', '.', '+', dashes, or spaces. \
                     It must start with a letter, digit, emoji, or '_'.";
    let error = |text: &str| json!({ "error": text });
    for (body, expected) in [
        (
            json!({}),
            error("name, path are missing, at least one parameter must be provided"),
        ),
        (
            json!({ "name": "" }),
            json!({ "message": { "name": ["can't be blank"], "path": ["can't be blank"] } }),
        ),
        (
            json!({ "name": "a", "path": "-a" }),
            model("path", path_text),
        ),
        (
            json!({ "name": "a", "path": "a.git" }),
            model("path", path_text),
        ),
        (
            json!({ "name": "a", "path": "a/b" }),
            model("path", path_text),
        ),
        (
            json!({ "name": "a", "path": "tree" }),
            model("path", "is a reserved name"),
        ),
        (
            json!({ "name": "a/b", "path": "a" }),
            model("name", name_text),
        ),
        (
            json!({ "name": long, "path": "a" }),
            model("name", "is too long (maximum is 255 characters)"),
        ),
        (json!({ "name": "🚀" }), model("path", "can't be blank")),
        (
            json!({ "name": "a", "visibility": "secret" }),
            error("visibility does not have a valid value"),
        ),
        (
            json!({ "name": "a", "public_jobs": "perhaps" }),
            error("public_jobs is invalid"),
        ),
        (
            json!({ "name": "a", "builds_access_level": "all" }),
            error("builds_access_level does not have a valid value"),
        ),
        (
            json!({ "name": "a", "build_timeout": "long" }),
            error("build_timeout is invalid"),
        ),
        (
            json!({ "name": "a", "build_timeout": 599 }),
            model(
                "build_timeout",
                "needs to be between 10 minutes and 1 month",
            ),
        ),
        (
            json!({ "name": "a", "build_timeout": -1 }),
            model(
                "build_timeout",
                "needs to be between 10 minutes and 1 month",
            ),
        ),
        (
            json!({ "name": "a", "ci_config_path": "/etc" }),
            model(
                "ci_config_path",
                "cannot include leading slash or directory traversal.",
            ),
        ),
        (
            json!({ "name": "a", "topics": { "x": 1 } }),
            error("topics is invalid"),
        ),
        (json!({ "name": ["a"] }), error("name is invalid")),
        (
            json!({ "name": "a", "description": "x".repeat(2001) }),
            model("description", "is too long (maximum is 2000 characters)"),
        ),
    ] {
        refused(&app, &user, body, 400, expected).await;
    }
    for (visibility, above, text) in [
        (
            "public",
            Visibility::Private,
            "public is not allowed in a private group.",
        ),
        (
            "internal",
            Visibility::Private,
            "internal is not allowed in a private group.",
        ),
        (
            "public",
            Visibility::Internal,
            "public is not allowed in a internal group.",
        ),
    ] {
        let mut group = seed::group(GROUP.0, &[&seed::group(6, &[], "top")], "g");
        group.visibility = above;
        app.replace(&group);
        let body = json!({ "name": "a", "namespace_id": 7, "visibility": visibility });
        refused(&app, &user, body, 400, model("visibility_level", text)).await;
    }
}

#[tokio::test]
async fn names_and_paths_are_taken_once_in_a_namespace() {
    let (app, user) = world().await;
    create(&app, &user, json!({ "name": "First", "path": "first" })).await;
    for (name, path, fields) in [
        (
            "First",
            "first",
            &["project_namespace.name", "name", "path"][..],
        ),
        ("First", "second", &["project_namespace.name", "name"]),
        ("Second", "first", &["path"]),
        ("Second", "FIRST", &["path"]),
    ] {
        let body = json!({ "name": name, "path": path });
        refused(&app, &user, body, 400, taken(fields)).await;
    }
    // Elsewhere they are free, and so is a path that only a moved project had.
    let answer = create(&app, &user, json!({ "name": "First", "namespace_id": 7 })).await;
    assert_eq!(answer.status, 201);
    let moved = DirectoryTarget::MovedProject { id: ProjectId(1) };
    app.seed.put_path("user20/old", moved).await.unwrap();
    let answer = create(&app, &user, json!({ "name": "old" })).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let shown = app.get(&format!("{PROJECTS}/user20%2Fold"), &user).await;
    assert_eq!(shown.json()["id"], answer.json()["id"]);
    // A subgroup's path is nobody else's.
    app.seed
        .put_group(&seed::group(9, &[&seed::group(6, &[], "top")], "sub"))
        .await
        .unwrap();
    let owner = app
        .add_member(21, Source::Group(GroupId(6)), Role::Owner)
        .await;
    refused(
        &app,
        &owner,
        json!({ "path": "sub", "namespace_id": 6 }),
        400,
        taken(&["path"]),
    )
    .await;
}

#[tokio::test]
async fn a_limit_of_personal_projects_is_kept() {
    let (app, _) = world().await;
    let mut user = seed::user(60, "few");
    user.projects_limit = 2;
    let few = app.add_user(&user).await;
    let mut user = seed::user(61, "none");
    user.projects_limit = 0;
    let none = app.add_user(&user).await;
    let forbidden = json!({ "message": "403 Forbidden" });
    for name in ["a", "b"] {
        assert_eq!(
            create(&app, &few, json!({ "name": name })).await.status,
            201
        );
    }
    refused(&app, &few, json!({ "name": "c" }), 403, forbidden.clone()).await;
    refused(&app, &none, json!({ "name": "a" }), 403, forbidden).await;
}

#[tokio::test]
async fn administrators_create_for_others() {
    let (app, user) = world().await;
    let root = app.administrator().await;
    let path = format!("{PROJECTS}/user/20");
    let answer = app.post(&path, &root, &json!({ "name": "p" })).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(answer.json()["creator_id"], 20);
    assert_eq!(answer.json()["path_with_namespace"], "user20/p");
    assert_eq!(
        app.post(&path, &user, &json!({ "name": "q" })).await.status,
        403
    );
    let missing = app
        .post(
            &format!("{PROJECTS}/user/999"),
            &root,
            &json!({ "name": "q" }),
        )
        .await;
    assert_eq!(missing.json(), json!({ "message": "404 User Not Found" }));
}

/// One project, whatever goes wrong, and everybody else is told that the name is taken.
#[tokio::test]
async fn twenty_create_the_same_project_at_once() {
    for trouble in [
        None,
        Some(Fault::TransactionConflict),
        Some(Fault::LostAnswer(Loss::Io)),
        Some(Fault::Throttle),
    ] {
        let (app, user) = world().await;
        if let Some(fault) = trouble {
            let rule = Rule::new(fault).action("dynamodb:TransactWriteItems");
            app.wire.faults().add(rule.chance(3, 4).times(20));
        }
        let calls = (0..20).map(|_| create(&app, &user, json!({ "name": "same" })));
        let answers = join_all(calls).await;
        app.wire.faults().clear();
        let mut created = 0;
        for answer in &answers {
            match answer.status.as_u16() {
                201 => created += 1,
                400 => assert_eq!(
                    answer.json(),
                    taken(&["project_namespace.name", "name", "path"]),
                    "{trouble:?}"
                ),
                503 if trouble.is_some() => {}
                status => panic!("{trouble:?}: {status} {answer:?}"),
            }
        }
        assert!(created <= 1, "{trouble:?}: {created}");
        assert_eq!(app.dump().rows["projects"].len(), 1, "{trouble:?}");
        let shown = app.get(&format!("{PROJECTS}/user20%2Fsame"), &user).await;
        assert_eq!(shown.status, 200, "{trouble:?}");
    }
}

#[tokio::test]
async fn it_takes_three_round_trips() {
    let (app, user) = world().await;
    create(&app, &user, json!({ "name": "before", "namespace_id": 7 })).await;
    let body = r#"{"name":"p","namespace_id":7}"#;
    let (answer, spent) = app.spend_on(Method::POST, PROJECTS, &user, body).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    assert!(spent.depth <= 3, "{spent:?}");
    let (answer, spent) = app
        .spend_on(Method::POST, PROJECTS, &user, r#"{"name":"p"}"#)
        .await;
    assert_eq!(answer.status, 201, "{answer:?}");
    assert!(spent.depth <= 3, "{spent:?}");
    assert_eq!(app.wire.tape().violations(), [""; 0]);
}
