//! What a node is, in the ways keywords ask for it.

use std::sync::Arc;

use crate::config::Texts;
use crate::node::{Node, Value, float_text};

/// How many items lists in lists may come to. Aliases make it easy to write many.
const MAX_LEAVES: usize = 500_000;

/// Nothing, or nothing but spaces.
pub(super) fn is_blank(node: &Node) -> bool {
    match &node.value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::Integer(_) | Value::Float(_) => false,
        Value::String(text) => text.trim().is_empty(),
        Value::Sequence(nodes) => nodes.is_empty(),
        Value::Mapping(keys) => keys.is_empty(),
        Value::Reference(path) => path.is_empty(),
    }
}

pub(super) fn string_of(node: &Node) -> Option<Arc<str>> {
    match &node.value {
        Value::String(text) => Some(Arc::clone(text)),
        Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::Sequence(_)
        | Value::Mapping(_)
        | Value::Reference(_) => None,
    }
}

pub(super) const fn integer_of(node: &Node) -> Option<i64> {
    match node.value {
        Value::Integer(number) => Some(number),
        Value::Null
        | Value::Bool(_)
        | Value::Float(_)
        | Value::String(_)
        | Value::Sequence(_)
        | Value::Mapping(_)
        | Value::Reference(_) => None,
    }
}

pub(super) fn strings_of(node: &Node) -> Option<Texts> {
    node.as_sequence()?.iter().map(string_of).collect()
}

pub(super) fn strings_or_string_of(node: &Node) -> Option<Texts> {
    string_of(node).map_or_else(|| strings_of(node), |text| Some(Arc::from([text])))
}

/// A string, or strings in lists in lists, as deep as that.
pub(super) fn flatten_strings<T: FromIterator<Arc<str>>>(node: &Node, levels: usize) -> Option<T> {
    let leaves = flatten(node, levels, &|node| node.as_str().is_some())?;
    leaves.into_iter().map(string_of).collect()
}

/// What is in lists in lists, as deep as that, if nothing else is in them.
pub(super) fn flatten<'a>(
    node: &'a Node,
    levels: usize,
    is_leaf: &impl Fn(&Node) -> bool,
) -> Option<Vec<&'a Node>> {
    fn collect<'a>(
        node: &'a Node,
        levels: usize,
        is_leaf: &impl Fn(&Node) -> bool,
        leaves: &mut Vec<&'a Node>,
    ) -> Option<()> {
        if is_leaf(node) {
            leaves.push(node);
            return (leaves.len() <= MAX_LEAVES).then_some(());
        }
        let deeper = levels.checked_sub(1)?;
        (node.as_sequence()?.iter()).try_for_each(|node| collect(node, deeper, is_leaf, leaves))
    }
    let mut leaves = Vec::new();
    collect(node, levels, is_leaf, &mut leaves)?;
    Some(leaves)
}

/// A scalar as text, as Ruby writes it.
pub(super) fn text_of(node: &Node) -> Option<Arc<str>> {
    match &node.value {
        Value::Bool(value) => Some(value.to_string().into()),
        Value::Integer(number) => Some(number.to_string().into()),
        Value::Float(number) => Some(float_text(*number).into()),
        Value::String(text) => Some(Arc::clone(text)),
        Value::Null | Value::Sequence(_) | Value::Mapping(_) | Value::Reference(_) => None,
    }
}
