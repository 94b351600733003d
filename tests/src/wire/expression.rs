//! Which attributes an expression names.

use serde_json::Value;

/// Words that stand where a name could.
const KEYWORDS: [&str; 5] = ["AND", "OR", "NOT", "BETWEEN", "IN"];

/// Returns the top-level attributes that a condition or a projection names, with
/// placeholders (`#status`) resolved through `ExpressionAttributeNames`. A placeholder
/// without a meaning is left out: the emulator refuses it.
pub(super) fn attributes(expression: &str, placeholders: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = expression;
    // Whether the next word belongs to the path of the one before: `status.code`.
    let mut nested = false;
    while let Some(first) = rest.chars().next() {
        let sigil = matches!(first, '#' | ':');
        if !sigil && !is_word(first) {
            nested = first == '.' || (nested && first.is_whitespace());
            rest = &rest[first.len_utf8()..];
            continue;
        }
        let start = usize::from(sigil);
        let length = rest[start..]
            .find(|character| !is_word(character))
            .map_or(rest.len(), |end| start + end);
        let (word, tail) = rest.split_at(length);
        rest = tail;
        if nested {
            nested = false;
        } else if first == '#' {
            found.extend(placeholders[word].as_str().map(str::to_owned));
        } else if is_attribute(word, tail) {
            found.push(word.to_owned());
        }
    }
    found
}

/// Tells names from values, functions, keywords and the numbers of list elements.
fn is_attribute(word: &str, tail: &str) -> bool {
    let function = tail.trim_start().starts_with('(');
    let keyword = KEYWORDS
        .iter()
        .any(|keyword| keyword.eq_ignore_ascii_case(word));
    let name = word.starts_with(|first: char| first.is_alphabetic() || first == '_');
    name && !function && !keyword
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}
