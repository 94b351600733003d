//! Variables in locations and globs.

use std::sync::{Arc, LazyLock};

use regex::{Captures, Regex};

#[expect(clippy::expect_used, reason = "the pattern is a constant")]
static VARIABLE: LazyLock<Regex> = LazyLock::new(|| {
    let name = "[a-zA-Z_][a-zA-Z0-9_]*";
    let pattern = format!(r"\$({name})|\$\{{({name})\}}|%({name})%");
    Regex::new(&pattern).expect("a valid pattern")
});

/// What becomes of variables that nobody knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unknown {
    Dropped,
    Kept,
}

/// Puts values where variables stand, once.
pub(super) fn expand(
    text: &str,
    unknown: Unknown,
    variable: impl Fn(&str) -> Option<Arc<str>>,
) -> String {
    let replace = |found: &Captures<'_>| {
        let [name, whole] = [(1..=3).find_map(|group| found.get(group)), found.get(0)]
            .map(|part| part.map_or("", |part| part.as_str()));
        match (variable(name), unknown) {
            (Some(value), _) => value.to_string(),
            (None, Unknown::Dropped) => String::new(),
            (None, Unknown::Kept) => whole.to_owned(),
        }
    };
    VARIABLE.replace_all(text, replace).into_owned()
}
