//! How much memory a document takes in Ruby, which is what GitLab limits.

use std::collections::HashMap;
use std::sync::Arc;

use crate::node::{Node, Value};

/// Ruby 3.3 on 64 bits: slots of 40, 80, 160, 320 and 640 bytes.
const SLOT: u64 = 40;
const LARGEST_SLOT: u64 = 640;
const STRING_HEAD: u64 = 24;
const HASH: u64 = 160;
const HASH_ENTRY: u64 = 26;

/// An estimate, with all that aliases share counted as often as it is there. Shared parts
/// are looked at once, so that this takes no longer than the text is long.
pub(crate) fn memory_of(node: &Node) -> u64 {
    memory(node, &mut HashMap::new())
}

/// How many collections stand in each other.
pub(crate) fn depth_of(node: &Node) -> usize {
    depth(node, &mut HashMap::new())
}

fn depth(node: &Node, known: &mut HashMap<usize, usize>) -> usize {
    let (place, deepest) = match &node.value {
        Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::String(_)
        | Value::Reference(_) => return 0,
        Value::Sequence(items) => {
            let place = Arc::as_ptr(items) as usize;
            if let Some(depth) = known.get(&place) {
                return *depth;
            }
            (place, items.iter().map(|item| depth(item, known)).max())
        }
        Value::Mapping(keys) => {
            let place = Arc::as_ptr(keys) as usize;
            if let Some(depth) = known.get(&place) {
                return *depth;
            }
            (place, keys.values().map(|item| depth(item, known)).max())
        }
    };
    let depth = 1 + deepest.unwrap_or(0);
    known.insert(place, depth);
    depth
}

/// As deep as documents may be, and no deeper: the composer sees to it.
fn memory(node: &Node, known: &mut HashMap<usize, u64>) -> u64 {
    match &node.value {
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_) => 0,
        Value::String(text) => string(text),
        Value::Reference(_) => SLOT,
        Value::Sequence(items) => remembered(items, known, |known| {
            let start = array(items.len() as u64);
            (items.iter()).fold(start, |size, item| size.saturating_add(memory(item, known)))
        }),
        Value::Mapping(keys) => remembered(keys, known, |known| {
            let start = hash(keys.len() as u64);
            keys.iter().fold(start, |size, (key, item)| {
                size.saturating_add(string(key))
                    .saturating_add(memory(item, known))
            })
        }),
    }
}

/// What is in one place only is not met again.
fn remembered<T>(
    shared: &Arc<T>,
    known: &mut HashMap<usize, u64>,
    size: impl FnOnce(&mut HashMap<usize, u64>) -> u64,
) -> u64 {
    if Arc::strong_count(shared) == 1 {
        return size(known);
    }
    let place = Arc::as_ptr(shared) as usize;
    if let Some(size) = known.get(&place) {
        return *size;
    }
    let size = size(known);
    known.insert(place, size);
    size
}

fn string(text: &str) -> u64 {
    let length = text.len() as u64 + 1;
    let mut slot = SLOT;
    while slot <= LARGEST_SLOT {
        if STRING_HEAD + length <= slot {
            return slot;
        }
        slot *= 2;
    }
    SLOT + length
}

/// Three elements fit into the slot; more are elsewhere, with room to grow.
const fn array(length: u64) -> u64 {
    if length <= 3 {
        SLOT
    } else {
        let room = length + length / 4;
        SLOT + 8 * if room < 20 { 20 } else { room }
    }
}

const fn hash(length: u64) -> u64 {
    if length <= 8 {
        HASH
    } else {
        HASH + HASH_ENTRY * length.next_power_of_two()
    }
}
