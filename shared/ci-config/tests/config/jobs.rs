//! What is read of valid configurations: defaults, inheritance, every key.

use std::sync::Arc;

use ci_config::check::absent_needs;
use ci_config::config::{
    Access, Action, AllowFailure, ArtifactsWhen, CacheKey, CrossNeed, Definition, Forward, Inherit,
    Strategy, Target, When, Work,
};

use crate::support::{read, texts, valid};

fn definition(yaml: &str, job: &str) -> Arc<Definition> {
    Arc::clone(&valid(yaml).jobs[job].definition)
}

fn scripts(definition: &Definition) -> [Vec<&str>; 3] {
    let Work::Script {
        before_script,
        script,
        after_script,
    } = &definition.work
    else {
        panic!("{:?} is no script", definition.work);
    };
    [before_script, script, after_script].map(|lines| lines.iter().map(AsRef::as_ref).collect())
}

fn list(texts: &[Arc<str>]) -> Vec<&str> {
    texts.iter().map(AsRef::as_ref).collect()
}

#[test]
fn stages_are_wrapped_flattened_and_kept_once() {
    let stages = |yaml: &str| valid(yaml).stages.join(" ");
    let job = "a: {script: x, stage: .pre}\n";
    assert_eq!(stages(job), ".pre build test deploy .post");
    assert_eq!(
        stages(&format!("{job}stages: [.post, [b, [a]], b, .pre]")),
        ".pre b a .post"
    );
}

#[test]
fn a_job_takes_what_it_lacks_from_default() {
    let yaml = "
default:
  before_script: [db]
  after_script: [da]
  image: di
  services: [ds]
  cache: {paths: [dc]}
  tags: [dt]
  retry: 1
  interruptible: true
  timeout: 1 day
  artifacts: {paths: [dp]}
  id_tokens: {D: {aud: x}}
  hooks: {pre_get_sources_script: [dh]}
all: {script: x}
own:
  script: x
  before_script: []
  image: oi
  services: []
  cache: []
  tags: []
  retry: 0
  interruptible: false
  artifacts: {expire_in: 1 day}
  id_tokens: {}
  hooks: {}
null: {script: x}
nulls: {script: x, image: , tags: }
none: {script: x, inherit: {default: false}}
some: {script: x, inherit: {default: [image, retry]}}
"
    .replace("null: {script: x}\n", "");
    let all = definition(&yaml, "all");
    assert_eq!(scripts(&all), [vec!["db"], vec!["x"], vec!["da"]]);
    assert_eq!(all.image.as_ref().map(|image| &*image.name), Some("di"));
    assert_eq!(&*all.services[0].image.name, "ds");
    assert_eq!(list(&all.cache[0].paths), ["dc"]);
    assert_eq!(list(&all.tags), ["dt"]);
    assert_eq!(all.retry.as_ref().map(|retry| retry.max), Some(1));
    assert_eq!(all.interruptible, Some(true));
    assert_eq!(all.timeout, None, "GitLab gives no job the default timeout");
    assert!(all.artifacts.is_some());
    assert_eq!(all.id_tokens.len(), 1);
    assert_eq!(list(&all.pre_get_sources_script), ["dh"]);

    let own = definition(&yaml, "own");
    assert_eq!(scripts(&own), [vec![], vec!["x"], vec!["da"]]);
    assert_eq!(own.image.as_ref().map(|image| &*image.name), Some("oi"));
    assert!(own.services.is_empty() && own.cache.is_empty() && own.tags.is_empty());
    assert_eq!(own.retry.as_ref().map(|retry| retry.max), Some(0));
    assert_eq!(own.interruptible, Some(false));
    let artifacts = own.artifacts.as_ref().expect("artifacts");
    assert_eq!(artifacts.paths, None, "default replaces, and never merges");
    assert!(own.id_tokens.is_empty() && own.pre_get_sources_script.is_empty());

    let nulls = definition(&yaml, "nulls");
    assert_eq!(nulls.image.as_ref().map(|image| &*image.name), Some("di"));
    assert_eq!(list(&nulls.tags), ["dt"]);

    let none = definition(&yaml, "none");
    assert_eq!(scripts(&none), [vec![], vec!["x"], vec![]]);
    assert_eq!((&none.image, none.interruptible), (&None, None));

    let some = definition(&yaml, "some");
    assert!(some.image.is_some() && some.retry.is_some() && some.tags.is_empty());
}

#[test]
fn the_older_spelling_of_default_counts() {
    let yaml = "
image: i
before_script: b
services: [s]
after_script: [a]
cache: {key: k}
default: {tags: [t]}
a: {script: x}
";
    let job = definition(yaml, "a");
    assert_eq!(scripts(&job), [vec!["b"], vec!["x"], vec!["a"]]);
    assert_eq!(job.image.as_ref().map(|image| &*image.name), Some("i"));
    assert_eq!(job.services.len(), 1);
    assert_eq!(job.cache[0].key, CacheKey::Text("k".into()));
    assert_eq!(list(&job.tags), ["t"]);
}

#[test]
fn a_job_named_default_is_no_default() {
    let config = valid("default: {script: x, image: i}\na: {script: x}");
    assert_eq!(config.jobs.len(), 2);
    assert_eq!(config.jobs["a"].definition.image, None);
}

#[test]
fn variables_are_texts() {
    let config = valid(
        "
variables: {A: 1, B: 1.0, C: true, D: , E: 1.0e20, F: {value: 0x1F, description: d, options: [\"31\"]}}
a: {script: x, variables: {G: {value: $A, expand: false}}, inherit: {variables: [A]}}
b: {script: x, inherit: {variables: false}}
"
        .replace(", options: [\"31\"]", "")
        .as_str(),
    );
    let value = |name: &str| &*config.variables[name].value;
    assert_eq!(
        ["A", "B", "C", "D", "E", "F"].map(value),
        ["1", "1.0", "true", "", "1.0e+20", "31"]
    );
    let own = &config.jobs["a"].definition;
    assert!(!own.variables["G"].expand && config.variables["A"].expand);
    assert_eq!(
        own.inherit_variables,
        Inherit::Only(Arc::from(["A".into()]))
    );
    assert_eq!(
        config.jobs["b"].definition.inherit_variables,
        Inherit::Nothing
    );
}

#[test]
fn manual_jobs_may_fail_unless_they_say_otherwise() {
    let yaml = "
a: {script: x}
b: {script: x, when: manual}
c: {script: x, when: manual, allow_failure: false}
d: {script: x, allow_failure: true}
e: {script: x, when: manual, allow_failure: {exit_codes: 7}}
f: {trigger: g/p, when: manual}
g: {script: x, rules: [{if: $A, when: manual}]}
";
    let config = valid(yaml);
    let allowed = |name: &str| config.jobs[name].definition.allow_failure.clone();
    assert_eq!(allowed("a"), AllowFailure::No);
    assert_eq!(allowed("b"), AllowFailure::Yes);
    assert_eq!(allowed("c"), AllowFailure::No);
    assert_eq!(allowed("d"), AllowFailure::Yes);
    assert_eq!(allowed("e"), AllowFailure::ExitCodes(Arc::from([7])));
    assert_eq!(allowed("f"), AllowFailure::Yes);
    assert_eq!(allowed("g"), AllowFailure::No);
}

#[test]
fn only_has_a_default_where_there_are_no_rules() {
    let refs = |yaml: &str, job: &str| {
        let only = definition(yaml, job).only.clone();
        only.and_then(|only| only.refs).map(|refs| refs.join(" "))
    };
    let jobs = "
a: {script: x}
b: {script: x, rules: [if: $A]}
c: {script: x, only: [main]}
d: {script: x, only: {variables: [$A]}}
";
    assert_eq!(refs(jobs, "a").as_deref(), Some("branches tags"));
    assert_eq!(refs(jobs, "b"), None);
    assert_eq!(refs(jobs, "c").as_deref(), Some("main"));
    assert_eq!(refs(jobs, "d").as_deref(), Some("branches tags"));
    let with_workflow = format!("workflow: {{rules: [if: $A]}}\n{jobs}");
    assert_eq!(refs(&with_workflow, "a"), None);
    assert_eq!(refs(&with_workflow, "c").as_deref(), Some("main"));
}

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
