//! Projects that two change at the same time: nothing is left behind half done.

use futures::future::{join, join_all};
use serde_json::{Value, json};
use switchyard::ids::{GroupId, ProjectId};
use switchyard::member::{Role, Source};
use switchyard::project::{DirectoryTarget, ProjectName};
use switchyard_local::seed;
use switchyard_tests::wire::{Fault, Loss, Rule};
use switchyard_tests::{Caller, TestApp};

const PROJECTS: &str = "/api/v4/projects";
const PROJECT: &str = "/api/v4/projects/1";

/// Project 1, `group1/project1`, with the group's owner.
async fn world() -> (TestApp, Caller) {
    let app = TestApp::new().await;
    app.add_project(1, |_| {}).await;
    let owner = app
        .add_member(50, Source::Group(GroupId(1)), Role::Owner)
        .await;
    (app, owner)
}

/// What goes wrong besides: nothing, then conflicts, then answers that get lost.
fn troubles() -> impl Iterator<Item = Option<Rule>> {
    let rule = |fault: Fault| {
        let rule = Rule::new(fault).action("dynamodb:TransactWriteItems");
        Some(rule.chance(7, 3).times(2))
    };
    let conflict = rule(Fault::TransactionConflict);
    [None, conflict, rule(Fault::LostAnswer(Loss::Io))].into_iter()
}

async fn is_free(app: &TestApp, owner: &Caller, name: &str, path: &str) {
    let body = json!({ "name": name, "path": path, "namespace_id": 1 });
    let answer = app.post(PROJECTS, owner, &body).await;
    assert_eq!(answer.status, 201, "{name} {path}: {answer:?}");
}

/// Whoever comes first, no path and no name stays taken by a project that is gone.
#[tokio::test]
async fn one_renames_it_while_another_deletes_it() {
    for change in [
        json!({ "path": "fresh" }),
        json!({ "name": "Fresh" }),
        json!({ "name": "Fresh", "path": "fresh" }),
    ] {
        for trouble in troubles() {
            let (app, owner) = world().await;
            if let Some(rule) = trouble {
                app.wire.faults().add(rule);
            }
            let (renamed, deleted) = join(
                app.put(PROJECT, &owner, &change),
                app.delete(PROJECT, &owner),
            )
            .await;
            app.wire.faults().clear();
            assert!([200, 404].contains(&renamed.status.as_u16()), "{renamed:?}");
            assert_eq!(deleted.status, 202, "{change}: {deleted:?}");
            assert_eq!(app.get(PROJECT, &owner).await.status, 404);
            is_free(&app, &owner, "Fresh", "fresh").await;
            is_free(&app, &owner, "project1", "project1").await;
        }
    }
}

/// Of twenty who take one path one gets it, and the rows tell the same of it.
#[tokio::test]
async fn twenty_projects_take_one_path_at_once() {
    for trouble in troubles() {
        let (app, owner) = world().await;
        for id in 2..=20 {
            let project = seed::project(id, &[GroupId(1)], &format!("group1/p{id}"));
            app.seed.put_project(&project).await.unwrap();
        }
        if let Some(rule) = trouble {
            app.wire.faults().add(rule);
        }
        let body = json!({ "path": "wanted", "name": "Wanted" });
        let paths = (1..=20).map(|id| format!("{PROJECTS}/{id}"));
        let paths: Vec<String> = paths.collect();
        let answers = join_all(paths.iter().map(|path| app.put(path, &owner, &body))).await;
        app.wire.faults().clear();
        let winners: Vec<Value> = answers
            .iter()
            .filter(|answer| answer.status == 200)
            .map(|answer| answer.json()["id"].clone())
            .collect();
        assert_eq!(winners.len(), 1, "{answers:?}");
        for answer in answers.iter().filter(|answer| answer.status != 200) {
            let taken = ["has already been taken"];
            let expected = json!({ "message": { "name": taken, "path": taken } });
            assert_eq!(answer.json(), expected);
        }
        let shown = app
            .get(&format!("{PROJECTS}/group1%2Fwanted"), &owner)
            .await;
        assert_eq!(shown.json()["id"], winners[0]);
        for (number, path) in (1..).zip(&paths) {
            let shown = app.get(path, &owner).await.json();
            let is_winner = winners[0] == json!(number);
            assert_eq!(shown["name"] == "Wanted", is_winner, "{path}");
            assert_eq!(shown["path"] == "wanted", is_winner, "{path}");
        }
    }
}

/// Once a group carries the mark of its deletion nothing comes into being there.
#[tokio::test]
async fn one_creates_in_a_group_while_another_deletes_it() {
    for trouble in troubles() {
        let (app, owner) = world().await;
        if let Some(rule) = trouble {
            app.wire.faults().add(rule);
        }
        let body = json!({ "name": "late", "namespace_id": 1 });
        let (created, deleted) = join(
            app.post(PROJECTS, &owner, &body),
            app.delete("/api/v4/groups/1", &owner),
        )
        .await;
        app.wire.faults().clear();
        assert_eq!(deleted.status, 202, "{deleted:?}");
        match created.status.as_u16() {
            201 => {}
            400 => {
                let text = json!({ "message": { "namespace": ["is not valid"] } });
                assert_eq!(created.json(), text);
                assert_eq!(app.dump().rows["projects"].len(), 1);
            }
            status => panic!("{status} {created:?}"),
        }
        let again = app.post(PROJECTS, &owner, &body).await;
        assert_eq!(again.status, 400, "{again:?}");
    }
}

/// What a deleted project had is its successor's; what only moved away keeps its own.
#[tokio::test]
async fn rows_of_others_survive_a_deletion() {
    let (app, owner) = world().await;
    // Project 2 took over what leads to project 1.
    let project = seed::project(2, &[GroupId(1)], "group1/other");
    app.seed.put_project(&project).await.unwrap();
    let target = DirectoryTarget::Project {
        id: ProjectId(2),
        ancestors: vec![GroupId(1)],
    };
    app.replace(&switchyard::project::DirectoryEntry {
        path: "group1/project1".to_owned(),
        target,
    });
    app.replace(&ProjectName {
        namespace_id: GroupId(1),
        name: "project1".to_owned(),
        project_id: ProjectId(2),
    });
    assert_eq!(app.delete(PROJECT, &owner).await.status, 202);
    let shown = app
        .get(&format!("{PROJECTS}/group1%2Fproject1"), &owner)
        .await;
    assert_eq!(shown.json()["id"], 2);
    let body = json!({ "name": "project1", "path": "p", "namespace_id": 1 });
    assert_eq!(app.post(PROJECTS, &owner, &body).await.status, 400);
}
