//! What goes after a deleted group, whenever the sweeper was stopped, and however far the
//! indexes lag.

use futures::future::join_all;
use serde_json::json;
use sweeper::Work;
use switchyard::agent::AgentGrant;
use switchyard::ids::{AgentId, GroupId, ProjectId, TokenId, UserId};
use switchyard::member::{Role, Source};
use switchyard::variable::Owner;
use switchyard_local::seed;
use switchyard_tests::wire::{Fault, Rule};
use switchyard_tests::{Caller, TestApp};

const TOP: GroupId = GroupId(1);

struct World {
    app: TestApp,
    root: Caller,
    robot: Caller,
}

impl World {
    /// `top` › `inner` with a project in each, members, a robot with a token, an agent;
    /// and beside it `other` with as much, which must stay.
    async fn new() -> Self {
        let app = TestApp::new().await;
        let root = app.administrator().await;
        let mut robots = Vec::new();
        for (first, path) in [(1, "top"), (11, "other")] {
            let top = seed::group(first, &[], path);
            let inner = seed::group(first + 1, &[&top], "inner");
            for group in [&top, &inner] {
                app.seed.put_group(group).await.unwrap();
            }
            let above = [GroupId(first), GroupId(first + 1)];
            let projects = [
                seed::project(first, &above[..1], &format!("{path}/one")),
                seed::project(first + 1, &above, &format!("{path}/inner/two")),
            ];
            for project in &projects {
                app.seed.put_project(project).await.unwrap();
            }
            let source = Source::Group(above[0]);
            app.add_member(first + 20, source, Role::Owner).await;
            let of_inner = Source::Group(above[1]);
            app.add_member(first + 21, of_inner, Role::Developer).await;
            robots.push(add_robot(&app, first + 22, source).await);
            let grant = AgentGrant {
                source,
                agent_id: AgentId(1),
                config_project_id: ProjectId(99),
                configuration: None,
                environments: Vec::new(),
            };
            app.seed.put(&grant).await.unwrap();
            for key in ["ONE", "TWO"] {
                let variable = seed::ci_variable(Owner::Group(above[0]), key, "value");
                app.seed.put(&variable).await.unwrap();
            }
        }
        let robot = robots.swap_remove(0);
        Self { app, root, robot }
    }

    async fn delete(&self) {
        let answer = self.app.delete("/api/v4/groups/1", &self.root).await;
        assert_eq!(answer.status, 202, "{answer:?}");
    }

    async fn status(&self, path: &str) -> u16 {
        let answer = self.app.get(&format!("/api/v4{path}"), &self.root).await;
        answer.status.as_u16()
    }

    /// The rows of a table in which this text stands.
    fn rows(&self, table: &str, text: &str) -> Vec<String> {
        let rows = self.app.dump().rows;
        let (_, rows) = rows
            .into_iter()
            .find(|(name, _)| name.to_lowercase().ends_with(&table.to_lowercase()))
            .unwrap_or_else(|| panic!("no table {table}"));
        rows.into_iter().filter(|row| row.contains(text)).collect()
    }

    /// All that was the group's is gone, or is marked for others to finish.
    async fn assert_gone(&self) {
        for path in [
            "/groups/2",
            "/groups/top%2Finner",
            "/projects/1",
            "/projects/2",
            "/projects/top%2Fone",
            "/projects/top%2Finner%2Ftwo",
        ] {
            assert_eq!(self.status(path).await, 404, "{path}");
        }
        let robot = self.app.get("/api/v4/user", &self.robot).await;
        assert_eq!(robot.status, 401);
        for (table, text) in [
            ("members", "group#1\""),
            ("members", "group#2\""),
            ("agent_grants", "group#1\""),
            ("variables", "group#1\""),
            ("directory", "top"),
            ("directory", "#1/"),
            ("directory", "#2/"),
            ("groups", r#"{"S":"top"}"#),
            ("groups", r#"{"S":"top/inner"}"#),
        ] {
            let rows = self.rows(table, text);
            assert!(rows.is_empty(), "{table} with {text}: {rows:?}");
        }
        let token = &self.rows("tokens", "group#1\"")[0];
        assert!(token.contains(r#""revoked":{"BOOL":true}"#), "{token}");
        for (table, rows) in [("projects", "top/"), ("users", "robot23")] {
            for row in self.rows(table, rows) {
                assert!(row.contains("deleted_at"), "{table}: {row}");
                assert!(row.contains("deadline_shard"), "{table}: {row}");
            }
        }
    }

    /// Nothing happened to the other group.
    async fn assert_other_is_untouched(&self) {
        for path in [
            "/groups/other",
            "/groups/other%2Finner",
            "/projects/other%2Fone",
            "/projects/other%2Finner%2Ftwo",
            "/groups/11/members/31",
            "/groups/12/members/32",
        ] {
            assert_eq!(self.status(path).await, 200, "{path}");
        }
        assert_eq!(self.rows("agent_grants", "group#11\"").len(), 1);
        assert_eq!(self.rows("variables", "group#11\"").len(), 2);
        let token = &self.rows("tokens", "group#11\"")[0];
        assert!(!token.contains("revoked"), "{token}");
    }
}

async fn add_robot(app: &TestApp, id: u64, source: Source) -> Caller {
    let mut robot = seed::user(id, &format!("robot{id}"));
    robot.bot = true;
    app.add_user(&robot).await;
    let membership = seed::member(source, robot.id, Role::Maintainer);
    app.seed.put(&membership).await.unwrap();
    app.add_token(UserId(id), |token| {
        token.id = TokenId(3_000 + id);
        token.source = Some(source);
    })
    .await
}

#[tokio::test]
async fn all_that_belongs_to_a_group_goes_and_then_the_group() {
    let world = World::new().await;
    world.delete().await;
    let is_there = |world: &World| world.rows("groups", r#"{"S":"top"}"#).len();
    world.app.sweep_only(Work::Groups).await;
    assert_eq!(world.status("/projects/1").await, 404);
    assert_eq!(is_there(&world), 1);
    // Nothing is left, but the indexes might lag.
    world.app.pass(59);
    world.app.sweep_only(Work::Groups).await;
    assert_eq!(is_there(&world), 1);
    world.app.pass(2);
    world.app.sweep_only(Work::Groups).await;
    assert_eq!(is_there(&world), 0);
    world.app.pass(120);
    world.app.sweep_only(Work::Groups).await;
    world.assert_gone().await;
    world.assert_other_is_untouched().await;
    // And then there is nothing more to do.
    let before = world.app.dump();
    world.app.pass(3_600);
    world.app.sweep_only(Work::Groups).await;
    assert_eq!(world.app.dump(), before);
    assert_eq!(world.app.wire.tape().violations(), [""; 0]);
}

#[tokio::test]
async fn an_empty_group_stays_for_a_minute() {
    let app = TestApp::new().await;
    let owner = app.add_user(&seed::user(2, "ann")).await;
    let body = json!({ "name": "a", "path": "a" });
    let id = app.post("/api/v4/groups", &owner, &body).await.json()["id"].clone();
    app.delete(&format!("/api/v4/groups/{id}"), &owner).await;
    let groups = || {
        let rows = app.dump().rows;
        let (_, rows) = rows
            .into_iter()
            .find(|(name, _)| name.to_lowercase().ends_with("groups") && !name.contains("esource"))
            .unwrap();
        rows.iter().filter(|row| row.contains("deleted_at")).count()
    };
    for (seconds, left) in [(0, 1), (30, 1), (31, 0)] {
        app.pass(seconds);
        app.sweep_only(Work::Groups).await;
        assert_eq!(groups(), left, "{seconds}");
    }
}

#[tokio::test]
async fn a_small_budget_only_takes_longer() {
    for rows in [1, 2, 3, 5, 8, 13] {
        let world = World::new().await;
        world.delete().await;
        for _ in 0..60 {
            world
                .app
                .sweep_only_within(Work::Groups, rows)
                .await
                .unwrap();
            world.app.pass(61);
        }
        if rows < 8 {
            // Too little to look at everything once; so at least what can be is done.
            world.assert_other_is_untouched().await;
            world.app.sweep_only(Work::Groups).await;
            world.app.pass(61);
            world.app.sweep_only(Work::Groups).await;
            world.app.pass(61);
            world.app.sweep_only(Work::Groups).await;
        }
        world.assert_gone().await;
        world.assert_other_is_untouched().await;
    }
}

/// Stopped after each of its calls in turn, a sweep is finished by later ones. Side by
/// side, as the pauses between attempts take their time.
#[tokio::test]
async fn a_sweep_that_was_stopped_anywhere_is_finished_by_others() {
    let stopped = join_all((0..MOST_CALLS).map(stopped_after)).await;
    let whole = stopped.iter().filter(|stopped| !**stopped).count();
    // Some were not stopped: there are no more calls than these.
    assert!(
        (1..MOST_CALLS as usize - 10).contains(&whole),
        "{stopped:?}"
    );
}

/// More calls than a sweep of this world makes.
const MOST_CALLS: u32 = 45;

/// Stops a sweep after so many calls; answers whether there were more of them.
async fn stopped_after(calls: u32) -> bool {
    let world = World::new().await;
    world.delete().await;
    let rule = Rule::new(Fault::InternalError)
        .function("sweeper")
        .after(calls);
    let fired = world.app.wire.faults().add(rule);
    let swept = world.app.sweep_only_within(Work::Groups, 5_000).await;
    world.app.wire.faults().clear();
    assert_eq!(swept.is_err(), fired.count() > 0);
    for _ in 0..4 {
        world.app.sweep_only(Work::Groups).await;
        world.app.pass(61);
    }
    world.assert_gone().await;
    world.assert_other_is_untouched().await;
    fired.count() > 0
}

#[tokio::test]
async fn what_an_index_shows_late_is_found_before_the_group_goes() {
    let world = World::new().await;
    world.app.wire.lag().freeze();
    // They are there, and no index knows it yet.
    let top = seed::group(1, &[], "top");
    let late = seed::group(5, &[&top], "late");
    world.app.seed.put_group(&late).await.unwrap();
    let project = seed::project(5, &[TOP, GroupId(5)], "top/late/three");
    world.app.seed.put_project(&project).await.unwrap();
    world.delete().await;
    world.app.sweep_only(Work::Groups).await;
    world.app.pass(50);
    world.app.wire.lag().thaw();
    for _ in 0..5 {
        world.app.sweep_only(Work::Groups).await;
        world.app.pass(61);
    }
    world.assert_gone().await;
    assert_eq!(world.status("/projects/5").await, 404);
    assert_eq!(world.status("/groups/5").await, 404);
    let rows = world.rows("groups", "top/late");
    assert!(rows.is_empty(), "{rows:?}");
}

#[tokio::test]
async fn two_sweepers_do_no_harm() {
    let world = World::new().await;
    world.delete().await;
    for _ in 0..4 {
        let (one, two) = futures::join!(
            world.app.sweep_only_within(Work::Groups, 5_000),
            world.app.sweep_only_within(Work::Groups, 5_000)
        );
        one.unwrap();
        two.unwrap();
        world.app.pass(61);
    }
    world.assert_gone().await;
    world.assert_other_is_untouched().await;
}

#[tokio::test]
async fn a_path_that_somebody_took_meanwhile_stays_theirs() {
    let world = World::new().await;
    world.delete().await;
    let body = json!({ "name": "top", "path": "top" });
    let new = world.app.post("/api/v4/groups", &world.root, &body).await;
    assert_eq!(new.status, 201, "{new:?}");
    let id = new.json()["id"].clone();
    // Below it the old paths are free as soon as the sweeper was there.
    let body = json!({ "name": "inner", "path": "inner", "parent_id": id });
    let early = world.app.post("/api/v4/groups", &world.root, &body).await;
    assert_eq!(early.status, 400, "{early:?}");
    world.app.sweep_only(Work::Groups).await;
    let inner = world.app.post("/api/v4/groups", &world.root, &body).await;
    assert_eq!(inner.status, 201, "{inner:?}");
    for _ in 0..4 {
        world.app.pass(61);
        world.app.sweep_only(Work::Groups).await;
    }
    for path in ["/groups/top", "/groups/top%2Finner"] {
        assert_eq!(world.status(path).await, 200, "{path}");
    }
}

#[tokio::test]
async fn one_bad_row_does_not_stop_the_sweeper() {
    let world = World::new().await;
    world.delete().await;
    // A row of a format that is not known, due before the group.
    let mut bad = seed::group(9, &[], "bad");
    bad.deleted_at = Some(seed::at("2015-12-24T17:00:00.000Z"));
    bad.deadline = bad.deleted_at;
    world.app.replace(&bad);
    let database = world.app.stack.dynamodb.database();
    let environment = world.app.stack.environment("projects");
    let request = json!({
        "TableName": environment["GROUPS_TABLE"],
        "Key": { "bucket": { "N": "0" }, "id": { "N": "9" } },
        "UpdateExpression": "set #f = :f",
        "ExpressionAttributeNames": { "#f": "format" },
        "ExpressionAttributeValues": { ":f": { "N": "99" } },
    });
    database
        .update_item(serde_json::from_value(request).unwrap())
        .unwrap();
    for _ in 0..4 {
        assert!(
            world
                .app
                .sweep_only_within(Work::Groups, 5_000)
                .await
                .is_err()
        );
        world.app.pass(61);
    }
    world.assert_gone().await;
    world.assert_other_is_untouched().await;
}
