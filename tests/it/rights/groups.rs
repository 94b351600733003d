//! The walk through groups and members, and through what the sweeper does for groups.

use http::Method;
use serde_json::{Value, json};
use switchyard::agent::AgentGrant;
use switchyard::ids::{AgentId, GroupId, ProjectId, TokenId, UserId};
use switchyard::member::{Role, Source};
use switchyard::variable::Owner;
use switchyard_local::seed;
use switchyard_tests::world::ROOT;
use switchyard_tests::{Caller, TestApp};

struct Walk<'a> {
    app: &'a TestApp,
    root: Caller,
}

impl Walk<'_> {
    async fn ask(&self, method: Method, path: &str, body: Value, status: u16) -> Value {
        let path = format!("/api/v4{path}");
        let answer = self.app.send(method, &path, &self.root, &body).await;
        assert_eq!(answer.status, status, "{path}: {answer:?}");
        if answer.body.is_empty() {
            return Value::Null;
        }
        answer.json()
    }

    async fn group(&self, path: &str, parent: Option<u64>) -> u64 {
        let body = json!({ "name": path, "path": path, "parent_id": parent });
        let body = self.ask(Method::POST, "/groups", body, 201).await;
        body["id"].as_u64().unwrap()
    }
}

/// Everything once, and a deleted group with all that can belong to one.
pub(super) async fn walk(app: &TestApp) {
    let root = app.add_token(ROOT, |_| {}).await;
    let walk = Walk { app, root };
    let top = walk.group("top", None).await;
    let below = walk.group("below", Some(top)).await;
    let project = seed::project(70, &[GroupId(top), GroupId(below)], "top/below/project70");
    app.seed.put_project(&project).await.unwrap();
    for path in [
        "/groups".to_owned(),
        "/groups?owned=true".to_owned(),
        format!("/groups/{top}"),
        format!("/groups/{below}"),
        format!("/groups/{top}/subgroups"),
        format!("/groups/{top}/descendant_groups"),
    ] {
        walk.ask(Method::GET, &path, json!({}), 200).await;
    }
    members(&walk, top, project.id).await;

    let path = format!("/groups/{top}");
    let name = json!({ "name": "Top", "visibility": "private" });
    walk.ask(Method::PUT, &path, name, 200).await;
    walk.ask(Method::PUT, &path, json!({ "path": "summit" }), 200)
        .await;

    let other = walk.group("other", None).await;
    let transfer = format!("/groups/{other}/transfer");
    for body in [json!({ "group_id": top }), json!({})] {
        walk.ask(Method::POST, &transfer, body, 201).await;
    }
    add_what_belongs_to(app, GroupId(top)).await;
    walk.ask(Method::DELETE, &path, json!({}), 202).await;
    app.sweep().await;
    app.pass(120);
    app.sweep().await;
}

async fn members(walk: &Walk<'_>, group: u64, project: ProjectId) {
    let user = seed::user(71, "walker");
    walk.app.seed.put_user(&user).await.unwrap();
    let (group, project) = (format!("/groups/{group}"), format!("/projects/{project}"));
    for place in [&group, &project] {
        let members = format!("{place}/members");
        let owner = json!({ "username": "walker", "access_level": 50 });
        walk.ask(Method::POST, &members, owner, 201).await;
        for path in [
            members.clone(),
            format!("{members}/all"),
            format!("{members}/71"),
            format!("{members}/all/71"),
        ] {
            walk.ask(Method::GET, &path, json!({}), 200).await;
        }
        let ends = json!({ "access_level": 50, "expires_at": "2016-01-01" });
        walk.ask(Method::PUT, &format!("{members}/71"), ends, 200)
            .await;
    }
    // With it ends the membership in the project.
    let path = format!("{group}/members/71");
    walk.ask(Method::DELETE, &path, json!({}), 204).await;
    let path = format!("{project}/members/71");
    walk.ask(Method::GET, &path, json!({}), 404).await;
}

/// A token with its robot, and an agent that was granted.
async fn add_what_belongs_to(app: &TestApp, group: GroupId) {
    let source = Source::Group(group);
    let mut robot = seed::user(72, "group_bot");
    robot.bot = true;
    app.add_user(&robot).await;
    app.add_token(UserId(72), |token| {
        token.id = TokenId(2072);
        token.source = Some(source);
    })
    .await;
    let membership = seed::member(source, robot.id, Role::Maintainer);
    app.seed.put(&membership).await.unwrap();
    let grant = AgentGrant {
        source,
        agent_id: AgentId(2),
        config_project_id: ProjectId(2),
        configuration: None,
        environments: Vec::new(),
    };
    app.seed.put(&grant).await.unwrap();
    let variable = seed::ci_variable(Owner::Group(group), "KEY", "value");
    app.seed.put(&variable).await.unwrap();
}
