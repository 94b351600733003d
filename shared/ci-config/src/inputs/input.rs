//! One input: what may be given for it, and what it is then.

use std::sync::Arc;

use super::json;
use super::rule::Rule;
use crate::effort::Effort;
use crate::node::{Node, Span, Value, float_text};
use crate::pattern::Pattern;
use crate::yaml::{MAX_BYTES, inspect, inspect_whole};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Array,
    Boolean,
    Number,
    String,
}

impl Kind {
    pub(super) const ALL: [(&str, Self); 4] = [
        ("array", Self::Array),
        ("boolean", Self::Boolean),
        ("number", Self::Number),
        ("string", Self::String),
    ];

    const fn has(self, value: &Value) -> bool {
        match self {
            Self::Array => matches!(value, Value::Sequence(_)),
            Self::Boolean => matches!(value, Value::Bool(_)),
            Self::Number => matches!(value, Value::Integer(_) | Value::Float(_)),
            Self::String => matches!(value, Value::String(_)),
        }
    }

    const fn article(self) -> &'static str {
        match self {
            Self::Array => "an array",
            Self::Boolean => "a boolean",
            Self::Number => "a number",
            Self::String => "a string",
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Input {
    pub(super) kind: Kind,
    /// A null is one, too.
    pub(super) default: Option<Node>,
    pub(super) options: Option<Arc<[Node]>>,
    pub(super) regex: Option<Regex>,
    pub(super) rules: Option<Vec<Rule>>,
    pub(super) span: Span,
}

#[derive(Clone, Debug)]
pub(super) enum Regex {
    Valid(Pattern),
    Invalid,
}

/// Which of both a message is about.
#[derive(Clone, Copy)]
enum Origin {
    Default,
    Provided,
}

impl Origin {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Provided => "provided",
        }
    }
}

impl Input {
    /// Its value, or all that is wrong with it. `known` has other inputs, for rules.
    pub(super) fn value<'a>(
        &self,
        given: Option<&Node>,
        known: &dyn Fn(&str) -> Option<&'a Node>,
        effort: &Effort,
    ) -> Result<Node, Vec<String>> {
        let is_unset =
            |node: &Node| node.is_null() || (self.rules.is_some() && node.as_str() == Some(""));
        let given = given.filter(|node| !is_unset(node));
        let is_required = self.default.is_none()
            && !(self.rules.iter().flatten()).any(|rule| rule.default.is_some());
        if is_required && given.is_none() {
            return Err(vec!["required value has not been provided".to_owned()]);
        }
        let rule = (self.rules.iter().flatten()).find(|rule| rule.holds(known, effort));
        let default = rule
            .and_then(|rule| rule.default.as_ref())
            .filter(|node| !node.is_null())
            .or(self.default.as_ref());
        let options = rule
            .and_then(|rule| rule.options.as_ref())
            .or(self.options.as_ref());

        let mut messages = Vec::new();
        let default = default.map(|node| self.coerce(node)).transpose()?;
        if let Some(default) = default.as_ref().filter(|node| !node.is_null()) {
            self.check(default, options, Origin::Default, effort, &mut messages);
        }
        let given = given.map(|node| self.coerce(node)).transpose()?;
        if let Some(given) = &given {
            self.check(given, options, Origin::Provided, effort, &mut messages);
        }
        if !messages.is_empty() {
            return Err(messages);
        }
        let nothing = || Node::new(Value::Null, self.span);
        Ok(given.or(default).unwrap_or_else(nothing))
    }

    /// A string may be JSON of something else; something else is text for a string.
    fn coerce(&self, node: &Node) -> Result<Node, Vec<String>> {
        match (self.kind, &node.value) {
            (Kind::String, _) => match text_of(node) {
                Some(text) => Ok(Node::new(Value::String(text), node.span)),
                None => Err(vec!["provided value is not a string".to_owned()]),
            },
            (Kind::Array | Kind::Boolean | Kind::Number, Value::String(text)) => {
                Ok(json::parse(text, node.span).unwrap_or_else(|| node.clone()))
            }
            (Kind::Array | Kind::Boolean | Kind::Number, _) => Ok(node.clone()),
        }
    }

    fn check(
        &self,
        node: &Node,
        options: Option<&Arc<[Node]>>,
        origin: Origin,
        effort: &Effort,
        messages: &mut Vec<String>,
    ) {
        let origin = origin.as_str();
        if !self.kind.has(&node.value) {
            let article = self.kind.article();
            messages.push(format!("{origin} value is not {article}"));
        }
        match self.kind {
            Kind::Array | Kind::Boolean => {
                if self.options.is_some() {
                    messages
                        .push("Options can only be used with string and number inputs".to_owned());
                }
            }
            Kind::Number => {
                if options
                    .is_some_and(|options| !options.iter().any(|option| is_same(option, node)))
                {
                    let shown = shown(node);
                    messages.push(format!(
                        "`{shown}` cannot be used because it is not in the list of the allowed options"
                    ));
                }
            }
            Kind::String => {
                let is_option = |option: &Node| text_of(option).as_deref() == node.as_str();
                if options.is_some_and(|options| !options.iter().any(is_option)) {
                    let shown = shown(node);
                    messages.push(format!(
                        "`{shown}` cannot be used because it is not in the list of allowed options"
                    ));
                }
            }
        }
        match (&self.regex, self.kind) {
            (None, _) => {}
            (Some(_), Kind::Array | Kind::Boolean | Kind::Number) => {
                messages.push("RegEx validation can only be used with string inputs".to_owned());
            }
            (Some(Regex::Invalid), Kind::String) => {
                messages.push("invalid regular expression".to_owned());
            }
            (Some(Regex::Valid(pattern)), Kind::String) => {
                let is_match = |text: &str| effort.search(pattern, text).unwrap_or(false);
                if !node.as_str().is_some_and(is_match) {
                    messages.push(format!(
                        "{origin} value does not match required RegEx pattern"
                    ));
                }
            }
        }
    }
}

/// Ruby's `to_s`; nothing if it is too much.
pub(super) fn text_of(node: &Node) -> Option<Arc<str>> {
    Some(match &node.value {
        Value::Null => "".into(),
        Value::Bool(value) => value.to_string().into(),
        Value::Integer(number) => number.to_string().into(),
        Value::Float(number) => float_text(*number).into(),
        Value::String(text) => Arc::clone(text),
        Value::Sequence(_) | Value::Mapping(_) | Value::Reference(_) => {
            inspect_whole(node, MAX_BYTES)?.into()
        }
    })
}

/// For a message.
pub(super) fn shown(node: &Node) -> String {
    text_of(node).map_or_else(|| inspect(node), |text| text.to_string())
}

fn is_same(option: &Node, node: &Node) -> bool {
    #[expect(clippy::cast_precision_loss, reason = "so does Ruby")]
    let number = |value: &Value| match value {
        Value::Integer(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        Value::Null
        | Value::Bool(_)
        | Value::String(_)
        | Value::Sequence(_)
        | Value::Mapping(_)
        | Value::Reference(_) => None,
    };
    match (&option.value, &node.value) {
        (Value::Integer(left), Value::Integer(right)) => left == right,
        (left, right) => match (number(left), number(right)) {
            (Some(left), Some(right)) => left == right,
            _ => option == node,
        },
    }
}
