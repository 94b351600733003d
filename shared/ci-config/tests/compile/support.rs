//! Reads YAML into nodes, and shows them with their keys in order.

use std::fmt::Write as _;
use std::sync::Arc;

use ci_config::yaml::Documents;
use ci_config::{Checks, Node, Span, Value, duration, expression, pattern};

pub(crate) const CHECKS: Checks = Checks {
    expression: |text| expression::Expression::parse(text).is_ok(),
    pattern: |text| pattern::Pattern::parse(text).is_some(),
    duration: duration::parse,
};

pub(crate) fn node(yaml: &str) -> Node {
    let documents = Documents::read(yaml.as_bytes(), 0);
    documents.expect("a mapping").content
}

/// In one line.
pub(crate) fn show(node: &Node) -> String {
    let mut out = String::new();
    write(node, &mut out);
    out
}

fn write(node: &Node, out: &mut String) {
    match &node.value {
        Value::Null => out.push('~'),
        Value::Bool(value) => _ = write!(out, "{value}"),
        Value::Integer(number) => _ = write!(out, "{number}"),
        Value::Float(number) => _ = write!(out, "{number:?}"),
        Value::String(text) => _ = write!(out, "{text:?}"),
        Value::Sequence(nodes) => {
            out.push('[');
            for node in nodes.iter() {
                write(node, out);
                out.push(' ');
            }
            out.push(']');
        }
        Value::Mapping(keys) => {
            out.push('{');
            for (key, node) in keys.iter() {
                _ = write!(out, "{key}: ");
                write(node, out);
                out.push(' ');
            }
            out.push('}');
        }
        Value::Reference(path) => _ = write!(out, "!reference {path:?}"),
    }
}

pub(crate) fn mapping<K: Into<Arc<str>>>(keys: impl IntoIterator<Item = (K, Node)>) -> Node {
    let keys = keys.into_iter().map(|(key, node)| (key.into(), node));
    Node::new(Value::Mapping(Arc::new(keys.collect())), Span::default())
}

pub(crate) fn sequence(nodes: impl IntoIterator<Item = Node>) -> Node {
    let nodes = nodes.into_iter().collect();
    Node::new(Value::Sequence(Arc::new(nodes)), Span::default())
}

pub(crate) fn string(text: &str) -> Node {
    Node::new(Value::String(text.into()), Span::default())
}

pub(crate) fn null() -> Node {
    Node::new(Value::Null, Span::default())
}

pub(crate) fn reference(path: &[&str]) -> Node {
    let path = path.iter().map(|key| Arc::from(*key)).collect();
    Node::new(Value::Reference(Arc::new(path)), Span::default())
}
