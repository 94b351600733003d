//! Values as Ruby shows them, which is how they stand in GitLab's messages.

use std::fmt::Write as _;

use crate::node::{Node, Value};

/// `to_s`: a string is itself, null is nothing.
pub(crate) fn to_text(node: &Node) -> String {
    match &node.value {
        Value::Null => String::new(),
        Value::String(text) => text.to_string(),
        Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::Sequence(_)
        | Value::Mapping(_)
        | Value::Reference(_) => inspect(node),
    }
}

/// `inspect`.
pub(crate) fn inspect(node: &Node) -> String {
    let mut out = String::new();
    write(node, &mut out);
    out
}

pub(crate) fn inspect_strings<T: AsRef<str>>(texts: &[T]) -> String {
    let mut out = String::new();
    list(texts, &mut out, |text, out| quote(text.as_ref(), out));
    out
}

fn write(node: &Node, out: &mut String) {
    match &node.value {
        Value::Null => out.push_str("nil"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        // Writing to a string cannot fail.
        Value::Integer(number) => _ = write!(out, "{number}"),
        Value::Float(number) => _ = write!(out, "{number:?}"),
        Value::String(text) => quote(text, out),
        Value::Sequence(nodes) => list(nodes, out, write),
        Value::Mapping(keys) => {
            out.push('{');
            for (place, (key, node)) in keys.iter().enumerate() {
                if place > 0 {
                    out.push_str(", ");
                }
                if is_symbol(key) {
                    out.push_str(key);
                } else {
                    quote(key, out);
                }
                out.push_str(": ");
                write(node, out);
            }
            out.push('}');
        }
        Value::Reference(path) => {
            out.push_str("!reference ");
            list(path, out, |text, out| quote(text, out));
        }
    }
}

fn list<T>(items: &[T], out: &mut String, write: impl Fn(&T, &mut String)) {
    out.push('[');
    for (place, item) in items.iter().enumerate() {
        if place > 0 {
            out.push_str(", ");
        }
        write(item, out);
    }
    out.push(']');
}

/// Whether it can stand before a colon without quotes.
fn is_symbol(key: &str) -> bool {
    let first = key.chars().next();
    first.is_some_and(|c| c.is_alphabetic() || c == '_')
        && key.chars().all(|c| c.is_alphanumeric() || c == '_')
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\u{1b}' => out.push_str("\\e"),
            // What would begin an interpolation.
            '#' if matches!(chars.peek(), Some('{' | '$' | '@')) => out.push_str("\\#"),
            c if c.is_control() => _ = write!(out, "\\x{:02X}", u32::from(c)),
            c => out.push(c),
        }
    }
    out.push('"');
}
