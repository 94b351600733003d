//! `image` and `services`.

use std::sync::Arc;

use super::entry::Entry;
use super::value::{is_blank, string_of, strings_or_string_of};
use super::{script, variables};
use crate::config::{Image, Service, Texts};
use crate::node::{Node, Value};

const KEYS: [&str; 6] = [
    "docker",
    "kubernetes",
    "name",
    "entrypoint",
    "ports",
    "pull_policy",
];

const PULL_POLICIES: [&str; 3] = ["always", "never", "if-not-present"];

pub(super) fn read(entry: &Entry<'_>) -> Option<Image> {
    entry.allow_keys(&[&KEYS]);
    read_named(entry)
}

pub(super) fn services(entry: &Entry<'_>) -> Option<Arc<[Service]>> {
    let Some(nodes) = entry.node.as_sequence() else {
        entry.fail("config", "should be an array");
        return None;
    };
    let services = nodes
        .iter()
        .filter_map(|node| service(&entry.child("service", node)));
    Some(services.collect())
}

fn service(entry: &Entry<'_>) -> Option<Service> {
    entry.allow_keys(&[&["command", "alias", "variables"], &KEYS]);
    let alias = entry.string("alias");
    let image = read_named(entry)?;
    Some(Service {
        image,
        alias,
        command: entry.read("command", script::read),
        variables: entry
            .read("variables", variables::plain)
            .unwrap_or_default(),
    })
}

fn read_named(entry: &Entry<'_>) -> Option<Image> {
    if let Some(name) = string_of(entry.node) {
        if is_blank(entry.node) {
            entry.fail("name", "can't be blank");
            return None;
        }
        return Some(Image {
            name,
            entrypoint: None,
            pull_policy: None,
            docker: None,
            kubernetes: None,
        });
    }
    if entry.node.as_mapping().is_none() {
        entry.fail("config", "should be a hash or a string");
    }
    // Ports belong to web terminals, which have a configuration of their own.
    if entry.node.get("ports").is_some() {
        entry.disallow_keys(&["ports"], "contains disallowed keys");
    }
    let name = entry.required_string("name");
    let entrypoint = entry.strings("entrypoint");
    check_options(entry, "docker", &[("platform", 64), ("user", 255)]);
    check_options(entry, "kubernetes", &[("user", 255)]);
    if !entry.is_valid() {
        return None;
    }
    Some(Image {
        name: name?,
        entrypoint,
        pull_policy: entry.read("pull_policy", pull_policy),
        docker: entry.attribute("docker").cloned(),
        kubernetes: entry.attribute("kubernetes").cloned(),
    })
}

/// Texts of limited length; the user in Kubernetes may be a number.
fn check_options(entry: &Entry<'_>, executor: &str, known: &[(&str, usize)]) {
    let Some(options) = entry.attribute(executor) else {
        return;
    };
    let fail = |key: &str, message: &str| {
        let pointer = if key.is_empty() {
            format!("/{executor}")
        } else {
            format!("/{executor}/{key}")
        };
        entry.fail_schema("executor_opts", &pointer, message);
    };
    let Some(keys) = options.as_mapping() else {
        fail("", "is not of type: object");
        return;
    };
    for (key, node) in keys {
        let Some((_, longest)) = known.iter().find(|(known, _)| *known == &**key) else {
            fail(key, "is invalid: error_type=schema");
            continue;
        };
        check_option(key, node, *longest, executor == "kubernetes", &fail);
    }
}

fn check_option(
    key: &str,
    node: &Node,
    longest: usize,
    number_allowed: bool,
    fail: &impl Fn(&str, &str),
) {
    match &node.value {
        Value::String(text) if text.is_empty() => fail(key, "is invalid: error_type=minLength"),
        Value::String(text) if text.chars().count() > longest => {
            fail(key, "is invalid: error_type=maxLength");
        }
        Value::String(_) => {}
        Value::Integer(_) if number_allowed => {}
        Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::Sequence(_)
        | Value::Mapping(_)
        | Value::Reference(_) => fail(key, "is not of type: string"),
    }
}

fn pull_policy(entry: &Entry<'_>) -> Option<Texts> {
    let Some(policies) = strings_or_string_of(entry.node) else {
        entry.fail("config", "should be an array of strings or a string");
        return None;
    };
    let unknown: Vec<_> = (policies.iter().map(AsRef::as_ref))
        .filter(|policy| !PULL_POLICIES.contains(policy))
        .collect();
    if entry.node.as_str().is_some() {
        if !unknown.is_empty() {
            entry.fail("config", "is not included in the list");
        }
    } else if policies.is_empty() {
        entry.fail("config", "can't be blank");
    } else if !unknown.is_empty() {
        entry.fail(
            "config",
            format_args!("contains unknown values: {}", unknown.join(", ")),
        );
    }
    entry.is_valid().then_some(policies)
}
