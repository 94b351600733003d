//! `run`, `id_tokens`, `secrets` and `inputs`.

use std::sync::Arc;

use indexmap::IndexMap;

use super::entry::Entry;
use super::value::{is_blank, text_of};
use crate::config::Texts;
use crate::node::{Node, Value};

const MAX_INPUTS: usize = 50;
const MAX_OPTIONS: usize = 50;
const INPUT_TYPES: [&str; 4] = ["array", "boolean", "number", "string"];

/// What a step may do, one of them.
const ACTIONS: [&str; 4] = ["script", "step", "func", "action"];

const PROVIDERS: [&str; 6] = [
    "vault",
    "azure_key_vault",
    "gcp_secret_manager",
    "aws_secrets_manager",
    "akeyless",
    "gitlab_secrets_manager",
];

/// The runner knows what is in a step; here only that they are steps.
pub(super) fn check_run(job: &Entry<'_>) {
    let Some(node) = job.attribute("run") else {
        return;
    };
    let Some(steps) = node.as_sequence() else {
        job.fail_schema("run", "", "is not of type: array");
        return;
    };
    for (index, step) in steps.iter().enumerate() {
        let pointer = format!("/{index}");
        if step.as_mapping().is_none() {
            job.fail_schema("run", &pointer, "is not of type: object");
        } else if step.get("name").is_none() {
            job.fail_schema("run", &pointer, "is missing required keys: name");
        } else if !ACTIONS.iter().any(|action| step.get(action).is_some()) {
            job.fail_schema("run", &pointer, "is invalid: error_type=oneOf");
        }
    }
}

pub(super) fn id_tokens(entry: &Entry<'_>) -> Option<IndexMap<Arc<str>, Texts>> {
    let Some(keys) = entry.node.as_mapping() else {
        entry.fail("config", "should be a hash");
        return None;
    };
    let mut tokens = IndexMap::with_capacity(keys.len());
    for (name, node) in keys {
        let token = entry.child(name, node);
        token.require_keys(&["aud"]);
        token.allow_keys(&[&["aud"]]);
        if token.attribute("aud").is_none() {
            token.fail("aud", "should be an array of strings or a string");
        }
        if let Some(aud) = token.strings_or_string("aud") {
            tokens.insert(Arc::clone(name), aud);
        }
    }
    Some(tokens)
}

/// Each from one provider; what is below goes to the runner.
pub(super) fn secrets(entry: &Entry<'_>) -> Option<Node> {
    let Some(keys) = entry.node.as_mapping() else {
        entry.fail("config", "should be a hash");
        return None;
    };
    for (name, node) in keys {
        let secret = entry.child(name, node);
        if node.as_mapping().is_none() {
            secret.fail("config", "should be a hash");
            continue;
        }
        secret.allow_keys(&[&["file", "token"], &PROVIDERS]);
        let providers = PROVIDERS.iter().filter(|key| node.get(key).is_some());
        if providers.count() != 1 {
            secret.fail(
                "config",
                format_args!(
                    "must use exactly one of these keys: {}",
                    PROVIDERS.join(", ")
                ),
            );
        }
        secret.boolean("file");
        secret.string("token");
    }
    Some(entry.node.clone())
}

/// What may be set when a job is started by hand.
pub(super) fn inputs(entry: &Entry<'_>) -> Option<Node> {
    let Some(keys) = entry.node.as_mapping() else {
        entry.fail("config", "should be a hash");
        return None;
    };
    if keys.len() > MAX_INPUTS {
        entry.fail_whole(
            entry.node.span,
            format_args!("has too many entries (maximum {MAX_INPUTS})"),
        );
        return None;
    }
    for (name, node) in keys {
        check_input(&entry.child(name, node));
    }
    Some(entry.node.clone())
}

fn check_input(entry: &Entry<'_>) {
    if entry.node.as_mapping().is_none() {
        entry.fail("config", "should be a hash");
        return;
    }
    entry.allow_keys(&[&["default", "description", "options", "regex", "type"]]);
    if let Some(node) = entry.attribute("description")
        && !matches!(node.value, Value::String(_) | Value::Integer(_))
    {
        entry.fail("input_description", "must be an alphanumeric string");
    }
    if let Some(node) = entry.attribute("regex")
        && node.as_str().is_none()
    {
        entry.fail("input_regex", "should be a string");
    }
    if let Some(node) = entry.attribute("type") {
        let text = text_of(node).unwrap_or_default();
        if !INPUT_TYPES.contains(&&*text) {
            entry.fail("input_type", format_args!("unknown value: {text}"));
        }
    }
    if let Some(node) = entry.attribute("options") {
        let options = node.as_sequence();
        if options.is_none() {
            entry.fail("input_options", "should be an array");
        }
        if options.is_some_and(|options| options.len() > MAX_OPTIONS) {
            entry.fail(
                "config",
                format_args!("cannot define more than {MAX_OPTIONS} options"),
            );
        }
        if options.is_some_and(|options| options.iter().any(Node::is_null)) {
            entry.fail("config", "options array cannot contain null values");
        }
    }
    if entry.attribute("default").is_none() {
        entry.fail_whole(entry.node.span, "must have a default value");
    }
}

/// Whose cloud account the job acts for.
pub(super) fn identity(job: &Entry<'_>) -> Option<Arc<str>> {
    let node = job.attribute("identity").filter(|node| !is_blank(node))?;
    if node.as_str() != Some("google_cloud") {
        job.fail("identity", "should be one of: google_cloud");
    }
    job.string("identity")
}
