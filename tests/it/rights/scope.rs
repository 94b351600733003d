//! The walk through what lets job tokens in, and through agents.

use std::collections::BTreeSet;

use http::Method;
use serde_json::{Value, json};
use switchyard::agent::AgentGrant;
use switchyard::ids::{AgentId, GroupId, ProjectId};
use switchyard::member::Source;
use switchyard_local::seed;
use switchyard_tests::{Caller, TestApp};

/// Everything once, in project 1 whose maintainer asks, and an agent that was granted.
pub(super) async fn walk(app: &TestApp, member: &Caller) {
    let (source, id) = (Source::Group(GroupId(10)), AgentId(3));
    let mut agent = seed::agent(ProjectId(1), id.0, "granted");
    agent.granted_to = BTreeSet::from([source]);
    app.seed.put_agent(&agent).await.unwrap();
    let grant = AgentGrant {
        source,
        agent_id: id,
        config_project_id: ProjectId(1),
        configuration: None,
        environments: Vec::new(),
    };
    app.seed.put(&grant).await.unwrap();
    let (get, post, delete) = (Method::GET, Method::POST, Method::DELETE);
    let none = json!({});
    for (method, path, body, status) in [
        (&get, "job_token_scope", &none, 200),
        (
            &Method::PATCH,
            "job_token_scope",
            &json!({ "enabled": true }),
            204,
        ),
        (
            &post,
            "job_token_scope/allowlist",
            &json!({ "target_project_id": 2 }),
            201,
        ),
        (
            &post,
            "job_token_scope/groups_allowlist",
            &json!({ "target_group_id": 900 }),
            201,
        ),
        (&get, "job_token_scope/allowlist", &none, 200),
        (&get, "job_token_scope/groups_allowlist", &none, 200),
        (&delete, "job_token_scope/allowlist/2", &none, 204),
        (&delete, "job_token_scope/groups_allowlist/900", &none, 204),
        (&get, "cluster_agents", &none, 200),
        (&post, "cluster_agents", &json!({ "name": "staging" }), 201),
        (&get, "cluster_agents/3", &none, 200),
        (&delete, "cluster_agents/3", &none, 204),
    ] {
        ask(app, member, method, path, body, status).await;
    }
}

async fn ask(
    app: &TestApp,
    caller: &Caller,
    method: &Method,
    path: &str,
    body: &Value,
    status: u16,
) {
    let path = format!("/api/v4/projects/1/{path}");
    let answer = app.send(method.clone(), &path, caller, body).await;
    assert_eq!(answer.status, status, "{method} {path}: {answer:?}");
}
