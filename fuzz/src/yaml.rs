//! YAML: what was read is written, and what was written is read again as it was.

use ci_config::yaml::{Documents, MAX_BYTES, write};
use ci_config::{Node, Value};

pub(crate) fn run(input: &[u8]) {
    let Ok(documents) = Documents::read(input, 0) else {
        return;
    };
    for node in documents.header.iter().chain([&documents.content]) {
        // Escapes and indentation can make a text longer than may be read.
        let Some(text) = write(node).filter(|text| text.len() <= MAX_BYTES) else {
            continue;
        };
        match Documents::read(text.as_bytes(), 0) {
            Ok(again) => assert!(is_same(&again.content, node), "{text}"),
            Err(fault) => panic!("{fault}: {text}"),
        }
    }
}

/// What is no number is equal to itself here.
fn is_same(one: &Node, other: &Node) -> bool {
    match (&one.value, &other.value) {
        (Value::Float(one), Value::Float(other)) => {
            one == other || (one.is_nan() && other.is_nan())
        }
        (Value::Sequence(one), Value::Sequence(other)) => {
            let mut pairs = one.iter().zip(other.iter());
            one.len() == other.len() && pairs.all(|(one, other)| is_same(one, other))
        }
        (Value::Mapping(one), Value::Mapping(other)) => {
            let mut pairs = one.iter().zip(other.iter());
            let is_same_pair =
                |(one, other): ((&_, &_), (&_, &_))| one.0 == other.0 && is_same(one.1, other.1);
            one.len() == other.len() && pairs.all(is_same_pair)
        }
        (
            Value::Null
            | Value::Bool(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::String(_)
            | Value::Sequence(_)
            | Value::Mapping(_)
            | Value::Reference(_),
            _,
        ) => one == other,
    }
}
