//! `rules` of jobs.

use ci_config::variables::Origin;

use crate::world::{World, lines, variables};

/// A job with these rules, beside one that always runs.
fn job(rules: &str) -> String {
    format!("a: {{script: x, rules: {rules}}}\nz: {{script: x, rules: [when: always]}}")
}

/// What became of job `a`.
fn outcome(world: &World, config: &str) -> String {
    let plan = world.planned(config);
    let line = lines(&plan).into_iter().find(|line| line.starts_with("a "));
    line.map_or_else(|| "-".to_owned(), |line| line[2..].to_owned())
}

#[test]
fn the_first_rule_that_matches_decides() {
    let world = World::with(&[("A", "1"), ("EMPTY", "")]);
    for (rules, expected) in [
        ("[{if: $A}]", "on_success"),
        ("[{if: $B}]", "-"),
        ("[{if: $B}, {if: $A}]", "on_success"),
        ("[{if: $A, when: never}, {when: always}]", "-"),
        ("[{if: $B, when: never}, {when: always}]", "always"),
        ("[{if: $A, when: manual}]", "manual"),
        (
            "[{if: $A, when: manual, allow_failure: true}]",
            "manual may-fail",
        ),
        ("[{if: $A, allow_failure: true}]", "on_success may-fail"),
        ("[{if: $A, when: on_failure}]", "on_failure"),
        (
            "[{if: $A, when: delayed, start_in: 2 minutes}]",
            "delayed in 120",
        ),
        (
            "[{if: $A, interruptible: true}]",
            "on_success interruptible=true",
        ),
        ("[[[{if: $B}]], [{if: $A, when: always}]]", "always"),
        ("[{when: never}]", "-"),
        // Empty is something, but not true.
        ("[{if: $EMPTY}]", "-"),
        ("[{if: '$EMPTY == \"\"'}]", "on_success"),
        ("[{if: '$B == null'}]", "on_success"),
        ("[{if: '$EMPTY && $A'}]", "on_success"),
    ] {
        assert_eq!(outcome(&world, &job(rules)), expected, "{rules}");
    }
}

#[test]
fn a_rule_without_when_takes_that_of_the_job() {
    let world = World::with(&[("A", "1")]);
    for (keys, expected) in [
        ("when: manual, rules: [{if: $A}]", "manual may-fail"),
        (
            "when: manual, rules: [{if: $A, when: on_success}]",
            "on_success may-fail",
        ),
        (
            "when: manual, allow_failure: false, rules: [{if: $A}]",
            "manual",
        ),
        (
            "when: manual, rules: [{if: $A, allow_failure: false}]",
            "manual",
        ),
        ("when: always, rules: [{if: $A}]", "always"),
        ("when: manual", "manual may-fail"),
        ("when: delayed, start_in: 1 hour", "delayed in 3600"),
        (
            "allow_failure: {exit_codes: [1, 2]}, rules: [{if: $A}]",
            "on_success may-fail-with [1, 2]",
        ),
        (
            "allow_failure: {exit_codes: [1, 2]}, rules: [{if: $A, allow_failure: true}]",
            "on_success may-fail",
        ),
        (
            "interruptible: true, rules: [{if: $A, interruptible: false}]",
            "on_success interruptible=false",
        ),
        (
            "interruptible: true, rules: [{if: $A}]",
            "on_success interruptible=true",
        ),
    ] {
        let config = format!("a: {{script: x, {keys}}}");
        assert_eq!(outcome(&world, &config), expected, "{keys}");
    }
}

#[test]
fn changes_are_looked_for() {
    let known = |paths: &[&'static str]| World {
        changed: Some(paths.to_vec()),
        ..World::with(&[("DIR", "src"), ("NESTED", "$DIR/deep")])
    };
    let changes = |globs: &str| job(&format!("[{{changes: {globs}}}]"));
    for (globs, paths, expected) in [
        ("[src/*]", &["src/a.rs"][..], true),
        ("[src/*]", &["src/deep/a.rs"], false),
        ("[src/**/*]", &["src/deep/a.rs"], true),
        ("[doc/*, src/*]", &["README", "src/a.rs"], true),
        ("{paths: [src/*]}", &["src/a.rs"], true),
        ("[$DIR/*]", &["src/a.rs"], true),
        ("[$NESTED/*]", &["src/deep/a.rs"], true),
        ("[$UNKNOWN/*]", &["src/a.rs"], false),
        ("['**/*']", &[], false),
        ("[]", &["a"], false),
    ] {
        let outcome = outcome(&known(paths), &changes(globs));
        assert_eq!(
            outcome,
            if expected { "on_success" } else { "-" },
            "{globs} {paths:?}"
        );
    }
    // Nobody knows what changed.
    assert_eq!(
        outcome(&World::default(), &changes("[src/*]")),
        "on_success"
    );
    assert_eq!(outcome(&World::default(), &changes("[]")), "on_success");
}

#[test]
fn changes_may_be_compared_with_another_ref() {
    let world = World {
        since: [("stable", vec!["src/a.rs"])].into(),
        changed: Some(vec!["doc/b"]),
        ..World::with(&[("BASE", "stable")])
    };
    let since = |paths: &str, reference: &str| {
        job(&format!(
            "[{{changes: {{paths: [{paths}], compare_to: {reference}}}}}]"
        ))
    };
    assert_eq!(outcome(&world, &since("src/*", "stable")), "on_success");
    assert_eq!(outcome(&world, &since("src/*", "$BASE")), "on_success");
    assert_eq!(outcome(&world, &since("doc/*", "stable")), "-");
    assert_eq!(
        world.refused(&since("doc/*", "gone")),
        "config_error: Failed to parse rule for a: rules:changes:compare_to is not a valid ref"
    );
    // Alone in its stage it is just not there.
    let alone = "a: {script: x, stage: build, rules: [{changes: {paths: [x], compare_to: gone}}]}\nz: {script: x}";
    assert_eq!(world.names(alone), ["z"]);
}

#[test]
fn files_are_looked_for() {
    let world = World {
        files: vec!["Cargo.toml", "src/main.rs"],
        ..World::with(&[("FILE", "Cargo.toml"), ("SECRET", "secret-ref")])
    };
    for (globs, expected) in [
        ("[Cargo.toml]", true),
        ("Cargo.toml", true),
        ("[$FILE]", true),
        ("[main.rs]", false),
        ("['**/*.rs']", true),
        ("['*.rs']", false),
        ("[src/]", true),
        ("{paths: [Cargo.*]}", true),
        ("{paths: []}", false),
        ("{paths: [other.txt], project: group/other}", true),
        (
            "{paths: [Cargo.toml], project: group/other, ref: main}",
            false,
        ),
    ] {
        let outcome = outcome(&world, &job(&format!("[{{exists: {globs}}}]")));
        assert_eq!(
            outcome,
            if expected { "on_success" } else { "-" },
            "{globs}"
        );
    }
    for (exists, expected) in [
        (
            "{paths: [x], project: group/none}",
            "rules:exists:project `group/none` not found or access denied",
        ),
        (
            "{paths: [x], project: group/other, ref: $SECRET}",
            "rules:exists:ref `[MASKED]xx` is not a valid ref in project `group/other`",
        ),
    ] {
        assert_eq!(
            world.refused(&job(&format!("[{{exists: {exists}}}]"))),
            format!("config_error: Failed to parse rule for a: {expected}")
        );
    }
}

#[test]
fn all_clauses_of_a_rule_must_hold() {
    let world = World {
        files: vec!["f"],
        changed: Some(vec!["c"]),
        ..World::with(&[("A", "1")])
    };
    for (clauses, expected) in [
        ("if: $A, exists: [f], changes: [c]", "on_success"),
        ("if: $B, exists: [f], changes: [c]", "-"),
        ("if: $A, exists: [g], changes: [c]", "-"),
        ("if: $A, exists: [f], changes: [d]", "-"),
    ] {
        assert_eq!(
            outcome(&world, &job(&format!("[{{{clauses}}}]"))),
            expected,
            "{clauses}"
        );
    }
}

#[test]
fn conditions_see_what_is_known_of_the_job() {
    let mut world = World::with(&[("BRANCH", "main"), ("OVER", "predefined")]);
    world.variables.push(("WON", "project", Origin::Project));
    let config = |condition: &str| {
        format!(
            "variables: {{G: global, OVER: yaml, WON: yaml, NESTED: $BRANCH}}
a:
  script: x
  variables: {{J: job}}
  environment: {{name: review/$BRANCH, action: prepare}}
  parallel: {{matrix: [{{M: [matrix]}}]}}
  rules: [{{if: '{condition}', when: always}}]
z: {{script: x}}"
        )
    };
    for (condition, expected) in [
        ("$G == \"global\"", true),
        ("$J == \"job\"", true),
        ("$M == \"matrix\"", true),
        ("$OVER == \"yaml\"", true),
        ("$WON == \"project\"", true),
        // As written.
        ("$NESTED == \"main\"", false),
        ("$CI_JOB_NAME == \"a: [matrix]\"", true),
        ("$CI_JOB_GROUP_NAME == \"a\"", true),
        ("$CI_JOB_STAGE == \"test\"", true),
        ("$CI_NODE_INDEX == \"1\" && $CI_NODE_TOTAL == \"1\"", true),
        ("$CI_ENVIRONMENT_NAME == \"review/main\"", true),
        ("$CI_ENVIRONMENT_ACTION == \"prepare\"", true),
        ("$CI_JOB_ID == null", true),
    ] {
        let names = world.names(&config(condition));
        assert_eq!(
            names.contains(&"a: [matrix]".to_owned()),
            expected,
            "{condition}"
        );
    }
}

#[test]
fn variables_of_a_rule_win_over_those_of_the_job() {
    let world = World::with(&[("A", "1")]);
    let plan = world.planned(
        "variables: {G: global, X: global}
a:
  script: x
  tags: [t-$X]
  resource_group: $X
  variables: {X: job, J: job}
  rules:
    - {if: $A, variables: {X: rule, R: rule}}",
    );
    assert_eq!(
        variables(&plan, "a"),
        ["G=global", "J=job", "R=rule", "X=rule"]
    );
    assert_eq!(plan.jobs[0].resource_group.as_deref(), Some("rule"));
    // Tags are made before.
    assert_eq!(*plan.jobs[0].tags, ["t-job".into()]);
}

#[test]
fn needs_of_a_rule_take_the_place_of_those_of_the_job() {
    let world = World::with(&[("A", "1")]);
    let config = |needs: &str, of_rule: &str| {
        format!(
            "b: {{script: x, stage: build}}\nc: {{script: x, stage: build}}\na: {{script: x{needs}, rules: [{{if: $A{of_rule}}}]}}"
        )
    };
    for (needs, of_rule, expected) in [
        ("", "", "on_success"),
        (", needs: [b]", "", "on_success needs [\"b\"]"),
        (", needs: []", "", "on_success needs []"),
        (", needs: [b]", ", needs: [c]", "on_success needs [\"c\"]"),
        ("", ", needs: [c, b]", "on_success needs [\"c\", \"b\"]"),
        // An empty list says nothing.
        (", needs: [b]", ", needs: []", "on_success needs [\"b\"]"),
        ("", ", needs: []", "on_success"),
    ] {
        let config = config(needs, of_rule);
        assert_eq!(outcome(&world, &config), expected, "{config}");
    }
}
