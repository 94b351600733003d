//! The words of an expression, in the order in which GitLab tries them.

use std::sync::Arc;

use super::parser::Binary;
use super::{SyntaxError, Value};
use crate::pattern::Pattern;

/// One more is too many.
const MAX_TOKENS: usize = 99;

/// Of all patterns, which is as many as one may have.
const MAX_STATES: usize = 80_000;

#[derive(Debug)]
pub(super) enum Token {
    Open,
    Close,
    Value(Leaf),
    Not,
    Binary(Binary),
}

/// A value as it is written.
#[derive(Clone, Debug)]
pub(super) enum Leaf {
    Literal(Value),
    Variable(Arc<str>),
    Input(Arc<str>),
}

/// Also says how many states all patterns have.
pub(super) fn tokens(text: &str) -> Result<(Vec<Token>, usize), SyntaxError> {
    let mut tokens = Vec::new();
    let mut states = 0;
    let mut rest = skip_space(text);
    while !rest.is_empty() {
        let (token, length) = next(rest)?;
        if tokens.len() == MAX_TOKENS {
            return Err(SyntaxError::TooManyTokens);
        }
        if let Token::Value(Leaf::Literal(Value::Pattern(pattern))) = &token {
            states += pattern.states();
            if states > MAX_STATES {
                return Err(SyntaxError::InvalidPattern);
            }
        }
        tokens.push(token);
        rest = skip_space(rest.get(length..).unwrap_or_default());
    }
    Ok((tokens, states))
}

/// The first token, and its length in bytes.
fn next(text: &str) -> Result<(Token, usize), SyntaxError> {
    if text.starts_with('(') {
        return Ok((Token::Open, 1));
    }
    if text.starts_with(')') {
        return Ok((Token::Close, 1));
    }
    let leaf = input(text).or_else(|| variable(text));
    if let Some((leaf, length)) = leaf.or_else(|| string(text)) {
        return Ok((Token::Value(leaf), length));
    }
    if let Some(length) = pattern_length(text) {
        let literal = text[..length].replace("\\/", "/");
        let pattern = Pattern::parse(&literal).ok_or(SyntaxError::InvalidPattern)?;
        let value = Value::Pattern(Arc::new(pattern));
        return Ok((Token::Value(Leaf::Literal(value)), length));
    }
    if let Some((value, length)) = word(text) {
        return Ok((Token::Value(Leaf::Literal(value)), length));
    }
    operator(text).ok_or(SyntaxError::UnknownLexeme)
}

/// `$[[ inputs.name ]]`
fn input(text: &str) -> Option<(Leaf, usize)> {
    let rest = skip_space(text.strip_prefix("$[[")?).strip_prefix("inputs.")?;
    let (name, rest) = take(rest, |byte| is_word(byte) || byte == b'-')?;
    let rest = skip_space(rest).strip_prefix("]]")?;
    Some((Leaf::Input(name.into()), text.len() - rest.len()))
}

fn variable(text: &str) -> Option<(Leaf, usize)> {
    let (name, rest) = take(text.strip_prefix('$')?, is_word)?;
    Some((Leaf::Variable(name.into()), text.len() - rest.len()))
}

/// Up to the next quote on the same line. There are no escapes.
fn string(text: &str) -> Option<(Leaf, usize)> {
    let quote = text
        .chars()
        .next()
        .filter(|first| matches!(first, '"' | '\''))?;
    let inner = &text[1..];
    let end = inner.find([quote, '\n'])?;
    if inner[end..].starts_with('\n') {
        return None;
    }
    let value = Value::Text(inner[..end].into());
    Some((Leaf::Literal(value), end + 2))
}

/// How long a pattern is that begins here: up to a slash without a backslash before it, or
/// the second of two slashes, and with at least two characters inside.
///
/// This is how GitLab's own expression for it backtracks: `/([^/]|\\/)+[^\\]/[ismU]*`.
fn pattern_length(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('/')?;
    let mut from = 0;
    let end = loop {
        let slash = from + inner[from..].find('/')?;
        let before = &inner[..slash];
        let after = &inner[slash + 1..];
        if before.is_empty() {
            return None;
        }
        if after.starts_with('/') {
            break slash + 2;
        }
        if !before.ends_with('\\') {
            before.chars().nth(1)?;
            break slash + 1;
        }
        from = slash + 1;
    };
    let flags = inner[end..]
        .bytes()
        .take_while(|byte| b"ismU".contains(byte));
    Some(1 + end + flags.count())
}

/// Nothing need separate `null` from what follows; the others are whole words.
fn word(text: &str) -> Option<(Value, usize)> {
    if text.starts_with("null") {
        return Some((Value::Null, 4));
    }
    let (name, value) = if text.starts_with("true") {
        ("true", true)
    } else if text.starts_with("false") {
        ("false", false)
    } else {
        return None;
    };
    let next = text[name.len()..].chars().next();
    let ends = !next.is_some_and(|next| next.is_alphanumeric() || next == '_');
    ends.then_some((Value::Boolean(value), name.len()))
}

fn operator(text: &str) -> Option<(Token, usize)> {
    let binary = match text.as_bytes().get(..2) {
        Some(b"==") => Some(Binary::Equals),
        Some(b"=~") => Some(Binary::Matches),
        Some(b"!=") => Some(Binary::NotEquals),
        Some(b"!~") => Some(Binary::NotMatches),
        Some(b"&&") => Some(Binary::And),
        Some(b"||") => Some(Binary::Or),
        _ => None,
    };
    match binary {
        Some(operator) => Some((Token::Binary(operator), 2)),
        None => text.starts_with('!').then_some((Token::Not, 1)),
    }
}

/// All bytes from the first on that are of a kind, if there are any, and the rest.
fn take(text: &str, is_of_kind: impl Fn(u8) -> bool) -> Option<(&str, &str)> {
    let length = text.bytes().take_while(|byte| is_of_kind(*byte)).count();
    (length > 0).then(|| text.split_at_checked(length))?
}

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Ruby's `\s`.
fn skip_space(text: &str) -> &str {
    text.trim_start_matches([' ', '\t', '\r', '\n', '\u{c}', '\u{b}'])
}
