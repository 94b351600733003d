//! `$[[ inputs.name | function | function ]]`.

use std::sync::LazyLock;

use regex::Regex;

use super::access;
use super::function::Function;
use crate::node::{Mapping, Node};

const MAX_FUNCTIONS: usize = 3;

/// What every block begins with.
pub(super) const PREFIX: &str = "$[[";

/// GitLab's, with the spaces of RE2.
pub(super) static PATTERN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"\$\[\[[\t\n\x0C\r ]*(?P<data>[^\t\n\x0C\r ].*?[^\t\n\x0C\r ])[\t\n\x0C\r ]*\]\]")
        .ok()
});

/// The value of what is between the brackets, or nothing if the block is to stay as it is:
/// `matrix` is put in where jobs are made.
pub(super) fn evaluate(
    data: &str,
    context: &Mapping,
    expand: &dyn Fn(&str) -> String,
) -> Result<Option<Node>, Vec<String>> {
    let mut parts: Vec<&str> = data.split('|').collect();
    // Ruby's `split` leaves out what is empty at the end.
    while parts.last().is_some_and(|part| part.is_empty()) {
        parts.pop();
    }
    let mut parts =
        (parts.into_iter()).map(|part| part.trim_matches(|c: char| c.is_ascii_whitespace()));
    let path = parts.next().unwrap_or_default();
    if path.split('.').next() == Some("matrix") {
        return Ok(None);
    }
    let found = access::find(path, context)?;
    let functions: Vec<&str> = parts.collect();
    if functions.len() > MAX_FUNCTIONS {
        return Err(vec!["too many functions in interpolation block".to_owned()]);
    }
    let functions: Vec<_> = functions.into_iter().map(Function::parse).collect();
    let unknown: Vec<String> = (functions.iter())
        .filter_map(|function| function.as_ref().err().cloned())
        .collect();
    if !unknown.is_empty() {
        return Err(unknown);
    }
    let mut value = found.clone();
    for function in functions.into_iter().flatten() {
        value = (function.call(&value, expand)).map_err(|message| vec![message])?;
    }
    Ok(Some(value))
}
