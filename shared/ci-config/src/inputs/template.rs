//! Puts values into a configuration, wherever a block stands.

use std::collections::HashMap;
use std::sync::Arc;

use super::block::{self, PATTERN, PREFIX};
use super::input::text_of;
use crate::fault::Fault;
use crate::node::{Mapping, Node, Span, Value};
use crate::yaml::{MAX_BYTES, MAX_DEPTH, depth_of, memory_of};

const MAX_BLOCKS: usize = 10_000;
const MAX_NODES: usize = 500_000;
const MAX_NODE_BYTES: usize = 1 << 20;

/// Of all texts that are made. GitLab sets no limit to what comes out; a few blocks in a
/// list of includes would be enough to make it endless.
const MAX_MADE_BYTES: usize = 4 * MAX_BYTES;

pub(super) fn fill(
    content: &Node,
    context: &Mapping,
    expand: &dyn Fn(&str) -> String,
) -> Result<Node, Vec<Fault>> {
    let mut template = Template {
        context,
        expand,
        blocks: HashMap::new(),
        nodes: 0,
        made_bytes: 0,
    };
    let filled = template.node(content)?;
    if depth_of(&filled) > MAX_DEPTH || memory_of(&filled) > MAX_MADE_BYTES as u64 {
        return Err(too_large(content.span));
    }
    Ok(filled)
}

fn failure(text: &str, span: Span) -> Vec<Fault> {
    vec![Fault::new(text).at(span)]
}

fn too_large(span: Span) -> Vec<Fault> {
    failure("config too large", span)
}

fn node_too_large(span: Span) -> Vec<Fault> {
    failure("config node too large", span)
}

struct Template<'a> {
    context: &'a Mapping,
    expand: &'a dyn Fn(&str) -> String,
    /// By their text; nothing for those that stay.
    blocks: HashMap<String, Option<Node>>,
    /// Of the content, and those that arrays brought into lists.
    nodes: usize,
    made_bytes: usize,
}

impl Template<'_> {
    fn visit(&mut self, nodes: usize, span: Span) -> Result<(), Vec<Fault>> {
        self.nodes += nodes;
        if self.nodes > MAX_NODES {
            return Err(too_large(span));
        }
        Ok(())
    }

    fn node(&mut self, node: &Node) -> Result<Node, Vec<Fault>> {
        self.visit(1, node.span)?;
        let value = match &node.value {
            Value::Null
            | Value::Bool(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::Reference(_) => return Ok(node.clone()),
            Value::String(text) => self.string(text, node.span)?,
            Value::Sequence(items) => {
                let mut filled = Vec::with_capacity(items.len());
                for item in items.iter() {
                    let new = self.node(item)?;
                    match (&item.value, &new.value) {
                        // An array in the place of a block in a list is part of that list.
                        (Value::String(_), Value::Sequence(elements)) => {
                            self.visit(elements.len(), item.span)?;
                            filled.extend(elements.iter().cloned());
                        }
                        _ => filled.push(new),
                    }
                }
                Value::Sequence(Arc::new(filled))
            }
            Value::Mapping(keys) => {
                let mut filled = Mapping::with_capacity(keys.len());
                for (key, item) in keys.iter() {
                    self.visit(1, item.span)?;
                    let new = Node::new(self.string(key, item.span)?, item.span);
                    let key = text_of(&new).ok_or_else(|| node_too_large(item.span))?;
                    filled.insert(key, self.node(item)?);
                }
                Value::Mapping(Arc::new(filled))
            }
        };
        Ok(Node::new(value, node.span))
    }

    fn string(&mut self, text: &Arc<str>, span: Span) -> Result<Value, Vec<Fault>> {
        if text.len() > MAX_NODE_BYTES {
            return Err(node_too_large(span));
        }
        let same = || Value::String(Arc::clone(text));
        let Some(pattern) = PATTERN.as_ref().filter(|_| text.contains(PREFIX)) else {
            return Ok(same());
        };
        let mut filled = String::new();
        let mut end = 0;
        for found in pattern.captures_iter(text) {
            let (Some(whole), Some(data)) = (found.get(0), found.name("data")) else {
                continue;
            };
            let value = self.block(whole.as_str(), data.as_str(), span)?;
            if whole.len() == text.len() {
                return Ok(value.map_or_else(same, |node| node.value));
            }
            filled.push_str(text.get(end..whole.start()).unwrap_or_default());
            match value {
                None => filled.push_str(whole.as_str()),
                Some(node) => {
                    let new = text_of(&node).ok_or_else(|| node_too_large(span))?;
                    filled.push_str(&new);
                }
            }
            end = whole.end();
            if filled.len() > MAX_NODE_BYTES {
                return Err(node_too_large(span));
            }
        }
        filled.push_str(text.get(end..).unwrap_or_default());
        self.made_bytes += filled.len();
        if self.made_bytes > MAX_MADE_BYTES {
            return Err(too_large(span));
        }
        Ok(Value::String(filled.into()))
    }

    fn block(&mut self, whole: &str, data: &str, span: Span) -> Result<Option<Node>, Vec<Fault>> {
        if let Some(known) = self.blocks.get(whole) {
            return Ok(known.clone());
        }
        let value = block::evaluate(data, self.context, self.expand).map_err(|messages| {
            let faults = messages.into_iter().map(|text| Fault::new(text).at(span));
            faults.collect::<Vec<_>>()
        })?;
        if self.blocks.len() >= MAX_BLOCKS {
            return Err(failure("too many interpolation blocks", span));
        }
        self.made_bytes += whole.len() + value.as_ref().and_then(Node::as_str).map_or(0, str::len);
        if self.made_bytes > MAX_MADE_BYTES {
            return Err(too_large(span));
        }
        self.blocks.insert(whole.to_owned(), value.clone());
        Ok(value)
    }
}
