//! `/projects/:id/cluster_agents`

use futures::future::join_all;
use serde_json::{Value, json};
use switchyard::agent::{Agent, AgentGrant};
use switchyard::ids::{AgentId, GroupId, ProjectId, UserId};
use switchyard::member::{Role, Source};
use switchyard::store::agents::AgentCreated;
use switchyard::store::{Key, Rows};
use switchyard_local::seed::{self, at};
use switchyard_tests::wire::{Fault, Loss, Rule};
use switchyard_tests::{Answer, Caller, TestApp};

use super::{paging, relations};
use crate::access::place::running_job;

const PROJECT: ProjectId = ProjectId(1);
const AGENTS: &str = "/api/v4/projects/1/cluster_agents";

/// Project 1 in group 1 with a maintainer, user 10.
struct World {
    app: TestApp,
    maintainer: Caller,
}

impl World {
    async fn new() -> Self {
        let app = TestApp::new().await;
        app.add_project(PROJECT.0, |_| {}).await;
        let maintainer = app
            .add_member(10, Source::Project(PROJECT), Role::Maintainer)
            .await;
        Self { app, maintainer }
    }

    async fn create(&self, name: &str) -> Answer {
        let body = json!({ "name": name });
        self.app.post(AGENTS, &self.maintainer, &body).await
    }

    /// Creates an agent, and gives its number.
    async fn created(&self, name: &str) -> u64 {
        let answer = self.create(name).await;
        assert_eq!(answer.status, 201, "{name}: {answer:?}");
        answer.json()["id"].as_u64().unwrap()
    }

    async fn delete(&self, id: u64) -> Answer {
        let path = format!("{AGENTS}/{id}");
        self.app.delete(&path, &self.maintainer).await
    }

    async fn get(&self, path: &str) -> Answer {
        let path = format!("{AGENTS}{path}");
        self.app.get(&path, &self.maintainer).await
    }

    async fn agent(&self, id: u64) -> Option<Agent> {
        let key = Key::Agent(PROJECT, AgentId(id));
        let mut rows = Rows::default();
        let store = &self.app.seed.store;
        rows.load(store, [key.clone()]).await.unwrap();
        rows.get(&key).unwrap()
    }

    /// Grants an agent to a place, as its configuration would.
    async fn grant(&self, id: u64, source: Source) {
        let store = &self.app.seed.store;
        let old = self.agent(id).await.unwrap();
        let mut new = old.clone();
        new.granted_to.insert(source);
        assert!(store.edit(&old, &new).await.unwrap());
        let grant = AgentGrant {
            source,
            agent_id: AgentId(id),
            config_project_id: PROJECT,
            configuration: None,
            environments: Vec::new(),
        };
        assert!(store.create(&grant).await.unwrap());
    }

    async fn granted_to(&self, source: Source) -> Vec<u64> {
        let grants = self.app.seed.store.agent_grants_to(source).await.unwrap();
        grants.iter().map(|grant| grant.agent_id.0).collect()
    }
}

fn message(text: &str) -> Value {
    json!({ "message": text })
}

/// The agents that a job may use.
async fn allowed(app: &TestApp, job: &Caller) -> Vec<u64> {
    let answer = app.get("/api/v4/job/allowed_agents", job).await.json();
    let agents = answer["allowed_agents"].as_array().unwrap();
    agents.iter().map(|it| it["id"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn an_agent_is_created_shown_listed_and_deleted() {
    let world = World::new().await;
    let answer = world.create("production").await;
    assert_eq!(answer.status, 201);
    let agent = answer.json();
    let expected = json!({
        "id": 1,
        "name": "production",
        "config_project": {
            "id": 1,
            "description": null,
            "name": "project1",
            "name_with_namespace": "group1 / project1",
            "path": "project1",
            "path_with_namespace": "group1/project1",
            "created_at": "2015-12-21T13:14:24.077Z",
        },
        "created_at": "2015-12-24T18:00:00.000Z",
        "created_by_user_id": 10,
    });
    assert_eq!(agent, expected);
    assert_eq!(world.get("/1").await.json(), expected);
    assert_eq!(world.get("").await.json(), json!([expected]));
    let by_path = "/api/v4/projects/group1%2Fproject1/cluster_agents/1";
    let answer = world.app.get(by_path, &world.maintainer).await;
    assert_eq!(answer.json(), expected);

    let answer = world.delete(1).await;
    assert_eq!((answer.status.as_u16(), answer.body.len()), (204, 0));
    assert_eq!(world.get("").await.json(), json!([]));
    for answer in [world.get("/1").await, world.delete(1).await] {
        assert_eq!(answer.status, 404);
        assert_eq!(answer.json(), message("404 Not found"));
    }
}

#[tokio::test]
async fn an_agent_younger_than_the_caller_knows_is_not_deleted() {
    let world = World::new().await;
    // The clock stands at 18:00.
    let path = format!("{AGENTS}/{}", world.created("one").await);
    for (since, status) in [
        ("Thu, 24 Dec 2015 17:59:59 GMT", 412),
        ("Thu, 24 Dec 2015 18:00:00 GMT", 204),
    ] {
        let mut headers = world.maintainer.headers();
        headers.push(("if-unmodified-since", since));
        let delete = http::Method::DELETE;
        let answer = world.app.request(delete, &path, &headers, "").await;
        assert_eq!(answer.status, status, "{since}: {answer:?}");
    }
}

#[tokio::test]
async fn names_are_labels() {
    let world = World::new().await;
    let before = world.app.dump();
    let form = r#""Name can contain only lowercase letters, digits, and '-', but cannot start or end with '-'""#;
    let blank = r#""Name can't be blank""#;
    let long = r#""Name is too long (maximum is 63 characters)""#;
    for (name, texts) in [
        (json!(""), vec![blank, form]),
        (json!(null), vec![blank, form]),
        (json!(" "), vec![blank, form]),
        (json!("-a"), vec![form]),
        (json!("a-"), vec![form]),
        (json!("-"), vec![form]),
        (json!("A"), vec![form]),
        (json!("a b"), vec![form]),
        (json!("a_b"), vec![form]),
        (json!("a.b"), vec![form]),
        (json!("a/b"), vec![form]),
        (json!("a\nb"), vec![form]),
        (json!("a\n"), vec![form]),
        (json!("\u{e4}"), vec![form]),
        (json!("a".repeat(64)), vec![long]),
        (json!("\u{e4}".repeat(63)), vec![form]),
        (json!("-".repeat(3000)), vec![long, form]),
    ] {
        let body = json!({ "name": name });
        let answer = world.app.post(AGENTS, &world.maintainer, &body).await;
        assert_eq!(answer.status, 400, "{name}");
        let text = format!("400 Bad request - [{}]", texts.join(", "));
        assert_eq!(answer.json(), message(&text), "{name}");
    }
    for (body, text) in [
        (json!({}), "name is missing"),
        (json!({ "name": ["a"] }), "name is invalid"),
    ] {
        let answer = world.app.post(AGENTS, &world.maintainer, &body).await;
        assert_eq!(answer.status, 400, "{body}");
        assert_eq!(answer.json(), json!({ "error": text }), "{body}");
    }
    assert!(world.app.dump() == before);
    for name in ["a", "0", "a--b", "0-a", "a".repeat(63).as_str()] {
        assert_eq!(world.create(name).await.status, 201, "{name}");
    }
    let mut headers = world.maintainer.headers();
    headers.push(("content-type", "application/x-www-form-urlencoded"));
    let post = http::Method::POST;
    let answer = world
        .app
        .request(post.clone(), AGENTS, &headers, "name=form")
        .await;
    assert_eq!(answer.status, 201);
    let path = format!("{AGENTS}?name=query");
    let answer = world.app.request(post, &path, &headers, "").await;
    assert_eq!(answer.json()["name"], "query");
}

#[tokio::test]
async fn a_name_is_taken_in_its_project_until_its_agent_is_deleted() {
    let world = World::new().await;
    let first = world.created("production").await;
    let before = world.app.dump();
    let answer = world.create("production").await;
    assert_eq!(answer.status, 400);
    let text = r#"400 Bad request - ["Name has already been taken"]"#;
    assert_eq!(answer.json(), message(text));
    let after = world.app.dump();
    // A number was used up, and nothing else happened.
    for (table, rows) in &before.rows {
        assert!(table == "counters" || *rows == after.rows[table], "{table}");
    }

    world.app.add_project(2, |_| {}).await;
    let member = seed::member(Source::Project(ProjectId(2)), UserId(10), Role::Maintainer);
    world.app.seed.put(&member).await.unwrap();
    let other = "/api/v4/projects/2/cluster_agents";
    let body = json!({ "name": "production" });
    let answer = world.app.post(other, &world.maintainer, &body).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    // Another project's agent is not there.
    let others = answer.json()["id"].as_u64().unwrap();
    assert_eq!(world.get(&format!("/{others}")).await.status, 404);
    assert_eq!(world.delete(others).await.status, 404);

    assert_eq!(world.delete(first).await.status, 204);
    let again = world.created("production").await;
    assert!(again > others && others > first);
    let answer = world.app.get(other, &world.maintainer).await;
    assert_eq!(answer.ids(), [others]);
}

#[tokio::test]
async fn the_list_is_in_the_order_of_names_and_paged() {
    let world = World::new().await;
    for name in ["b", "c", "a", "a-1", "0"] {
        world.created(name).await;
    }
    let answer = world.get("?per_page=2").await;
    let names = |answer: &Answer| {
        let body = answer.json();
        let agents = body.as_array().unwrap().iter();
        agents
            .map(|agent| agent["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&answer), ["0", "a"]);
    let first = [
        Some("1"),
        Some("2"),
        Some("2"),
        Some(""),
        Some("5"),
        Some("3"),
    ];
    assert_eq!(paging(&answer), first);
    assert_eq!(relations(&answer), ["next", "first", "last"]);
    assert_eq!(names(&world.get("?per_page=2&page=2").await), ["a-1", "b"]);
    assert_eq!(names(&world.get("?per_page=2&page=3").await), ["c"]);
    let refused = world.get("?per_page=x").await;
    assert_eq!(refused.json(), json!({ "error": "per_page is invalid" }));
}

#[tokio::test]
async fn who_may_not_read_agents_is_told_that_there_are_none() {
    let world = World::new().await;
    let id = world.created("production").await;
    let source = Source::Project(PROJECT);
    let developer = world.app.add_member(30, source, Role::Developer).await;
    let reporter = world.app.add_member(20, source, Role::Reporter).await;
    let path = format!("{AGENTS}/{id}");
    for path in [AGENTS, &path] {
        assert_eq!(world.app.get(path, &developer).await.status, 200, "{path}");
    }
    let (list, agent) = (
        world.app.get(AGENTS, &reporter).await,
        world.app.get(&path, &reporter).await,
    );
    assert_eq!(list.status, 404);
    assert_eq!(list.json(), message("404 ClusterAgents Not Found"));
    assert_eq!(agent.status, 404);
    assert_eq!(agent.json(), message("404 Not found"));

    let before = world.app.dump();
    let body = json!({ "name": "other" });
    for caller in [&developer, &reporter] {
        let answer = world.app.post(AGENTS, caller, &body).await;
        assert_eq!(answer.json(), message("403 Forbidden"));
        let answer = world.app.delete(&path, caller).await;
        assert_eq!(answer.json(), message("403 Forbidden"));
    }
    assert!(world.app.dump() == before);
    for (id, status, body) in [
        ("x", 400, json!({ "error": "agent_id is invalid" })),
        ("0", 404, message("404 Not found")),
        ("99", 404, message("404 Not found")),
        ("99999999999999999999", 404, message("404 Not found")),
    ] {
        let path = format!("{AGENTS}/{id}");
        for answer in [
            world.app.get(&path, &world.maintainer).await,
            world.app.delete(&path, &world.maintainer).await,
        ] {
            assert_eq!(answer.status, status, "{id}");
            assert_eq!(answer.json(), body, "{id}");
        }
    }
}

#[tokio::test]
async fn jobs_may_use_an_agent_at_once_and_no_longer_than_it_is_there() {
    let world = World::new().await;
    let pipeline = world.app.add_pipeline(PROJECT, 50, 51, &[]).await;
    let job = running_job(&world.app, &pipeline, 51, UserId(10)).await;
    assert_eq!(allowed(&world.app, &job).await, [0; 0]);
    let one = world.created("one").await;
    assert_eq!(allowed(&world.app, &job).await, [one]);
    let two = world.created("two").await;
    assert_eq!(allowed(&world.app, &job).await, [one, two]);
    assert_eq!(world.delete(one).await.status, 204);
    assert_eq!(allowed(&world.app, &job).await, [two]);
}

#[tokio::test]
async fn an_agents_grants_go_with_it_and_no_others() {
    let world = World::new().await;
    let other = world.app.add_project(2, |_| {}).await;
    let pipeline = world.app.add_pipeline(other.id, 60, 61, &[]).await;
    let job = running_job(&world.app, &pipeline, 61, UserId(10)).await;
    let (one, two) = (world.created("one").await, world.created("two").await);
    let to_project = Source::Project(other.id);
    let to_group = Source::Group(GroupId(2));
    for id in [one, two] {
        world.grant(id, to_project).await;
    }
    // More than one batch of them.
    for id in 2..40 {
        world.grant(one, Source::Group(GroupId(id))).await;
    }
    world.grant(two, to_group).await;
    assert_eq!(allowed(&world.app, &job).await, [one, two]);

    assert_eq!(world.delete(one).await.status, 204);
    assert_eq!(allowed(&world.app, &job).await, [two]);
    assert_eq!(world.granted_to(to_project).await, [two]);
    assert_eq!(world.granted_to(to_group).await, [two]);
    assert_eq!(world.granted_to(Source::Group(GroupId(39))).await, [0; 0]);
}

/// Whoever grants an agent while another deletes it: the grant is not left behind.
#[tokio::test]
async fn an_agent_that_was_granted_meanwhile_is_not_deleted_as_it_was_read() {
    let world = World::new().await;
    let id = world.created("one").await;
    let read = world.agent(id).await.unwrap();
    world.grant(id, Source::Group(GroupId(7))).await;
    let store = &world.app.seed.store;
    assert!(!store.delete_agent(&read).await.unwrap());
    assert_eq!(world.get(&format!("/{id}")).await.status, 200);
    assert_eq!(world.delete(id).await.status, 204);
    assert_eq!(world.granted_to(Source::Group(GroupId(7))).await, [0; 0]);
}

#[tokio::test]
async fn of_several_who_take_a_name_at_once_one_gets_it() {
    for trouble in [
        None,
        Some(Fault::LostAnswer(Loss::Io)),
        Some(Fault::TransactionConflict),
    ] {
        let world = World::new().await;
        if let Some(fault) = trouble {
            let rule = Rule::new(fault).action("dynamodb:TransactWriteItems");
            world.app.wire.faults().add(rule.chance(5, 3).times(6));
        }
        let names = ["one", "two", "one", "one", "two", "three"];
        let answers = join_all(names.map(|name| world.create(name))).await;
        world.app.wire.faults().clear();
        let mut created: Vec<String> = Vec::new();
        for answer in answers {
            if answer.status == 201 {
                created.push(answer.json()["name"].as_str().unwrap().to_owned());
            } else {
                assert_eq!(answer.status, 400, "{trouble:?}: {answer:?}");
            }
        }
        created.sort();
        assert_eq!(created, ["one", "three", "two"], "{trouble:?}");
        assert_eq!(world.get("").await.ids().len(), 3, "{trouble:?}");
    }
}

#[tokio::test]
async fn of_several_who_delete_an_agent_one_has_done_it() {
    for trouble in [None, Some(Fault::TransactionConflict)] {
        let world = World::new().await;
        let id = world.created("one").await;
        world.grant(id, Source::Group(GroupId(7))).await;
        if let Some(fault) = trouble {
            let rule = Rule::new(fault).action("dynamodb:TransactWriteItems");
            world.app.wire.faults().add(rule.chance(5, 2).times(4));
        }
        let answers = join_all((0..5).map(|_| world.delete(id))).await;
        world.app.wire.faults().clear();
        let mut statuses: Vec<u16> = answers.iter().map(|it| it.status.as_u16()).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 404, 404, 404, 404], "{trouble:?}");
    }
}

#[tokio::test]
async fn a_deletion_that_is_cut_short_is_finished_by_the_next() {
    for action in ["dynamodb:BatchWriteItem", "dynamodb:TransactWriteItems"] {
        let world = World::new().await;
        let kept = world.created("kept").await;
        let before = world.app.dump();
        let id = world.created("one").await;
        world.grant(id, Source::Group(GroupId(7))).await;
        world.grant(id, Source::Project(ProjectId(7))).await;
        let rule = Rule::new(Fault::Throttle).action(action);
        world.app.wire.faults().add(rule);
        assert_eq!(world.delete(id).await.status, 503, "{action}");
        world.app.wire.faults().clear();
        // It is still there to be deleted.
        assert_eq!(world.get(&format!("/{id}")).await.status, 200, "{action}");
        assert_eq!(world.delete(id).await.status, 204, "{action}");
        let after = world.app.dump();
        for (table, rows) in &before.rows {
            assert!(
                table == "counters" || *rows == after.rows[table],
                "{action} {table}"
            );
        }
        assert_eq!(world.get("").await.ids(), [kept], "{action}");
    }
}

#[tokio::test]
async fn a_lost_answer_leaves_one_agent_and_a_repetition_tells() {
    let world = World::new().await;
    let lost = Fault::LostAnswer(Loss::Io);
    let rule = Rule::new(lost).action("dynamodb:TransactWriteItems");
    world.app.wire.faults().add(rule.times(1));
    let id = world.created("one").await;
    assert_eq!(world.create("one").await.status, 400);
    assert_eq!(world.get("").await.ids(), [id]);
    let rule = Rule::new(lost).action("dynamodb:TransactWriteItems");
    world.app.wire.faults().add(rule.times(1));
    assert_eq!(world.delete(id).await.status, 204);
    assert_eq!(world.delete(id).await.status, 404);
}

#[tokio::test]
async fn a_project_has_as_many_agents_as_are_looked_at() {
    let world = World::new().await;
    for id in 1001..=1500 {
        let agent = seed::agent(PROJECT, id, &format!("agent-{id}"));
        world.app.replace(&agent);
        world.app.replace(&agent.name_row());
    }
    let before = world.app.dump();
    let answer = world.create("one").await;
    assert_eq!(answer.status, 400);
    let text = answer.json()["message"].as_str().unwrap().to_owned();
    assert!(text.starts_with("400 Bad request - ["), "{text}");
    assert!(world.app.dump() == before);
    assert_eq!(
        world.get("?per_page=1").await.header("x-total"),
        Some("500")
    );
    assert_eq!(world.delete(1250).await.status, 204);
    world.created("one").await;
}

#[tokio::test]
async fn a_deleted_project_gets_no_agents() {
    let world = World::new().await;
    let read = seed::project(PROJECT.0, &[GroupId(1)], "group1/project1");
    let mut deleted = read.clone();
    deleted.deleted_at = Some(at("2015-12-24T17:00:00Z"));
    world.app.replace(&deleted);
    let before = world.app.dump();
    let answer = world.create("one").await;
    assert_eq!(answer.json(), message("404 Project Not Found"));
    // Nor when it is deleted while the agent is being made.
    let agent = seed::agent(PROJECT, 9, "one");
    let store = &world.app.seed.store;
    let made = store.create_agent(&agent, &read).await.unwrap();
    assert_eq!(made, AgentCreated::ProjectGone);
    assert!(world.app.dump() == before);
}
