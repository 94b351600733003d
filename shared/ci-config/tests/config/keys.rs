//! What is read of the keys of a job.

use std::sync::Arc;

use ci_config::check::absent_needs;
use ci_config::config::{
    Access, Action, ArtifactsWhen, CacheKey, CrossNeed, Forward, Strategy, Target, When, Work,
};

use crate::jobs::{definition, list};
use crate::support::{read, texts, valid};

#[test]
fn rules_are_read_in_order_and_flattened() {
    let config = valid(
        "
a:
  script: x
  rules:
    - {if: $A, when: delayed, start_in: 2 hours, allow_failure: true, interruptible: false}
    - [{changes: {paths: [p], compare_to: main}}, [{exists: f}]]
    - {variables: {A: 1}, needs: []}
    - {exists: {paths: [e], project: g/p, ref: r}, when: never}
",
    );
    let rules = config.jobs["a"].rules.as_ref().expect("rules");
    assert_eq!(rules.len(), 5);
    assert_eq!(rules[0].condition.as_deref(), Some("$A"));
    assert_eq!(
        (rules[0].when, rules[0].start_in),
        (Some(When::Delayed), Some(7_200))
    );
    assert_eq!(
        (rules[0].allow_failure, rules[0].interruptible),
        (Some(true), Some(false))
    );
    let changes = rules[1].changes.as_ref().expect("changes");
    assert_eq!(
        (list(&changes.paths), changes.compare_to.as_deref()),
        (vec!["p"], Some("main"))
    );
    assert_eq!(
        list(&rules[2].exists.as_ref().expect("exists").paths),
        ["f"]
    );
    assert_eq!(&*rules[3].variables["A"], "1");
    assert!(
        rules[3]
            .needs
            .as_ref()
            .is_some_and(|needs| needs.jobs.is_empty())
    );
    let exists = rules[4].exists.as_ref().expect("exists");
    assert_eq!(exists.project.as_deref(), Some("g/p"));
    assert_eq!(rules[4].when, Some(When::Never));
}

#[test]
fn needs_of_every_form() {
    let config = valid(
        "
z: {script: x, stage: build}
a:
  script: x
  needs:
    - {job: z, artifacts: false, optional: true}
    - {pipeline: $P, job: j, artifacts: false}
    - {project: g/p, ref: main, job: j}
b: {script: x}
c: {script: x, needs: []}
d: {needs: [{pipeline: g/p}, z]}
e: {needs: [{pipeline: g/p}]}
",
    );
    let needs = config.jobs["a"].needs.as_ref().expect("needs");
    assert_eq!(
        (needs.jobs[0].artifacts, needs.jobs[0].optional),
        (false, true)
    );
    assert!(matches!(
        &needs.others[0],
        CrossNeed::Pipeline {
            artifacts: false,
            ..
        }
    ));
    assert!(matches!(
        &needs.others[1],
        CrossNeed::Project {
            artifacts: true,
            ..
        }
    ));
    assert_eq!(config.jobs["b"].needs, None);
    assert!(config.jobs["c"].needs.is_some());
    assert_eq!(config.jobs["d"].definition.work, Work::Mirror("g/p".into()));
    assert!(config.jobs["d"].needs.is_some());
    assert_eq!(config.jobs["e"].needs, None);
}

#[test]
fn what_is_needed_may_be_absent_from_the_pipeline() {
    let config = valid(
        "
y: {script: x, stage: build}
z: {script: x, stage: build}
a: {script: x, needs: [y, {job: z, optional: true}]}
",
    );
    let job = &config.jobs["a"];
    let needs = &job.needs.as_ref().expect("needs").jobs;
    assert_eq!(absent_needs(job, needs, |name| name == "y"), []);
    assert_eq!(
        texts(&absent_needs(job, needs, |_| false)),
        [
            "'a' job needs 'y' job, but 'y' does not exist in the pipeline. This might be because of the only, except, or rules keywords. To need a job that sometimes does not exist in the pipeline, use needs:optional."
        ]
    );
}

#[test]
fn triggers_of_every_form() {
    let trigger = |yaml: &str| match &definition(yaml, "a").work {
        Work::Trigger(trigger) => trigger.clone(),
        other => panic!("{other:?}"),
    };
    let simple = trigger("a: {trigger: g/p}");
    assert!(
        matches!(&simple.target, Target::Project { project, branch: None } if &**project == "g/p")
    );
    assert_eq!(
        (simple.strategy, simple.forward),
        (None, Forward::default())
    );
    let full = trigger(
        "a: {trigger: {project: g/p, branch: b, strategy: depend, forward: {pipeline_variables: true}}}",
    );
    assert_eq!(full.strategy, Some(Strategy::Depend));
    assert!(full.forward.yaml_variables && full.forward.pipeline_variables);
    let child = trigger("a: {trigger: {include: [local: x.yml], strategy: mirror}}");
    assert!(matches!(child.target, Target::Child(_)));
    assert_eq!(child.strategy, Some(Strategy::Mirror));
}

#[test]
fn files_of_a_job() {
    let job = definition(
        "
a:
  script: x
  cache:
    - {key: {files: [/a], prefix: p}, paths: [c], policy: pull, when: always}
    - {}
  artifacts:
    paths: [d]
    when: on_failure
    public: false
    reports: {junit: j, coverage_report: {coverage_format: jacoco, path: r}}
",
        "a",
    );
    let cache = &job.cache[0];
    let files = Arc::from(["a".into()]);
    assert_eq!(
        cache.key,
        CacheKey::Files {
            files,
            prefix: Some("p".into())
        }
    );
    assert_eq!(
        (&*cache.policy, cache.when),
        ("pull", ArtifactsWhen::Always)
    );
    assert_eq!(job.cache[1].key, CacheKey::Text("default".into()));
    assert_eq!(&*job.cache[1].policy, "pull-push");
    let artifacts = job.artifacts.as_ref().expect("artifacts");
    assert_eq!(artifacts.when, Some(ArtifactsWhen::OnFailure));
    assert_eq!(artifacts.access, Some(Access::Developer));
    assert_eq!(list(&artifacts.reports["junit"]), ["j"]);
    assert_eq!(
        artifacts.coverage_report,
        Some(("jacoco".into(), "r".into()))
    );
}

#[test]
fn a_site_is_among_the_artifacts() {
    let paths = |yaml: &str, job: &str| {
        let artifacts = definition(yaml, job).artifacts.clone();
        artifacts
            .and_then(|artifacts| artifacts.paths)
            .map(|paths| paths.join(" "))
    };
    let public = |yaml: &str| paths(yaml, "pages");
    assert_eq!(public("pages: {script: x}").as_deref(), Some("public"));
    assert_eq!(public("pages: {script: x, pages: false}"), None);
    assert_eq!(
        public("pages: {script: x, publish: d}").as_deref(),
        Some("d")
    );
    let with_paths = "pages: {script: x, artifacts: {paths: [a, public]}}";
    assert_eq!(public(with_paths).as_deref(), Some("a public"));
    let other = "a: {script: x, pages: {publish: d}, artifacts: {paths: [a]}}";
    assert_eq!(paths(other, "a").as_deref(), Some("a d"));
}

#[test]
fn the_rest_of_a_job() {
    let job = definition(
        "
a:
  script: x
  timeout: 3 hours
  coverage: '/(\\d+)%/i'
  resource_group: g
  environment: {name: p/$X, on_stop: b, url: u}
  retry: {max: 2, when: always, exit_codes: 3}
  image: {name: i, entrypoint: [e], pull_policy: always}
  services: [{name: s, alias: l, command: c}]
  when: delayed
  start_in: 2 days
b: {script: x, environment: {name: p/$X, action: stop}, when: manual, manual_confirmation: Sure?}
",
        "a",
    );
    assert_eq!((job.timeout, job.start_in), (Some(10_800), Some(172_800)));
    assert_eq!(job.coverage.as_deref(), Some("(?i)(\\d+)%"));
    assert_eq!(job.resource_group.as_deref(), Some("g"));
    let environment = job.environment.as_ref().expect("environment");
    assert_eq!(
        (&*environment.name, environment.action),
        ("p/$X", Action::Start)
    );
    let retry = job.retry.as_ref().expect("retry");
    assert_eq!(
        (retry.max, list(&retry.when), &*retry.exit_codes),
        (2, vec!["always"], &[3][..])
    );
    let image = job.image.as_ref().expect("image");
    assert_eq!(image.pull_policy.as_deref().map(list), Some(vec!["always"]));
    let service = &job.services[0];
    assert_eq!(service.alias.as_deref(), Some("l"));
    assert_eq!(service.command.as_deref().map(list), Some(vec!["c"]));
}

#[test]
fn the_workflow_is_read() {
    let config = valid(
        "workflow: {name: ' n ', rules: [{if: $A, variables: {V: w}, when: never}], auto_cancel: {on_job_failure: all}}\na: {script: x}",
    );
    assert_eq!(config.workflow.name.as_deref(), Some("n"));
    let rules = config.workflow.rules.as_ref().expect("rules");
    assert_eq!(
        (rules[0].when, &*rules[0].variables["V"]),
        (Some(When::Never), "w")
    );
    assert!(config.workflow.auto_cancel.is_some());
}

#[test]
fn errors_say_where_they_are() {
    let (_, faults) = read("a:\n  script: x\n  timeout: soon\n  cache:\n    - key: a/b\n");
    let places: Vec<_> = (faults.errors.iter())
        .map(|fault| fault.span.map(|span| (span.line, span.column)))
        .collect();
    assert_eq!(places, [Some((5, 12)), Some((3, 12)), Some((3, 12))]);
}

#[test]
fn at_most_25_warnings_are_kept() {
    let jobs: String = (0..30)
        .map(|n| format!("j{n}: {{script: x, rules: [when: always]}}\n"))
        .collect();
    let (config, faults) = read(&jobs);
    assert!(config.is_some());
    assert_eq!(faults.warnings.len(), 25);
}

#[test]
fn a_long_chain_of_needs_is_no_circle() {
    let mut jobs = String::from("j0: {script: x}\n");
    for n in 1..5_000 {
        jobs += &format!("j{n}: {{script: x, needs: [j{}]}}\n", n - 1);
    }
    assert_eq!(valid(&jobs).jobs.len(), 5_000);
    let (_, faults) = read(&jobs.replacen("j0: {script: x}", "j0: {script: x, needs: [j4999]}", 1));
    assert_eq!(faults.errors.len(), 1);
}
