//! Several who write at the same time: no commit is lost, and none comes between.

use std::collections::BTreeSet;

use futures::future::{join, join_all};
use serde_json::{Value, json};
use switchyard_tests::wire::{Fault, Loss, Rule};

use super::{World, at, message};

/// What goes wrong besides: nothing, then conflicts, then answers that get lost.
fn troubles() -> impl Iterator<Item = Option<Rule>> {
    let rule = |fault: Fault| {
        let rule = Rule::new(fault).action("dynamodb:TransactWriteItems");
        Some(rule.chance(7, 3).times(2))
    };
    let conflict = rule(Fault::TransactionConflict);
    [None, conflict, rule(Fault::LostAnswer(Loss::Io))].into_iter()
}

fn body(number: usize) -> Value {
    let content = number.to_string();
    json!({ "branch": "main", "commit_message": content, "content": content })
}

/// The history of `main`, oldest first, with each commit's parent.
async fn history(world: &World) -> Vec<(Value, Value)> {
    let list = world
        .get("repository/commits?per_page=100", 200)
        .await
        .json();
    let list = list.as_array().unwrap().iter().rev();
    list.map(|commit| (commit["id"].clone(), commit["parent_ids"].clone()))
        .collect()
}

/// Each of twenty files is there exactly if its writer was told so.
#[tokio::test]
async fn twenty_write_to_one_branch() {
    for trouble in troubles() {
        let world = World::new().await;
        if let Some(rule) = trouble {
            world.app.wire.faults().add(rule);
        }
        let paths: Vec<String> = (0..20)
            .map(|n| at(&format!("repository/files/f{n}")))
            .collect();
        let bodies: Vec<Value> = (0..20).map(body).collect();
        let writes = paths.iter().zip(&bodies);
        let writes = writes.map(|(path, body)| world.app.post(path, &world.maintainer, body));
        let answers = join_all(writes).await;
        world.app.wire.faults().clear();

        let mut written = 0;
        for (path, answer) in paths.iter().zip(&answers) {
            let there = world
                .app
                .get(&format!("{path}/raw"), &world.maintainer)
                .await;
            if answer.status == 201 {
                written += 1;
                assert_eq!(there.status, 200, "{path} is lost");
            } else {
                let text = "Could not update refs/heads/main. Please refresh and try again.";
                assert_eq!(
                    (answer.status.as_u16(), answer.json()),
                    (400, message(text))
                );
                assert_eq!(there.status, 404, "{path} is there");
            }
        }
        assert!(written > 0);
        let history = history(&world).await;
        assert_eq!(history.len(), written + 1);
        for pair in history.windows(2) {
            assert_eq!(pair[1].1, json!([pair[0].0]), "a chain");
        }
        // One push for each, each from where the one before led.
        let pushes = world.pushes().await.into_iter();
        let moves: BTreeSet<(String, String)> = pushes
            .filter(|push| push.ref_name == "main")
            .map(|push| (push.before_sha, push.sha))
            .collect();
        assert_eq!(moves.len(), written + 1);
        for pair in history.windows(2) {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            assert!(moves.contains(&(text(&pair[0].0), text(&pair[1].0))));
        }
    }
}

/// Of two first commits one makes the repository.
#[tokio::test]
async fn two_first_commits() {
    for trouble in troubles() {
        let world = World::empty().await;
        if let Some(rule) = trouble {
            world.app.wire.faults().add(rule);
        }
        let body =
            |branch: &str| json!({ "branch": branch, "commit_message": "m", "content": branch });
        let (path, one, two) = (at("repository/files/f"), body("one"), body("two"));
        let (first, second) = join(
            world.app.post(&path, &world.maintainer, &one),
            world.app.post(&path, &world.maintainer, &two),
        )
        .await;
        world.app.wire.faults().clear();
        let statuses = [first.status.as_u16(), second.status.as_u16()];
        assert!(
            statuses == [201, 400] || statuses == [400, 201],
            "{statuses:?}"
        );
        let winner = if statuses[0] == 201 { "one" } else { "two" };
        assert_eq!(world.get("", 200).await.json()["default_branch"], winner);
        let branches = world.get("repository/branches", 200).await.json();
        assert_eq!(branches.as_array().unwrap().len(), 1);
        assert_eq!(branches[0]["name"], winner);
        assert_eq!(world.pushes().await.len(), 1);
    }
}

/// Of twenty who make one branch or tag one does.
#[tokio::test]
async fn twenty_make_one_ref() {
    let world = World::new().await;
    let branch = json!({ "branch": "x", "ref": "main" });
    let tag = json!({ "tag_name": "x", "ref": "main" });
    let (branches, tags) = (at("repository/branches"), at("repository/tags"));
    let makes = (0..20).map(|number| {
        let (path, body) = if number % 2 == 0 {
            (&branches, &branch)
        } else {
            (&tags, &tag)
        };
        world.app.post(path, &world.maintainer, body)
    });
    let answers = join_all(makes).await;
    let made = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(made, 1);
    assert_eq!(
        world
            .pushes()
            .await
            .iter()
            .filter(|push| push.ref_name == "x")
            .count(),
        1
    );
}

/// Once a project carries the mark of its deletion nothing is committed.
#[tokio::test]
async fn one_commits_while_another_deletes_the_project() {
    for trouble in troubles() {
        let world = World::new().await;
        let root = world.app.administrator().await;
        if let Some(rule) = trouble {
            world.app.wire.faults().add(rule);
        }
        let before = world.app.dump().rows["commits"].len();
        let (path, body) = (at("repository/files/f"), body(1));
        let (made, gone) = join(
            world.app.post(&path, &world.maintainer, &body),
            world.app.delete("/api/v4/projects/1", &root),
        )
        .await;
        world.app.wire.faults().clear();
        assert_eq!(gone.status, 202, "{gone:?}");
        let commits = world.app.dump().rows["commits"].len() - before;
        match made.status.as_u16() {
            201 => assert_eq!(commits, 1),
            404 => {
                assert_eq!(made.json(), message("404 Project Not Found"));
                assert_eq!(commits, 0);
            }
            status => panic!("{status} {made:?}"),
        }
        // All of it goes: rows and objects.
        world.app.pass(61);
        world.app.sweep().await;
        world.app.sweep().await;
        let left = world.app.dump();
        for table in ["refs", "commits", "pushes", "projects"] {
            assert_eq!(left.rows[table].len(), 0, "{table}");
        }
        let is_ours =
            |path: &&std::path::PathBuf| path.to_string_lossy().contains("repositories/1/");
        assert_eq!(left.objects.keys().filter(is_ours).count(), 0);
    }
}
