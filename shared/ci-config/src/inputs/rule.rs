//! Rules of an input: what may be given and what it is otherwise, by what other inputs are.

use std::sync::Arc;

use super::header::{Entry, MAX_OPTIONS, present, unknown_keys};
use super::input::shown;
use crate::effort::Effort;
use crate::expression::{self, Expression};
use crate::fault::{Errors, Fault};
use crate::node::{Mapping, Node, Value};
use crate::yaml::inspect;

#[derive(Clone, Debug)]
pub(super) struct Rule {
    /// Without one it always holds.
    pub(super) condition: Option<Expression>,
    pub(super) options: Option<Arc<[Node]>>,
    pub(super) default: Option<Node>,
}

impl Rule {
    /// `known` has the inputs that the condition may ask for. What costs too much does not
    /// hold.
    pub(super) fn holds<'a>(
        &self,
        known: &dyn Fn(&str) -> Option<&'a Node>,
        effort: &Effort,
    ) -> bool {
        let input = |name: &str| known(name).map_or(expression::Value::Null, operand);
        self.condition.as_ref().is_none_or(|condition| {
            let holds = condition.evaluate_with_inputs(&|_| None, &input, effort);
            holds.unwrap_or(false)
        })
    }
}

/// What a value is in a condition.
fn operand(node: &Node) -> expression::Value {
    match &node.value {
        Value::Null => expression::Value::Null,
        Value::Bool(value) => expression::Value::Boolean(*value),
        Value::Integer(_)
        | Value::Float(_)
        | Value::String(_)
        | Value::Sequence(_)
        | Value::Mapping(_)
        | Value::Reference(_) => expression::Value::Text(shown(node).into()),
    }
}

pub(super) fn read_all(entry: &Entry<'_>, name: &str, errors: &mut Errors) -> Option<Vec<Rule>> {
    let Some(nodes) = entry.node.as_sequence() else {
        entry.fail(errors, "config should be an array");
        return None;
    };
    let mut rules = Vec::new();
    for node in nodes {
        match read(node) {
            Ok(rule) => rules.push(rule),
            Err(messages) => {
                for message in messages {
                    let text = format!("`{name}` input: {message}").to_lowercase();
                    errors.push(Fault::new(text).at(node.span));
                }
            }
        }
    }
    Some(rules)
}

fn read(node: &Node) -> Result<Rule, Vec<String>> {
    let mut messages = Vec::new();
    if node.is_null() || node.as_mapping().is_some_and(Mapping::is_empty) {
        messages.push("can't be blank".to_owned());
    }
    if node.as_mapping().is_none() {
        messages.push("should be a hash".to_owned());
    }
    if let Some(unknown) = unknown_keys(node, &["if", "options", "default"]) {
        messages.push(format!("contains unknown keys: {unknown}"));
    }
    let condition = present(node, "if").map(|node| node.as_str().map(Expression::parse));
    let condition = match condition {
        None => None,
        Some(Some(Ok(condition))) => Some(condition),
        Some(None | Some(Err(_))) => {
            messages.push("if invalid expression syntax".to_owned());
            None
        }
    };
    let options = present(node, "options");
    if options.is_some_and(|node| node.as_sequence().is_none()) {
        messages.push("options should be an array".to_owned());
    }
    let options = options.and_then(Node::as_sequence).unwrap_or_default();
    let default = node.get("default");
    if messages.is_empty() {
        if options.len() > MAX_OPTIONS {
            messages.push(format!("cannot define more than {MAX_OPTIONS} options"));
        }
        match default {
            None => messages.push(
                "rule must define 'options' with at least one value and a 'default'".to_owned(),
            ),
            Some(default) if !options.is_empty() && !options.contains(default) => {
                let shown = default
                    .as_str()
                    .map_or_else(|| inspect(default), str::to_owned);
                messages.push(format!("default '{shown}' must be one of the options"));
            }
            Some(_) => {}
        }
    }
    if messages.is_empty() {
        Ok(Rule {
            condition,
            options: present(node, "options").map(|_| options.into()),
            default: default.cloned(),
        })
    } else {
        Err(messages)
    }
}
