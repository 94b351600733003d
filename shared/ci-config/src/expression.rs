//! Expressions of `rules:if` and its kin: read once, evaluated against variables.
//!
//! What is here follows `Gitlab::Ci::Pipeline::Expression` to the letter, oddities included:
//! configurations rely on them.

use std::sync::Arc;

use crate::effort::Effort;

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
pub struct Expression {
    tree: Arc<Tree>,
    states: usize,
}

impl Expression {
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        let (tokens, states) = lexer::tokens(text)?;
        let tree = Arc::new(parser::parse(&tokens)?);
        Ok(Self { tree, states })
    }

    /// Those of all patterns that are written in it, about.
    pub const fn states(&self) -> usize {
        self.states
    }

    /// Whether it holds; none when it costs more than is left. `variable` gives the value of
    /// the variable of a name.
    pub fn evaluate(
        &self,
        variable: &dyn Fn(&str) -> Option<Arc<str>>,
        effort: &Effort,
    ) -> Option<bool> {
        self.evaluate_with_inputs(variable, &|_| Value::Null, effort)
    }

    /// The same where `$[[ inputs.name ]]` may be told of: in the rules of inputs.
    pub fn evaluate_with_inputs(
        &self,
        variable: &dyn Fn(&str) -> Option<Arc<str>>,
        input: &dyn Fn(&str) -> Value,
        effort: &Effort,
    ) -> Option<bool> {
        let scope = Scope {
            variable,
            input,
            effort,
        };
        Some(scope.value(&self.tree)?.is_present())
    }
}

struct Scope<'a> {
    variable: &'a dyn Fn(&str) -> Option<Arc<str>>,
    input: &'a dyn Fn(&str) -> Value,
    effort: &'a Effort,
}

impl Scope<'_> {
    fn value(&self, tree: &Tree) -> Option<Value> {
        Some(match tree {
            Tree::Literal(value) => value.clone(),
            Tree::Variable(name) => (self.variable)(name).map_or(Value::Null, Value::Text),
            Tree::Input(name) => (self.input)(name),
            Tree::Not(operand) => Value::Boolean(!self.value(operand)?.is_present()),
            Tree::Binary(operator, sides) => {
                let (left, right) = &**sides;
                return self.binary(*operator, self.value(left)?, right);
            }
        })
    }

    /// `&&` and `||` give one of their operands, as they do in Ruby, where an empty string
    /// is true.
    fn binary(&self, operator: Binary, left: Value, right: &Tree) -> Option<Value> {
        let short = match operator {
            Binary::And => !left.is_truthy(),
            Binary::Or => left.is_truthy(),
            Binary::Equals | Binary::NotEquals | Binary::Matches | Binary::NotMatches => false,
        };
        if short {
            return Some(left);
        }
        let right = self.value(right)?;
        Some(match operator {
            Binary::And | Binary::Or => right,
            Binary::Equals => Value::Boolean(left.equals(&right)),
            Binary::NotEquals => Value::Boolean(!left.equals(&right)),
            Binary::Matches => Value::Boolean(left.matches(&right, self.effort)?),
            Binary::NotMatches => Value::Boolean(!left.matches(&right, self.effort)?),
        })
    }
}
