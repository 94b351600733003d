//! `workflow`: whether there is a pipeline, and what holds for all of it.

use ci_config::config::{AutoCancelOnJobFailure, AutoCancelOnNewCommit};
use ci_config::variables::Origin;

use crate::world::{World, variables};

const NOT_RUN: &str = "filtered_by_workflow_rules: The pipeline did not run. Review the workflow:rules configuration for the pipeline.";

#[test]
fn its_rules_admit_pipelines() {
    let world = World::with(&[("A", "1"), ("CI_JOB_NAME", "x")]);
    for (rules, expected) in [
        ("[{if: $A}]", true),
        ("[{if: $B}]", false),
        ("[{if: $A, when: never}, {when: always}]", false),
        ("[{if: $B, when: never}, {when: always}]", true),
        ("[{if: $G}]", true),
        ("[{if: '$CI_NODE_TOTAL == \"1\"'}]", true),
        ("[{if: $CI_JOB_STAGE}]", false),
        (
            "[{changes: {paths: [x], compare_to: gone}}, {when: always}]",
            false,
        ),
    ] {
        let config =
            format!("variables: {{G: '1'}}\nworkflow: {{rules: {rules}}}\na: {{script: x}}");
        if expected {
            world.planned(&config);
        } else {
            assert_eq!(world.refused(&config), NOT_RUN, "{rules}");
        }
    }
}

#[test]
fn its_rule_sets_global_variables() {
    let world = World::with(&[("A", "1"), ("BRANCH", "main")]);
    let plan = world.planned(
        "variables: {G: global, X: global}
workflow:
  name: ' $X on $BRANCH$UNKNOWN '
  rules: [{if: $A, variables: {X: rule}}]
a: {script: x, rules: [{if: '$X == \"rule\"'}]}
b: {script: x, variables: {X: own}}
c: {script: x, inherit: {variables: false}, variables: {Y: own}}
d: {script: x, inherit: {variables: [X, UNKNOWN]}}",
    );
    assert_eq!(plan.name.as_deref(), Some("rule on main"));
    assert_eq!(variables(&plan, "a"), ["G=global", "X=rule"]);
    assert_eq!(variables(&plan, "b"), ["G=global", "X=own"]);
    assert_eq!(variables(&plan, "c"), ["Y=own"]);
    assert_eq!(variables(&plan, "d"), ["X=rule"]);
}

#[test]
fn jobs_see_only_the_global_variables_they_inherit() {
    let config = |inherit: &str| {
        format!(
            "variables: {{G: '1', H: '1'}}\na: {{script: x, inherit: {{variables: {inherit}}}, rules: [{{if: '$G && $H == null'}}]}}\nz: {{script: x}}"
        )
    };
    let runs = |inherit: &str| World::default().names(&config(inherit)).len() == 2;
    assert!(!runs("true"));
    assert!(!runs("false"));
    assert!(runs("[G]"));
    assert!(!runs("[H]"));
}

#[test]
fn names_may_come_to_nothing_or_be_too_long() {
    let config = |name: &str| format!("workflow: {{name: {name}}}\na: {{script: x}}");
    assert_eq!(World::default().planned(&config("'$UNKNOWN '")).name, None);
    let mut world = World::default();
    world
        .variables
        .push(("LONG", "0123456789", Origin::Project));
    let refused = world.refused(&config(&"$LONG".repeat(26)));
    assert_eq!(
        refused,
        "config_error: Failed to build pipeline metadata! Name is too long (maximum is 255 characters)"
    );
    assert!(world.planned(&config(&"$LONG".repeat(25))).name.is_some());
}

#[test]
fn what_a_rule_says_of_cancelling_wins() {
    let plan = World::default().planned(
        "workflow:
  auto_cancel: {on_new_commit: interruptible, on_job_failure: all}
  rules: [{when: always, auto_cancel: {on_new_commit: none}}]
a: {script: x}",
    );
    let auto_cancel = plan.auto_cancel;
    assert_eq!(auto_cancel.on_new_commit, Some(AutoCancelOnNewCommit::None));
    assert_eq!(
        auto_cancel.on_job_failure,
        Some(AutoCancelOnJobFailure::All)
    );
}
