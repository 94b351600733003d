//! The small languages, each held to what must be true of whatever is written in it.

use std::sync::Arc;

use ci_config::Effort;
use ci_config::cron::{Cron, time_zone};
use ci_config::expression::{self, Expression};
use ci_config::glob::{self, Glob, Steps};
use ci_config::pattern::Pattern;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// What is searched for must take no second, with all that is counted here.
const EFFORT: usize = 500_000;

/// An expression, and values of its variables: each name has the one at the place of its
/// first letter in the alphabet.
pub(crate) fn expression(input: &str) {
    let (text, values) = crate::split(input);
    let Ok(expression) = Expression::parse(text) else {
        return;
    };
    let value = |name: &str| -> Option<Arc<str>> {
        let first = name.bytes().next()?.to_ascii_lowercase();
        let value = values.get(usize::from(first.checked_sub(b'a')?))?;
        Some(Arc::from(*value))
    };
    let input = |name: &str| value(name).map_or(expression::Value::Null, expression::Value::Text);
    let holds = expression.evaluate_with_inputs(&value, &input, &Effort::new(EFFORT));
    // A parenthesis around all of it changes nothing but the number of tokens.
    if let Ok(same) = Expression::parse(&format!("({text})")) {
        let same = same.evaluate_with_inputs(&value, &input, &Effort::new(EFFORT));
        assert_eq!(same, holds);
    }
}

/// A glob, and paths.
pub(crate) fn glob(input: &str) {
    let (text, paths) = crate::split(input);
    let glob = Glob::new(text);
    for path in &paths {
        glob.matches(path);
    }
    let steps = Steps::default();
    glob::changes(&[text], Some(&paths), &steps);
    glob::exists(&[text], &paths, &steps);
    let escaped: String = text.chars().flat_map(|letter| ['\\', letter]).collect();
    // Only braces of many texts are too much to compare, and these here have none.
    assert!(Glob::new(&escaped).matches(text));
}

pub(crate) fn duration(input: &str) {
    if let Some(seconds) = ci_config::duration::parse(input) {
        let again = ci_config::duration::parse(&format!("{seconds} s"));
        assert_eq!(again, Some(seconds));
    }
}

/// States times bytes: what is found is looked for in lines only.
const MAX_FIND: usize = 1_000_000;

/// A pattern, and texts to search.
pub(crate) fn pattern(input: &str) {
    let (text, searched) = crate::split(input);
    for pattern in [Pattern::parse(text), Pattern::of_source(text)] {
        let Some(pattern) = pattern else { continue };
        for searched in searched.iter().chain([&text]) {
            let is_match = Effort::new(EFFORT).search(&pattern, searched);
            if is_match.is_none() || pattern.states() * searched.len() > MAX_FIND {
                continue;
            }
            let is_found =
                pattern.find(searched).is_some() || pattern.find_last(searched).is_some();
            // The last group need not be part of a match.
            assert!(!is_found || is_match == Some(true));
        }
    }
}

/// A cron expression, and time zones.
pub(crate) fn cron(input: &str) {
    let (text, zones) = crate::split(input);
    let zones: Vec<TimeZone> = zones.iter().filter_map(|name| time_zone(name)).collect();
    let Some(cron) = Cron::parse(text) else {
        return;
    };
    for zone in zones.iter().chain([&TimeZone::UTC]) {
        let mut time = Timestamp::UNIX_EPOCH;
        for _ in 0..4 {
            let Some(next) = cron.next_after(time, zone) else {
                return;
            };
            assert!(next > time);
            time = next;
        }
    }
}
