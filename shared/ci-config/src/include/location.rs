//! What stands under `include`, brought into one form.

use std::sync::Arc;

use super::expansion::expand;
use crate::fault::Fault;
use crate::node::{Mapping, Node, Span, Value};
use crate::variables::Unknown;

/// One include, of one file or several.
#[derive(Clone, Debug)]
pub(super) struct Location {
    pub(super) params: Mapping,
    pub(super) span: Span,
}

impl Location {
    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        self.params.get(key)
    }

    /// The same with another value under a key.
    pub(super) fn with(&self, key: &str, node: Node) -> Self {
        let mut location = self.clone();
        location.params.insert(key.into(), node);
        location
    }

    /// With variables replaced in its strings and in its lists of strings, but not in its
    /// inputs.
    pub(super) fn expanded(&self, variable: impl Fn(&str) -> Option<Arc<str>>) -> Self {
        let string = |node: &Node| match node.as_str() {
            Some(text) => text_node(&expand(text, Unknown::Drop, &variable), node.span),
            None => node.clone(),
        };
        let expanded = |node: &Node| match &node.value {
            Value::Sequence(nodes) => {
                let nodes = nodes.iter().map(string).collect();
                Node::new(Value::Sequence(Arc::new(nodes)), node.span)
            }
            Value::Null
            | Value::Bool(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::String(_)
            | Value::Mapping(_)
            | Value::Reference(_) => string(node),
        };
        let params = self.params.iter();
        Self {
            params: params
                .map(|(key, node)| (Arc::clone(key), expanded(node)))
                .collect(),
            span: self.span,
        }
    }
}

/// A string is a local file, or a remote one if it is a URL.
pub(super) fn read(
    include: &Node,
    variable: impl Fn(&str) -> Option<Arc<str>>,
) -> Result<Vec<Location>, Fault> {
    let location = |node: &Node| match &node.value {
        Value::String(text) => {
            let text = expand(text, Unknown::Drop, &variable);
            let key = if is_url(&text) { "remote" } else { "local" };
            Ok(Location {
                params: Mapping::from([(key.into(), text_node(&text, node.span))]),
                span: node.span,
            })
        }
        Value::Mapping(keys) => Ok(Location {
            params: Mapping::clone(keys),
            span: node.span,
        }),
        Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::Sequence(_)
        | Value::Reference(_) => {
            Err(Fault::new("Each include must be a hash or a string").at(node.span))
        }
    };
    match &include.value {
        Value::Null => Ok(Vec::new()),
        Value::Sequence(nodes) => {
            let nodes = nodes.iter().filter(|node| !node.is_null());
            nodes.map(location).collect()
        }
        Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::String(_)
        | Value::Mapping(_)
        | Value::Reference(_) => Ok(vec![location(include)?]),
    }
}

/// As GitLab's `UrlSanitizer` tells.
pub(super) fn is_url(text: &str) -> bool {
    let scheme = text.trim().split_once(':').map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| matches!(scheme, "http" | "https" | "ssh" | "git"))
}

pub(super) fn text_node(text: &str, span: Span) -> Node {
    Node::new(Value::String(text.into()), span)
}

/// As Rails says of values.
pub(super) fn is_blank(node: &Node) -> bool {
    match &node.value {
        Value::Null | Value::Bool(false) => true,
        Value::Bool(true) | Value::Integer(_) | Value::Float(_) | Value::Reference(_) => false,
        Value::String(text) => text.trim().is_empty(),
        Value::Sequence(nodes) => nodes.is_empty(),
        Value::Mapping(keys) => keys.is_empty(),
    }
}
