//! Short ways to read a text and to write down what should be in it.

use std::sync::Arc;

use ci_config::yaml::Documents;
use ci_config::{Fault, Mapping, Node, Span, Value};

pub(crate) fn read(text: &str) -> Result<Documents, Fault> {
    Documents::read(text.as_bytes(), 7)
}

/// What must be valid.
pub(crate) fn content(text: &str) -> Node {
    match read(text) {
        Ok(documents) => documents.content,
        Err(fault) => panic!("{fault} in\n{text}"),
    }
}

/// The only value in `a: …`.
pub(crate) fn scalar(text: &str) -> Result<Value, String> {
    let documents = read(&format!("a: {text}\n")).map_err(|fault| fault.text)?;
    Ok(documents.content.get("a").expect("a key").value.clone())
}

pub(crate) fn error(text: &str) -> (String, Option<(u32, u32)>) {
    let fault = read(text).expect_err("an error");
    (fault.text, fault.span.map(|span| (span.line, span.column)))
}

pub(crate) fn node(value: Value) -> Node {
    Node::new(value, Span::default())
}

pub(crate) fn string(text: &str) -> Node {
    node(Value::String(text.into()))
}

pub(crate) fn integer(number: i64) -> Node {
    node(Value::Integer(number))
}

pub(crate) fn sequence(items: impl IntoIterator<Item = Node>) -> Node {
    node(Value::Sequence(Arc::new(items.into_iter().collect())))
}

pub(crate) fn mapping<'a>(keys: impl IntoIterator<Item = (&'a str, Node)>) -> Node {
    let keys = keys.into_iter().map(|(key, node)| (Arc::from(key), node));
    node(Value::Mapping(Arc::new(keys.collect::<Mapping>())))
}
