//! `parallel`, of a job and of a need.

use std::sync::Arc;

use indexmap::IndexMap;

use super::entry::Entry;
use super::value::text_of;
use crate::config::{Matrix, Parallel};
use crate::node::{Node, Value};

/// Copies of one job.
const LIMIT: usize = 200;

/// The name of a copy holds a value of each, with two characters between them, and has 255.
const MAX_KEYS: usize = 127;

pub(super) fn read(entry: &Entry<'_>) -> Option<Parallel> {
    match &entry.node.value {
        Value::Integer(number) => {
            let number = *number;
            if number < 1 {
                entry.fail("config", "must be greater than or equal to 1");
            }
            let number = usize::try_from(number).unwrap_or_default();
            if number > LIMIT {
                entry.fail(
                    "config",
                    format_args!("must be less than or equal to {LIMIT}"),
                );
            }
            entry.is_valid().then_some(Parallel::Number(number))
        }
        Value::Float(_) => {
            entry.fail("config", "must be an integer");
            None
        }
        Value::Mapping(_) => with_keys(entry).map(Parallel::Matrix),
        Value::Null
        | Value::Bool(_)
        | Value::String(_)
        | Value::Sequence(_)
        | Value::Reference(_) => {
            let text = format!("{} should be an integer or a hash", entry.location());
            entry.fail_verbatim(entry.node.span, text);
            None
        }
    }
}

/// Where only a matrix may stand.
pub(super) fn matrix_only(entry: &Entry<'_>) -> Option<Matrix> {
    match read(entry)? {
        Parallel::Matrix(matrix) => Some(matrix),
        Parallel::Number(_) => {
            entry.fail("config", "cannot use \"parallel: <number>\".");
            None
        }
    }
}

fn with_keys(entry: &Entry<'_>) -> Option<Matrix> {
    entry.allow_keys(&[&["matrix"]]);
    entry.require_keys(&["matrix"]);
    if !entry.is_valid() {
        return None;
    }
    rows(&entry.child("matrix", entry.node.get("matrix")?))
}

fn rows(entry: &Entry<'_>) -> Option<Matrix> {
    let nodes = entry.node.as_sequence();
    let nodes = nodes.filter(|nodes| nodes.iter().all(|node| node.as_mapping().is_some()));
    let Some(nodes) = nodes else {
        entry.fail("config", "should be an array of hashes");
        return None;
    };
    let rows: Vec<_> = (nodes.iter())
        .map(|node| row(&entry.child("variables", node)))
        .collect();
    let rows: Matrix = rows.into_iter().collect::<Option<_>>()?;
    if count(&rows).is_none_or(|count| count > LIMIT) {
        entry.fail(
            "config",
            format_args!("generates too many jobs (maximum is {LIMIT})"),
        );
        return None;
    }
    Some(rows)
}

/// How many copies a matrix makes, unless that is more than can be counted.
fn count(matrix: &Matrix) -> Option<usize> {
    matrix.iter().try_fold(0_usize, |sum, row| {
        let product = (row.values()).try_fold(1_usize, |product, values| {
            // A list without values makes no copies, however large the others are.
            product.checked_mul(values.len())
        });
        if row.values().any(Vec::is_empty) {
            return Some(sum);
        }
        sum.checked_add(product?)
    })
}

fn row(entry: &Entry<'_>) -> Option<IndexMap<Arc<str>, Vec<Arc<str>>>> {
    let keys = entry.node.as_mapping()?;
    let row = (keys.iter())
        .map(|(name, node)| Some((Arc::clone(name), values(node)?)))
        .collect::<Option<IndexMap<_, _>>>();
    if row.is_none() {
        entry.fail(
            "config",
            "should be a hash of key value pairs, value can be an array",
        );
    }
    if keys.is_empty() {
        entry.fail("config", "requires at least 1 items");
        return None;
    }
    if keys.len() > MAX_KEYS {
        entry.fail(
            "config",
            format_args!("has too many items (maximum is {MAX_KEYS})"),
        );
        return None;
    }
    row
}

/// Strings and whole numbers, one or a list.
fn values(node: &Node) -> Option<Vec<Arc<str>>> {
    let one = |node: &Node| match node.value {
        Value::String(_) | Value::Integer(_) => text_of(node),
        Value::Null
        | Value::Bool(_)
        | Value::Float(_)
        | Value::Sequence(_)
        | Value::Mapping(_)
        | Value::Reference(_) => None,
    };
    match node.as_sequence() {
        Some(nodes) => nodes.iter().map(one).collect(),
        None => Some(vec![one(node)?]),
    }
}
