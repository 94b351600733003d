//! How a string is written: what Psych asks for, and what libyaml makes of that.

use crate::yaml::scalar;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    Literal,
}

/// As a string, this needs a tag.
pub(super) const MERGE_KEY: &str = "<<";

/// `is_key` is for keys in one line with their value.
pub(super) fn of(text: &str, is_key: bool) -> Style {
    let allowed = Allowed::of(text);
    let mut style = wanted(text);
    if style == Style::Plain && (!allowed.plain || text.is_empty() && is_key) {
        style = Style::SingleQuoted;
    }
    match style {
        Style::SingleQuoted if !allowed.single_quoted => Style::DoubleQuoted,
        Style::Literal if !allowed.literal || is_key => Style::DoubleQuoted,
        style => style,
    }
}

/// What Psych asks for.
fn wanted(text: &str) -> Style {
    let inner = text.trim_end_matches('\n');
    let trailing = text.len() - inner.len();
    if inner.contains('\n') || trailing > 2 {
        Style::Literal
    } else if text == MERGE_KEY {
        Style::SingleQuoted
    } else if matches!(text, "y" | "Y" | "n" | "N") || starts_like_a_sign(text) {
        Style::DoubleQuoted
    } else if !scalar::is_text(text) || is_bad_octal(text) {
        Style::SingleQuoted
    } else {
        Style::Plain
    }
}

/// A line that begins with no letter or digit, with no `"` between it and some end of line.
fn starts_like_a_sign(text: &str) -> bool {
    let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1));
    for start in starts {
        let mut rest = text.get(start..).unwrap_or_default().chars();
        let Some(first) = rest.next() else {
            continue;
        };
        if first.is_alphanumeric() || first == '_' {
            continue;
        }
        if rest.find(|c| matches!(c, '"' | '\n')) != Some('"') {
            return true;
        }
    }
    false
}

fn is_bad_octal(text: &str) -> bool {
    let digits = text.strip_prefix('0').unwrap_or_default();
    digits
        .trim_start_matches(|c| matches!(c, '0'..='7'))
        .starts_with(['8', '9'])
}

/// What libyaml can write a text as.
struct Allowed {
    plain: bool,
    single_quoted: bool,
    literal: bool,
}

impl Allowed {
    fn of(text: &str) -> Self {
        if text.is_empty() {
            return Self {
                plain: true,
                single_quoted: true,
                literal: false,
            };
        }
        let is_end = |c: char| matches!(c, ' ' | '\n');
        let breaks = text.contains('\n');
        let special = text.contains(" \n") || !text.chars().all(is_printable);
        Self {
            plain: !has_indicators(text)
                && !breaks
                && !special
                && !text.starts_with(is_end)
                && !text.ends_with(is_end),
            single_quoted: !text.contains("\n ") && !special,
            literal: !text.ends_with(' ') && !special,
        }
    }
}

/// Signs that would mean something in block style.
fn has_indicators(text: &str) -> bool {
    if text.starts_with("---") || text.starts_with("...") || text.starts_with(SIGNS) {
        return true;
    }
    let is_blank = |c: Option<char>| c.is_none_or(|c| matches!(c, ' ' | '\t' | '\n'));
    let mut before = None;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let found = match c {
            '?' | '-' => before.is_none() && is_blank(rest.peek().copied()),
            ':' => is_blank(rest.peek().copied()),
            '#' => is_blank(before),
            _ => false,
        };
        if found {
            return true;
        }
        before = Some(c);
    }
    false
}

const SIGNS: [char; 16] = [
    '#', ',', '[', ']', '{', '}', '&', '*', '!', '|', '>', '\'', '"', '%', '@', '`',
];

/// Without the line breaks of YAML 1.1 that those of 1.2 are not.
pub(super) const fn is_printable(c: char) -> bool {
    matches!(c, '\n' | ' '..='~' | '\u{A0}'..='\u{2027}' | '\u{202A}'..='\u{FEFE}' | '\u{FF00}'..='\u{FFFD}' | '\u{10000}'..)
}
