//! `variables`: at the top, in a job, in a rule, in a service.

use std::sync::Arc;

use indexmap::IndexMap;

use super::entry::Entry;
use super::value::{is_blank, string_of, strings_of, text_of};
use crate::config::{Texts, Variable, Variables};
use crate::node::{Node, Value};

/// At the top.
pub(super) fn with_options(entry: &Entry<'_>) -> Option<Variables> {
    read(entry, &["value", "description", "expand", "options"])
}

/// In a job.
pub(super) fn with_expand(entry: &Entry<'_>) -> Option<Variables> {
    read(entry, &["value", "expand"])
}

/// Elsewhere.
pub(super) fn plain(entry: &Entry<'_>) -> Option<IndexMap<Arc<str>, Arc<str>>> {
    let variables = read(entry, &[])?;
    let values = variables
        .into_iter()
        .map(|(name, variable)| (name, variable.value));
    Some(values.collect())
}

fn read(entry: &Entry<'_>, allowed: &[&str]) -> Option<Variables> {
    let Some(keys) = entry.node.as_mapping() else {
        entry.fail("config", "should be a hash");
        return None;
    };
    let mut variables = Variables::with_capacity(keys.len());
    for (name, node) in keys {
        if let Some(variable) = read_one(&entry.child(name, node), name, allowed) {
            variables.insert(Arc::clone(name), variable);
        }
    }
    Some(variables)
}

fn read_one(entry: &Entry<'_>, name: &str, allowed: &[&str]) -> Option<Variable> {
    // What YAML takes for a boolean is no name.
    if matches!(name, "true" | "false")
        && !matches!(entry.node.value, Value::Sequence(_) | Value::Reference(_))
    {
        entry.fail("key", "must be an alphanumeric string");
    }
    match &entry.node.value {
        Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::String(_) => {
            text_of(entry.node).map(Variable::new)
        }
        Value::Null | Value::Mapping(_) => with_data(entry, allowed),
        Value::Sequence(_) | Value::Reference(_) => {
            entry.fail_verbatim(
                entry.node.span,
                "variable definition must be either a string or a hash".to_owned(),
            );
            None
        }
    }
}

fn with_data(entry: &Entry<'_>, allowed: &[&str]) -> Option<Variable> {
    let value = entry
        .attribute("value")
        .map(|node| text_or_fail(entry, node));
    let description = entry.attribute("description").map(|node| {
        let text =
            text_of(node).filter(|_| matches!(node.value, Value::String(_) | Value::Integer(_)));
        if text.is_none() {
            entry.fail("config description", "must be an alphanumeric string");
        }
        text
    });
    let expand = entry.attribute("expand").map(|node| match node.value {
        Value::Bool(expand) => expand,
        Value::Null
        | Value::Integer(_)
        | Value::Float(_)
        | Value::String(_)
        | Value::Sequence(_)
        | Value::Mapping(_)
        | Value::Reference(_) => {
            entry.fail("config expand", "should be a boolean value");
            true
        }
    });
    let options = entry.attribute("options").map(|node| {
        let options = strings_of(node);
        if options.is_none() {
            entry.fail("config options", "should be an array of strings");
        }
        options
    });
    check_data(entry, allowed);
    entry.is_valid().then(|| Variable {
        value: value.flatten().unwrap_or_default(),
        expand: expand.unwrap_or(true),
        description: description.flatten(),
        options: options.flatten(),
    })
}

fn text_or_fail(entry: &Entry<'_>, node: &Node) -> Option<Arc<str>> {
    let text = text_of(node);
    if text.is_none() {
        entry.fail("config value", "must be a scalar");
    }
    text
}

fn check_data(entry: &Entry<'_>, allowed: &[&str]) {
    if allowed.is_empty() {
        entry.fail("config", "must be a string");
    } else {
        let keys = entry
            .node
            .as_mapping()
            .into_iter()
            .flat_map(|keys| keys.keys());
        let extra: Vec<_> = (keys.map(AsRef::as_ref))
            .filter(|key| !allowed.contains(key))
            .collect();
        if !extra.is_empty() {
            entry.fail(
                "config",
                format_args!("uses invalid data keys: {}", extra.join(", ")),
            );
        }
    }
    let Some(options) = entry.attribute("options").filter(|node| !is_blank(node)) else {
        return;
    };
    let options: Texts = strings_of(options).unwrap_or_default();
    let value = entry.attribute("value").and_then(string_of);
    if !value.is_some_and(|value| options.contains(&value)) {
        entry.fail("config", "value must be present in options");
    }
}
