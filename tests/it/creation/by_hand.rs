//! `POST /projects/:id/pipeline`.

use base64::Engine as _;
use serde_json::{Value, json};
use switchyard_tests::wire::{Fault, Rule};

use super::World;

fn base(text: &str) -> Value {
    json!({ "message": { "base": [text] } })
}

#[tokio::test]
async fn jobs_stand_in_their_stages_and_the_first_ones_wait_for_runners() {
    let world = World::configured(
        "stages: [build, test, deploy]\n\
         compile: {stage: build, script: make}\n\
         unit: {stage: test, script: make test, parallel: {matrix: [{A: [x, y]}]}}\n\
         lint: {stage: test, script: make lint, needs: []}\n\
         ship: {stage: deploy, script: make ship, when: manual}\n",
    )
    .await;
    let pipeline = world.started(json!({ "ref": "main" })).await;
    assert_eq!(pipeline["source"], "api");
    assert_eq!(pipeline["ref"], "main");
    assert_eq!(pipeline["status"], "pending");
    assert_eq!(pipeline["iid"], 2);
    let expected = "build/compile pending, test/unit: [x] created, test/unit: [y] created, \
                    test/lint pending, deploy/ship created";
    assert_eq!(world.jobs(&pipeline["id"]).await, expected);
    let jobs = world
        .get(&format!("pipelines/{}/jobs", pipeline["id"]))
        .await;
    assert_eq!(jobs.as_array().unwrap().len(), 5);
}

#[tokio::test]
async fn rules_see_variables_and_inputs() {
    let world = World::configured(
        "spec: {inputs: {level: {type: number, default: 1}}}\n---\n\
         a: {script: make, rules: [{if: '$WHAT == \"a\"'}]}\n\
         b: {script: make, rules: [{if: '$CI_PIPELINE_SOURCE == \"api\" && $CI_COMMIT_BRANCH == \"main\"'}]}\n\
         c: {script: 'run $[[ inputs.level ]]', rules: [{if: '$WHAT == null'}]}\n",
    )
    .await;
    let variables = json!([{ "key": "WHAT", "value": "a" }]);
    let body = json!({ "ref": "main", "variables": variables, "inputs": { "level": 3 } });
    let pipeline = world.started(body).await;
    let jobs = world.jobs(&pipeline["id"]).await;
    assert_eq!(jobs, "test/a pending, test/b pending");
    let pipeline = world.started(json!({ "ref": "main" })).await;
    let jobs = world.jobs(&pipeline["id"]).await;
    assert_eq!(jobs, "test/b pending, test/c pending");
}

#[tokio::test]
async fn what_makes_no_pipeline_is_refused_and_nothing_is_saved() {
    let script = "a: {script: make}\n";
    for (text, body, status, expected) in [
        (script, json!({}), 400, json!({ "error": "ref is missing" })),
        (
            script,
            json!({ "ref": "" }),
            400,
            json!({ "error": "ref is empty" }),
        ),
        (
            script,
            json!({ "ref": "nothing" }),
            400,
            base("Reference not found"),
        ),
        (
            "a: {script: make, rules: [{if: $NOT}]}\n",
            json!({ "ref": "main" }),
            400,
            base(
                "The resulting pipeline would have been empty. Review the rules configuration for the relevant jobs.",
            ),
        ),
        (
            "workflow: {rules: [{if: $NOT}]}\na: {script: make}\n",
            json!({ "ref": "main" }),
            400,
            base(
                "The pipeline did not run. Review the workflow:rules configuration for the pipeline.",
            ),
        ),
        (
            "a: {script: make, needs: [b]}\n",
            json!({ "ref": "main" }),
            400,
            base("a job: undefined need: b"),
        ),
        (
            "a: {skript: make}\n",
            json!({ "ref": "main" }),
            400,
            base("jobs a config should implement the script:, run:, or trigger: keyword"),
        ),
        (
            script,
            json!({ "ref": "main", "variables": [{ "key": "A", "value": "1" }, { "key": "A", "value": "2" }] }),
            400,
            base("Duplicate variable names: A"),
        ),
        (
            script,
            json!({ "ref": "main", "variables": (0..51).map(|number| {
                json!({ "key": format!("A{number}"), "value": "x".repeat(10_000) })
            }).collect::<Vec<_>>() }),
            400,
            base("variables are too long (maximum is 500000 bytes)"),
        ),
        (
            script,
            json!({ "ref": "main", "variables": "x" }),
            400,
            json!({ "error": "variables is invalid" }),
        ),
        (
            script,
            json!({ "ref": "main", "variables": [{ "key": "A" }] }),
            400,
            json!({ "error": "variables[0][value] is missing" }),
        ),
    ] {
        let world = World::configured(text).await;
        let before = world.app.dump();
        let answer = world.post("pipeline", &world.maintainer, &body).await;
        assert_eq!(answer.status, status, "{text} {body}: {answer:?}");
        assert_eq!(answer.json(), expected, "{text} {body}");
        let mut after = world.app.dump();
        // Ids that were taken are not given back.
        after
            .rows
            .insert("counters".to_owned(), before.rows["counters"].clone());
        assert!(after == before, "{text} {body}: something was written");
    }
}

#[tokio::test]
async fn without_a_file_there_is_none() {
    let world = World::with(&[("README.md", "hello")]).await;
    let answer = world
        .post("pipeline", &world.maintainer, &json!({ "ref": "main" }))
        .await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.json(), base("Missing CI config file"));
}

/// Five hundred jobs are one batch of writes behind another, and nothing is seen before the
/// last of them.
#[tokio::test]
async fn five_hundred_jobs_come_whole_or_not_at_all() {
    let mut text = "stages: [one, two]\n.base: {script: make, tags: [linux]}\n".to_owned();
    for number in 0..500 {
        let stage = if number < 250 { "one" } else { "two" };
        text.push_str(&format!(
            "job{number}: {{extends: .base, stage: {stage}, variables: {{N: '{number}'}}}}\n"
        ));
    }
    let world = World::configured(&text).await;
    for fault in [None, Some(5), Some(20), Some(45)] {
        let before = world.get("pipelines").await;
        let total = world
            .app
            .get("/api/v4/projects/1/jobs", &world.maintainer)
            .await;
        let total = total.header("x-total").unwrap().to_owned();
        if let Some(call) = fault {
            let rule = Rule::new(Fault::InternalError).function("pipelines");
            world.app.wire.faults().add(rule.after(call));
        }
        world.app.wire.tape().reset();
        let body = json!({ "ref": "main" });
        let answer = world.post("pipeline", &world.maintainer, &body).await;
        world.app.wire.faults().clear();
        match fault {
            None => {
                assert_eq!(answer.status, 201, "{answer:?}");
                // What is read first, 500 jobs and as many definitions by 25, and the first
                // stage by 100.
                let calls = world.app.wire.tape().calls().len();
                assert!(calls < 75, "{calls}");
                let id = &answer.json()["id"];
                let picture = world.picture(id).await;
                assert_eq!(picture.jobs.len(), 500);
                let pending = picture.jobs.iter();
                let pending = pending.filter(|job| job.build.status.as_str() == "pending");
                assert_eq!(pending.count(), 250);
            }
            Some(call) => {
                assert_eq!(answer.status, 500, "{call}");
                assert_eq!(world.get("pipelines").await, before, "{call}");
                let jobs = world.app.get("/api/v4/projects/1/jobs", &world.maintainer);
                assert_eq!(jobs.await.header("x-total").unwrap(), total, "{call}");
            }
        }
    }
    for _ in 0..8 {
        world.app.pass(61);
        world.app.sweep().await;
    }
    // What was begun and not published is gone.
    assert_eq!(world.pipelines(), 2);
    assert_eq!(world.app.dump().rows["jobs"].len(), 500);
}

/// A developer may not run what is on a protected branch, and may on others.
#[tokio::test]
async fn protected_branches_take_those_who_may_change_them() {
    let world = World::configured("a: {script: make}\n").await;
    let body = json!({ "ref": "main" });
    let answer = world.post("pipeline", &world.developer, &body).await;
    assert_eq!(answer.status, 400);
    let text = "You do not have sufficient permission to run a pipeline on 'main'. Please select a \
                different branch or contact your administrator for assistance.";
    assert_eq!(answer.json(), base(text));
    let branch = json!({ "branch": "feature", "ref": "main" });
    world
        .post("repository/branches", &world.developer, &branch)
        .await;
    let body = json!({ "ref": "feature" });
    let answer = world.post("pipeline", &world.developer, &body).await;
    assert_eq!(answer.status, 201, "{answer:?}");
}

/// What is wrong with a configuration is said in GitLab's words, and nothing is saved.
#[tokio::test]
async fn broken_configurations_are_refused() {
    let bomb: String = std::iter::once("a: &a [x, x, x, x, x, x, x, x, x]\n".to_owned())
        .chain(('b'..='i').map(|name| {
            let before = char::from(name as u8 - 1);
            format!(
                "{name}: &{name} [{}]\n",
                vec![format!("*{before}"); 9].join(", ")
            )
        }))
        .collect();
    let cases: [(&[u8], &str); 9] = [
        (
            b"a: {script: make, needs: [b]}\nb: {script: make, needs: [a]}\n",
            "The pipeline has circular dependencies",
        ),
        (
            b"a: {extends: b}\nb: {extends: a, script: make}\n",
            "a: circular dependency detected in `extends`",
        ),
        (
            b"a: {script: make, stage: nowhere}\n",
            "a job: chosen stage nowhere does not exist; available stages are .pre, build, test, deploy, .post",
        ),
        (
            b"include: more.yml\na: {script: make}\n",
            "Local file `more.yml` does not exist!",
        ),
        (
            b"include: {project: group/nothing, file: a.yml}\na: {script: make}\n",
            "Project `group/nothing` not found or access denied!",
        ),
        (
            b"a: {script: [!reference [b, script]]}\n",
            "!reference [\"b\", \"script\"] could not be found",
        ),
        (b"- a\n- b\n", "Invalid configuration format"),
        (b"a: {script: \"\xff\xfe\"}\n", "Invalid YAML syntax"),
        (bomb.as_bytes(), "The parsed YAML is too big"),
    ];
    let world = World::configured("a: {script: make}\n").await;
    for (bytes, expected) in cases {
        let body = json!({
            "branch": "main",
            "commit_message": "Change it [skip ci]",
            "encoding": "base64",
            "content": base64::engine::general_purpose::STANDARD.encode(bytes),
        });
        let path = "/api/v4/projects/1/repository/files/%2Egitlab-ci%2Eyml";
        let answer = world.app.put(path, &world.maintainer, &body).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let before = world.app.dump();
        let body = json!({ "ref": "main" });
        let answer = world.post("pipeline", &world.maintainer, &body).await;
        assert_eq!(answer.status, 400, "{expected}: {answer:?}");
        let text = answer.json()["message"]["base"][0].to_string();
        let quoted = json!(expected).to_string();
        assert!(text.starts_with(quoted.trim_end_matches('"')), "{text}");
        assert!(
            world.app.dump() == before,
            "{expected}: something was written"
        );
    }
}

/// Where the code lives elsewhere the caller says which commit runners check out; the
/// configuration is that of the default branch here.
#[tokio::test]
async fn imported_code_runs_at_the_commit_that_is_named() {
    let world = World::configured("a: {script: make}\n").await;
    let sha = "0123456789abcdef0123456789abcdef01234567";
    let body = json!({ "ref": "elsewhere", "sha": sha });
    let answer = world.post("pipeline", &world.maintainer, &body).await;
    let text = "sha is for projects whose code is imported";
    assert_eq!((answer.status.as_u16(), answer.json()), (400, base(text)));

    let body_of_project = json!({ "import_url": "https://git.example.com/code.git" });
    let path = "/api/v4/projects/1";
    let edited = world.app.put(path, &world.root, &body_of_project).await;
    assert_eq!(edited.status, 200, "{edited:?}");
    let pipeline = world.started(body).await;
    assert_eq!(pipeline["sha"], sha);
    assert_eq!(pipeline["ref"], "elsewhere");
    assert_eq!(world.jobs(&pipeline["id"]).await, "test/a pending");
    let body = json!({ "ref": "elsewhere", "sha": "main" });
    let answer = world.post("pipeline", &world.maintainer, &body).await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.json(), json!({ "error": "sha is invalid" }));
}
