//! References to variables in texts: `$NAME`, `${NAME}`, `%NAME%`.

use std::borrow::Cow;

use super::Unknown;

/// In what kind of text references are looked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A keyword of the configuration. `$$NAME` is a dollar before a reference there.
    Text,
    /// The value of another variable. `$$` and `%%` stand for themselves there.
    Value,
}

/// A part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece<'a> {
    Plain(&'a str),
    Reference {
        name: &'a str,
        /// As it was written.
        whole: &'a str,
    },
}

/// Whether there is anything to look for at all.
pub(super) fn may_refer(text: &str) -> bool {
    text.bytes().any(|byte| matches!(byte, b'$' | b'%'))
}

/// The names that a text refers to, as often as it does.
pub(super) fn names(text: &str, kind: Kind) -> impl Iterator<Item = &str> {
    pieces(text, kind).filter_map(|piece| match piece {
        Piece::Plain(_) => None,
        Piece::Reference { name, .. } => Some(name),
    })
}

/// Puts values in the place of references, once. `write` is told of the bytes of each part,
/// and may have enough of them.
pub(crate) fn replace<'v, E>(
    text: &str,
    kind: Kind,
    unknown: Unknown,
    value: impl Fn(&str) -> Option<Cow<'v, str>>,
    write: impl Fn(usize) -> Result<(), E>,
) -> Result<String, E> {
    let mut replaced = String::new();
    for piece in pieces(text, kind) {
        let known;
        let piece = match piece {
            Piece::Plain(plain) => plain,
            Piece::Reference { name, whole } => {
                known = value(name);
                match (&known, unknown) {
                    (Some(value), _) => value,
                    (None, Unknown::Keep) => whole,
                    (None, Unknown::Drop) => "",
                }
            }
        };
        write(piece.len())?;
        replaced.push_str(piece);
    }
    Ok(replaced)
}

/// All parts in their order; put together they are the text again.
fn pieces(text: &str, kind: Kind) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        if let Some((name, length)) = reference(rest) {
            let (whole, after) = rest.split_at(length);
            rest = after;
            return Some(Piece::Reference { name, whole });
        }
        let (plain, after) = rest.split_at(plain_length(rest, kind));
        rest = after;
        Some(Piece::Plain(plain))
    })
}

/// How far it is to the next reference, when there is none at the beginning.
fn plain_length(text: &str, kind: Kind) -> usize {
    let mut at = 0;
    while let Some(found) = text[at..].find(['$', '%']) {
        at += found;
        let rest = &text[at..];
        let doubled = kind == Kind::Value && (rest.starts_with("$$") || rest.starts_with("%%"));
        if doubled {
            at += 2;
        } else if reference(rest).is_some() {
            return at;
        } else {
            at += 1;
        }
    }
    text.len()
}

/// The name that a text begins with a reference to, and how long that is.
fn reference(text: &str) -> Option<(&str, usize)> {
    let (before, after) = if text.starts_with("${") {
        ("${", "}")
    } else if text.starts_with('$') {
        ("$", "")
    } else if text.starts_with('%') {
        ("%", "%")
    } else {
        return None;
    };
    let inside = text.strip_prefix(before)?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let length = inside.find(|c| !is_name(c)).unwrap_or(inside.len());
    let (name, rest) = inside.split_at(length);
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    rest.starts_with(after)
        .then_some((name, before.len() + length + after.len()))
}
