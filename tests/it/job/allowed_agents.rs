//! `GET /job/allowed_agents`

use serde_json::{Value, json};
use switchyard::agent::AgentGrant;
use switchyard::ids::{AgentId, GroupId, JobId, ProjectId, UserId};
use switchyard::job::{Environment, Status};
use switchyard::member::{Role, Source};
use switchyard::project::Namespace;
use switchyard::token::Secret;
use switchyard_local::seed;
use switchyard_tests::world::job;
use switchyard_tests::{Caller, TestApp};

const PROJECT: Source = Source::Project(ProjectId(1));
const OUTER: Source = Source::Group(GroupId(1));
const INNER: Source = Source::Group(GroupId(2));

/// Project 1 in groups 1 and 2, project 2 that configures agents, and user 2, whose job
/// runs.
struct World {
    app: TestApp,
    secret: Secret,
}

impl World {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let mut outer = seed::group(1, &[], "outer");
        "Outer".clone_into(&mut outer.name);
        let inner = seed::group(2, &[&outer], "inner");
        app.replace(&outer);
        app.replace(&inner);
        app.replace(&seed::project(
            1,
            &[GroupId(1), GroupId(2)],
            "outer/inner/app",
        ));
        app.replace(&seed::project(2, &[GroupId(1)], "outer/agents"));
        let mut user = seed::user(2, "user2");
        "User Two".clone_into(&mut user.name);
        app.add_user(&user).await;
        let world = Self {
            app,
            secret: Secret::job_token(ProjectId(1), JobId(101)),
        };
        world.put_job(None);
        world
    }

    fn put_job(&self, environment: Option<&str>) {
        let pipeline = seed::pipeline(ProjectId(1), 6, 101, 1);
        self.app
            .replace(&job(&pipeline, 101, Status::Running, |job| {
                job.build.user_id = UserId(2);
                job.token_digest = Some(self.secret.digest().as_str().to_owned());
                job.environment = environment.map(|name| Environment {
                    name: name.to_owned(),
                    slug: name.replace('/', "-"),
                    tier: "production".to_owned(),
                });
            }));
    }

    /// Adds an agent that this project configures.
    fn agent(&self, project: u64, id: u64) {
        let name = format!("agent{id}");
        self.app
            .replace(&seed::agent(ProjectId(project), id, &name));
    }

    /// Grants an agent of project 2, for these environments.
    fn grant(&self, id: u64, source: Source, environments: &[&str]) {
        let configuration = json!({ "default_namespace": source.to_string() });
        self.app.replace(&AgentGrant {
            source,
            agent_id: AgentId(id),
            config_project_id: ProjectId(2),
            configuration: Some(configuration.to_string()),
            environments: environments.iter().map(|name| (*name).to_owned()).collect(),
        });
    }

    async fn ask(&self) -> Value {
        let path = "/api/v4/job/allowed_agents";
        let answer = self.app.get(path, &Caller::job_token(&self.secret)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    /// The agents with their default namespaces, which tell the entry that was chosen.
    async fn agents(&self) -> Vec<(u64, String)> {
        let body = self.ask().await;
        let agents = body["allowed_agents"].as_array().unwrap();
        let mut agents: Vec<(u64, String)> = agents
            .iter()
            .map(|agent| {
                let namespace = agent["configuration"]["default_namespace"].as_str();
                let id = agent["id"].as_u64().unwrap();
                (id, namespace.unwrap_or("own").to_owned())
            })
            .collect();
        agents.sort();
        agents
    }
}

fn chosen(expected: &[(u64, &str)]) -> Vec<(u64, String)> {
    let owned = |(id, entry): &(u64, &str)| (*id, (*entry).to_owned());
    expected.iter().map(owned).collect()
}

#[tokio::test]
async fn the_answer_names_the_jobs_surroundings() {
    let world = World::new().await;
    world.put_job(Some("review/a"));
    world.agent(2, 5);
    world.grant(5, PROJECT, &[]);
    let member = seed::member(INNER, UserId(2), Role::Developer);
    world.app.replace(&member);
    let mut body = world.ask().await;
    // Clients get the basic user and the roles; more fields of the user do no harm.
    let user = body["user"].take();
    assert_eq!(
        body,
        json!({
            "allowed_agents": [{
                "id": 5,
                "config_project": {
                    "id": 2, "description": null, "name": "agents", "path": "agents",
                    "name_with_namespace": "Outer / agents", "path_with_namespace": "outer/agents",
                    "created_at": "2015-12-21T13:14:24.077Z",
                },
                "configuration": { "default_namespace": "project#1" },
            }],
            "job": { "id": 101 },
            "pipeline": { "id": 6 },
            "project": { "id": 1, "groups": [{ "id": 1 }, { "id": 2 }] },
            "user": null,
            "environment": { "tier": "production", "slug": "review-a" },
        })
    );
    for (name, value) in [
        ("id", json!(2)),
        ("username", json!("user2")),
        ("name", json!("User Two")),
        ("state", json!("active")),
        ("avatar_url", json!(null)),
        ("web_url", json!("https://example.com/user2")),
        (
            "roles_in_project",
            json!(["guest", "planner", "reporter", "developer"]),
        ),
    ] {
        assert_eq!(user.get(name), Some(&value), "user.{name}");
    }
}

#[tokio::test]
async fn without_environment_groups_and_agents() {
    let world = World::new().await;
    let mut project = seed::project(1, &[], "user2/app");
    project.namespace = Namespace::User { user_id: UserId(2) };
    world.app.replace(&project);
    let body = world.ask().await;
    assert_eq!(body["allowed_agents"], json!([]));
    assert_eq!(body["project"], json!({ "id": 1, "groups": [] }));
    assert_eq!(body.get("environment"), None);
    assert_eq!(body["user"]["roles_in_project"], json!([]));
}

#[tokio::test]
async fn roles_are_those_up_to_the_users_highest() {
    let world = World::new().await;
    let all = [
        "guest",
        "planner",
        "reporter",
        "developer",
        "maintainer",
        "owner",
    ];
    let roles = [
        Role::Guest,
        Role::Planner,
        Role::Reporter,
        Role::Developer,
        Role::Maintainer,
        Role::Owner,
    ];
    world
        .app
        .replace(&seed::member(OUTER, UserId(2), Role::Guest));
    for (count, role) in (1..).zip(roles) {
        world.app.replace(&seed::member(PROJECT, UserId(2), role));
        let found = world.ask().await["user"]["roles_in_project"].take();
        assert_eq!(found, json!(all[..count]), "{role:?}");
    }
}

#[tokio::test]
async fn agents_are_the_projects_own_and_those_granted_to_it_and_its_groups() {
    let world = World::new().await;
    world.agent(1, 1);
    for id in 2..=6 {
        world.agent(2, id);
    }
    world.grant(2, PROJECT, &[]);
    world.grant(3, INNER, &[]);
    world.grant(4, OUTER, &[]);
    world.grant(5, Source::Project(ProjectId(9)), &[]);
    // Agent 7 was removed, its grant was not yet.
    world.grant(7, PROJECT, &[]);
    let expected = [(1, "own"), (2, "project#1"), (3, "group#2"), (4, "group#1")];
    assert_eq!(world.agents().await, chosen(&expected));
}

#[tokio::test]
async fn of_an_agents_entries_the_closest_counts() {
    let world = World::new().await;
    world.agent(2, 1);
    world.agent(2, 2);
    // Agents 3 and 4 belong to the project itself.
    world.app.replace(&seed::project(
        2,
        &[GroupId(1), GroupId(2)],
        "outer/inner/app",
    ));
    world.agent(1, 3);
    world.agent(1, 4);
    world.grant(1, OUTER, &[]);
    world.grant(1, INNER, &[]);
    world.grant(2, INNER, &[]);
    world.grant(2, PROJECT, &[]);
    world.grant(3, INNER, &[]);
    let own = AgentGrant {
        source: PROJECT,
        agent_id: AgentId(4),
        config_project_id: ProjectId(1),
        configuration: Some(json!({ "default_namespace": "explicit" }).to_string()),
        environments: Vec::new(),
    };
    world.app.replace(&own);
    let expected = [
        (1, "group#2"),
        (2, "project#1"),
        (3, "own"),
        (4, "explicit"),
    ];
    assert_eq!(world.agents().await, chosen(&expected));
}

#[tokio::test]
async fn an_entry_may_be_limited_to_environments() {
    let world = World::new().await;
    for (id, environments) in [
        (1, vec!["production"]),
        (2, vec!["review/*"]),
        (3, vec!["staging", "*/b"]),
        (4, vec!["*"]),
        (5, vec![]),
    ] {
        world.agent(2, id);
        world.grant(id, PROJECT, &environments);
    }
    for (environment, expected) in [
        (None, vec![5]),
        (Some("production"), vec![1, 4, 5]),
        (Some("Production"), vec![4, 5]),
        (Some("production/eu"), vec![4, 5]),
        (Some("review/a"), vec![2, 4, 5]),
        (Some("review/a/b"), vec![2, 3, 4, 5]),
        (Some("review"), vec![4, 5]),
        (Some("staging"), vec![3, 4, 5]),
    ] {
        world.put_job(environment);
        let found: Vec<u64> = world.agents().await.into_iter().map(|(id, _)| id).collect();
        assert_eq!(found, expected, "{environment:?}");
    }
}

#[tokio::test]
async fn an_entry_that_is_filtered_out_is_not_replaced_by_another() {
    let world = World::new().await;
    world.agent(2, 1);
    world.agent(2, 2);
    world.grant(1, PROJECT, &["production"]);
    world.grant(1, OUTER, &[]);
    world.grant(2, INNER, &["production"]);
    world.grant(2, OUTER, &["staging"]);
    world.put_job(Some("staging"));
    assert_eq!(world.agents().await, []);
    world.put_job(Some("production"));
    let expected = [(1, "project#1"), (2, "group#2")];
    assert_eq!(world.agents().await, chosen(&expected));
}
