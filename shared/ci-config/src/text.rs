//! Values as texts in messages.

use crate::node::{Node, Value};
use crate::yaml::inspect;

/// Ruby's `to_s`: a string is itself, null is nothing.
pub(crate) fn to_text(node: &Node) -> String {
    match &node.value {
        Value::Null => String::new(),
        Value::String(text) => text.to_string(),
        Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::Sequence(_)
        | Value::Mapping(_)
        | Value::Reference(_) => inspect(node),
    }
}
