//! `POST /projects/:id/jobs/:job_id/play`

use http::Method;
use serde_json::{Value, json};
use switchyard::ids::JobId;
use switchyard::job::{Status, When};
use switchyard::member::{Role, Source};
use switchyard::variable::Owner;
use switchyard_local::seed;
use switchyard_tests::app::NOW;

use super::{DEVELOPER, FIRST, PROJECT, World, id, message, path};

async fn variables(world: &World, job: u64) -> Vec<(String, String)> {
    let variables = world
        .app
        .seed
        .store
        .variables_of(Owner::Job(JobId(job)))
        .await;
    let variables = variables.unwrap().into_iter();
    variables
        .map(|variable| (variable.key, variable.value))
        .collect()
}

#[tokio::test]
async fn a_manual_job_waits_for_a_runner_in_the_name_of_who_played_it() {
    let world = World::new("a success | b manual | c created").await;
    let answer = world.act("b", "play", &world.developer).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let job = answer.json();
    assert_eq!(job["id"], id("b"));
    assert_eq!(job["status"], "pending");
    assert_eq!(job["user"]["id"], DEVELOPER.0);
    assert_eq!(job["queued_duration"], 0.0);
    assert_eq!(job["pipeline"]["status"], "running");
    assert_eq!(job["pipeline"]["updated_at"], NOW);
    assert_eq!(
        world.statuses().await,
        "a success, b pending, c created = running"
    );
}

#[tokio::test]
async fn what_can_be_played() {
    for (when, status, expected) in [
        (When::Manual, Status::Manual, Some("pending")),
        (When::Delayed, Status::Scheduled, Some("pending")),
        (When::Delayed, Status::Manual, Some("pending")),
        // Run again behind the scenes: the answer is the job that was asked for.
        (When::Manual, Status::Success, Some("success")),
        (When::Manual, Status::Failed, Some("failed")),
        (When::Manual, Status::Canceled, Some("canceled")),
        (When::Delayed, Status::Success, Some("success")),
        (When::Manual, Status::Created, None),
        (When::Manual, Status::Pending, None),
        (When::Manual, Status::Running, None),
        (When::Manual, Status::Canceling, None),
        (When::Manual, Status::Skipped, None),
        (When::OnSuccess, Status::Success, None),
        (When::OnSuccess, Status::Failed, None),
        (When::OnFailure, Status::Failed, None),
        (When::Always, Status::Canceled, None),
        (When::OnSuccess, Status::Created, None),
    ] {
        let world = World::new("a success").await;
        let mut job = switchyard_tests::world::job(&world.pipeline().await, FIRST, status, |_| {});
        job.build.when = when;
        world.app.replace(&job);
        let before = world.app.dump();
        let answer = world.act("a", "play", &world.developer).await;
        let what = format!("{when:?} {status:?}");
        match expected {
            Some(expected) => {
                assert_eq!(answer.status, 200, "{what}: {answer:?}");
                assert_eq!(answer.json()["id"], FIRST, "{what}");
                assert_eq!(answer.json()["status"], expected, "{what}");
                let pipeline = world.pipeline().await;
                assert_eq!(pipeline.blocks.len() == 2, status.is_finished(), "{what}");
            }
            None => {
                assert_eq!(answer.status, 400, "{what}: {answer:?}");
                let text = "400 Bad request - Unplayable Job";
                assert_eq!(answer.json(), message(text), "{what}");
                assert_eq!(world.app.dump(), before, "{what}");
            }
        }
    }
}

#[tokio::test]
async fn skipped_jobs_behind_it_come_back() {
    let world = World::new("a manual af | b skipped needs=a, c success | d skipped needs=b").await;
    world.does("a", "play", 200).await;
    assert_eq!(
        world.statuses().await,
        "a pending, b created, c success, d created = running"
    );
}

#[tokio::test]
async fn a_finished_manual_job_runs_again_as_a_new_one() {
    let world = World::new("a failed manual | b skipped").await;
    let body = json!({ "job_variables_attributes": [{ "key": "A", "value": "1" }] });
    let answer = world.act_with("a", "play", &world.developer, &body).await;
    assert_eq!(answer.json()["id"], FIRST);
    let new = world.pipeline().await.blocks[1].first;
    let row = world.job(new.0).await;
    assert_eq!(row.build.status, Status::Pending);
    assert_eq!(
        variables(&world, new.0).await,
        [("A".to_owned(), "1".to_owned())]
    );
    assert_eq!(variables(&world, FIRST).await, []);
    // Played again it is the old one that is asked for, and that was replaced.
    let answer = world.act("a", "play", &world.developer).await;
    assert_eq!(answer.json(), message("400 Bad request - Unplayable Job"));
}

/// Each spelling that clients send, of the variables `A` = `1` and `B` = `two words`.
#[tokio::test]
async fn variables_come_in_many_spellings() {
    let form = "application/x-www-form-urlencoded";
    let json = "application/json";
    let multipart = "--x\r\ncontent-disposition: form-data; name=\"job_variables_attributes[][key]\"\r\n\r\nA\r\n\
        --x\r\ncontent-disposition: form-data; name=\"job_variables_attributes[][value]\"\r\n\r\n1\r\n\
        --x\r\ncontent-disposition: form-data; name=\"job_variables_attributes[][key]\"\r\n\r\nB\r\n\
        --x\r\ncontent-disposition: form-data; name=\"job_variables_attributes[][value]\"\r\n\r\ntwo words\r\n--x--\r\n";
    for (content_type, body) in [
        (
            json,
            r#"{"job_variables_attributes":[{"key":"A","value":"1"},{"key":"B","value":"two words"}]}"#,
        ),
        (
            json,
            r#"{"job_variables_attributes":[{"key":"A","value":1},{"value":"two words","key":"B","id":3}]}"#,
        ),
        (
            json,
            r#"{"job_variables_attributes":{"0":{"key":"A","value":"1"},"1":{"key":"B","value":"two words"}}}"#,
        ),
        (
            form,
            "job_variables_attributes[][key]=A&job_variables_attributes[][value]=1&job_variables_attributes[][key]=B&job_variables_attributes[][value]=two+words",
        ),
        (
            form,
            "job_variables_attributes%5B%5D%5Bkey%5D=A&job_variables_attributes%5B%5D%5Bvalue%5D=1&job_variables_attributes%5B%5D%5Bkey%5D=B&job_variables_attributes%5B%5D%5Bvalue%5D=two%20words",
        ),
        (
            form,
            "job_variables_attributes[1][key]=B&job_variables_attributes[1][value]=two+words&job_variables_attributes[0][key]=A&job_variables_attributes[0][value]=1",
        ),
        ("multipart/form-data; boundary=x", multipart),
    ] {
        let world = World::new("a manual").await;
        let mut headers = world.developer.headers();
        headers.push(("content-type", content_type));
        let answer = world
            .app
            .request(Method::POST, &path(FIRST, "play"), &headers, body)
            .await;
        assert_eq!(answer.status, 200, "{content_type} {body}: {answer:?}");
        let expected =
            [("A", "1"), ("B", "two words")].map(|(key, value)| (key.to_owned(), value.to_owned()));
        assert_eq!(
            variables(&world, FIRST).await,
            expected,
            "{content_type} {body}"
        );
    }
}

/// The gateway keeps no order among the names of a query: one variable can be told, of
/// several nobody knows which value is whose.
#[tokio::test]
async fn a_query_has_place_for_one_variable() {
    let name = "job_variables_attributes";
    let world = World::new("a manual").await;
    let one = format!("{}?{name}[][key]=A&{name}[][value]=1", path(FIRST, "play"));
    let two = format!("{one}&{name}[][key]=B&{name}[][value]=2");
    let answer = world.app.post(&two, &world.developer, &json!({})).await;
    assert_eq!(answer.status, 400, "{answer:?}");
    assert_eq!(world.named("a").await.build.status, Status::Manual);
    let answer = world.app.post(&one, &world.developer, &json!({})).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let expected = [("A".to_owned(), "1".to_owned())];
    assert_eq!(variables(&world, FIRST).await, expected);
}

#[tokio::test]
async fn without_variables_it_is_played_too() {
    for (content_type, body) in [
        ("application/json", ""),
        ("application/json", "{}"),
        ("application/json", r#"{"job_variables_attributes":[]}"#),
        ("application/json", r#"{"job_variables_attributes":null}"#),
        ("application/x-www-form-urlencoded", ""),
        ("", ""),
    ] {
        let world = World::new("a manual").await;
        let mut headers = world.developer.headers();
        if !content_type.is_empty() {
            headers.push(("content-type", content_type));
        }
        let answer = world
            .app
            .request(Method::POST, &path(FIRST, "play"), &headers, body)
            .await;
        assert_eq!(answer.status, 200, "{content_type} {body}: {answer:?}");
        assert_eq!(variables(&world, FIRST).await, []);
    }
}

/// One that cannot be read rejects all, and the job goes on waiting.
#[tokio::test]
async fn what_cannot_be_read_is_refused_and_nothing_runs() {
    let world = World::new("a manual").await;
    let before = world.app.dump();
    let name = "job_variables_attributes";
    let error = |text: String| json!({ "error": text });
    let model = |field: &str, text: &str| json!({ "message": { field: [text] } });
    let good = json!({ "key": "A", "value": "1" });
    let many: Vec<Value> = (0..91)
        .map(|n| json!({ "key": format!("K{n}"), "value": "" }))
        .collect();
    for (value, expected) in [
        (
            json!([{ "value": "1" }]),
            error(format!("{name}[0][key] is missing")),
        ),
        (
            json!([good, { "key": "B" }]),
            error(format!("{name}[1][value] is missing")),
        ),
        (
            json!([{}, good]),
            error(format!(
                "{name}[0][key] is missing, {name}[0][value] is missing"
            )),
        ),
        (
            json!([good, "text"]),
            error(format!("{name}[1] is invalid")),
        ),
        (json!([good, [1]]), error(format!("{name}[1] is invalid"))),
        (
            json!([{ "key": ["A"], "value": "1" }]),
            error(format!("{name}[0][key] is invalid")),
        ),
        (
            json!([{ "key": "A", "value": { "b": 1 } }]),
            error(format!("{name}[0][value] is invalid")),
        ),
        (json!("A"), error(format!("{name} is invalid"))),
        (json!(7), error(format!("{name} is invalid"))),
        (
            json!({ "key": "A", "value": "1" }),
            error(format!("{name} is invalid")),
        ),
        (
            json!(many),
            error(format!("{name} is too long (maximum is 90 variables)")),
        ),
        (
            json!([{ "key": "", "value": "1" }]),
            model("job_variables.key", "can't be blank"),
        ),
        (
            json!([{ "key": "A B", "value": "1" }]),
            model(
                "job_variables.key",
                "can contain only letters, digits and '_'.",
            ),
        ),
        (
            json!([{ "key": "A".repeat(256), "value": "1" }]),
            model(
                "job_variables.key",
                "is too long (maximum is 255 characters)",
            ),
        ),
        (
            json!([good, good]),
            model("job_variables.key", "has already been taken"),
        ),
        (
            json!([{ "key": "A", "value": "x".repeat(10_001) }]),
            model(
                "job_variables.value",
                "is too long (maximum is 10000 characters)",
            ),
        ),
    ] {
        let answer = world
            .act_with("a", "play", &world.developer, &json!({ name: value }))
            .await;
        assert_eq!(answer.status, 400, "{value:.80}: {answer:?}");
        assert_eq!(answer.json(), expected);
    }
    // What python-gitlab makes of a list that is passed as a parameter of the request.
    let misuse = format!("{}?{name}=key&{name}=value", path(FIRST, "play"));
    let answer = world.app.post(&misuse, &world.developer, &json!({})).await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.json(), error(format!("{name} is invalid")));
    assert_eq!(world.app.dump(), before);
}

#[tokio::test]
async fn ninety_variables_of_full_length_are_taken() {
    let world = World::new("a manual").await;
    let many: Vec<Value> = (0..90)
        .map(|n| json!({ "key": format!("K{n}"), "value": "ü".repeat(10_000) }))
        .collect();
    let body = json!({ "job_variables_attributes": many });
    let answer = world.act_with("a", "play", &world.developer, &body).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(variables(&world, FIRST).await.len(), 90);
}

/// Values lie in the table of secret values, and nowhere else.
#[tokio::test]
async fn values_are_kept_where_secrets_live_and_survive_a_retry() {
    let world = World::new("a manual").await;
    let body =
        json!({ "job_variables_attributes": [{ "key": "PASSWORD", "value": "hunter2-and-more" }] });
    let answer = world.act_with("a", "play", &world.developer, &body).await;
    assert!(!String::from_utf8_lossy(&answer.body).contains("hunter2"));
    world.does("a", "cancel", 201).await;
    let new = world.does("a", "retry", 201).await["id"].as_u64().unwrap();
    let kept = [("PASSWORD".to_owned(), "hunter2-and-more".to_owned())];
    assert_eq!(variables(&world, new).await, kept);
    for (table, rows) in world.app.dump().rows {
        let holds = rows.iter().filter(|row| row.contains("hunter2")).count();
        assert_eq!(holds, if table == "variables" { 2 } else { 0 }, "{table}");
    }
}

#[tokio::test]
async fn who_may_give_variables() {
    let world = World::new("a manual").await;
    let owner = world
        .app
        .add_member(50, Source::Project(PROJECT), Role::Owner);
    let (owner, root) = (owner.await, world.app.administrator().await);
    let callers = [&world.developer, &world.maintainer, &owner, &root];
    let body = json!({ "job_variables_attributes": [{ "key": "A", "value": "1" }] });
    let before = world.app.dump();
    for (setting, allowed) in [
        (json!({}), "++++"),
        (override_role("developer"), "++++"),
        (override_role("maintainer"), "x+++"),
        (override_role("owner"), "xx++"),
        (override_role("no_one_allowed"), "xxxx"),
        (json!({ "restrict_user_defined_variables": true }), "x+++"),
        (json!({ "restrict_user_defined_variables": false }), "++++"),
    ] {
        for (caller, mark) in callers.into_iter().zip(allowed.chars()) {
            world.app.restore(&before);
            if setting != json!({}) {
                let set = world.app.put("/api/v4/projects/1", &root, &setting).await;
                assert_eq!(set.status, 200, "{setting}: {set:?}");
            }
            let set = world.app.dump();
            let answer = world.act_with("a", "play", caller, &body).await;
            if mark == '+' {
                assert_eq!(answer.status, 200, "{setting}: {answer:?}");
            } else {
                assert_eq!(answer.status, 403, "{setting}: {answer:?}");
                assert_eq!(answer.json(), message("403 Forbidden"));
                assert!(world.app.dump() == set, "{setting}: something was written");
                // Without any it runs.
                let none = json!({ "job_variables_attributes": [] });
                let answer = world.act_with("a", "play", caller, &none).await;
                assert_eq!(answer.status, 200, "{setting}: {answer:?}");
            }
        }
    }
}

fn override_role(role: &str) -> Value {
    json!({ "ci_pipeline_variables_minimum_override_role": role })
}

#[tokio::test]
async fn a_bridge_is_played_and_shown_as_one() {
    let world = World::new("a success").await;
    let mut pipeline = world.pipeline().await;
    pipeline.bridges = [JobId(102)].into();
    pipeline.blocks[0].count = 2;
    world.app.replace(&pipeline);
    let mut build = seed::build(&pipeline, 102, "deploy", Status::Manual);
    build.when = When::Manual;
    let bridge = seed::bridge(build, None);
    world.app.replace(&bridge);
    // It has no place for variables, so it does not run without them either.
    let body = json!({ "job_variables_attributes": [{ "key": "A", "value": "1" }] });
    let answer = world.act_with("b", "play", &world.developer, &body).await;
    assert_eq!(answer.status, 400, "{answer:?}");

    let answer = world.act("b", "play", &world.developer).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let played = answer.json();
    assert_eq!(played["status"], "pending");
    assert_eq!(played["downstream_pipeline"], Value::Null);
    assert_eq!(played.get("artifacts"), None);
    assert_eq!(played["user"]["id"], DEVELOPER.0);
    let answer = world.act("b", "play", &world.developer).await;
    assert_eq!(answer.json(), message("400 Bad request - Unplayable Job"));
}
