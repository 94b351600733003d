//! `environment`.

use std::sync::Arc;

use super::entry::Entry;
use super::value::is_blank;
use crate::config::{Action, Environment};
use crate::node::{Node, Value};

const KEYS: [&str; 7] = [
    "name",
    "url",
    "action",
    "on_stop",
    "auto_stop_in",
    "kubernetes",
    "deployment_tier",
];

const ACTIONS: [(&str, Action); 5] = [
    ("start", Action::Start),
    ("stop", Action::Stop),
    ("prepare", Action::Prepare),
    ("verify", Action::Verify),
    ("access", Action::Access),
];

const NAME_MESSAGE: &str = "can contain only letters, digits, '-', '_', '/', '$', '{', '}', '.', and spaces, but it cannot start or end with '/'";

const MAX_URL_LENGTH: usize = 255;

const KUBERNETES_KEYS: [&str; 5] = [
    "namespace",
    "agent",
    "flux_resource_path",
    "managed_resources",
    "dashboard",
];

pub(super) fn read(entry: &Entry<'_>) -> Option<Environment> {
    match &entry.node.value {
        Value::String(name) => {
            check_name(entry, Some(entry.node));
            entry.is_valid().then(|| Environment {
                name: Arc::clone(name),
                url: None,
                action: Action::Start,
                on_stop: None,
                auto_stop_in: None,
                deployment_tier: None,
                kubernetes: None,
            })
        }
        Value::Mapping(_) => read_keys(entry),
        Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::Sequence(_)
        | Value::Reference(_) => {
            entry.fail("config", "should be a hash or a string");
            check_name(entry, None);
            None
        }
    }
}

fn check_name(entry: &Entry<'_>, node: Option<&Node>) {
    if node.is_none_or(is_blank) {
        entry.fail("name", "can't be blank");
    }
    if !node.and_then(Node::as_str).is_some_and(is_name) {
        entry.fail("name", NAME_MESSAGE);
    }
}

fn is_name(text: &str) -> bool {
    let known = |c: char| c.is_ascii_alphanumeric() || "_/${}. -".contains(c);
    !text.is_empty() && text.chars().all(known) && !text.starts_with('/') && !text.ends_with('/')
}

fn read_keys(entry: &Entry<'_>) -> Option<Environment> {
    check_name(entry, entry.attribute("name"));
    entry.allow_keys(&[&KEYS]);
    let url = entry.string("url");
    if url
        .as_ref()
        .is_some_and(|url| url.chars().count() > MAX_URL_LENGTH)
    {
        entry.fail(
            "url",
            format_args!("is too long (maximum is {MAX_URL_LENGTH} characters)"),
        );
    }
    let action = entry.choice(
        "action",
        &ACTIONS,
        "should be start, stop, prepare, verify, or access",
    );
    let deployment_tier = entry.string("deployment_tier");
    let on_stop = entry.string("on_stop");
    let auto_stop_in = entry.string("auto_stop_in");
    let kubernetes = entry.attribute("kubernetes");
    if kubernetes.is_some_and(|node| node.as_mapping().is_none()) {
        entry.fail("kubernetes", "should be a hash");
    }
    if !entry.is_valid() {
        return None;
    }
    if let Some(node) = kubernetes {
        check_kubernetes(&entry.child("kubernetes", node));
    }
    Some(Environment {
        name: entry.string("name")?,
        url,
        action: action.unwrap_or_default(),
        on_stop,
        auto_stop_in,
        deployment_tier,
        kubernetes: kubernetes.cloned(),
    })
}

fn check_kubernetes(entry: &Entry<'_>) {
    if is_blank(entry.node) {
        entry.fail("config", "can't be blank");
    }
    entry.allow_keys(&[&KUBERNETES_KEYS]);
    let present = |key: &str| entry.attribute(key).is_some_and(|node| !is_blank(node));
    entry.string("namespace");
    let flux = present("flux_resource_path");
    if flux && !present("namespace") {
        entry.fail("namespace", "can't be blank");
    }
    entry.string("agent");
    let managed = entry
        .attribute("managed_resources")
        .and_then(|node| node.get("enabled"))
        .is_some_and(|node| node.value == Value::Bool(true));
    if (flux || managed || present("dashboard")) && !present("agent") {
        entry.fail("agent", "can't be blank");
    }
    entry.string("flux_resource_path");
    for key in ["managed_resources", "dashboard"] {
        if (entry.attribute(key)).is_some_and(|node| node.as_mapping().is_none()) {
            entry.fail_schema(key, "", "is not of type: object");
        }
    }
    for key in ["namespace", "flux_resource_path"] {
        let of_dashboard = entry.node.get("dashboard").and_then(|node| node.get(key));
        if present(key) && of_dashboard.is_some_and(|node| !is_blank(node)) {
            entry.fail(
                key,
                format_args!("cannot be specified when dashboard.{key} is set"),
            );
        }
    }
}
