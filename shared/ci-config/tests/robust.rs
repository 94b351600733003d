//! Whatever the text: no panic, and an end within bounds.

use std::sync::Arc;
use std::time::{Duration, Instant};

use ci_config::Effort;
use ci_config::cron::{self, Cron};
use ci_config::duration;
use ci_config::expression::Expression;
use ci_config::glob::Glob;
use ci_config::pattern::Pattern;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;

/// Far more than all texts here take together, also without optimisation and on a busy machine.
const LIMIT: Duration = Duration::from_secs(60);

/// Any text, or one of pieces of a language.
fn text(pieces: &'static [&'static str]) -> impl Strategy<Value = String> {
    let piece = prop::sample::select(pieces);
    prop_oneof![
        1 => any::<String>(),
        1 => "\\PC{0,40}",
        4 => prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat()),
    ]
}

const EXPRESSIONS: &[&str] = &[
    "$A",
    "$B",
    "${A}",
    "$[[ inputs.a ]]",
    "$[[",
    "'a'",
    "\"",
    "'",
    "/ab/",
    "/a",
    "b/i",
    "//",
    "\\/",
    "\\",
    "null",
    "true",
    "false",
    "==",
    "=~",
    "!=",
    "!~",
    "&&",
    "||",
    "!",
    "(",
    ")",
    " ",
    "\n",
    "=",
    "é",
];
const PATTERNS: &[&str] = &[
    "/",
    "a",
    "é",
    "[",
    "]",
    "[^",
    "[:alpha:]",
    "[:",
    ":]",
    "-",
    "(",
    ")",
    "(?:",
    "(?i)",
    "(?P<n>",
    "(?",
    "*",
    "+",
    "?",
    "{",
    "}",
    "{2}",
    "{1,9}",
    "{1000}",
    "|",
    "^",
    "$",
    ".",
    "\\",
    "\\d",
    "\\W",
    "\\b",
    "\\pL",
    "\\p{Greek}",
    "\\Q",
    "\\E",
    "\\x",
    "{41}",
    "\\12",
    "&&",
    "~~",
    "--",
    "\n",
    "/i",
    "/ismU",
];
const GLOBS: &[&str] = &[
    "*", "**", "**/", "/", "?", "[", "]", "[!", "[a-z]", "-", "{", "}", ",", "{a,b}", "\\", "a",
    "b", "é", ".",
];
const DURATIONS: &[&str] = &[
    "1",
    "9",
    "0",
    ".",
    ",",
    ":",
    " ",
    "-",
    "s",
    "min",
    "hours",
    "days",
    "and",
    "mo",
    "never",
    "twenty",
    "five",
    "a",
    "é",
    "\n",
    "99999999999999999999",
];
const CRONS: &[&str] = &[
    "*", "1", "5", "31", "60", "-", "/", ",", " ", "\t", "L", "last", "mon", "feb", "#", "&",
    "@daily", "%", "0", "é",
];

fn variable(name: &str) -> Option<Arc<str>> {
    match name {
        "A" => Some("/a(b/".into()),
        "B" => Some("/[ab]+/i".into()),
        _ => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn expressions(text in text(EXPRESSIONS)) {
        if let Ok(expression) = Expression::parse(&text) {
            let holds = expression.evaluate(&variable, &Effort::new(10_000_000));
            // A parenthesis around all of it changes nothing but the number of tokens.
            if let Ok(same) = Expression::parse(&format!("({text})")) {
                prop_assert_eq!(same.evaluate(&variable, &Effort::new(10_000_000)), holds);
            }
        }
    }

    #[test]
    fn patterns(text in text(PATTERNS), searched in any::<String>()) {
        for text in [text.clone(), format!("/{text}/"), format!("/{text}/i")] {
            if let Some(pattern) = Pattern::parse(&text) {
                for searched in [&searched, &text] {
                    let found = pattern.find(searched).is_some() || pattern.find_last(searched).is_some();
                    prop_assert!(!found || pattern.is_match(searched));
                }
            }
        }
    }

    #[test]
    fn globs(text in text(GLOBS), path in text(GLOBS)) {
        Glob::new(&text).matches(&path);
        let escaped: String = path.chars().flat_map(|letter| ['\\', letter]).collect();
        prop_assert!(Glob::new(&escaped).matches(&path));
    }

    #[test]
    fn durations(text in text(DURATIONS)) {
        if let Some(seconds) = duration::parse(&text) {
            prop_assert_eq!(duration::parse(&format!("{seconds} s")), Some(seconds));
        }
    }

    #[test]
    fn crons(text in text(CRONS), time in any::<i32>()) {
        let time = Timestamp::from_second(time.into()).unwrap_or_default();
        if let Some(cron) = Cron::parse(&text)
            && let Some(next) = cron.next_after(time, &TimeZone::UTC)
        {
            prop_assert!(next > time);
            prop_assert_eq!(next.as_second() % 60, 0);
        }
        cron::time_zone(&text);
    }
}

/// Pieces over and over, and around each other.
#[test]
fn long_texts() {
    let start = Instant::now();
    let texts = |pieces: &[&str]| -> Vec<String> {
        let pairs = (pieces.iter()).flat_map(|one| pieces.iter().map(move |other| [*one, *other]));
        pairs.map(|pair| pair.concat().repeat(1_000)).collect()
    };
    for text in texts(EXPRESSIONS) {
        if let Ok(expression) = Expression::parse(&text) {
            let variable = |_: &str| Some(text.as_str().into());
            expression.evaluate(&variable, &Effort::new(10_000_000));
        }
    }
    let searched = "ab1 é\n".repeat(1_000);
    // To compile one takes much longer than to read it.
    for piece in PATTERNS {
        let text = format!("/{}/", piece.repeat(1_000));
        if let Some(pattern) = Pattern::parse(&text) {
            pattern.is_match(&searched);
        }
    }
    let path = "ab/".repeat(1_000);
    for text in texts(GLOBS) {
        Glob::new(&text).matches(&path);
    }
    for text in texts(DURATIONS) {
        duration::parse(&text);
    }
    for text in texts(CRONS) {
        Cron::parse(&text);
        Cron::parse(&format!("{text} * * * *"));
    }
    assert!(start.elapsed() < LIMIT, "{:?}", start.elapsed());
}
