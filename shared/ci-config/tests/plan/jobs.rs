//! Stages, needs, tags and circles.

use crate::world::{World, lines};

fn stages(world: &World, config: &str) -> Vec<String> {
    let plan = world.planned(config);
    let describe = |(place, stage): (usize, &ci_config::plan::Stage)| {
        let jobs = &plan.jobs[stage.jobs.clone()];
        assert!(jobs.iter().all(|job| job.stage == place));
        let names: Vec<_> = jobs.iter().map(|job| &*job.name).collect();
        format!("{}:{}: {}", stage.position, stage.name, names.join(" "))
    };
    plan.stages.iter().enumerate().map(describe).collect()
}

#[test]
fn stages_without_jobs_are_left_out() {
    let config = "
stages: [one, two, three]
d: {script: x, stage: .post}
c: {script: x, stage: three}
b: {script: x, stage: two, only: [tags]}
a: {script: x, stage: one}
e: {script: x, stage: three}
f: {script: x, stage: .pre}
";
    assert_eq!(
        stages(&World::default(), config),
        ["0:.pre: f", "1:one: a", "3:three: c e", "4:.post: d"]
    );
}

#[test]
fn a_pipeline_needs_more_than_its_edges() {
    let empty = "filtered_by_rules: The resulting pipeline would have been empty. Review the rules configuration for the relevant jobs.";
    for config in [
        "a: {script: x, only: [tags]}",
        "a: {script: x, stage: .pre}\nb: {script: x, stage: .post}",
        "a: {script: x, stage: .pre}\nb: {script: x, rules: [when: never]}",
    ] {
        assert_eq!(World::default().refused(config), empty, "{config}");
    }
}

#[test]
fn what_is_needed_must_be_there() {
    let absent = |job: &str, need: &str| {
        format!(
            "'{job}' job needs '{need}' job, but '{need}' does not exist in the pipeline. This might be because of the only, except, or rules keywords. To need a job that sometimes does not exist in the pipeline, use needs:optional."
        )
    };
    let config = |needs: &str| {
        format!(
            "b: {{script: x, stage: build, only: [tags]}}\nc: {{script: x, stage: build}}\na: {{script: x, needs: {needs}}}"
        )
    };
    let world = World::default();
    assert_eq!(
        world.refused(&config("[b, c]")),
        format!("config_error: {}", absent("a", "b"))
    );
    for (needs, expected) in [
        ("[c]", "a on_success needs [\"c\"]"),
        (
            "[{job: b, optional: true}, c]",
            "a on_success needs [\"c\"]",
        ),
        ("[{job: b, optional: true}]", "a on_success needs []"),
        ("[]", "a on_success needs []"),
        ("[{job: gone, optional: true}]", "a on_success needs []"),
    ] {
        assert_eq!(
            lines(&world.planned(&config(needs)))[1],
            expected,
            "{needs}"
        );
    }
    // A job that is not there needs nothing.
    let both_absent =
        "b: {script: x, only: [tags]}\na: {script: x, needs: [b], only: [tags]}\nc: {script: x}";
    assert_eq!(world.names(both_absent), ["c"]);
}

#[test]
fn needs_that_a_rule_replaced_are_looked_at_all_the_same() {
    let world = World::with(&[("A", "1")]);
    let config = "b: {script: x, stage: build, only: [tags]}\nc: {script: x, stage: build}\na: {script: x, needs: [b], rules: [{if: $A, needs: [c]}]}";
    assert!(
        world
            .refused(config)
            .starts_with("config_error: 'a' job needs 'b' job")
    );
    let config = "b: {script: x, stage: build, only: [tags]}\nc: {script: x, stage: build}\na: {script: x, needs: [c], rules: [{if: $A, needs: [b]}]}";
    assert_eq!(lines(&world.planned(config))[1], "a on_success needs []");
}

#[test]
fn needs_on_parallel_jobs_are_all_copies_that_are_there() {
    let config = "
b:
  script: x
  stage: build
  parallel: {matrix: [{M: [one, two]}]}
  rules: [{if: '$M == \"one\"'}]
a: {script: x, needs: [{job: b, artifacts: false, optional: true}]}
";
    let plan = World::default().planned(config);
    assert_eq!(
        lines(&plan),
        ["b: [one] on_success", "a on_success needs [\"b: [one]\"]"]
    );
    let needs = plan.jobs[1].needs.as_ref().expect("needs");
    assert!(!needs[0].artifacts);
    let strict = config.replace(", optional: true", "");
    assert!(
        World::default()
            .refused(&strict)
            .contains("needs 'b: [two]' job")
    );
}

#[test]
fn all_that_is_wrong_is_said_by_stages() {
    let config = "
stages: [s, t]
b: {script: x, stage: t, variables: {A: $B, B: $A}}
gone: {script: x, stage: s, only: [tags]}
a: {script: x, stage: s, needs: [gone], variables: {C: $D, D: '${C}'}}
";
    let refused = World::default().refused(config);
    let lines: Vec<_> = refused.lines().collect();
    assert!(lines[0].starts_with("config_error: 'a' job needs 'gone' job"));
    assert_eq!(
        lines[1..],
        [
            "a: circular variable reference detected: [\"C\", \"D\"]",
            "b: circular variable reference detected: [\"A\", \"B\"]",
        ]
    );
}

#[test]
fn circles_go_through_all_kinds_of_variables() {
    let world = World::with(&[("P", "$Y")]);
    let config = "variables: {Y: $P}\na: {script: x}\nb: {script: x, inherit: {variables: false}}";
    assert_eq!(
        world.refused(config),
        "config_error: a: circular variable reference detected: [\"P\", \"Y\"]"
    );
    // An own variable hides the global one.
    let own = "variables: {Y: $P}\na: {script: x, variables: {Y: own}}";
    world.planned(own);
    let raw = "variables: {Y: {value: $P, expand: false}}\na: {script: x}";
    world.planned(raw);
    // Not there, not wrong.
    let gone =
        "variables: {Y: y}\na: {script: x, only: [tags], variables: {Y: $P}}\nb: {script: x}";
    world.planned(gone);
}

#[test]
fn tags_are_expanded_once() {
    let world = World::with(&[("A", "a"), ("NESTED", "$A")]);
    let plan = world.planned("a: {script: x, tags: [plain, '$A', 'x-${NESTED}', '$UNKNOWN']}");
    let tags: Vec<_> = plan.jobs[0].tags.iter().map(AsRef::as_ref).collect();
    assert_eq!(tags, ["plain", "a", "x-$A", "$UNKNOWN"]);
}

#[test]
fn bridges_are_planned_like_jobs() {
    let plan = World::default().planned(
        "a: {trigger: group/other, when: manual}\nb: {needs: {pipeline: group/other}}\nc: {script: x}",
    );
    assert_eq!(
        lines(&plan),
        ["a manual may-fail", "b on_success", "c on_success"]
    );
}
