//! The shape of an expression.
//!
//! GitLab's parser is a shunting yard, which does not ask on which side of an operator its
//! operands stand: `$A "a" ==` is as good as `$A == "a"`. So is this one.

use std::sync::Arc;

use super::lexer::{Leaf, Token};
use super::{SyntaxError, Value};

#[derive(Debug)]
pub(super) enum Tree {
    Literal(Value),
    Variable(Arc<str>),
    Input(Arc<str>),
    Not(Box<Tree>),
    Binary(Binary, Box<(Tree, Tree)>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Binary {
    Equals,
    NotEquals,
    Matches,
    NotMatches,
    And,
    Or,
}

impl Binary {
    /// The lower, the tighter.
    const fn precedence(self) -> u8 {
        match self {
            Self::Equals | Self::NotEquals | Self::Matches | Self::NotMatches => 10,
            Self::And => 11,
            Self::Or => 12,
        }
    }
}

/// What waits for its operands.
#[derive(Clone, Copy)]
enum Pending {
    Open,
    Not,
    Binary(Binary),
}

pub(super) fn parse(tokens: &[Token]) -> Result<Tree, SyntaxError> {
    let mut yard = Yard::default();
    for token in tokens {
        match token {
            Token::Value(leaf) => yard.results.push(leaf.clone().into()),
            Token::Open => yard.pending.push(Pending::Open),
            Token::Not => yard.pending.push(Pending::Not),
            Token::Binary(operator) => {
                yard.apply_while(|waiting| waiting <= operator.precedence())?;
                yard.pending.push(Pending::Binary(*operator));
            }
            Token::Close => {
                yard.apply_while(|_| true)?;
                let open = yard.pending.pop();
                open.ok_or(SyntaxError::UnmatchedParenthesis)?;
            }
        }
    }
    yard.apply_while(|_| true)?;
    if !yard.pending.is_empty() {
        return Err(SyntaxError::UnmatchedParenthesis);
    }
    let tree = yard.results.pop().ok_or(SyntaxError::Empty)?;
    if yard.results.is_empty() {
        Ok(tree)
    } else {
        Err(SyntaxError::Unreachable)
    }
}

#[derive(Default)]
struct Yard {
    results: Vec<Tree>,
    pending: Vec<Pending>,
}

impl Yard {
    /// Applies what waits, last first and up to a parenthesis, as long as its precedence is
    /// right.
    fn apply_while(&mut self, is_due: impl Fn(u8) -> bool) -> Result<(), SyntaxError> {
        loop {
            match self.pending.last() {
                Some(Pending::Not) if is_due(1) => {
                    let operand = self.operand()?;
                    self.results.push(Tree::Not(Box::new(operand)));
                }
                Some(&Pending::Binary(operator)) if is_due(operator.precedence()) => {
                    let right = self.operand()?;
                    let left = self.operand()?;
                    let sides = Box::new((left, right));
                    self.results.push(Tree::Binary(operator, sides));
                }
                Some(Pending::Open | Pending::Not | Pending::Binary(_)) | None => return Ok(()),
            }
            self.pending.pop();
        }
    }

    fn operand(&mut self) -> Result<Tree, SyntaxError> {
        self.results.pop().ok_or(SyntaxError::InvalidOperand)
    }
}

impl From<Leaf> for Tree {
    fn from(leaf: Leaf) -> Self {
        match leaf {
            Leaf::Literal(value) => Self::Literal(value),
            Leaf::Variable(name) => Self::Variable(name),
            Leaf::Input(name) => Self::Input(name),
        }
    }
}
