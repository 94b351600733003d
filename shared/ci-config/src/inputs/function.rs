//! What may stand behind `|` in a block.

use crate::node::{Node, Value};

/// A function with its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    ExpandVars,
    /// Characters to pass over, and how many to take.
    Truncate(usize, usize),
    PosixEscape,
}

impl Function {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let function = match text {
            "expand_vars" => Some(Self::ExpandVars),
            "posix_escape" => Some(Self::PosixEscape),
            _ => truncate(text),
        };
        function.ok_or_else(|| {
            format!(
                "no function matching `{text}`: check that the function name, arguments, and types are correct"
            )
        })
    }

    const fn name(self) -> &'static str {
        match self {
            Self::ExpandVars => "expand_vars",
            Self::Truncate(..) => "truncate",
            Self::PosixEscape => "posix_escape",
        }
    }

    pub(super) fn call(self, node: &Node, expand: &dyn Fn(&str) -> String) -> Result<Node, String> {
        let Some(text) = node.as_str() else {
            let name = self.name();
            return Err(format!(
                "error in `{name}` function: invalid input type: {name} can only be used with string inputs"
            ));
        };
        let text = match self {
            Self::ExpandVars => expand(text),
            Self::Truncate(offset, length) => text.chars().skip(offset).take(length).collect(),
            Self::PosixEscape => posix_escape(text),
        };
        Ok(Node::new(Value::String(text.into()), node.span))
    }
}

/// GitLab does without the last parenthesis, too.
fn truncate(text: &str) -> Option<Function> {
    let arguments = text.strip_prefix("truncate(")?;
    let arguments = arguments.strip_suffix(')').unwrap_or(arguments);
    let (offset, length) = arguments.split_once(',')?;
    let number = |text: &str| {
        let digits = text.trim_matches(|c: char| c.is_ascii_whitespace());
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| digits.parse().unwrap_or(usize::MAX))
    };
    Some(Function::Truncate(number(offset)?, number(length)?))
}

/// As Ruby's `Shellwords.shellescape`.
fn posix_escape(text: &str) -> String {
    if text.is_empty() {
        return "''".to_owned();
    }
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => escaped.push_str("'\n'"),
            'A'..='Z' | 'a'..='z' | '0'..='9' | '_' | '-' | '.' | ',' | ':' | '+' | '/' | '@' => {
                escaped.push(c);
            }
            _ => {
                escaped.push('\\');
                escaped.push(c);
            }
        }
    }
    escaped
}
