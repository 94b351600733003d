//! Reads each keyword, and says in GitLab's words what is wrong with it. As there, what is
//! inside an entry is looked at only when the entry itself is in order.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::check;
use crate::config::{Checks, Config, Job, Rule};
use crate::fault::{Fault, Faults};
use crate::node::Node;
use crate::parallel;

mod artifacts;
mod bridge;
mod build;
mod cache;
mod context;
mod default;
mod entry;
mod environment;
mod image;
mod job;
mod matrix;
mod needs;
mod pages;
mod policy;
mod release;
mod retry;
mod rules;
mod script;
mod steps;
mod trigger;
mod value;
mod variables;
mod workflow;

pub(crate) use trigger::included_jobs;

use context::Context;
use default::Defaults;
use entry::Entry;

/// The stages when there is no `stages`.
const DEFAULT_STAGES: [&str; 3] = ["build", "test", "deploy"];

/// Keywords at the top that no job may be named after. `default`, `workflow` and others are
/// jobs when they look like one.
const RESERVED: [&str; 8] = [
    "include",
    "before_script",
    "image",
    "services",
    "after_script",
    "variables",
    "stages",
    "cache",
];

pub(crate) fn read(root: &Node, checks: &Checks) -> (Option<Config>, Faults) {
    let context = Context::new(checks);
    let config = read_root(&Entry::root(root, &context));
    let mut faults = context.into_faults();
    let Some(mut config) = config.filter(|_| faults.errors.is_empty()) else {
        return (None, faults);
    };
    match parallel::expand(config.jobs) {
        Ok(jobs) => config.jobs = jobs,
        Err(errors) => {
            faults.errors = errors;
            return (None, faults);
        }
    }
    faults.errors = check::check(&config);
    (faults.errors.is_empty().then_some(config), faults)
}

/// The rules of one include, or the first thing that is wrong with them.
pub(crate) fn read_include_rules(node: &Node, checks: &Checks) -> Result<Arc<[Rule]>, Fault> {
    let context = Context::new(checks);
    let root = Entry::root(node, &context);
    let rules = rules::read(&root.unkeyed("rules"), &rules::OF_INCLUDES);
    match context.into_faults().errors.into_iter().next() {
        Some(error) => Err(error),
        None => Ok(rules.unwrap_or_default()),
    }
}

fn read_root(root: &Entry<'_>) -> Option<Config> {
    let Some(keys) = root.node.as_mapping() else {
        root.context
            .error(Fault::new("Invalid configuration format").at(root.node.span));
        return None;
    };
    let mut jobs: IndexMap<Arc<str>, &Node> = IndexMap::new();
    for (name, node) in keys {
        let keyword = RESERVED.contains(&&**name)
            || (matches!(&**name, "default" | "workflow") && Kind::of(name, node).is_none());
        if !keyword {
            jobs.insert(Arc::clone(name), node);
        }
    }
    let top = |key: &str| root.attribute(key).filter(|_| !jobs.contains_key(key));

    let defaults = Defaults::read(root, top("default"));
    let variables = root
        .attribute("variables")
        .and_then(|node| variables::with_options(&root.child("variables", node)))
        .unwrap_or_default();
    let stages = read_stages(root);
    let workflow = top("workflow")
        .and_then(|node| workflow::read(&root.child("workflow", node)))
        .unwrap_or_default();
    let has_workflow_rules = top("workflow").is_some_and(|node| node.get("rules").is_some());
    let jobs = read_jobs(root, &jobs, &defaults, has_workflow_rules);
    Some(Config {
        stages: stages?,
        variables,
        workflow,
        jobs: jobs?,
    })
}

/// `.pre` and `.post` are always there, except in a list that is empty.
fn read_stages(root: &Entry<'_>) -> Option<Vec<Arc<str>>> {
    let named: Vec<Arc<str>> = match root.attribute("stages") {
        None => DEFAULT_STAGES.into_iter().map(Arc::from).collect(),
        Some(node) => {
            let entry = root.child("stages", node);
            let stages = node
                .as_sequence()
                .and_then(|_| value::flatten_strings(node, script::MAX_NESTING));
            let Some(stages) = stages else {
                entry.fail(
                    "config",
                    format_args!(
                        "should be an array of strings or a nested array of strings up to {} levels deep",
                        script::MAX_NESTING
                    ),
                );
                return None;
            };
            stages
        }
    };
    if named.is_empty() {
        return Some(named);
    }
    let mut stages: Vec<Arc<str>> = vec![".pre".into()];
    let mut seen = std::collections::HashSet::from([".pre".into(), Arc::from(".post")]);
    stages.extend((named.into_iter()).filter(|stage| seen.insert(Arc::clone(stage))));
    stages.push(".post".into());
    Some(stages)
}

/// What a key at the top that is no keyword stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Hidden,
    Build,
    Bridge,
}

impl Kind {
    fn of(name: &str, node: &Node) -> Option<Self> {
        let has = |key| node.get(key).is_some();
        if name.starts_with('.') {
            Some(Self::Hidden)
        } else if has("script") || has("run") {
            Some(Self::Build)
        } else if has("trigger") || has("needs") {
            Some(Self::Bridge)
        } else {
            None
        }
    }
}

fn read_jobs(
    root: &Entry<'_>,
    nodes: &IndexMap<Arc<str>, &Node>,
    defaults: &Defaults,
    has_workflow_rules: bool,
) -> Option<IndexMap<Arc<str>, Job>> {
    let all = root.child("jobs", root.node);
    let mut visible = false;
    for (name, node) in nodes {
        match Kind::of(name, node) {
            None => all.fail_whole(
                node.span,
                format_args!(
                    "{} config should implement the script:, run:, or trigger: keyword",
                    with_underscores(name)
                ),
            ),
            Some(Kind::Hidden) => {}
            Some(Kind::Build | Kind::Bridge) => visible = true,
        }
    }
    if !visible {
        all.fail("config", "should contain at least one visible job");
    }
    if !all.is_valid() {
        return None;
    }
    let mut jobs = IndexMap::new();
    for (name, node) in nodes {
        let entry = all.child(name, node);
        let job = match Kind::of(name, node) {
            None => None,
            Some(Kind::Hidden) => {
                if value::is_blank(node) {
                    entry.fail("config", "can't be blank");
                }
                None
            }
            Some(Kind::Build) => build::read(&entry, name, defaults, has_workflow_rules),
            Some(Kind::Bridge) => bridge::read(&entry, name, defaults, has_workflow_rules),
        };
        if let Some(job) = job {
            jobs.insert(Arc::clone(name), job);
        }
    }
    Some(jobs)
}

/// GitLab writes names of letters and spaces like this, in this one message.
fn with_underscores(name: &str) -> String {
    let plain = (name.chars()).all(|c| c.is_ascii_alphabetic() || c.is_ascii_whitespace());
    if plain {
        name.replace(' ', "_")
    } else {
        name.to_owned()
    }
}
