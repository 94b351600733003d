//! Trigger jobs: child pipelines and those of other projects.

use serde_json::{Value, json};
use switchyard::ids::{PipelineId, ProjectId};
use switchyard::job::lifecycle::{Event, transition};
use switchyard::job::{FailureReason, Job};
use switchyard::member::{Role, Source};
use switchyard::store::{Write, Written};
use switchyard_tests::wire::{Fault, Loss, Rule};

use super::World;

const CHILD: &str = "child/one: {script: make $FROM, rules: [{if: '$FROM == \"above\"'}]}\n";

fn parent(more: &str) -> String {
    format!(
        "build: {{script: make}}\n\
         below:\n  variables: {{FROM: above}}\n  trigger: {{include: child.yml{more}}}\n"
    )
}

async fn world(more: &str) -> World {
    World::with(&[(".gitlab-ci.yml", &parent(more)), ("child.yml", CHILD)]).await
}

/// The bridge of a pipeline, and the pipeline that it started.
async fn bridge(world: &World, pipeline: &Value) -> Value {
    let bridges = world.get(&format!("pipelines/{pipeline}/bridges")).await;
    bridges[0].clone()
}

/// Lets a job run and end.
async fn end(world: &World, pipeline: &Value, event: Event) {
    let picture = world.picture(pipeline).await;
    let store = &world.app.seed.store;
    let now = world.app.now();
    let job = &picture.jobs[0];
    let running = transition(&job.build, Event::Run, now).unwrap();
    let build = transition(&running, event, now).unwrap();
    let ended = Job {
        build,
        ..job.clone()
    };
    let writes = vec![
        Write::edit(job, &ended).unwrap(),
        Write::edit(&picture.pipeline, &picture.pipeline.touched(now)).unwrap(),
    ];
    assert_eq!(store.write_all(writes).await.unwrap(), Written::All);
    world.app.pass(31);
    world.app.sweep().await;
}

#[tokio::test]
async fn a_child_gets_what_is_included_and_the_variables() {
    let world = world("").await;
    let pipeline = world.started(json!({ "ref": "main" })).await;
    let bridge = bridge(&world, &pipeline["id"]).await;
    assert_eq!(bridge["status"], "success");
    let child = &bridge["downstream_pipeline"];
    assert_eq!(
        (&child["source"], &child["status"]),
        (&json!("parent_pipeline"), &json!("pending"))
    );
    assert_eq!(
        (&child["ref"], &child["sha"]),
        (&pipeline["ref"], &pipeline["sha"])
    );
    assert_eq!(world.jobs(&child["id"]).await, "test/child/one pending");
    // Child pipelines are not listed.
    assert_eq!(world.get("pipelines").await.as_array().unwrap().len(), 2);
}

/// Where the code lives elsewhere a child has the files that its parent had.
#[tokio::test]
async fn a_child_of_imported_code_finds_its_file() {
    let world = world("").await;
    let project = json!({ "import_url": "https://git.example.com/code.git" });
    let path = "/api/v4/projects/1";
    assert_eq!(world.app.put(path, &world.root, &project).await.status, 200);
    let sha = "0123456789abcdef0123456789abcdef01234567";
    let pipeline = world
        .started(json!({ "ref": "elsewhere", "sha": sha }))
        .await;
    let bridge = bridge(&world, &pipeline["id"]).await;
    assert_eq!(bridge["status"], "success", "{bridge}");
    let child = &bridge["downstream_pipeline"];
    assert_eq!(
        (&child["ref"], &child["sha"]),
        (&json!("elsewhere"), &json!(sha))
    );
    assert_eq!(world.jobs(&child["id"]).await, "test/child/one pending");
}

#[tokio::test]
async fn with_a_strategy_the_bridge_ends_as_the_child_does() {
    let failed = Event::Drop(FailureReason::ScriptFailure);
    for (event, status) in [(Event::Success, "success"), (failed, "failed")] {
        let world = world(", strategy: depend").await;
        let pipeline = world.started(json!({ "ref": "main" })).await;
        let started = bridge(&world, &pipeline["id"]).await;
        assert_eq!(started["status"], "running");
        end(&world, &started["downstream_pipeline"]["id"], event).await;
        let ended = bridge(&world, &pipeline["id"]).await;
        assert_eq!(ended["status"], status);
        assert_eq!(ended["downstream_pipeline"]["status"], status);
        assert_eq!(world.picture(&pipeline["id"]).await.pipeline.deadline, None);
    }
}

#[tokio::test]
async fn a_canceled_parent_takes_its_children_along() {
    let world = world(", strategy: depend").await;
    let pipeline = world.started(json!({ "ref": "main" })).await;
    let path = format!("pipelines/{}/cancel", pipeline["id"]);
    let answer = world.post(&path, &world.maintainer, &json!({})).await;
    assert_eq!(answer.status, 200);
    let canceled = bridge(&world, &pipeline["id"]).await;
    assert_eq!(canceled["status"], "canceled");
    assert_eq!(canceled["downstream_pipeline"]["status"], "canceled");
}

#[tokio::test]
async fn what_cannot_be_started_fails_the_bridge() {
    let child = |trigger: &str| format!("below: {{trigger: {trigger}}}\n");
    for (text, reason) in [
        (
            child("{include: nothing.yml}"),
            "downstream_pipeline_creation_failed",
        ),
        (
            child("{include: child.yml}"),
            "downstream_pipeline_creation_failed",
        ),
        (
            child("group/nowhere"),
            "downstream_bridge_project_not_found",
        ),
        (child("group1/project1"), "invalid_bridge_trigger"),
    ] {
        let world = World::with(&[(".gitlab-ci.yml", &text), ("child.yml", CHILD)]).await;
        let pipeline = world.started(json!({ "ref": "main" })).await;
        let bridge = bridge(&world, &pipeline["id"]).await;
        assert_eq!(bridge["status"], "failed", "{text}");
        assert_eq!(bridge["failure_reason"], reason, "{text}");
        assert_eq!(bridge["downstream_pipeline"], Value::Null, "{text}");
    }
}

#[tokio::test]
async fn children_have_children_and_no_more() {
    let world = World::with(&[
        (".gitlab-ci.yml", "one: {trigger: {include: one.yml}}\n"),
        ("one.yml", "two: {trigger: {include: two.yml}}\n"),
        ("two.yml", "three: {trigger: {include: one.yml}}\n"),
    ])
    .await;
    let pipeline = world.started(json!({ "ref": "main" })).await;
    let one = bridge(&world, &pipeline["id"]).await;
    let two = bridge(&world, &one["downstream_pipeline"]["id"]).await;
    let three = bridge(&world, &two["downstream_pipeline"]["id"]).await;
    assert_eq!(three["status"], "failed");
    assert_eq!(
        three["failure_reason"],
        "reached_max_descendant_pipelines_depth"
    );
}

#[tokio::test]
async fn another_project_takes_the_right_to_run_there() {
    for (role, status, reason) in [
        (Some(Role::Developer), "success", Value::Null),
        (
            Some(Role::Reporter),
            "failed",
            json!("insufficient_bridge_permissions"),
        ),
        (None, "failed", json!("downstream_bridge_project_not_found")),
    ] {
        let world =
            World::configured("there: {trigger: {project: '$WHERE', branch: trunk}}\n").await;
        let other = ProjectId(2);
        let project = world
            .app
            .add_project(other.0, |project| project.default_branch = None)
            .await;
        let path = "/api/v4/projects/2/repository/files/%2Egitlab-ci%2Eyml";
        let text = "it: {script: make, rules: [{if: '$CI_PIPELINE_SOURCE == \"pipeline\"'}]}\n";
        let body =
            json!({ "branch": "trunk", "content": text, "commit_message": "Begin [skip ci]" });
        assert_eq!(world.app.post(path, &world.root, &body).await.status, 201);
        if let Some(role) = role {
            let member = switchyard_local::seed::member(
                Source::Project(other),
                switchyard::ids::UserId(40),
                role,
            );
            world.app.seed.put(&member).await.unwrap();
        }
        let variables = json!([{ "key": "WHERE", "value": project.full_path }]);
        let pipeline = world
            .started(json!({ "ref": "main", "variables": variables }))
            .await;
        let bridge = bridge(&world, &pipeline["id"]).await;
        assert_eq!(bridge["status"], status, "{role:?} {bridge}");
        assert_eq!(
            bridge.get("failure_reason").cloned().unwrap_or_default(),
            reason,
            "{role:?}"
        );
        if status == "success" {
            let id = bridge["downstream_pipeline"]["id"].as_u64().unwrap();
            let picture = world.app.seed.store.picture(other, PipelineId(id)).await;
            let picture = picture.unwrap().unwrap();
            assert_eq!(picture.jobs[0].build.name, "it");
            assert_eq!(
                picture.pipeline.source,
                switchyard::pipeline::Source::Pipeline
            );
        }
    }
}

/// Whatever dies, one child comes of a bridge.
#[tokio::test]
async fn wherever_a_function_dies_a_bridge_starts_one_pipeline() {
    let mut died = 0;
    for call in 0..40 {
        let lost = call % 2 == 1;
        let world = world(", strategy: depend").await;
        let faults = world.app.wire.faults();
        let first = match lost {
            true => {
                let rule = Rule::new(Fault::LostAnswer(Loss::Io)).function("pipelines");
                let first = faults.add(rule.after(call).times(1));
                let rest = Rule::new(Fault::InternalError).function("pipelines");
                faults.add(rest.after(call));
                first
            }
            false => {
                let rule = Rule::new(Fault::InternalError).function("pipelines");
                faults.add(rule.after(call))
            }
        };
        world
            .post("pipeline", &world.maintainer, &json!({ "ref": "main" }))
            .await;
        faults.clear();
        died += u32::from(first.count() > 0);
        for _ in 0..3 {
            world.app.pass(61);
            world.app.sweep().await;
        }
        let list = world.get("pipelines?source=api").await;
        let Some(pipeline) = list.as_array().unwrap().first() else {
            assert_eq!(world.pipelines(), 1, "{call}: something is left");
            continue;
        };
        let bridge = bridge(&world, &pipeline["id"]).await;
        assert_eq!(bridge["status"], "running", "{call} {lost}: {bridge}");
        assert_eq!(bridge["downstream_pipeline"]["status"], "pending", "{call}");
        assert_eq!(world.pipelines(), 3, "{call} {lost}");
    }
    assert!(died > 20, "{died}");
}
