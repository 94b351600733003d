//! `PUT /projects/:id`, `POST …/archive`, `…/unarchive`, `DELETE /projects/:id`

use futures::future::{join, join_all};
use http::Method;
use serde_json::{Value, json};
use switchyard::ids::ProjectId;
use switchyard::member::{Role, Source};
use switchyard::project::Visibility;
use switchyard_local::seed;
use switchyard_tests::wire::{Fault, Loss, Rule};
use switchyard_tests::{Caller, TestApp};

const PROJECT: &str = "/api/v4/projects/1";
const SOURCE: Source = Source::Project(ProjectId(1));

/// Project 1, `group1/project1`, with its owner.
async fn world() -> (TestApp, Caller) {
    let app = TestApp::new().await;
    app.add_project(1, |_| {}).await;
    let owner = app.add_member(50, SOURCE, Role::Owner).await;
    (app, owner)
}

fn model(field: &str, text: &str) -> Value {
    json!({ "message": { field: [text] } })
}

#[tokio::test]
async fn every_setting_can_be_changed() {
    let (app, owner) = world().await;
    for (field, value) in [
        ("description", json!("new")),
        ("ci_config_path", json!("x.yml")),
        ("public_jobs", json!(false)),
        ("builds_access_level", json!("disabled")),
        ("build_timeout", json!(600)),
        ("auto_cancel_pending_pipelines", json!("disabled")),
        ("build_git_strategy", json!("clone")),
        ("shared_runners_enabled", json!(false)),
        ("group_runners_enabled", json!(false)),
        ("topics", json!(["x"])),
        ("ci_default_git_depth", json!(0)),
        ("ci_forward_deployment_enabled", json!(false)),
        ("ci_forward_deployment_rollback_allowed", json!(false)),
        ("ci_separated_caches", json!(false)),
        (
            "ci_allow_fork_pipelines_to_run_in_parent_project",
            json!(false),
        ),
        ("ci_push_repository_for_job_token_allowed", json!(true)),
        ("ci_id_token_sub_claim_components", json!(["project_path"])),
        (
            "ci_pipeline_variables_minimum_override_role",
            json!("no_one_allowed"),
        ),
        ("restrict_user_defined_variables", json!(true)),
        ("ci_delete_pipelines_in_seconds", json!(86_400)),
        ("keep_latest_artifact", json!(false)),
        ("max_artifacts_size", json!(5)),
        ("import_url", json!("https://code.example.com/x.git")),
    ] {
        let answer = app.put(PROJECT, &owner, &json!({ field: value })).await;
        assert_eq!(answer.status, 200, "{field}: {answer:?}");
        assert_eq!(answer.json()[field], value, "{field}");
        let shown = app.get(PROJECT, &owner).await;
        assert_eq!(shown.json()[field], value, "{field}");
    }
    // An empty value clears.
    for field in [
        "description",
        "ci_config_path",
        "import_url",
        "max_artifacts_size",
    ] {
        for empty in [json!(""), Value::Null] {
            let answer = app.put(PROJECT, &owner, &json!({ field: empty })).await;
            assert_eq!(answer.json()[field], Value::Null, "{field}");
        }
    }
}

#[tokio::test]
async fn two_names_for_who_may_set_variables() {
    let (app, owner) = world().await;
    let (role, restricted) = (
        "ci_pipeline_variables_minimum_override_role",
        "restrict_user_defined_variables",
    );
    for (body, expected) in [
        (json!({ restricted: true }), "maintainer"),
        (json!({ role: "owner" }), "owner"),
        // It is restricted already.
        (json!({ restricted: true }), "owner"),
        (json!({ restricted: false }), "developer"),
        (
            json!({ restricted: false, role: "no_one_allowed" }),
            "no_one_allowed",
        ),
    ] {
        let answer = app.put(PROJECT, &owner, &body).await.json();
        assert_eq!(answer[role], expected, "{body}");
        assert_eq!(answer[restricted], expected != "developer", "{body}");
    }
}

#[tokio::test]
async fn what_is_refused_changes_nothing() {
    let (app, owner) = world().await;
    let before = app.dump();
    for (body, expected) in [
        (json!({ "name": "" }), model("name", "can't be blank")),
        (
            json!({ "path": "a b" }),
            model(
                "path",
                "can contain only letters, digits, '_', '-' and '.'. Cannot start with '-', end in '.git' or end in '.atom'",
            ),
        ),
        (
            json!({ "visibility": "public" }),
            model(
                "visibility_level",
                "public is not allowed in a private group.",
            ),
        ),
        (
            json!({ "default_branch": "nowhere" }),
            model(
                "base",
                "Could not set the default branch. Do you have a branch named 'nowhere' in your repository?",
            ),
        ),
        (
            json!({ "max_artifacts_size": -1 }),
            json!({ "error": "max_artifacts_size does not have a valid value" }),
        ),
        (
            json!({ "ci_default_git_depth": "x" }),
            json!({ "error": "ci_default_git_depth is invalid" }),
        ),
        (
            json!({ "ci_id_token_sub_claim_components": ["sha"] }),
            json!({ "error": "ci_id_token_sub_claim_components does not have a valid value" }),
        ),
        (
            json!({ "build_timeout": 1 }),
            model(
                "build_timeout",
                "needs to be between 10 minutes and 1 month",
            ),
        ),
    ] {
        let answer = app.put(PROJECT, &owner, &body).await;
        assert_eq!(answer.status, 400, "{body}: {answer:?}");
        assert_eq!(answer.json(), expected, "{body}");
    }
    for body in [json!({}), json!({ "unknown": 1 })] {
        let answer = app.put(PROJECT, &owner, &body).await;
        assert_eq!(answer.status, 400);
        let text = answer.json()["error"].as_str().unwrap().to_owned();
        assert!(
            text.ends_with("are missing, at least one parameter must be provided"),
            "{text}"
        );
    }
    assert_eq!(app.dump(), before);
}

#[tokio::test]
async fn visibility_takes_an_owner_the_rest_a_maintainer() {
    let (app, owner) = world().await;
    let maintainer = app.add_member(40, SOURCE, Role::Maintainer).await;
    let mut group = seed::group(1, &[], "group1");
    group.visibility = Visibility::Public;
    app.replace(&group);
    let public = json!({ "visibility": "public" });
    let answer = app.put(PROJECT, &maintainer, &public).await;
    assert_eq!(
        (answer.status.as_u16(), answer.json()),
        (403, json!({ "message": "403 Forbidden" }))
    );
    assert_eq!(
        app.put(PROJECT, &maintainer, &json!({ "name": "new" }))
            .await
            .status,
        200
    );
    assert_eq!(app.put(PROJECT, &owner, &public).await.status, 200);
    assert_eq!(app.get(PROJECT, &Caller::Nobody).await.status, 200);
}

#[tokio::test]
async fn a_new_path_is_used_and_the_old_one_leads_there() {
    let (app, owner) = world().await;
    let answer = app
        .put(
            PROJECT,
            &owner,
            &json!({ "path": "Moved", "name": "Moved" }),
        )
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.json()["path_with_namespace"], "group1/Moved");
    assert_eq!(
        app.get("/api/v4/projects/group1%2Fmoved", &owner)
            .await
            .status,
        200
    );
    let old = "/api/v4/projects/group1%2Fproject1";
    let answer = app.get(old, &owner).await;
    assert_eq!(answer.status, 301);
    assert_eq!(
        answer.header("location"),
        Some("https://example.com/api/v4/projects/1")
    );
    let answer = app.put(old, &owner, &json!({ "name": "x" })).await;
    assert_eq!(answer.status, 405);
    let text = "Non GET methods are not allowed for moved projects";
    assert_eq!(answer.json(), json!({ "message": text }));

    // Back again, and in another case; the name is free for others by then.
    for path in ["project1", "PROJECT1"] {
        assert_eq!(
            app.put(PROJECT, &owner, &json!({ "path": path }))
                .await
                .status,
            200,
            "{path}"
        );
        assert_eq!(app.get(old, &owner).await.status, 200, "{path}");
    }
    assert_eq!(
        app.get("/api/v4/projects/group1%2Fmoved", &owner)
            .await
            .status,
        301
    );
}

#[tokio::test]
async fn names_and_paths_of_others_are_taken() {
    let (app, owner) = world().await;
    let other = seed::project(2, &[1.into()], "group1/other");
    app.seed.put_project(&other).await.unwrap();
    let before = app.dump();
    for field in ["name", "path"] {
        let answer = app.put(PROJECT, &owner, &json!({ field: "other" })).await;
        assert_eq!(answer.status, 400);
        assert_eq!(answer.json(), model(field, "has already been taken"));
    }
    assert_eq!(app.dump(), before);
}

/// Different settings at once are both kept; of two paths one wins.
#[tokio::test]
async fn two_edit_at_once() {
    for seed in 0..4 {
        let (app, owner) = world().await;
        let rule = Rule::new(Fault::TransactionConflict)
            .chance(seed, 3)
            .times(6);
        app.wire.faults().add(rule);
        let (description, topics) = (json!({ "description": "d" }), json!({ "topics": "t" }));
        let edits = [
            description,
            topics,
            json!({ "build_timeout": 900 }),
            json!({ "keep_latest_artifact": false }),
        ];
        let answers = join_all(edits.iter().map(|body| app.put(PROJECT, &owner, body))).await;
        app.wire.faults().clear();
        for answer in answers {
            assert_eq!(answer.status, 200, "{answer:?}");
        }
        let shown = app.get(PROJECT, &owner).await.json();
        assert_eq!(shown["description"], "d");
        assert_eq!(shown["topics"], json!(["t"]));
        assert_eq!(shown["build_timeout"], 900);
        assert_eq!(shown["keep_latest_artifact"], false);

        let (a, b) = (json!({ "path": "a" }), json!({ "path": "b" }));
        join(app.put(PROJECT, &owner, &a), app.put(PROJECT, &owner, &b)).await;
        let path = app.get(PROJECT, &owner).await.json()["path"]
            .as_str()
            .unwrap()
            .to_owned();
        let other = if path == "a" { "b" } else { "a" };
        let leads = async |path: &str| {
            let path = format!("/api/v4/projects/group1%2F{path}");
            app.get(&path, &owner).await.status.as_u16()
        };
        assert_eq!(leads(&path).await, 200);
        assert!([301, 404].contains(&leads(other).await), "{other}");
    }
}

#[tokio::test]
async fn an_archived_project_says_so_and_comes_back() {
    let (app, owner) = world().await;
    for (action, archived) in [("archive", true), ("archive", true), ("unarchive", false)] {
        let answer = app
            .post(&format!("{PROJECT}/{action}"), &owner, &json!({}))
            .await;
        assert_eq!(answer.status, 201, "{answer:?}");
        assert_eq!(answer.json()["archived"], archived);
        assert_eq!(app.get(PROJECT, &owner).await.json()["archived"], archived);
    }
}

#[tokio::test]
async fn a_deleted_project_is_gone_at_once_and_its_names_are_free() {
    let (app, owner) = world().await;
    let group_owner = app
        .add_member(51, Source::Group(1.into()), Role::Owner)
        .await;
    let root = app.administrator().await;
    let pipeline = app.add_pipeline(ProjectId(1), 10, 11, &[]).await;
    let job = app.add_running_job(&pipeline, 11).await;
    assert_eq!(app.get("/api/v4/job", &job).await.status, 200);

    let answer = app.delete(PROJECT, &owner).await;
    assert_eq!(answer.status, 202);
    assert_eq!(answer.json(), json!({ "message": "202 Accepted" }));
    for caller in [&owner, &group_owner, &root] {
        for path in [
            PROJECT,
            "/api/v4/projects/group1%2Fproject1",
            "/api/v4/projects/1/jobs",
        ] {
            let answer = app.get(path, caller).await;
            assert_eq!(
                answer.json(),
                json!({ "message": "404 Project Not Found" }),
                "{path}"
            );
        }
    }
    assert_eq!(
        app.get("/api/v4/job", &job).await.status,
        401,
        "its job tokens are dead"
    );
    assert_eq!(app.delete(PROJECT, &owner).await.status, 404, "once only");

    let body = json!({ "name": "project1", "namespace_id": 1 });
    let answer = app.post("/api/v4/projects", &group_owner, &body).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let shown = app
        .get("/api/v4/projects/group1%2Fproject1", &group_owner)
        .await;
    assert_eq!(shown.json()["id"], answer.json()["id"]);
}

#[tokio::test]
async fn a_delete_may_be_bound_to_a_time() {
    let (app, owner) = world().await;
    let mut headers = owner.headers();
    headers.push(("if-unmodified-since", "Mon, 21 Dec 2015 10:00:00 GMT"));
    let answer = app.request(Method::DELETE, PROJECT, &headers, "").await;
    assert_eq!(answer.status, 412);
    assert_eq!(
        answer.json(),
        json!({ "message": "412 Precondition Failed" })
    );
    for (time, status) in [("garbage", 202), ("Mon, 21 Dec 2015 14:00:00 GMT", 202)] {
        let (app, owner) = world().await;
        let mut headers = owner.headers();
        headers.push(("if-unmodified-since", time));
        let answer = app.request(Method::DELETE, PROJECT, &headers, "").await;
        assert_eq!(answer.status, status, "{time}");
    }
}

#[tokio::test]
async fn twenty_delete_it_at_once() {
    for trouble in [
        None,
        Some(Fault::TransactionConflict),
        Some(Fault::LostAnswer(Loss::Io)),
    ] {
        let (app, owner) = world().await;
        if let Some(fault) = trouble {
            let rule = Rule::new(fault).action("dynamodb:TransactWriteItems");
            app.wire.faults().add(rule.chance(5, 4).times(20));
        }
        let answers = join_all((0..20).map(|_| app.delete(PROJECT, &owner))).await;
        app.wire.faults().clear();
        let accepted = answers.iter().filter(|answer| answer.status == 202).count();
        for answer in &answers {
            let status = answer.status.as_u16();
            let sensible = [202, 404].contains(&status) || (trouble.is_some() && status == 503);
            assert!(sensible, "{trouble:?}: {answer:?}");
        }
        assert!(accepted <= 1, "{trouble:?}");
        assert_eq!(app.get(PROJECT, &owner).await.status, 404);
    }
}
