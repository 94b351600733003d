//! Batches that are done in part.

use std::mem;

use serde_json::{Map, Value, json};

use super::asked::Asked;
use super::faults::Keep;

/// Whether keeping only that part of the batch leaves anything over.
pub(super) fn leaves_something(asked: &Asked, keep: Keep) -> bool {
    let Some(tables) = answer_field(&asked.operation).and(asked.body["RequestItems"].as_object())
    else {
        return false;
    };
    let members = tables.values().map(|table| members(table).len()).sum();
    (0..members).any(|position| !keeps(keep, position, members))
}

/// Takes what is not kept out of a batch request and returns it, table by table in the
/// form of the request.
pub(super) fn cut(body: &mut Value, keep: Keep) -> Map<String, Value> {
    let Some(tables) = body["RequestItems"].as_object_mut() else {
        return Map::new();
    };
    let total = tables.values().map(|table| members(table).len()).sum();
    let mut position = 0;
    let mut rest = Map::new();
    for (name, table) in mem::take(tables) {
        let (kept, left): (Vec<_>, Vec<_>) = members(&table).iter().cloned().partition(|_| {
            position += 1;
            keeps(keep, position - 1, total)
        });
        if !left.is_empty() {
            rest.insert(name.clone(), with_members(&table, left));
        }
        if !kept.is_empty() {
            tables.insert(name, with_members(&table, kept));
        }
    }
    rest
}

/// Adds to an answer what was cut out of its request.
pub(super) fn add_rest(answer: &mut Value, operation: &str, rest: Map<String, Value>) {
    let Some(field) = answer_field(operation) else {
        return;
    };
    if !answer[field].is_object() {
        answer[field] = json!({});
    }
    for (name, table) in rest {
        let there = &mut answer[field][name];
        let all = members(there).iter().chain(members(&table)).cloned();
        *there = with_members(&table, all.collect());
    }
}

fn answer_field(operation: &str) -> Option<&'static str> {
    match operation {
        "BatchGetItem" => Some("UnprocessedKeys"),
        "BatchWriteItem" => Some("UnprocessedItems"),
        _ => None,
    }
}

/// A table's part of a batch: a list of writes, or keys beside the settings of the read.
fn members(table: &Value) -> &[Value] {
    let list = table.as_array().or_else(|| table["Keys"].as_array());
    list.map_or(&[], Vec::as_slice)
}

fn with_members(table: &Value, members: Vec<Value>) -> Value {
    if table.is_array() {
        return Value::Array(members);
    }
    let mut table = table.clone();
    table["Keys"] = Value::Array(members);
    table
}

fn keeps(keep: Keep, position: usize, total: usize) -> bool {
    match keep {
        Keep::First(count) => position < count.max(1),
        Keep::Last(count) => position + count.max(1) >= total,
        Keep::EverySecond => position.is_multiple_of(2),
    }
}
