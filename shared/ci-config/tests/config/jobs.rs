//! What a job is, of its own and by what it inherits.

use std::sync::Arc;

use ci_config::config::{AllowFailure, CacheKey, Definition, Inherit, Work};

use crate::support::valid;

pub(crate) fn definition(yaml: &str, job: &str) -> Arc<Definition> {
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

pub(crate) fn list(texts: &[Arc<str>]) -> Vec<&str> {
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
nulls: {script: x, image: , tags: }
none: {script: x, inherit: {default: false}}
some: {script: x, inherit: {default: [image, retry]}}
";
    let all = definition(yaml, "all");
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

    let own = definition(yaml, "own");
    assert_eq!(scripts(&own), [vec![], vec!["x"], vec!["da"]]);
    assert_eq!(own.image.as_ref().map(|image| &*image.name), Some("oi"));
    assert!(own.services.is_empty() && own.cache.is_empty() && own.tags.is_empty());
    assert_eq!(own.retry.as_ref().map(|retry| retry.max), Some(0));
    assert_eq!(own.interruptible, Some(false));
    let artifacts = own.artifacts.as_ref().expect("artifacts");
    assert_eq!(artifacts.paths, None, "default replaces, and never merges");
    assert!(own.id_tokens.is_empty() && own.pre_get_sources_script.is_empty());

    let nulls = definition(yaml, "nulls");
    assert_eq!(nulls.image.as_ref().map(|image| &*image.name), Some("di"));
    assert_eq!(list(&nulls.tags), ["dt"]);

    let none = definition(yaml, "none");
    assert_eq!(scripts(&none), [vec![], vec!["x"], vec![]]);
    assert_eq!((&none.image, none.interruptible), (&None, None));

    let some = definition(yaml, "some");
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
variables: {A: 1, B: 1.0, C: true, D: , E: 1.0e20, F: {value: 0x1F, description: d}}
a: {script: x, variables: {G: {value: $A, expand: false}}, inherit: {variables: [A]}}
b: {script: x, inherit: {variables: false}}
",
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
