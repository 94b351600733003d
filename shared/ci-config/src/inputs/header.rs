//! Reads the header, and says what is wrong with it as GitLab's entries do.

use std::fmt::Display;
use std::sync::Arc;

use indexmap::IndexMap;

use super::Spec;
use super::input::{Input, Kind, Regex};
use super::rule;
use crate::fault::{Errors, Fault};
use crate::node::{Mapping, Node, Value};
use crate::pattern::Pattern;
use crate::yaml::inspect;

pub(super) const MAX_OPTIONS: usize = 50;
const MAX_DESCRIPTION_CHARACTERS: usize = 256;
const COMPONENT_KEYS: [&str; 4] = ["name", "sha", "version", "reference"];

pub(super) fn read(header: &Node) -> Result<Spec, Vec<Fault>> {
    let mut errors = Errors::default();
    let spec = read_root(header, &mut errors);
    let errors = errors.into_vec();
    if errors.is_empty() {
        Ok(spec.unwrap_or_default())
    } else {
        Err(errors)
    }
}

/// A part of the header, to be named in errors.
pub(super) struct Entry<'a> {
    pub(super) node: &'a Node,
    location: String,
}

impl<'a> Entry<'a> {
    fn child(&self, key: &str, node: &'a Node) -> Self {
        Self {
            node,
            location: format!("{}:{key}", self.location),
        }
    }

    /// GitLab writes the whole message in small letters.
    pub(super) fn fail(&self, errors: &mut Errors, message: impl Display) {
        let text = format!("{} {message}", self.location).to_lowercase();
        errors.push(Fault::new(text).at(self.node.span));
    }

    fn mapping(&self, errors: &mut Errors) -> Option<&'a Mapping> {
        let keys = self.node.as_mapping();
        if keys.is_none() {
            self.fail(errors, "config should be a hash");
        }
        keys
    }

    fn allow_keys(&self, errors: &mut Errors, allowed: &[&str]) -> bool {
        let unknown = unknown_keys(self.node, allowed);
        if let Some(unknown) = &unknown {
            self.fail(
                errors,
                format_args!("config contains unknown keys: {unknown}"),
            );
        }
        unknown.is_none()
    }
}

pub(super) fn unknown_keys(node: &Node, allowed: &[&str]) -> Option<String> {
    let unknown: Vec<&str> = (node.as_mapping()?.keys())
        .map(|key| &**key)
        .filter(|key| !allowed.contains(key))
        .collect();
    (!unknown.is_empty()).then(|| unknown.join(", "))
}

/// What is there and not null.
pub(super) fn present<'a>(node: &'a Node, key: &str) -> Option<&'a Node> {
    node.get(key).filter(|node| !node.is_null())
}

fn read_root(header: &Node, errors: &mut Errors) -> Option<Spec> {
    let root = Entry {
        node: header,
        location: "header".to_owned(),
    };
    root.mapping(errors)?;
    if !root.allow_keys(errors, &["spec"]) {
        return None;
    }
    let spec = root.child("spec", present(header, "spec")?);
    spec.mapping(errors)?;
    let mut is_valid = spec.allow_keys(errors, &["inputs", "include", "component", "description"]);
    if let Some(description) = present(spec.node, "description") {
        match description.as_str() {
            None => spec.fail(errors, "config description should be a string"),
            Some(text) if text.chars().count() > MAX_DESCRIPTION_CHARACTERS => spec.fail(
                errors,
                format_args!(
                    "config description is too long (maximum is {MAX_DESCRIPTION_CHARACTERS} characters)"
                ),
            ),
            Some(_) => {}
        }
        is_valid &= description.as_str().is_some();
    }
    if !is_valid {
        return None;
    }
    let inputs = present(spec.node, "inputs")
        .and_then(|node| read_inputs(&spec.child("inputs", node), errors));
    let component_keys = present(spec.node, "component")
        .and_then(|node| read_component(&spec.child("component", node), errors));
    Some(Spec {
        inputs: inputs.unwrap_or_default(),
        component_keys: component_keys.unwrap_or_default(),
        component: Mapping::new(),
    })
}

fn read_component(entry: &Entry<'_>, errors: &mut Errors) -> Option<Vec<Arc<str>>> {
    let Some(items) = entry.node.as_sequence() else {
        entry.fail(errors, "config should be an array");
        return None;
    };
    let keys: Option<Vec<Arc<str>>> = (items.iter())
        .map(|item| item.as_str().map(Arc::from))
        .collect();
    let Some(keys) = keys else {
        entry.fail(errors, "config should be an array of strings");
        return None;
    };
    let unknown: Vec<&str> = (keys.iter().map(|key| &**key))
        .filter(|key| !COMPONENT_KEYS.contains(key))
        .collect();
    if !unknown.is_empty() {
        let unknown = unknown.join(", ");
        entry.fail(
            errors,
            format_args!("config contains unknown values: {unknown}"),
        );
    }
    Some(keys)
}

fn read_inputs(entry: &Entry<'_>, errors: &mut Errors) -> Option<IndexMap<Arc<str>, Input>> {
    let mut inputs = IndexMap::new();
    for (name, node) in entry.mapping(errors)? {
        if let Some(input) = read_input(&entry.child(name, node), name, errors) {
            inputs.insert(Arc::clone(name), input);
        }
    }
    Some(inputs)
}

fn read_input(entry: &Entry<'_>, name: &str, errors: &mut Errors) -> Option<Input> {
    let node = entry.node;
    let mut input = Input {
        kind: Kind::String,
        default: node.get("default").cloned(),
        options: None,
        regex: None,
        rules: None,
        span: node.span,
    };
    if node.is_null() {
        return Some(input);
    }
    let is_text = |node: &Node| matches!(node.value, Value::String(_) | Value::Integer(_));
    if !present(node, "description").is_none_or(is_text) {
        entry.fail(errors, "input description must be an alphanumeric string");
    }
    match present(node, "regex").map(|node| node.as_str()) {
        None => {}
        Some(None) => entry.fail(errors, "input regex should be a string"),
        Some(Some(source)) => {
            input.regex = Some(Pattern::of_source(source).map_or(Regex::Invalid, Regex::Valid));
        }
    }
    input.kind = read_kind(entry, name, errors);
    input.options =
        present(node, "options").and_then(|options| read_options(entry, options, errors));
    entry.mapping(errors)?;
    let keys = [
        "default",
        "description",
        "options",
        "regex",
        "type",
        "rules",
    ];
    entry.allow_keys(errors, &keys);
    for other in ["options", "default"] {
        let used: Vec<&str> = (node.as_mapping()?.keys().map(|key| &**key))
            .filter(|key| *key == other || *key == "rules")
            .collect();
        if used.len() > 1 {
            let used = used.join(", ");
            entry.fail(
                errors,
                format_args!("config these keys cannot be used together: {used}"),
            );
        }
    }
    if let Some(rules) = present(node, "rules") {
        input.rules = rule::read_all(&entry.child("rules", rules), name, errors);
    }
    Some(input)
}

fn read_kind(entry: &Entry<'_>, name: &str, errors: &mut Errors) -> Kind {
    let Some(node) = entry.node.get("type") else {
        return Kind::String;
    };
    let written = node.as_str().unwrap_or_default();
    let known = Kind::ALL.iter().find(|(word, _)| *word == written);
    if let Some((_, kind)) = known {
        return *kind;
    }
    if node.is_null() {
        let text = format!(
            "unknown input specification for `{name}` (valid types: array, boolean, number, string)"
        );
        errors.push(Fault::new(text).at(node.span));
    } else {
        let shown = node.as_str().map_or_else(|| inspect(node), str::to_owned);
        entry.fail(errors, format_args!("input type unknown value: {shown}"));
    }
    Kind::String
}

fn read_options(entry: &Entry<'_>, node: &Node, errors: &mut Errors) -> Option<Arc<[Node]>> {
    let Some(options) = node.as_sequence() else {
        entry.fail(errors, "input options should be an array");
        return None;
    };
    if options.len() > MAX_OPTIONS {
        entry.fail(
            errors,
            format_args!("config cannot define more than {MAX_OPTIONS} options"),
        );
    }
    if options.iter().any(Node::is_null) {
        entry.fail(errors, "config options array cannot contain null values");
    }
    Some(options.into())
}
