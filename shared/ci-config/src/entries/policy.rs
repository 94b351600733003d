//! `only` and `except`.

use std::sync::Arc;

use super::entry::Entry;
use super::value::{is_blank, strings_of, text_of};
use crate::config::{Policy, Texts};
use crate::node::{Node, Value};

/// Where jobs without rules run: for branches and tags.
pub(super) fn default_only() -> Policy {
    Policy {
        refs: Some(Arc::from(["branches".into(), "tags".into()])),
        ..Policy::default()
    }
}

/// `only` without refs keeps those of the default.
pub(super) fn only(entry: &Entry<'_>) -> Option<Policy> {
    let policy = read(entry)?;
    Some(Policy {
        refs: policy.refs.or_else(|| default_only().refs),
        ..policy
    })
}

pub(super) fn read(entry: &Entry<'_>) -> Option<Policy> {
    match &entry.node.value {
        Value::Sequence(_) => {
            let refs = refs(entry, "config", entry.node);
            entry.is_valid().then(|| Policy {
                refs,
                ..Policy::default()
            })
        }
        Value::Mapping(_) => with_keys(entry),
        Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::String(_)
        | Value::Reference(_) => {
            let text = format!(
                "{} has to be either an array of conditions or a hash",
                entry.location()
            );
            entry.fail_verbatim(entry.node.span, text);
            None
        }
    }
}

fn refs(entry: &Entry<'_>, attribute: &str, node: &Node) -> Option<Texts> {
    let is_valid = |text: &Arc<str>| !looks_like_pattern(text) || entry.context.is_pattern(text);
    let refs = strings_of(node).filter(|refs| refs.iter().all(is_valid));
    if refs.is_none() {
        entry.fail(
            attribute,
            "should be an array of strings or regular expressions using re2 syntax",
        );
    }
    refs
}

/// `/…/` with or without flags.
pub(super) fn looks_like_pattern(text: &str) -> bool {
    let flags = text
        .strip_prefix('/')
        .and_then(|rest| rest.rsplit_once('/'));
    flags.is_some_and(|(_, flags)| flags.chars().all(|flag| "ismU".contains(flag)))
}

fn with_keys(entry: &Entry<'_>) -> Option<Policy> {
    if is_blank(entry.node) {
        entry.fail("config", "can't be blank");
    }
    entry.allow_keys(&[&["refs", "kubernetes", "variables", "changes"]]);
    let expressions = entry.attribute("variables").and_then(Node::as_sequence);
    for node in expressions.unwrap_or_default() {
        if !node
            .as_str()
            .is_some_and(|text| entry.context.is_expression(text))
        {
            entry.fail("variables", "Invalid expression syntax");
        }
    }
    let refs = entry
        .attribute("refs")
        .and_then(|node| refs(entry, "refs", node));
    let kubernetes = entry.attribute("kubernetes").map(|node| {
        let text = text_of(node).unwrap_or_default();
        if &*text != "active" {
            entry.fail("kubernetes", format_args!("unknown value: {text}"));
        }
    });
    let policy = Policy {
        refs,
        kubernetes: kubernetes.is_some(),
        variables: entry.strings("variables"),
        changes: entry.strings("changes"),
    };
    entry.is_valid().then_some(policy)
}
