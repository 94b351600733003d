//! Reads YAML into nodes, and shows them with their keys in order.

use std::fmt::Write as _;
use std::sync::Arc;

use ci_config::{Mapping, Node, Span, Value};
use saphyr::{LoadableYamlNode, MarkedYaml, Scalar, YamlData};

pub(crate) fn node(yaml: &str) -> Node {
    let documents = MarkedYaml::load_from_str(yaml).expect("YAML");
    let [document] = &documents[..] else {
        panic!("one document in\n{yaml}");
    };
    convert(document)
}

fn convert(yaml: &MarkedYaml<'_>) -> Node {
    let value = match &yaml.data {
        YamlData::Value(Scalar::Null) => Value::Null,
        YamlData::Value(Scalar::Boolean(value)) => Value::Bool(*value),
        YamlData::Value(Scalar::Integer(number)) => Value::Integer(*number),
        YamlData::Value(Scalar::FloatingPoint(number)) => Value::Float(number.into_inner()),
        YamlData::Value(Scalar::String(text)) => Value::String(text.as_ref().into()),
        YamlData::Sequence(items) => Value::Sequence(Arc::new(items.iter().map(convert).collect())),
        YamlData::Mapping(keys) => {
            let keys = keys.iter().map(|(key, node)| match convert(key).value {
                Value::String(text) => (text, convert(node)),
                other => panic!("a key {other:?}"),
            });
            Value::Mapping(Arc::new(keys.collect::<Mapping>()))
        }
        YamlData::Tagged(tag, node) if tag.suffix == "reference" => {
            let path = convert(node);
            let path = path.as_sequence().expect("a path").iter();
            Value::Reference(Arc::new(
                path.map(|key| key.as_str().expect("a key").into())
                    .collect(),
            ))
        }
        other => panic!("not expected in tests: {other:?}"),
    };
    let span = Span {
        file: 0,
        line: u32::try_from(yaml.span.start.line()).expect("a small file"),
        column: u32::try_from(yaml.span.start.col() + 1).expect("a short line"),
    };
    Node::new(value, span)
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

pub(crate) fn reference(path: &[&str]) -> Node {
    let path = path.iter().map(|key| Arc::from(*key)).collect();
    Node::new(Value::Reference(Arc::new(path)), Span::default())
}
