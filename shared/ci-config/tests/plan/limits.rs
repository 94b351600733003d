//! What is too much.

use std::sync::Arc;

use ci_config::plan::Limits;
use ci_config::{Node, Value};

use crate::world::World;
use crate::yaml;

fn limited(limits: Limits) -> World {
    World {
        limits,
        ..World::default()
    }
}

#[test]
fn jobs_may_be_too_many() {
    let world = limited(Limits {
        jobs: 3,
        ..Limits::default()
    });
    world.planned("a: {script: x, parallel: 3}\nb: {script: x, only: [tags]}");
    assert_eq!(
        world.refused("a: {script: x, parallel: 4}"),
        "size_limit_exceeded: The number of jobs has exceeded the limit of 3. Try splitting the configuration with parent-child-pipelines"
    );
}

#[test]
fn needs_may_be_too_many() {
    let config =
        "b: {script: x, stage: build}\nc: {script: x, stage: build}\na: {script: x, needs: [b, c]}";
    let needs = |needs| {
        limited(Limits {
            needs,
            ..Limits::default()
        })
    };
    needs(2).planned(config);
    assert_eq!(
        needs(1).refused(config),
        "config_error: a: one job can only need 1 others, but you have listed 2. See needs keyword documentation for more details"
    );
    needs(0).planned("a: {script: x, needs: []}");
    assert!(needs(0).plan(config).is_err());
}

#[test]
fn deployments_may_be_too_many() {
    let config = "a: {script: x, environment: e, parallel: 3}\nb: {script: x}";
    let deployments = |deployments| {
        limited(Limits {
            deployments,
            ..Limits::default()
        })
    };
    deployments(3).planned(config);
    deployments(0).planned(config);
    assert_eq!(
        deployments(2).refused(config),
        "deployments_limit_exceeded: Pipeline has too many deployments! Requested 3, but the limit is 2."
    );
}

#[test]
fn values_that_double_come_to_an_end() {
    let mut config = "variables:\n  V0: abcdefghij\n".to_owned();
    for n in 1..100 {
        config.push_str(&format!("  V{n}: $V{0}$V{0}\n", n - 1));
    }
    config.push_str("a: {script: x, parallel: 200, resource_group: $V10}\n");
    let plan = World::default().planned(&config);
    assert_eq!(
        plan.jobs[199].resource_group.as_ref().map(|key| key.len()),
        Some(10_240)
    );
    let refused = World::default().refused(&config.replace("$V10}", "$V99}"));
    assert_eq!(
        refused,
        "config_error: a 1/200: rules and variables take too long to evaluate"
    );
}

#[test]
fn large_pipelines_are_planned() {
    let mut config = "variables:\n".to_owned();
    for n in 0..200 {
        config.push_str(&format!("  G{n}: $CI_COMMIT_REF_NAME-{n}\n"));
    }
    for n in 0..50 {
        config.push_str(&format!(
            "j{n}: {{script: x, parallel: 200, tags: [$G1], environment: e/$G2, rules: [{{if: $NONE}}, {{if: '$G3 =~ /main/'}}, {{when: always}}]}}\n"
        ));
    }
    let world = World {
        limits: Limits {
            deployments: 0,
            ..Limits::default()
        },
        ..World::with(&[("CI_COMMIT_REF_NAME", "main")])
    };
    assert_eq!(world.planned(&config).jobs.len(), 10_000);
}

/// For each of some jobs a pattern of ten thousand states, or a glob of as many texts.
#[test]
fn searches_come_to_an_end() {
    let config = |count: usize, key: &str| -> String {
        let jobs = (0..count).map(|n| {
            format!(
                "j{n}: {{script: x, {}}}\n",
                key.replace('N', &n.to_string())
            )
        });
        jobs.collect()
    };
    let world = World {
        changed: Some(vec!["file"]),
        files: vec!["a/file"],
        ..World::with(&[("A", "x"), ("CI_COMMIT_REF_NAME", "main")])
    };
    let braces = "{a,b}".repeat(12);
    for (key, most) in [
        ("rules: [{if: '$A =~ /\\pL{4}N/'}, {when: always}]", 100),
        (
            "rules: [{if: '$A =~ $P'}, {when: always}], variables: {P: '/\\pL{4}N/'}",
            100,
        ),
        ("except: ['/\\pL{4}N/']", 100),
        (
            &format!("rules: [{{changes: ['{braces}N']}}, {{when: always}}]"),
            10,
        ),
        (
            &format!("rules: [{{exists: ['{braces}/N']}}, {{when: always}}]"),
            10,
        ),
    ] {
        assert_eq!(world.planned(&config(most, key)).jobs.len(), most, "{key}");
        let refused = world.refused(&config(12 * most, key));
        assert!(
            refused.ends_with("rules and variables take too long to evaluate"),
            "{key}: {refused}"
        );
    }
}

/// What is small to write and large to do.
#[test]
fn work_comes_to_an_end() {
    let own: String = (0..5_000).map(|n| format!("V{n}: x, ")).collect();
    let rules = "{if: $A}, ".repeat(1_000);
    let long = "x".repeat(500_000);
    for keys in [
        format!("variables: {{{own}}}"),
        format!("rules: [{rules}{{when: always}}]"),
        format!("rules: [{{changes: ['{long}']}}, {{when: always}}]"),
        format!("only: [{}]", "x, ".repeat(5_000)),
    ] {
        // As many jobs as there may be, all alike: to read they are one.
        let job = yaml::node(&format!("{{script: x, parallel: 200, {keys}}}"));
        let jobs = (0..50).map(|n| (format!("j{n}").into(), job.clone()));
        let root = Node::new(Value::Mapping(Arc::new(jobs.collect())), job.span);
        let world = World {
            changed: Some(vec!["file"; 1_000]),
            ..World::default()
        };
        let refusal = world.plan_node(&root).expect_err("too much").to_string();
        assert!(
            refusal.ends_with("rules and variables take too long to evaluate"),
            "{refusal}"
        );
    }
}
