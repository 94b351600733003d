//! Values as Ruby shows them.

use std::fmt::Write;

use crate::node::{Node, Value, float_text};

/// Of what is shown in messages.
const MAX_BYTES: usize = 1_000;

/// `["a", 1, {"b"=>nil}]`, cut when it is long.
pub(crate) fn inspect(node: &Node) -> String {
    let mut out = Shown::new(MAX_BYTES);
    if out.node(node).is_none() {
        let end = (0..=MAX_BYTES)
            .rev()
            .find(|at| out.text.is_char_boundary(*at));
        out.text.truncate(end.unwrap_or(0));
        out.text.push('…');
    }
    out.text
}

/// The same, or nothing if it is longer. Aliases can make a value endless.
pub(crate) fn inspect_whole(node: &Node, max_bytes: usize) -> Option<String> {
    let mut out = Shown::new(max_bytes);
    out.node(node)?;
    Some(out.text)
}

struct Shown {
    text: String,
    max_bytes: usize,
}

impl Shown {
    const fn new(max_bytes: usize) -> Self {
        Self {
            text: String::new(),
            max_bytes,
        }
    }

    fn push(&mut self, text: &str) -> Option<()> {
        self.text.push_str(text);
        (self.text.len() <= self.max_bytes).then_some(())
    }

    fn node(&mut self, node: &Node) -> Option<()> {
        match &node.value {
            Value::Null => self.push("nil"),
            Value::Bool(value) => self.push(if *value { "true" } else { "false" }),
            Value::Integer(number) => self.push(&number.to_string()),
            Value::Float(number) => self.push(&float_text(*number)),
            Value::String(text) => self.string(text),
            Value::Sequence(items) => {
                self.push("[")?;
                for (place, item) in items.iter().enumerate() {
                    self.push(if place > 0 { ", " } else { "" })?;
                    self.node(item)?;
                }
                self.push("]")
            }
            Value::Mapping(keys) => {
                self.push("{")?;
                for (place, (key, item)) in keys.iter().enumerate() {
                    self.push(if place > 0 { ", " } else { "" })?;
                    self.string(key)?;
                    self.push("=>")?;
                    self.node(item)?;
                }
                self.push("}")
            }
            Value::Reference(path) => {
                self.push("!reference [")?;
                for (place, part) in path.iter().enumerate() {
                    self.push(if place > 0 { ", " } else { "" })?;
                    self.string(part)?;
                }
                self.push("]")
            }
        }
    }

    fn string(&mut self, text: &str) -> Option<()> {
        self.push("\"")?;
        for c in text.chars() {
            match c {
                '"' => self.push("\\\"")?,
                '\\' => self.push("\\\\")?,
                '\n' => self.push("\\n")?,
                '\t' => self.push("\\t")?,
                '\r' => self.push("\\r")?,
                c if c.is_control() => {
                    let _ = write!(self.text, "\\u{:04X}", u32::from(c));
                    self.push("")?;
                }
                c => self.push(c.encode_utf8(&mut [0; 4]))?,
            }
        }
        self.push("\"")
    }
}
