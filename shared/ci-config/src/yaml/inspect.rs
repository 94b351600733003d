//! Values as Ruby shows them in messages.

use std::fmt::Write;

use crate::node::{Node, Value, float_text};

/// Aliases can make a value endless.
const MAX_BYTES: usize = 1_000;

/// `["a", 1, {"b"=>nil}]`, cut when it is long.
pub(crate) fn inspect(node: &Node) -> String {
    let mut out = String::new();
    write(node, &mut out);
    if out.len() > MAX_BYTES {
        let end = (0..=MAX_BYTES).rev().find(|at| out.is_char_boundary(*at));
        out.truncate(end.unwrap_or(0));
        out.push('…');
    }
    out
}

fn write(node: &Node, out: &mut String) {
    if out.len() > MAX_BYTES {
        return;
    }
    match &node.value {
        Value::Null => out.push_str("nil"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Integer(number) => out.push_str(&number.to_string()),
        Value::Float(number) => out.push_str(&float_text(*number)),
        Value::String(text) => string(text, out),
        Value::Sequence(items) => {
            out.push('[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    out.push_str(", ");
                }
                write(item, out);
                if out.len() > MAX_BYTES {
                    return;
                }
            }
            out.push(']');
        }
        Value::Mapping(keys) => {
            out.push('{');
            for (place, (key, item)) in keys.iter().enumerate() {
                if place > 0 {
                    out.push_str(", ");
                }
                string(key, out);
                out.push_str("=>");
                write(item, out);
                if out.len() > MAX_BYTES {
                    return;
                }
            }
            out.push('}');
        }
        Value::Reference(path) => {
            out.push_str("!reference [");
            for (place, part) in path.iter().enumerate() {
                if place > 0 {
                    out.push_str(", ");
                }
                string(part, out);
            }
            out.push(']');
        }
    }
}

fn string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars().take(MAX_BYTES) {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
