//! Regular expressions of a configuration: `/…/flags` with the meaning that RE2 gives them.
//!
//! There is no look-around and no reference back, so a search takes time that is linear in
//! the length of the text.

use std::fmt;

use regex_automata::util::captures::Captures;

mod program;
mod translate;

use program::Program;
use translate::translate;

/// Longer ones are refused, so that none takes long to read.
const MAX_BYTES: usize = 64 * 1024;

/// A regular expression that can be searched for.
#[derive(Clone)]
pub struct Pattern {
    source: Box<str>,
    program: Program,
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
        let set: String = ['i', 's', 'm', 'U']
            .into_iter()
            .filter(|flag| flags.contains(*flag))
            .collect();
        let translation = translate(source)?;
        let text = match set.as_str() {
            "" => translation,
            set => format!("(?{set}){translation}"),
        };
        Some(Self {
            source: format!("(?{set}){source}").into(),
            program: Program::read(&text)?,
        })
    }

    /// How many states its automaton has, about: what it costs to search with it first.
    pub const fn states(&self) -> usize {
        self.program.states()
    }

    pub(crate) fn is_built(&self) -> bool {
        self.program.is_built()
    }

    /// Whether it is anywhere in the text.
    pub fn is_match(&self, text: &str) -> bool {
        (self.program.regex()).is_some_and(|regex| regex.is_match(text))
    }

    /// What the first match found: its last group if there are groups, else all of it.
    pub fn find<'t>(&self, text: &'t str) -> Option<&'t str> {
        let regex = self.program.regex()?;
        let mut captures = regex.create_captures();
        regex.captures(text, &mut captures);
        found(&captures, text)
    }

    /// The same of the last match, as `coverage` wants it of a line of the log. To be given
    /// lines and not whole logs: the search starts anew behind each match.
    pub fn find_last<'t>(&self, text: &'t str) -> Option<&'t str> {
        let captures = self.program.regex()?.captures_iter(text).last()?;
        found(&captures, text)
    }
}

/// Of the groups there is only the last.
fn found<'t>(captures: &Captures, text: &'t str) -> Option<&'t str> {
    let group = captures.get_group(captures.group_len().checked_sub(1)?)?;
    text.get(group.range())
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
