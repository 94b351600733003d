//! Pipelines of pushes: one for each, whatever dies; and what becomes of older ones.

use serde_json::{Value, json};
use switchyard_tests::wire::{Fault, Loss, Rule};

use super::World;

const SCRIPT: &str = "test: {script: make}\n";

async fn pipelines(world: &World) -> Vec<(Value, Value, Value)> {
    let list = world.get("pipelines?sort=asc").await;
    let rows = list.as_array().unwrap().iter();
    rows.map(|row| {
        (
            row["source"].clone(),
            row["ref"].clone(),
            row["status"].clone(),
        )
    })
    .collect()
}

fn row(source: &str, name: &str, status: &str) -> (Value, Value, Value) {
    (json!(source), json!(name), json!(status))
}

#[tokio::test]
async fn each_push_starts_one() {
    let world = World::new().await;
    let first = world
        .commit("main", "Begin", &[(".gitlab-ci.yml", SCRIPT)])
        .await;
    let branch = json!({ "branch": "feature", "ref": "main" });
    let answer = world
        .post("repository/branches", &world.maintainer, &branch)
        .await;
    assert_eq!(answer.status, 201);
    let tag = json!({ "tag_name": "v1", "ref": "main" });
    let answer = world.post("repository/tags", &world.maintainer, &tag).await;
    assert_eq!(answer.status, 201);
    let expected = [
        row("push", "main", "pending"),
        row("push", "feature", "pending"),
        row("push", "v1", "pending"),
    ];
    assert_eq!(pipelines(&world).await, expected);
    let shown = world.get("pipelines/latest?ref=main").await;
    assert_eq!(shown["sha"], first.as_str());
    assert_eq!(shown["before_sha"], "0".repeat(40));
    assert_eq!(shown["user"]["id"], 40);
    assert_eq!(world.app.dump().rows["pushes"].len(), 0);

    let second = world.commit("main", "Go on", &[("a.txt", "1")]).await;
    let shown = world.get("pipelines/latest?ref=main").await;
    assert_eq!(
        (&shown["sha"], &shown["before_sha"]),
        (&json!(second), &json!(first))
    );
}

#[tokio::test]
async fn what_becomes_of_it() {
    let broken = "test: {script: make, needs: [nobody]}\n";
    let unread = "a: [\n";
    let filtered = "test: {script: make, rules: [{when: never}]}\n";
    for (file, message, expected) in [
        (Some(SCRIPT), "Begin [skip ci]", Some(("skipped", None))),
        (Some(broken), "Begin [CI-SKIP]", Some(("skipped", None))),
        (None, "Begin", None),
        (
            Some(broken),
            "Begin",
            Some(("failed", Some("test job: undefined need: nobody"))),
        ),
        (Some(filtered), "Begin", None),
        (Some(unread), "Begin", Some(("failed", Some("(<unknown>)")))),
    ] {
        let world = World::new().await;
        let files: Vec<(&str, &str)> = std::iter::once(("README", "hello"))
            .chain(file.map(|text| (".gitlab-ci.yml", text)))
            .collect();
        world.commit("main", message, &files).await;
        assert_eq!(world.app.dump().rows["pushes"].len(), 0);
        let all = world.get("pipelines").await;
        let Some((status, errors)) = expected else {
            assert_eq!(all, json!([]), "{message} {file:?}");
            continue;
        };
        assert_eq!(all[0]["status"], status, "{message} {file:?}");
        let shown = world.get(&format!("pipelines/{}", all[0]["id"])).await;
        assert_eq!(shown["iid"], 1);
        match errors {
            None => assert_eq!(shown["yaml_errors"], Value::Null),
            Some(start) => {
                let text = shown["yaml_errors"].as_str().unwrap();
                assert!(text.starts_with(start), "{text}");
            }
        }
        let jobs = world.get(&format!("pipelines/{}/jobs", all[0]["id"])).await;
        assert_eq!(jobs, json!([]));
    }
}

#[tokio::test]
async fn changes_are_those_of_the_push() {
    let text = "a: {script: make, rules: [{changes: [src/*]}]}\n\
                b: {script: make, rules: [{changes: [docs/*]}]}\n\
                c: {script: make}\n";
    let world = World::configured(text).await;
    world
        .commit("main", "Change the docs", &[("docs/a.md", "1")])
        .await;
    let shown = world.get("pipelines/latest").await;
    assert_eq!(
        world.jobs(&shown["id"]).await,
        "test/b pending, test/c pending"
    );
    // What changed is not known for a new branch: then all counts as changed.
    let branch = json!({ "branch": "feature", "ref": "main" });
    world
        .post("repository/branches", &world.maintainer, &branch)
        .await;
    let shown = world.get("pipelines/latest?ref=feature").await;
    let all = "test/a pending, test/b pending, test/c pending";
    assert_eq!(world.jobs(&shown["id"]).await, all);
}

#[tokio::test]
async fn a_newer_one_cancels_older_ones_as_they_let_it() {
    for (workflow, started, expected) in [
        ("", false, "canceled"),
        (
            "workflow: {auto_cancel: {on_new_commit: none}}\n",
            false,
            "pending",
        ),
        (
            "workflow: {auto_cancel: {on_new_commit: interruptible}}\n",
            false,
            "running",
        ),
        ("", true, "running"),
    ] {
        let text =
            format!("{workflow}a: {{script: make, interruptible: true}}\nb: {{script: make}}\n");
        let world = World::new().await;
        world
            .commit("main", "Begin", &[(".gitlab-ci.yml", &text)])
            .await;
        let older = world.get("pipelines/latest").await["id"].clone();
        if started {
            let mut picture = world.picture(&older).await;
            let job = picture
                .jobs
                .iter_mut()
                .find(|job| job.build.name == "b")
                .unwrap();
            job.build.status = switchyard::job::Status::Running;
            job.build.started_at = Some(world.app.now());
            world.app.replace(job);
            let store = &world.app.seed.store;
            let now = world.app.now();
            let id = picture.pipeline.id;
            store.process(super::PROJECT, id, now).await.unwrap();
        }
        world.commit("main", "Go on", &[("a.txt", "1")]).await;
        let shown = world.get(&format!("pipelines/{older}")).await;
        let jobs = world.jobs(&older).await;
        assert_eq!(shown["status"], expected, "{workflow} {started} {jobs}");
        if workflow.contains("interruptible") {
            assert_eq!(jobs, "test/a canceled, test/b pending");
        }
        // One at the same commit cancels nothing.
        let newer = world.get("pipelines/latest").await["id"].clone();
        world.started(json!({ "ref": "main" })).await;
        let shown = world.get(&format!("pipelines/{newer}")).await;
        assert_eq!(shown["status"], "pending", "{workflow} {started}");
    }
}

/// Whatever dies between the commit and its pipeline, there is one pipeline in the end.
#[tokio::test]
async fn wherever_a_function_dies_one_pipeline_comes_of_a_commit() {
    let mut died = 0;
    for call in 0..26 {
        for lost in [false, true] {
            let world = World::configured(SCRIPT).await;
            let faults = world.app.wire.faults();
            let first = match lost {
                true => {
                    let rule = Rule::new(Fault::LostAnswer(Loss::Io)).function("repository");
                    let first = faults.add(rule.after(call).times(1));
                    let rest = Rule::new(Fault::InternalError).function("repository");
                    faults.add(rest.after(call));
                    first
                }
                false => {
                    let rule = Rule::new(Fault::InternalError).function("repository");
                    faults.add(rule.after(call))
                }
            };
            let body = json!({ "branch": "main", "content": "1", "commit_message": "Go on" });
            let path = "repository/files/a%2Etxt";
            world.post(path, &world.maintainer, &body).await;
            faults.clear();
            died += u32::from(first.count() > 0);
            for _ in 0..3 {
                world.app.pass(61);
                world.app.sweep().await;
            }
            let what = format!("call {call}, lost {lost}");
            let head = world.get("repository/commits/main").await["id"].clone();
            let list = world
                .get(&format!("pipelines?sha={}", head.as_str().unwrap()))
                .await;
            let moved = list[0]["source"] == "push" && list[0]["status"] == "pending";
            let began = world.pipelines() == 1;
            assert!(moved || began, "{what}: {list}");
            assert_eq!(list.as_array().unwrap().len(), 1, "{what}: {list}");
            assert_eq!(world.app.dump().rows["pushes"].len(), 0, "{what}");
            assert_eq!(world.pipelines(), if began { 1 } else { 2 }, "{what}");
        }
    }
    assert!(died > 24, "{died}");
}
