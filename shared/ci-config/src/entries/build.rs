//! A job that a runner runs.

use std::collections::HashSet;
use std::sync::Arc;

use super::default::{Defaults, Inheritance};
use super::entry::Entry;
use super::needs::{self, Of};
use super::{artifacts, cache, image, job, matrix, pages, policy, release, retry, script, steps};
use crate::config::{AllowFailure, Copy, Definition, Job, Needs, Texts, When, Work};
use crate::node::{Node, Value};

const KEYS: [&str; 26] = [
    "tags",
    "script",
    "image",
    "services",
    "start_in",
    "artifacts",
    "cache",
    "dependencies",
    "before_script",
    "after_script",
    "hooks",
    "coverage",
    "retry",
    "parallel",
    "timeout",
    "inputs",
    "release",
    "id_tokens",
    "publish",
    "pages",
    "manual_confirmation",
    "run",
    "interruptible",
    "secrets",
    "identity",
    "dast_configuration",
];

const WHEN: [(&str, When); 5] = [
    ("on_success", When::OnSuccess),
    ("on_failure", When::OnFailure),
    ("always", When::Always),
    ("manual", When::Manual),
    ("delayed", When::Delayed),
];

/// What a job's own checks found.
struct Own {
    when: When,
    start_in: Option<u64>,
    dependencies: Option<Texts>,
    manual_confirmation: Option<Arc<str>>,
    identity: Option<Arc<str>>,
}

pub(super) fn read(
    entry: &Entry<'_>,
    name: &Arc<str>,
    defaults: &Defaults,
    has_workflow_rules: bool,
) -> Option<Job> {
    job::check(entry, name);
    let own = check(entry, name);
    if !entry.is_valid() {
        return None;
    }
    let common = job::read(entry, defaults, has_workflow_rules);
    let rules = common.rules.clone();
    let work = work(entry, defaults, &common.inherit);
    let allow_failure = allow_failure(entry, own.when);
    let needs = entry
        .read("needs", |entry| needs::read(entry, Of::Build))
        .map(|read| read.needs);
    check_dependencies(entry, own.dependencies.as_deref(), needs.as_ref());
    let inherited = inherited(entry, defaults, &common.inherit);
    let definition = common.into_definition(entry, work?, own.when, allow_failure?);
    let pages = pages::read(entry, name);
    let artifacts = match &pages {
        Some(pages) => Some(pages::with_site(inherited.artifacts, pages)),
        None => inherited.artifacts,
    };
    Some(Job {
        name: Arc::clone(name),
        copy: None::<Copy>,
        needs,
        rules,
        dependencies: own.dependencies,
        definition: Arc::new(Definition {
            start_in: own.start_in,
            tags: inherited.tags.unwrap_or_default(),
            image: inherited.image,
            services: inherited.services.unwrap_or_default(),
            cache: inherited.cache.unwrap_or_default(),
            artifacts,
            pre_get_sources_script: inherited.hooks.unwrap_or_default(),
            retry: inherited.retry,
            timeout: entry.read("timeout", job::timeout),
            coverage: entry.read("coverage", coverage),
            id_tokens: inherited.id_tokens.unwrap_or_default(),
            release: entry.read("release", release::read),
            pages,
            secrets: entry.read("secrets", steps::secrets),
            identity: own.identity,
            manual_confirmation: own.manual_confirmation,
            inputs: entry.read("inputs", steps::inputs),
            dast_configuration: entry.attribute("dast_configuration").cloned(),
            parallel: entry.read("parallel", matrix::read),
            ..definition
        }),
    })
}

fn check(entry: &Entry<'_>, name: &str) -> Own {
    entry.allow_keys(&[&KEYS, &job::KEYS]);
    entry.exclusive_keys(&["script", "run"]);
    entry.exclusive_keys(&["before_script", "run"]);
    entry.exclusive_keys(&["after_script", "run"]);
    if entry.node.get("run").is_none() && !job::is_present(entry, "script") {
        entry.fail("script", "can't be blank");
    }
    let when = job::when(entry, &WHEN);
    let dependencies = entry.strings("dependencies");
    if let Some(node) = entry.attribute("allow_failure")
        && !matches!(node.value, Value::Bool(_) | Value::Mapping(_))
    {
        entry.fail("allow_failure", "should be a hash or a boolean value");
    }
    let manual_confirmation = entry.string("manual_confirmation");
    steps::check_run(entry);
    let delayed = entry.attribute("when").and_then(Node::as_str) == Some("delayed");
    let start_in = entry.attribute("start_in");
    let seconds = if delayed {
        entry.duration("start_in", start_in, super::rules::MAX_DELAY)
    } else {
        None
    };
    if (!delayed || entry.attribute("rules").is_some()) && job::is_present(entry, "start_in") {
        entry.fail("start_in", "must be blank");
    }
    if job::is_present(entry, "publish") && !pages::is_pages(entry, name) {
        entry.fail("publish", "can only be used within a `pages` job");
    }
    let identity = steps::identity(entry);
    Own {
        when,
        start_in: seconds,
        dependencies,
        manual_confirmation,
        identity,
    }
}

fn work(entry: &Entry<'_>, defaults: &Defaults, inherit: &Inheritance) -> Option<Work> {
    let before_script = entry.read("before_script", script::read);
    let script = entry.read("script", script::read);
    let after_script = entry.read("after_script", script::read);
    if let Some(run) = entry.attribute("run") {
        return Some(Work::Run(run.clone()));
    }
    let of_default = |key, own, default| inherit.or_default(entry, key, own, default);
    Some(Work::Script {
        before_script: of_default(
            "before_script",
            before_script,
            defaults.before_script.as_ref(),
        )
        .unwrap_or_default(),
        script: script?,
        after_script: of_default("after_script", after_script, defaults.after_script.as_ref())
            .unwrap_or_default(),
    })
}

/// The keys that a job may have from `default`, each its own or that one.
fn inherited(entry: &Entry<'_>, defaults: &Defaults, inherit: &Inheritance) -> Defaults {
    macro_rules! own_or_default {
        ($key:literal, $read:expr, $field:ident) => {
            inherit.or_default(
                entry,
                $key,
                entry.read($key, $read),
                defaults.$field.as_ref(),
            )
        };
    }
    Defaults {
        before_script: None,
        after_script: None,
        interruptible: None,
        hooks: own_or_default!("hooks", script::hooks, hooks),
        cache: own_or_default!("cache", cache::read, cache),
        image: own_or_default!("image", image::read, image),
        services: own_or_default!("services", image::services, services),
        retry: own_or_default!("retry", retry::read, retry),
        tags: own_or_default!("tags", job::tags, tags),
        artifacts: own_or_default!("artifacts", artifacts::read, artifacts),
        id_tokens: own_or_default!("id_tokens", steps::id_tokens, id_tokens),
    }
}

fn allow_failure(entry: &Entry<'_>, when: When) -> Option<AllowFailure> {
    if !job::says_allow_failure(entry) {
        return Some(job::allow_failure_by_default(when));
    }
    entry.read("allow_failure", |entry| match entry.node.value {
        Value::Bool(true) => Some(AllowFailure::Yes),
        Value::Bool(false) => Some(AllowFailure::No),
        Value::Null
        | Value::Integer(_)
        | Value::Float(_)
        | Value::String(_)
        | Value::Sequence(_)
        | Value::Mapping(_)
        | Value::Reference(_) => {
            entry.allow_keys(&[&["exit_codes"]]);
            let codes = entry.integers_or_integer("exit_codes");
            (entry.is_valid()).then(|| codes.map_or(AllowFailure::No, AllowFailure::ExitCodes))
        }
    })
}

/// `/…/` with or without flags.
fn coverage(entry: &Entry<'_>) -> Option<Arc<str>> {
    let is_pattern =
        |text: &&str| policy::looks_like_pattern(text) && entry.context.is_pattern(text);
    let pattern = entry.node.as_str().filter(is_pattern);
    let parts = pattern
        .and_then(|text| text.strip_prefix('/'))
        .and_then(|text| text.rsplit_once('/'));
    match parts {
        Some((pattern, "")) => Some(pattern.into()),
        Some((pattern, flags)) => Some(format!("(?{flags}){pattern}").into()),
        None => {
            entry.fail("config", "must be a regular expression with re2 syntax");
            None
        }
    }
}

/// Artifacts come only from what a job waits for.
fn check_dependencies(entry: &Entry<'_>, dependencies: Option<&[Arc<str>]>, needs: Option<&Needs>) {
    let (Some(dependencies), Some(needs)) = (dependencies, needs) else {
        return;
    };
    if dependencies.is_empty() {
        return;
    }
    if needs.jobs.is_empty() {
        if !needs.others.is_empty() {
            entry.fail(
                "needs",
                "corresponding to dependencies must be from the same pipeline",
            );
        }
        return;
    }
    let needed: HashSet<_> = needs.jobs.iter().map(|need| &need.job).collect();
    let missing: Vec<_> = (dependencies.iter())
        .filter(|dependency| !needed.contains(dependency))
        .map(AsRef::as_ref)
        .collect();
    if !missing.is_empty() {
        entry.fail(
            "dependencies",
            format_args!("the {} should be part of needs", missing.join(", ")),
        );
    }
}
