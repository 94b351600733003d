//! JSON as Rails writes it, which is how an include stands in a message.

use std::fmt::Write as _;

use crate::node::{Node, Value};

/// Aliases can make a value much longer than its text.
const MAX_BYTES: usize = 10_000;

pub(super) fn to_json(node: &Node) -> String {
    let mut out = String::new();
    write(node, &mut out);
    out
}

fn write(node: &Node, out: &mut String) {
    if out.len() > MAX_BYTES {
        out.push('…');
        return;
    }
    match &node.value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        // Writing to a string cannot fail.
        Value::Integer(number) => _ = write!(out, "{number}"),
        Value::Float(number) if number.is_finite() => _ = write!(out, "{number:?}"),
        Value::Float(_) => out.push_str("null"),
        Value::String(text) => quote(text, out),
        Value::Sequence(nodes) => {
            let items = nodes.iter();
            list(items, ['[', ']'], out, write);
        }
        Value::Mapping(keys) => list(keys.iter(), ['{', '}'], out, |(key, node), out| {
            quote(key, out);
            out.push(':');
            write(node, out);
        }),
        Value::Reference(path) => {
            let items = path.iter();
            list(items, ['[', ']'], out, |text, out| quote(text, out));
        }
    }
}

fn list<T>(
    items: impl Iterator<Item = T>,
    ends: [char; 2],
    out: &mut String,
    write: impl Fn(T, &mut String),
) {
    out.push(ends[0]);
    for (place, item) in items.enumerate() {
        if place > 0 {
            out.push(',');
        }
        write(item, out);
        if out.len() > MAX_BYTES {
            break;
        }
    }
    out.push(ends[1]);
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            // Rails escapes what would mean something in a page.
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => _ = write!(out, "\\u{:04x}", u32::from(c)),
            c if c.is_control() => _ = write!(out, "\\u{:04x}", u32::from(c)),
            c => out.push(c),
        }
    }
    out.push('"');
}
