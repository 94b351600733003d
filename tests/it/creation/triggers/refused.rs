//! What starts no pipeline, and who may not.

use http::Method;
use serde_json::{Value, json};
use switchyard::ids::UserId;
use switchyard::member::{Role, Source};
use switchyard::project::{FeatureAccess, OverrideRole, Project};
use switchyard::token::Secret;
use switchyard::user::UserState;
use switchyard_local::seed::{self, at};

use super::super::{PROJECT, World};
use super::{FORM, JSON, PATH, TEXT, asked, base, send, token_of};

#[tokio::test]
async fn what_is_wrong_is_refused_and_nothing_is_saved() {
    let world = World::configured(TEXT).await;
    let token = token_of(&world, 40).await;
    let other = world.app.add_project(2, |_| {}).await;
    let secret = Secret::trigger_token(other.id, 9.into());
    let of_other = seed::trigger(other.id, 9, UserId(40), &secret);
    world.app.replace(&of_other);
    let of_other = secret.reveal().to_owned();
    let secret = Secret::trigger_token(PROJECT, 8.into());
    let mut ended = seed::trigger(PROJECT, 8, UserId(40), &secret);
    ended.expires_at = Some(at("2015-12-24T18:00:00.000Z"));
    world.app.replace(&ended);
    let ended = secret.reveal().to_owned();

    let error = |text: &str| (400, json!({ "error": text }));
    let message = |status: u16, text: &str| (status, json!({ "message": text }));
    let not_texts = || message(400, "variables needs to be a map of key-valued strings");
    let with = |variables: Value| json!({ "ref": "main", "token": token, "variables": variables });
    let before = world.app.dump();
    for (body, expected) in [
        (json!({}), error("ref is missing, token is missing")),
        (
            json!({ "ref": " ", "token": "" }),
            error("ref is empty, token is empty"),
        ),
        (
            json!({ "ref": ["main"], "token": token }),
            error("ref is invalid"),
        ),
        (with(json!("A=1")), error("variables is invalid")),
        (with(json!(["A"])), error("variables is invalid")),
        (with(json!({ "A": 1 })), not_texts()),
        (with(json!({ "A": "1", "B": true })), not_texts()),
        (with(json!({ "A": null })), not_texts()),
        (with(json!({ "A": ["1", "2"] })), not_texts()),
        (with(json!({ "A": { "B": "1" } })), not_texts()),
        (
            with(json!({ "1-A": "1" })),
            (
                400,
                json!({ "message": { "variables.key": ["can contain only letters, digits and '_'."] } }),
            ),
        ),
        (
            with(json!({ "TRIGGER_PAYLOAD": "1" })),
            (400, base("Duplicate variable names: TRIGGER_PAYLOAD")),
        ),
        (
            json!({ "ref": "main", "token": token, "more": "x".repeat(300_000) }),
            (
                400,
                base("TRIGGER_PAYLOAD is too long (maximum is 300000 bytes)"),
            ),
        ),
        (
            json!({ "ref": "main", "token": "nonsense" }),
            message(404, "404 Not Found"),
        ),
        (
            json!({ "ref": "main", "token": of_other }),
            message(404, "404 Not Found"),
        ),
        (
            json!({ "ref": "main", "token": ended }),
            message(404, "404 Not Found"),
        ),
        (
            json!({ "ref": "main", "token": "glcbt-1_1_no" }),
            message(401, "Job is not running"),
        ),
        (
            json!({ "ref": "main", "token": "glcbt-" }),
            message(401, "Job is not running"),
        ),
        (
            json!({ "ref": "nothing", "token": token }),
            (400, base("Reference not found")),
        ),
    ] {
        let answer = asked(&world, &body).await;
        let what: String = body.to_string().chars().take(200).collect();
        assert_eq!(answer.status, expected.0, "{what}: {answer:?}");
        assert_eq!(answer.json(), expected.1, "{what}");
        assert!(world.app.dump() == before, "{what}: something was written");
    }
    // In a form all is text.
    let body = format!("ref=main&token={token}&variables[A][]=1");
    let answer = send(&world, PATH, FORM, &body).await;
    assert_eq!((answer.status.as_u16(), answer.json()), not_texts());
    for path in ["2", "999", "group1%2Fnothing", "nothing"] {
        let path = format!("/api/v4/projects/{path}/trigger/pipeline");
        for (token, expected) in [
            (&*token, message(404, "404 Not Found")),
            // It tells no more of projects that are there.
            ("glcbt-1_1_no", message(401, "Job is not running")),
        ] {
            let body = json!({ "ref": "main", "token": token }).to_string();
            let answer = send(&world, &path, JSON, &body).await;
            assert_eq!((answer.status.as_u16(), answer.json()), expected, "{path}");
        }
    }
    assert!(world.app.dump() == before);
}

/// A webhook that hears of pipelines must not start one each time.
#[tokio::test]
async fn the_news_of_a_pipeline_starts_none() {
    let world = World::configured(TEXT).await;
    let token = token_of(&world, 40).await;
    let body = json!({ "ref": "main", "token": token }).to_string();
    for (event, status) in [("Pipeline Hook", 403), ("Push Hook", 201)] {
        let headers = [("content-type", JSON), ("x-gitlab-event", event)];
        let answer = world
            .app
            .request(Method::POST, PATH, &headers, body.clone())
            .await;
        assert_eq!(answer.status, status, "{event}: {answer:?}");
        if status == 403 {
            assert_eq!(answer.json(), json!({ "message": "403 Forbidden" }));
        }
    }
}

#[tokio::test]
async fn the_owner_of_the_token_must_be_allowed_to() {
    const NOT_ALLOWED: &str = "Insufficient permissions to create a new pipeline";
    const NO_VARIABLES: &str = "Insufficient permissions to set pipeline variables";
    const NOT_THERE: &str = "You do not have sufficient permission to run a pipeline on 'main'. \
        Please select a different branch or contact your administrator for assistance.";
    let world = World::configured(TEXT).await;
    let rule = json!({ "name": "main", "push_access_level": 40, "merge_access_level": 40 });
    let answer = world
        .post("protected_branches", &world.maintainer, &rule)
        .await;
    assert!([201, 409].contains(&answer.status.as_u16()), "{answer:?}");
    let source = Source::Project(PROJECT);
    world.app.add_member(20, source, Role::Reporter).await;
    world.app.add_user(&seed::user(10, "stranger")).await;
    let mut blocked = seed::user(50, "blocked");
    blocked.state = UserState::Blocked;
    world.app.add_user(&blocked).await;
    world
        .app
        .replace(&seed::member(source, UserId(50), Role::Owner));
    for (owner, expected) in [
        (40, None),
        (1, None),
        (30, Some(NOT_THERE)),
        (20, Some(NOT_ALLOWED)),
        (10, Some(NOT_ALLOWED)),
        (50, Some(NOT_ALLOWED)),
        (99, Some(NOT_ALLOWED)),
    ] {
        let token = token_of(&world, owner).await;
        let answer = asked(&world, &json!({ "ref": "main", "token": token })).await;
        match expected {
            None => assert_eq!(answer.status, 201, "{owner}: {answer:?}"),
            Some(text) => assert_eq!(
                (answer.status.as_u16(), answer.json()),
                (400, base(text)),
                "{owner}"
            ),
        }
    }

    // What the project lets nobody do. The payload alone asks for no right.
    let token = token_of(&world, 40).await;
    let found = world.project().await;
    let mut project = found.clone();
    project.ci.ci_pipeline_variables_minimum_override_role = OverrideRole::NoOneAllowed;
    world.app.replace(&project);
    let mut body = json!({ "ref": "main", "token": token });
    assert_eq!(asked(&world, &body).await.status, 201);
    body["variables"] = json!({ "A": "1" });
    let answer = asked(&world, &body).await;
    assert_eq!(
        (answer.status.as_u16(), answer.json()),
        (400, base(NO_VARIABLES))
    );
    for change in [
        |project: &mut Project| project.archived = true,
        |project: &mut Project| {
            project.builds_access_level = FeatureAccess::Disabled;
        },
    ] {
        let mut project = found.clone();
        change(&mut project);
        world.app.replace(&project);
        let answer = asked(&world, &json!({ "ref": "main", "token": token })).await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()),
            (400, base(NOT_ALLOWED))
        );
    }
}

#[tokio::test]
async fn what_makes_no_pipeline_is_told_and_a_skipped_commit_makes_one() {
    for (text, expected) in [
        (
            "a: {script: make, needs: [b]}\n",
            "a job: undefined need: b",
        ),
        (
            "workflow: {rules: [{if: $NOT}]}\na: {script: make}\n",
            "The pipeline did not run. Review the workflow:rules configuration for the pipeline.",
        ),
    ] {
        let world = World::configured(text).await;
        let token = token_of(&world, 40).await;
        let answer = asked(&world, &json!({ "ref": "main", "token": token })).await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()),
            (400, base(expected))
        );
        assert_eq!(world.get("triggers/40").await["last_used"], Value::Null);
    }
    // The commit of this one says `[skip ci]`.
    let world = World::configured(
        "spec: {inputs: {level: {type: number}}}\n---\na: {script: 'run $[[ inputs.level ]]'}\n",
    )
    .await;
    let token = token_of(&world, 40).await;
    let body = json!({ "ref": "main", "token": token, "inputs": { "level": 3 } });
    assert_eq!(asked(&world, &body).await.status, 201);
    let body = json!({ "ref": "main", "token": token, "inputs": { "level": "high" } });
    assert_eq!(asked(&world, &body).await.status, 400);
}
