//! `{a,b}`: a text for each alternative.

use super::Steps;

/// Of all texts that come up on the way.
const MAX_BYTES: usize = 256 * 1024;

/// What each byte of them counts as.
const STEPS_A_BYTE: usize = 32;

/// The texts without braces, in order; None if they are too much. A brace that is never
/// closed leaves nothing, as in Ruby; one that was never opened is a character.
pub(super) fn expand(text: &str, steps: &Steps) -> Option<Vec<String>> {
    let mut expanded = Vec::new();
    let mut waiting = vec![text.to_owned()];
    let mut bytes = text.len();
    while let Some(text) = waiting.pop() {
        match outermost(&text) {
            Braces::None => expanded.push(text),
            Braces::Open => {}
            Braces::Pair { open, close } => {
                let behind = &text[close + 1..];
                // The first is to be taken first.
                for alternative in alternatives(&text[open + 1..close]).into_iter().rev() {
                    let length = 1 + open + alternative.len() + behind.len();
                    steps.spend(STEPS_A_BYTE * length)?;
                    bytes += length;
                    if bytes > MAX_BYTES {
                        return None;
                    }
                    waiting.push([&text[..open], alternative, behind].concat());
                }
            }
        }
    }
    Some(expanded)
}

enum Braces {
    None,
    Open,
    Pair { open: usize, close: usize },
}

/// The first brace that opens, and the one that closes it.
fn outermost(text: &str) -> Braces {
    let mut open = None;
    let mut depth = 0;
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match (byte, open) {
            (b'\\', _) => {
                bytes.next();
            }
            (b'{', _) => {
                open = open.or(Some(at));
                depth += 1;
            }
            (b'}', Some(open)) => {
                depth -= 1;
                if depth == 0 {
                    return Braces::Pair { open, close: at };
                }
            }
            _ => {}
        }
    }
    match open {
        Some(_) => Braces::Open,
        None => Braces::None,
    }
}

/// What is between the commas that are in no inner braces.
fn alternatives(text: &str) -> Vec<&str> {
    let mut alternatives = Vec::new();
    let mut start = 0;
    let mut depth = 0;
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\\' => {
                bytes.next();
            }
            b'{' => depth += 1,
            b'}' => depth -= 1,
            b',' if depth == 0 => {
                alternatives.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    alternatives.push(&text[start..]);
    alternatives
}
