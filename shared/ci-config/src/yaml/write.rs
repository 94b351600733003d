//! Writes nodes as Psych's `to_yaml` does, with libyaml's emitter below it.

use crate::node::{Node, Value, float_text};
use crate::yaml::tag;

mod emitter;
mod style;

use emitter::Emitter;
use style::Style;

/// What is longer is not written: aliases can make a short configuration endless.
const MAX_WRITTEN_BYTES: usize = 8 << 20;

/// Deeper than any configuration is, also when parts of it were put into others.
const MAX_WRITTEN_DEPTH: usize = 500;

/// libyaml writes `? key` when a key is longer.
const MAX_SIMPLE_KEY_BYTES: usize = 128;

/// `---` and the node, in block style and with all aliases spelt out; nothing if that is
/// too much.
pub fn write(node: &Node) -> Option<String> {
    let mut writer = Writer {
        out: Emitter::new(),
        depth: 0,
    };
    writer.out.indicator("---", true, false, false);
    writer.node(node, Place::Root)?;
    writer.out.indent();
    Some(writer.out.into_text())
}

/// What a node is in the collection around it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Root,
    Item,
    Value,
}

struct Writer {
    out: Emitter,
    depth: usize,
}

impl Writer {
    fn node(&mut self, node: &Node, place: Place) -> Option<()> {
        if self.depth > MAX_WRITTEN_DEPTH || self.out.len() > MAX_WRITTEN_BYTES {
            return None;
        }
        match &node.value {
            Value::Null => self.plain(""),
            Value::Bool(value) => self.plain(if *value { "true" } else { "false" }),
            Value::Integer(number) => self.plain(&number.to_string()),
            Value::Float(number) => self.plain(&float(*number)),
            Value::String(text) => self.string(text, false),
            Value::Sequence(items) if items.is_empty() => self.empty("[]"),
            Value::Sequence(items) => self.sequence(items, place)?,
            Value::Mapping(keys) if keys.is_empty() => self.empty("{}"),
            Value::Mapping(keys) => self.mapping(keys)?,
            Value::Reference(path) => {
                self.out.indicator(tag::REFERENCE, true, false, false);
                let part = |part| Node::new(Value::String(part), node.span);
                let items: Vec<_> = path.iter().cloned().map(part).collect();
                self.sequence(&items, place)?;
            }
        }
        Some(())
    }

    /// In a mapping, items stand below their key's first letter.
    fn sequence(&mut self, items: &[Node], place: Place) -> Option<()> {
        let indentless = place == Place::Value && !self.out.is_indention();
        let before = self.out.deepen(false, indentless);
        self.depth += 1;
        for item in items {
            self.out.indent();
            self.out.indicator("-", true, false, true);
            self.node(item, Place::Item)?;
        }
        self.depth -= 1;
        self.out.restore(before);
        Some(())
    }

    fn mapping(&mut self, keys: &crate::Mapping) -> Option<()> {
        let before = self.out.deepen(false, false);
        self.depth += 1;
        for (key, node) in keys {
            self.out.indent();
            if key.len() <= MAX_SIMPLE_KEY_BYTES && !key.contains('\n') {
                self.string(key, true);
                self.out.indicator(":", false, false, false);
            } else {
                self.out.indicator("?", true, false, true);
                self.string(key, false);
                self.out.indent();
                self.out.indicator(":", true, false, true);
            }
            self.node(node, Place::Value)?;
        }
        self.depth -= 1;
        self.out.restore(before);
        Some(())
    }

    fn empty(&mut self, brackets: &str) {
        self.out.indicator(brackets, true, false, false);
    }

    fn plain(&mut self, text: &str) {
        let before = self.out.deepen(true, false);
        self.out.plain(text, true);
        self.out.restore(before);
    }

    fn string(&mut self, text: &str, is_key: bool) {
        if text == style::MERGE_KEY {
            self.out.indicator("!!str", true, false, false);
        }
        let before = self.out.deepen(true, false);
        match style::of(text, is_key) {
            Style::Plain => self.out.plain(text, !is_key),
            Style::SingleQuoted => self.out.single_quoted(text, !is_key),
            Style::DoubleQuoted => self.out.double_quoted(text, !is_key),
            Style::Literal => self.out.literal(text),
        }
        self.out.restore(before);
    }
}

fn float(number: f64) -> String {
    if number.is_nan() {
        ".nan".to_owned()
    } else if number.is_infinite() {
        if number > 0.0 { ".inf" } else { "-.inf" }.to_owned()
    } else {
        float_text(number)
    }
}
