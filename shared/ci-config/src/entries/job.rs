//! What jobs and bridges have in common.

use std::sync::Arc;

use super::default::{Defaults, Inheritance};
use super::entry::Entry;
use super::value::{flatten, is_blank, strings_of, strings_or_string_of};
use super::{environment, policy, rules, variables};
use crate::config::{
    AllowFailure, Definition, Environment, Policy, Rule, Texts, Variables, When, Work,
};
use crate::node::Value;

/// The keys that both may have.
pub(super) const KEYS: [&str; 12] = [
    "extends",
    "stage",
    "only",
    "except",
    "rules",
    "variables",
    "inherit",
    "allow_failure",
    "when",
    "needs",
    "resource_group",
    "environment",
];

const MAX_NAME_LENGTH: usize = 255;
const MAX_TAGS: usize = 50;

/// GitLab's longest timeout, a month, in seconds.
const MAX_TIMEOUT: u64 = 2_629_746;

const MULTIPLE_PIPELINES: &str = "may allow multiple pipelines to run for a single action due to `rules:when` clause with no `workflow:rules` - read more: https://docs.gitlab.com/ee/ci/jobs/job_troubleshooting.html#job-may-allow-multiple-pipelines-to-run-for-a-single-action-warning";

/// Checks that need nothing but the job itself. GitLab looks into the keys only when these
/// hold.
pub(super) fn check(entry: &Entry<'_>, name: &str) {
    if entry.node.as_mapping().is_none() {
        entry.fail("config", "should be a hash");
    }
    check_name(entry, name);
    entry.exclusive_keys(&["script", "trigger"]);
    entry.exclusive_keys(&["run", "trigger"]);
    if entry.attribute("rules").is_some() {
        let present: Vec<_> = ["only", "except", "start_in"]
            .into_iter()
            .filter(|key| entry.attribute(key).is_some())
            .collect();
        entry.disallow_keys(&present, "key may not be used with `rules`");
    }
    if let Some(node) = entry.attribute("extends")
        && strings_or_string_of(node).is_none()
    {
        entry.fail("extends", "should be an array of strings or a string");
    }
    if let Some(node) = entry.attribute("rules") {
        let is_rule = |node: &crate::node::Node| node.as_mapping().is_some();
        let nested = node.as_sequence().is_some()
            && flatten(node, super::script::MAX_NESTING, &is_rule).is_some();
        if !nested {
            entry.fail(
                "rules",
                "should be an array containing hashes and arrays of hashes",
            );
        }
    }
    entry.string("resource_group");
}

/// In YAML, `true` and `false` are no strings; written as strings they look the same here.
fn check_name(entry: &Entry<'_>, name: &str) {
    if name.trim().is_empty() {
        entry.fail("name", "can't be blank");
    }
    if matches!(name, "true" | "false") {
        entry.fail("name", "should be a symbol");
    }
    if name.chars().count() > MAX_NAME_LENGTH {
        entry.fail(
            "name",
            format_args!("is too long (maximum is {MAX_NAME_LENGTH} characters)"),
        );
    }
}

/// `when`, of those that are allowed there.
pub(super) fn when(entry: &Entry<'_>, allowed: &[(&str, When)]) -> When {
    let words: Vec<_> = allowed.iter().map(|(word, _)| *word).collect();
    let message = format!("should be one of: {}", words.join(", "));
    entry.choice("when", allowed, &message).unwrap_or_default()
}

/// What was read of them.
pub(super) struct Common {
    pub(super) stage: Arc<str>,
    pub(super) only: Option<Policy>,
    pub(super) except: Option<Policy>,
    pub(super) rules: Option<Arc<[Rule]>>,
    pub(super) variables: Variables,
    pub(super) inherit: Inheritance,
    pub(super) environment: Option<Environment>,
    pub(super) interruptible: Option<bool>,
}

pub(super) fn read(entry: &Entry<'_>, defaults: &Defaults, has_workflow_rules: bool) -> Common {
    let stage = match entry.attribute("stage") {
        None => "test".into(),
        Some(_) => entry.read("stage", text).unwrap_or_else(|| "test".into()),
    };
    let only = entry.read("only", policy::only);
    let except = entry.read("except", policy::read);
    let has_rules = entry.attribute("rules").is_some();
    let rules = entry.read("rules", rules::of_job);
    let variables = entry.read("variables", variables::with_expand);
    let inherit = Inheritance::read(entry);
    let environment = entry.read("environment", environment::read);
    let interruptible = entry.read("interruptible", boolean);
    if let Some(rules) = rules.as_ref().filter(|_| !has_workflow_rules) {
        warn_of_multiple_pipelines(entry, rules);
    }
    let without_only = entry.attribute("only").is_none();
    let by_default = without_only && !has_rules && !has_workflow_rules;
    Common {
        stage,
        only: only.or_else(|| by_default.then(policy::default_only)),
        except,
        rules,
        variables: variables.unwrap_or_default(),
        interruptible: inherit.or_default(
            entry,
            "interruptible",
            interruptible,
            defaults.interruptible.as_ref(),
        ),
        inherit,
        environment,
    }
}

/// A last rule that is `when` alone lets a job into pipelines of branches and of merge
/// requests alike.
fn warn_of_multiple_pipelines(entry: &Entry<'_>, rules: &[Rule]) {
    let Some(last) = rules.last() else { return };
    let alone = Rule {
        when: last.when,
        ..Rule::default()
    };
    if *last == alone && last.when.is_some_and(|when| when != When::Never) {
        entry.warn(MULTIPLE_PIPELINES);
    }
}

impl Common {
    /// The definition of a job of which nothing else was said.
    pub(super) fn into_definition(
        self,
        entry: &Entry<'_>,
        work: Work,
        when: When,
        allow_failure: AllowFailure,
    ) -> Definition {
        Definition {
            span: entry.node.span,
            stage: self.stage,
            work,
            when,
            start_in: None,
            allow_failure,
            only: self.only,
            except: self.except,
            variables: self.variables,
            inherit_variables: self.inherit.variables,
            interruptible: self.interruptible,
            environment: self.environment,
            resource_group: entry.string("resource_group"),
            tags: Texts::default(),
            image: None,
            services: Arc::default(),
            cache: Arc::default(),
            artifacts: None,
            pre_get_sources_script: Texts::default(),
            retry: None,
            timeout: None,
            coverage: None,
            id_tokens: indexmap::IndexMap::new(),
            release: None,
            pages: None,
            secrets: None,
            identity: None,
            manual_confirmation: None,
            inputs: None,
            dast_configuration: None,
            parallel: None,
        }
    }
}

pub(super) fn text(entry: &Entry<'_>) -> Option<Arc<str>> {
    let text = entry.node.as_str().map(Arc::from);
    if text.is_none() {
        entry.fail("config", "should be a string");
    }
    text
}

pub(super) fn boolean(entry: &Entry<'_>) -> Option<bool> {
    if let Value::Bool(value) = entry.node.value {
        return Some(value);
    }
    entry.fail("config", "should be a boolean value");
    None
}

pub(super) fn timeout(entry: &Entry<'_>) -> Option<u64> {
    entry.duration("config", Some(entry.node), MAX_TIMEOUT - 1)
}

pub(super) fn tags(entry: &Entry<'_>) -> Option<Texts> {
    let tags = strings_of(entry.node);
    if tags.is_none() {
        entry.fail("config", "should be an array of strings");
    }
    let mut distinct: Vec<Arc<str>> = Vec::new();
    for tag in entry.node.as_sequence().unwrap_or_default() {
        let Some(tag) = tag.as_str().map(str::trim).filter(|tag| !tag.is_empty()) else {
            continue;
        };
        if distinct.len() < MAX_TAGS && !distinct.iter().any(|known| **known == *tag) {
            distinct.push(tag.into());
        }
    }
    if distinct.len() >= MAX_TAGS {
        entry.fail(
            "config",
            format_args!("must be less than the limit of {MAX_TAGS} tags"),
        );
    }
    entry.is_valid().then(|| distinct.into())
}

/// Whether `allow_failure` says something at all.
pub(super) fn says_allow_failure(entry: &Entry<'_>) -> bool {
    entry.attribute("allow_failure").is_some()
}

/// When nothing is said, manual jobs may fail.
pub(super) const fn allow_failure_by_default(when: When) -> AllowFailure {
    match when {
        When::Manual => AllowFailure::Yes,
        When::OnSuccess | When::OnFailure | When::Always | When::Delayed | When::Never => {
            AllowFailure::No
        }
    }
}

/// Whether what stands under a key has something in it.
pub(super) fn is_present(entry: &Entry<'_>, key: &str) -> bool {
    entry.attribute(key).is_some_and(|node| !is_blank(node))
}
