//! The path of a block: `inputs.name`, `inputs.list[0].key`.

use crate::node::{Mapping, Node};

const MAX_PARTS: usize = 5;
const MAX_BYTES: usize = 1_024;
const MAX_INDICES: usize = 5;

/// What is there, or all that is wrong with the path.
pub(super) fn find<'a>(path: &str, context: &'a Mapping) -> Result<&'a Node, Vec<String>> {
    let parts: Vec<&str> = if path.is_empty() {
        Vec::new()
    } else {
        path.splitn(MAX_PARTS, '.').collect()
    };
    let mut messages = Vec::new();
    if parts.len() <= 1 {
        messages.push(
            "invalid pattern used for interpolation. valid pattern is $[[ inputs.input ]]"
                .to_owned(),
        );
    }
    if path.len() > MAX_BYTES {
        messages.push("maximum interpolation expression size exceeded".to_owned());
    }
    if !messages.is_empty() {
        return Err(messages);
    }
    let mut found: Option<&'a Node> = None;
    for part in parts {
        let keys = match found {
            None => Some(context),
            Some(node) => node.as_mapping(),
        };
        let (key, indices) = if part.contains('[') {
            indexed(part, path).map_err(|message| vec![message])?
        } else {
            (part, Vec::new())
        };
        let Some(mut node) = keys.and_then(|keys| keys.get(key)) else {
            return Err(vec![format!(
                "unknown interpolation provided: `{key}` in `{path}`"
            )]);
        };
        for index in indices {
            node = element(node, index, path).map_err(|message| vec![message])?;
        }
        found = Some(node);
    }
    found.ok_or_else(Vec::new)
}

fn element<'a>(node: &'a Node, index: &str, path: &str) -> Result<&'a Node, String> {
    let index = match index.trim_start_matches('0') {
        "" => "0",
        digits => digits,
    };
    let Some(items) = node.as_sequence() else {
        return Err(format!(
            "cannot index into non-array value at [{index}] in `{path}`"
        ));
    };
    let item = index.parse().ok().and_then(|index: usize| items.get(index));
    item.ok_or_else(|| {
        let size = items.len();
        format!("array index {index} out of bounds (size: {size}) in `{path}`")
    })
}

/// `name[1][2]`: the name and the numbers.
fn indexed<'a>(part: &'a str, path: &str) -> Result<(&'a str, Vec<&'a str>), String> {
    let Some((key, indices)) = split(part) else {
        return Err(problem(part, path));
    };
    if key.is_empty() {
        return Err(format!("invalid indexed access without a key in `{path}`"));
    }
    if indices.len() > MAX_INDICES {
        return Err(format!(
            "too many array indices in `{path}` (maximum depth: {MAX_INDICES})"
        ));
    }
    Ok((key, indices))
}

fn split(part: &str) -> Option<(&str, Vec<&str>)> {
    let (key, rest) = part.split_once('[')?;
    if !key
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    {
        return None;
    }
    let indices: Vec<&str> = rest.strip_suffix(']')?.split("][").collect();
    let is_number =
        |index: &&str| !index.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit());
    indices.iter().all(is_number).then_some((key, indices))
}

fn problem(part: &str, path: &str) -> String {
    if part.matches('[').count() != part.matches(']').count() {
        return format!("invalid array index in `{path}`: missing closing bracket");
    }
    let contents = (part.split('[').skip(1)).filter_map(|rest| rest.split_once(']'));
    let is_number =
        |content: &str| !content.is_empty() && content.bytes().all(|byte| byte.is_ascii_digit());
    for (content, _) in contents {
        if !is_number(content) {
            return format!("invalid array index in `{path}`: `{content}` is not a valid index");
        }
    }
    format!("invalid array index syntax in `{path}`")
}
