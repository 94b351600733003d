//! `trigger`.

use std::sync::Arc;

use super::entry::Entry;
use super::value::is_blank;
use crate::config::{Forward, Strategy, Target, Trigger};
use crate::node::{Node, Value};

const MAX_INCLUDES: usize = 3;

const STRATEGIES: [(&str, Strategy); 2] =
    [("depend", Strategy::Depend), ("mirror", Strategy::Mirror)];

const INCLUDE_KEYS: [&str; 13] = [
    "local",
    "file",
    "remote",
    "project",
    "ref",
    "integrity",
    "cache",
    "template",
    "artifact",
    "inputs",
    "job",
    "rules",
    "component",
];

pub(super) fn read(entry: &Entry<'_>) -> Option<Trigger> {
    match &entry.node.value {
        Value::String(project) => {
            if is_blank(entry.node) {
                entry.fail("config", "can't be blank");
                return None;
            }
            Some(Trigger {
                target: Target::Project {
                    project: Arc::clone(project),
                    branch: None,
                },
                strategy: None,
                forward: Forward::default(),
                inputs: None,
            })
        }
        Value::Mapping(keys) if keys.contains_key("include") => of_child(entry),
        Value::Mapping(_) => of_project(entry),
        Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::Sequence(_)
        | Value::Reference(_) => {
            let text = format!("{} has to be either a string or a hash", entry.location());
            entry.fail_verbatim(entry.node.span, text);
            None
        }
    }
}

fn strategy(entry: &Entry<'_>) -> Option<Strategy> {
    entry.choice("strategy", &STRATEGIES, "should be depend or mirror")
}

fn of_project(entry: &Entry<'_>) -> Option<Trigger> {
    if is_blank(entry.node) {
        entry.fail("config", "can't be blank");
    }
    entry.allow_keys(&[&["project", "branch", "strategy", "forward", "inputs"]]);
    let inputs = entry.attribute("inputs");
    if inputs.is_some_and(|node| node.as_mapping().is_none()) {
        entry.fail("inputs", "should be a hash");
    }
    let project = entry.required_string("project");
    let branch = entry.string("branch");
    let strategy = strategy(entry);
    if !entry.is_valid() {
        return None;
    }
    Some(Trigger {
        target: Target::Project {
            project: project?,
            branch,
        },
        strategy,
        forward: entry.read("forward", forward).unwrap_or_default(),
        inputs: inputs.cloned(),
    })
}

fn of_child(entry: &Entry<'_>) -> Option<Trigger> {
    entry.allow_keys(&[&["strategy", "include", "forward"]]);
    let strategy = strategy(entry);
    if !entry.is_valid() {
        return None;
    }
    let include = entry.node.get("include")?;
    check_include(&entry.child("include", include));
    Some(Trigger {
        target: Target::Child(include.clone()),
        strategy,
        forward: entry.read("forward", forward).unwrap_or_default(),
        inputs: None,
    })
}

fn forward(entry: &Entry<'_>) -> Option<Forward> {
    entry.allow_keys(&[&["yaml_variables", "pipeline_variables"]]);
    let default = Forward::default();
    let yaml_variables = entry.boolean("yaml_variables");
    let pipeline_variables = entry.boolean("pipeline_variables");
    entry.is_valid().then(|| Forward {
        yaml_variables: yaml_variables.unwrap_or(default.yaml_variables),
        pipeline_variables: pipeline_variables.unwrap_or(default.pipeline_variables),
    })
}

/// What is included is read when the pipeline is made; here only its form.
fn check_include(entry: &Entry<'_>) {
    let nodes = match &entry.node.value {
        Value::Null | Value::String(_) => return,
        Value::Sequence(nodes) => nodes,
        Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::Mapping(_)
        | Value::Reference(_) => {
            entry.fail("config", "should be an array or a string");
            return;
        }
    };
    if nodes.len() > MAX_INCLUDES {
        entry.fail(
            "config",
            format_args!("is too long (maximum is {MAX_INCLUDES})"),
        );
        return;
    }
    for node in nodes.iter() {
        check_one(&entry.child("include", node));
    }
}

fn check_one(entry: &Entry<'_>) {
    match &entry.node.value {
        Value::String(_) => return,
        Value::Mapping(_) => {}
        Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::Sequence(_)
        | Value::Reference(_) => {
            entry.fail("config", "should be a hash or a string");
            return;
        }
    }
    let present = |key: &str| entry.attribute(key).is_some_and(|node| !is_blank(node));
    if entry.attribute("project").is_some() && !present("file") {
        entry.fail(
            "config",
            "must specify the file where to fetch the config from",
        );
    }
    entry.allow_keys(&[&INCLUDE_KEYS]);
    if entry.attribute("artifact").is_some() && !present("job") {
        entry.fail(
            "config",
            "must specify the job where to fetch the artifact from",
        );
    }
}

/// The jobs whose artifacts are included.
pub(crate) fn included_jobs(trigger: &Trigger) -> impl Iterator<Item = &str> {
    let includes = match &trigger.target {
        Target::Child(include) => include.as_sequence().unwrap_or_default(),
        Target::Project { .. } => &[],
    };
    (includes.iter()).filter_map(|node| node.get("job").and_then(Node::as_str))
}
