//! `POST /projects/:id/trigger/pipeline`, with nothing but a token.

mod jobs;
mod refused;

use http::Method;
use serde_json::{Value, json};
use switchyard::ids::{PipelineId, UserId};
use switchyard::token::Secret;
use switchyard::variable::{CiVariable, Owner, VariableType};
use switchyard_local::seed;
use switchyard_tests::{Answer, Caller};

use super::{PROJECT, World};

const PATH: &str = "/api/v4/projects/1/trigger/pipeline";
const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

const TEXT: &str = "a: {script: make}\n\
    b: {script: make, rules: [{if: '$WHAT == \"yes\" && $CI_PIPELINE_SOURCE == \"trigger\"'}]}\n";

/// The token of a trigger that belongs to this user.
async fn token_of(world: &World, owner: u64) -> String {
    let secret = Secret::trigger_token(PROJECT, owner.into());
    let trigger = seed::trigger(PROJECT, owner, UserId(owner), &secret);
    world.app.replace(&trigger);
    secret.reveal().to_owned()
}

async fn send(world: &World, path: &str, content_type: &str, body: &str) -> Answer {
    let headers = [("content-type", content_type)];
    let body = body.to_owned();
    world.app.request(Method::POST, path, &headers, body).await
}

async fn asked(world: &World, body: &Value) -> Answer {
    send(world, PATH, JSON, &body.to_string()).await
}

async fn variables(world: &World, id: &Value) -> Vec<CiVariable> {
    let owner = Owner::Pipeline(PipelineId(id.as_u64().unwrap()));
    let store = &world.app.seed.store;
    store.ci_variables_of(owner).await.unwrap()
}

/// The variables of a pipeline by their names, and its payload.
async fn handed_on(world: &World, id: &Value) -> (Vec<(String, String)>, Value) {
    let mut given = Vec::new();
    let mut payload = Value::Null;
    for variable in variables(world, id).await {
        if variable.key == "TRIGGER_PAYLOAD" {
            assert_eq!(variable.variable_type, VariableType::File);
            payload = serde_json::from_str(&variable.value).unwrap();
        } else {
            assert_eq!(variable.variable_type, VariableType::EnvVar);
            given.push((variable.key, variable.value));
        }
    }
    (given, payload)
}

fn base(text: &str) -> Value {
    json!({ "message": { "base": [text] } })
}

#[tokio::test]
async fn the_token_is_all_that_is_asked_for() {
    let world = World::configured(TEXT).await;
    let token = token_of(&world, 40).await;
    let at_ref = "/api/v4/projects/group1%2Fproject1/ref/main/trigger/pipeline";
    let in_query = format!("{PATH}?token={token}&ref=main&variables%5BWHAT%5D=yes");
    let mixed = format!("{PATH}?token={token}&ref=nothing");
    for (path, content_type, body, payload) in [
        (
            PATH,
            JSON,
            json!({ "ref": "main", "token": token, "variables": { "WHAT": "yes" } }).to_string(),
            json!({ "id": "1", "ref": "main", "variables": { "WHAT": "yes" } }),
        ),
        (
            PATH,
            FORM,
            format!("ref=refs/heads/main&token={token}&variables[WHAT]=yes"),
            json!({ "id": "1", "ref": "refs/heads/main", "variables": { "WHAT": "yes" } }),
        ),
        (
            &*in_query,
            FORM,
            String::new(),
            json!({ "id": "1", "ref": "main", "variables": { "WHAT": "yes" } }),
        ),
        // What a webhook sends stays as it is, and the body counts before the query.
        (
            &*mixed,
            JSON,
            json!({
                "ref": "main", "number": 3, "ok": true, "none": null, "list": [1, "$HOME"],
                "variables": { "WHAT": "yes" }, "private_token": "",
            })
            .to_string(),
            json!({
                "id": "1", "ref": "main", "number": 3, "ok": true, "none": null,
                "list": [1, "$HOME"], "variables": { "WHAT": "yes" },
            }),
        ),
        (
            at_ref,
            JSON,
            json!({ "ref": "nothing", "token": token, "variables": { "WHAT": "yes" } }).to_string(),
            json!({ "id": "group1/project1", "ref": "main", "variables": { "WHAT": "yes" } }),
        ),
    ] {
        let answer = send(&world, path, content_type, &body).await;
        assert_eq!(answer.status, 201, "{path} {body}: {answer:?}");
        let pipeline = answer.json();
        assert_eq!(pipeline["source"], "trigger");
        assert_eq!(pipeline["user"]["id"], 40);
        assert_eq!(pipeline["ref"], "main");
        let shown = world.get(&format!("pipelines/{}", pipeline["id"])).await;
        assert_eq!(pipeline, shown);
        let jobs = world.jobs(&pipeline["id"]).await;
        assert_eq!(jobs, "test/a pending, test/b pending", "{path} {body}");
        let given = vec![("WHAT".to_owned(), "yes".to_owned())];
        let handed_on = handed_on(&world, &pipeline["id"]).await;
        assert_eq!(handed_on, (given, payload), "{path} {body}");
    }
    let trigger = world.get("triggers/40").await;
    assert_eq!(trigger["last_used"], "2015-12-24T18:00:00.000Z");
}

/// Whatever else somebody shows does not count, good or bad.
#[tokio::test]
async fn other_credentials_are_not_looked_at() {
    let world = World::configured(TEXT).await;
    let token = token_of(&world, 40).await;
    let body = json!({ "ref": "main", "token": token });
    for caller in [
        &world.root,
        &world.developer,
        &Caller::Token("glpat-never-given-out".to_owned()),
        &Caller::JobToken("glcbt-1_1_no".to_owned()),
    ] {
        let answer = world.app.post(PATH, caller, &body).await;
        assert_eq!(answer.status, 201, "{caller:?}: {answer:?}");
        assert_eq!(answer.json()["user"]["id"], 40);
    }
}
