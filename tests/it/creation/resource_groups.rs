//! `/projects/:id/resource_groups`: who waits, and who comes next.

use http::Method;
use serde_json::{Value, json};
use switchyard::member::{Role, Source};
use switchyard_tests::wire::{Fault, Loss, Rule};

use super::{PROJECT, World};

const ONE: &str = "ship: {script: make, resource_group: prod}\n";

/// A job that comes to its group late, where `SLOW` is set, and else one at once.
const SLOW_OR_QUICK: &str = "build: {stage: build, script: make}\n\
    slow: {stage: deploy, script: make, resource_group: prod, rules: [{if: $SLOW}]}\n\
    quick: {stage: test, needs: [], script: make, resource_group: prod, rules: [{if: '$SLOW == null'}]}\n";

/// The ids of pipelines that were started one after the other.
async fn pipelines(world: &World, count: usize) -> Vec<Value> {
    let mut ids = Vec::new();
    for _ in 0..count {
        let pipeline = world.started(json!({ "ref": "main" })).await;
        ids.push(pipeline["id"].clone());
    }
    ids
}

async fn set(world: &World, key: &str, mode: &str) -> Value {
    let path = format!("/api/v4/projects/1/resource_groups/{key}");
    let body = json!({ "process_mode": mode });
    let answer = world.app.put(&path, &world.developer, &body).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

/// The pipelines and names of those that wait.
async fn upcoming(world: &World, query: &str) -> Vec<(Value, Value, Value)> {
    let list = world
        .get(&format!("resource_groups/prod/upcoming_jobs{query}"))
        .await;
    let rows = list.as_array().unwrap().iter();
    rows.map(|job| {
        (
            job["pipeline"]["id"].clone(),
            job["name"].clone(),
            job["status"].clone(),
        )
    })
    .collect()
}

#[tokio::test]
async fn a_group_is_there_once_a_job_names_it() {
    let world = World::configured(
        "a: {script: make, resource_group: prod}\n\
         b: {script: make, resource_group: 'web/$CI_COMMIT_REF_NAME é'}\n",
    )
    .await;
    assert_eq!(world.get("resource_groups").await, json!([]));
    pipelines(&world, 1).await;
    let now = "2015-12-24T18:00:00.000Z";
    let group = |id: u64, key: &str, mode: &str, changed: &str| {
        json!({
            "id": id, "key": key, "process_mode": mode, "created_at": now, "updated_at": changed,
        })
    };
    let prod = group(1, "prod", "unordered", now);
    let web = group(2, "web/main é", "unordered", now);
    assert_eq!(world.get("resource_groups").await, json!([prod, web]));
    assert_eq!(world.get("resource_groups/prod").await, prod);
    let encoded = "web%2Fmain%20%C3%A9";
    assert_eq!(world.get(&format!("resource_groups/{encoded}")).await, web);

    world.app.pass(60);
    let changed = group(2, "web/main é", "newest_first", "2015-12-24T18:01:00.000Z");
    assert_eq!(set(&world, encoded, "newest_first").await, changed);
    assert_eq!(
        world.get(&format!("resource_groups/{encoded}")).await,
        changed
    );
    // To set what is set already is no change, and neither is nothing.
    world.app.pass(60);
    assert_eq!(set(&world, encoded, "newest_first").await, changed);
    let path = format!("/api/v4/projects/1/resource_groups/{encoded}");
    let answer = world.app.put(&path, &world.developer, &json!({})).await;
    assert_eq!(
        (answer.status.as_u16(), answer.json()),
        (200, changed.clone())
    );

    for (query, expected, next) in [
        ("?per_page=1", json!([prod]), "2"),
        ("?per_page=1&page=2", json!([changed]), ""),
        ("?per_page=1&page=3", json!([]), ""),
    ] {
        let path = format!("/api/v4/projects/1/resource_groups{query}");
        let answer = world.app.get(&path, &world.maintainer).await;
        assert_eq!(answer.json(), expected, "{query}");
        assert_eq!(answer.header("x-next-page"), Some(next), "{query}");
    }
}

/// 255 characters are the most, be they of four bytes each.
#[tokio::test]
async fn a_job_whose_group_has_too_long_a_key_has_none() {
    for (key, count) in [
        ("a".repeat(255), 1),
        ("😀".repeat(255), 1),
        ("a".repeat(256), 0),
    ] {
        let text = format!("ship: {{script: make, resource_group: '{key}'}}\n");
        let world = World::configured(&text).await;
        let ids = pipelines(&world, 2).await;
        let groups = world.get("resource_groups").await;
        assert_eq!(groups.as_array().unwrap().len(), count, "{key}");
        let second = match count {
            0 => "test/ship pending",
            _ => "test/ship waiting_for_resource",
        };
        assert_eq!(world.jobs(&ids[0]).await, "test/ship pending", "{key}");
        assert_eq!(world.jobs(&ids[1]).await, second, "{key}");
    }
}

#[tokio::test]
async fn those_who_wait_stand_there_in_the_order_of_the_mode() {
    let world = World::configured(ONE).await;
    let ids = pipelines(&world, 4).await;
    let waits = |id: &Value| (id.clone(), json!("ship"), json!("waiting_for_resource"));
    let oldest: Vec<_> = ids[1..].iter().map(waits).collect();
    let newest: Vec<_> = oldest.iter().rev().cloned().collect();
    assert_eq!(world.jobs(&ids[0]).await, "test/ship pending");
    for (mode, expected) in [
        ("unordered", &oldest),
        ("newest_ready_first", &newest),
        ("oldest_first", &oldest),
        ("newest_first", &newest),
    ] {
        set(&world, "prod", mode).await;
        assert_eq!(&upcoming(&world, "").await, expected, "{mode}");
    }
    assert_eq!(upcoming(&world, "?per_page=2").await, newest[..2]);
    assert_eq!(upcoming(&world, "?per_page=2&page=2").await, newest[2..]);
    let list = world.get("resource_groups/prod/upcoming_jobs").await;
    let alone = world.get(&format!("jobs/{}", list[0]["id"])).await;
    assert_eq!(list[0], alone);
    // While somebody has it nobody else gets it, whatever the mode.
    assert_eq!(world.jobs(&ids[3]).await, "test/ship waiting_for_resource");
    let path = format!("pipelines/{}/cancel", ids[0]);
    world.post(&path, &world.maintainer, &json!({})).await;
    assert_eq!(world.jobs(&ids[3]).await, "test/ship pending");
    assert_eq!(upcoming(&world, "").await, newest[1..]);
}

/// A group that is kept for somebody, while another one waits.
async fn kept() -> (World, Value, Value) {
    let world = World::configured(SLOW_OR_QUICK).await;
    let variables = json!([{ "key": "SLOW", "value": "1" }]);
    let slow = world
        .started(json!({ "ref": "main", "variables": variables }))
        .await["id"]
        .clone();
    set(&world, "prod", "oldest_first").await;
    let quick = pipelines(&world, 1).await.remove(0);
    assert_eq!(
        world.jobs(&quick).await,
        "build/build pending, test/quick waiting_for_resource"
    );
    (world, slow, quick)
}

#[tokio::test]
async fn who_is_next_by_the_new_mode_gets_it_at_once() {
    let (world, slow, quick) = kept().await;
    let expected = [
        (slow.clone(), json!("slow"), json!("created")),
        (quick.clone(), json!("quick"), json!("waiting_for_resource")),
    ];
    assert_eq!(upcoming(&world, "").await, expected);
    set(&world, "prod", "unordered").await;
    let started = "build/build pending, test/quick pending";
    assert_eq!(world.jobs(&quick).await, started);
    assert_eq!(upcoming(&world, "").await, []);
    assert_eq!(world.picture(&quick).await.pipeline.deadline, None);
}

/// Wherever the function dies, the mode is set and the group given, or neither; and once the
/// sweeper was there nothing is left to do.
#[tokio::test]
async fn a_change_is_whole_wherever_the_function_dies() {
    let mut died = 0;
    for call in 0..10 {
        for lost in [false, true] {
            let (world, _, quick) = kept().await;
            let faults = world.app.wire.faults();
            if lost {
                let rule = Rule::new(Fault::LostAnswer(Loss::Io)).function("pipelines");
                faults.add(rule.after(call).times(1));
            }
            let rule = Rule::new(Fault::InternalError).function("pipelines");
            let fired = faults.add(rule.after(call));
            let path = "/api/v4/projects/1/resource_groups/prod";
            let body = json!({ "process_mode": "unordered" });
            world.app.put(path, &world.developer, &body).await;
            faults.clear();
            died += u32::from(fired.count() > 0);
            world.app.pass(61);
            world.app.sweep().await;
            let group = world.get("resource_groups/prod").await;
            let jobs = world.jobs(&quick).await;
            let expected = match group["process_mode"].as_str() {
                Some("unordered") => "build/build pending, test/quick pending",
                _ => "build/build pending, test/quick waiting_for_resource",
            };
            assert_eq!(jobs, expected, "call {call}, lost {lost}: {group}");
            set(&world, "prod", "unordered").await;
            let started = "build/build pending, test/quick pending";
            assert_eq!(
                world.jobs(&quick).await,
                started,
                "call {call}, lost {lost}"
            );
        }
    }
    assert!(died > 4, "{died}");
}

#[tokio::test]
async fn what_is_refused() {
    let world = World::configured(ONE).await;
    pipelines(&world, 1).await;
    let source = Source::Project(PROJECT);
    let guest = world.app.add_member(10, source, Role::Guest).await;
    let reporter = world.app.add_member(20, source, Role::Reporter).await;
    let missing = json!({ "message": "404 Not found" });
    let forbidden = json!({ "message": "403 Forbidden" });
    let invalid = json!({ "error": "process_mode does not have a valid value" });
    let mode = |text: &str| json!({ "process_mode": text });
    let long = "x".repeat(2_000);
    let before = world.app.dump();
    for (method, path, caller, body, status, expected) in [
        (Method::GET, "/nothing", &reporter, json!({}), 404, &missing),
        (Method::GET, "/Prod", &reporter, json!({}), 404, &missing),
        (
            Method::GET,
            &*format!("/{long}"),
            &reporter,
            json!({}),
            404,
            &missing,
        ),
        (
            Method::GET,
            "/nothing/upcoming_jobs",
            &reporter,
            json!({}),
            404,
            &missing,
        ),
        (
            Method::PUT,
            "/nothing",
            &world.developer,
            mode("unordered"),
            404,
            &missing,
        ),
        (
            Method::PUT,
            "/prod",
            &world.developer,
            mode("fastest"),
            400,
            &invalid,
        ),
        (
            Method::PUT,
            "/prod",
            &reporter,
            mode("unordered"),
            403,
            &forbidden,
        ),
        (Method::GET, "", &guest, json!({}), 403, &forbidden),
        (Method::GET, "/prod", &guest, json!({}), 403, &forbidden),
        (
            Method::GET,
            "/prod/upcoming_jobs",
            &guest,
            json!({}),
            403,
            &forbidden,
        ),
    ] {
        let path = format!("/api/v4/projects/1/resource_groups{path}");
        let answer = world.app.send(method, &path, caller, &body).await;
        assert_eq!(answer.status, status, "{path} {body}: {answer:?}");
        assert_eq!(&answer.json(), expected, "{path} {body}");
    }
    assert!(world.app.dump() == before);
}
