//! Expressions of `rules:if` and its kin: read once, evaluated against variables.
//!
//! What is here follows `Gitlab::Ci::Pipeline::Expression` to the letter, oddities included:
//! configurations rely on them.

use std::sync::Arc;

mod lexer;
mod parser;
mod value;

use parser::{Binary, Tree};
pub use value::Value;

/// Why a text is no expression, in GitLab's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SyntaxError {
    #[error("Unknown lexeme found!")]
    UnknownLexeme,
    #[error("Too many tokens!")]
    TooManyTokens,
    #[error("Invalid regular expression!")]
    InvalidPattern,
    #[error("Unmatched parenthesis")]
    UnmatchedParenthesis,
    #[error("Invalid operand")]
    InvalidOperand,
    /// Values side by side.
    #[error("Unreachable nodes in parse tree")]
    Unreachable,
    #[error("Empty parse tree")]
    Empty,
}

/// An expression that can be evaluated. To clone one is cheap.
#[derive(Clone, Debug)]
pub struct Expression(Arc<Tree>);

impl Expression {
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        parser::parse(&lexer::tokens(text)?).map(|tree| Self(Arc::new(tree)))
    }

    /// Whether it holds. `variable` gives the value of the variable of a name.
    pub fn evaluate(&self, variable: &dyn Fn(&str) -> Option<Arc<str>>) -> bool {
        self.evaluate_with_inputs(variable, &|_| Value::Null)
    }

    /// The same where `$[[ inputs.name ]]` may be told of: in the rules of inputs.
    pub fn evaluate_with_inputs(
        &self,
        variable: &dyn Fn(&str) -> Option<Arc<str>>,
        input: &dyn Fn(&str) -> Value,
    ) -> bool {
        let scope = Scope { variable, input };
        scope.value(&self.0).is_present()
    }
}

struct Scope<'a> {
    variable: &'a dyn Fn(&str) -> Option<Arc<str>>,
    input: &'a dyn Fn(&str) -> Value,
}

impl Scope<'_> {
    fn value(&self, tree: &Tree) -> Value {
        match tree {
            Tree::Literal(value) => value.clone(),
            Tree::Variable(name) => (self.variable)(name).map_or(Value::Null, Value::Text),
            Tree::Input(name) => (self.input)(name),
            Tree::Not(operand) => Value::Boolean(!self.value(operand).is_present()),
            Tree::Binary(operator, sides) => {
                let (left, right) = &**sides;
                self.binary(*operator, self.value(left), right)
            }
        }
    }

    /// `&&` and `||` give one of their operands, as they do in Ruby, where an empty string
    /// is true.
    fn binary(&self, operator: Binary, left: Value, right: &Tree) -> Value {
        match operator {
            Binary::And if !left.is_truthy() => left,
            Binary::Or if left.is_truthy() => left,
            Binary::And | Binary::Or => self.value(right),
            Binary::Equals => Value::Boolean(left.equals(&self.value(right))),
            Binary::NotEquals => Value::Boolean(!left.equals(&self.value(right))),
            Binary::Matches => Value::Boolean(left.matches(&self.value(right))),
            Binary::NotMatches => Value::Boolean(!left.matches(&self.value(right))),
        }
    }
}
