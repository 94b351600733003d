//! Regular expressions of a configuration: `/…/flags` with the meaning that RE2 gives them.
//!
//! There is no look-around and no reference back, so a search takes time that is linear in
//! the length of the text.

use std::fmt;

use regex::{Regex, RegexBuilder};

mod translate;

use translate::translate;

/// Longer ones are refused, so that no compilation takes long.
const MAX_BYTES: usize = 64 * 1024;
/// Of the compiled program, and of the cache that a search may fill.
const MAX_PROGRAM_BYTES: usize = 4 * 1024 * 1024;

/// A regular expression that can be searched for.
#[derive(Clone)]
pub struct Pattern {
    source: Box<str>,
    regex: Regex,
}

impl Pattern {
    /// Reads `/…/` with any of the flags i, s, m and U behind it.
    ///
    /// GitLab looks for a line of that form (`Gitlab::UntrustedRegexp::RubySyntax`), so a
    /// text of several lines is a pattern if one of them is.
    pub fn parse(text: &str) -> Option<Self> {
        let (source, flags) = text.split('\n').find_map(literal)?;
        Self::compile(source, flags)
    }

    /// Reads one without slashes and flags.
    pub fn of_source(source: &str) -> Option<Self> {
        Self::compile(source, "")
    }

    fn compile(source: &str, flags: &str) -> Option<Self> {
        if source.len() > MAX_BYTES {
            return None;
        }
        let mut regex = String::with_capacity(source.len() + 8);
        let set: String = ['i', 's', 'm', 'U']
            .into_iter()
            .filter(|flag| flags.contains(*flag))
            .collect();
        if !set.is_empty() {
            regex = format!("(?{set})");
        }
        regex.push_str(&translate(source)?);
        let regex = RegexBuilder::new(&regex)
            .size_limit(MAX_PROGRAM_BYTES)
            .dfa_size_limit(MAX_PROGRAM_BYTES)
            .build()
            .ok()?;
        Some(Self {
            source: format!("(?{set}){source}").into(),
            regex,
        })
    }

    /// Whether it is anywhere in the text.
    pub fn is_match(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// What the first match found: its last group if there are groups, else all of it.
    pub fn find<'t>(&self, text: &'t str) -> Option<&'t str> {
        let captures = self.regex.captures(text)?;
        Some(captures.get(captures.len() - 1)?.as_str())
    }

    /// The same of the last match, as `coverage` wants it of a line of the log. To be given
    /// lines and not whole logs: the search starts anew behind each match.
    pub fn find_last<'t>(&self, text: &'t str) -> Option<&'t str> {
        let captures = self.regex.captures_iter(text).last()?;
        Some(captures.get(captures.len() - 1)?.as_str())
    }
}

/// Two are equal when they were written alike, flags included.
impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for Pattern {}

impl fmt::Debug for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("Pattern")
            .field(&self.source)
            .finish()
    }
}

/// What is between the slashes of a line, and the flags.
fn literal(line: &str) -> Option<(&str, &str)> {
    let (source, flags) = line.strip_prefix('/')?.rsplit_once('/')?;
    (flags.chars().all(|flag| "ismU".contains(flag))).then_some((source, flags))
}
