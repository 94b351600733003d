//! Durations in words, of `timeout`, `expire_in`, `start_in` and `auto_stop_in`, as the
//! library that GitLab uses for them takes them (`ChronicDuration`).
//!
//! A month has 30 days and a year 365.25. Of numbers in words those up to ninety-nine are
//! known. `never`, which some keywords take too, is no duration.

/// The units between which colons may stand, from the right.
const CLOCK: [u32; 6] = [1, MINUTE, HOUR, DAY, MONTH, YEAR];

const MINUTE: u32 = 60;
const HOUR: u32 = 60 * MINUTE;
const DAY: u32 = 24 * HOUR;
const WEEK: u32 = 7 * DAY;
const MONTH: u32 = 30 * DAY;
const YEAR: u32 = 31_557_600;

/// Beyond it numbers with fractions are no longer exact.
const MAX_SECONDS: f64 = 9_007_199_254_740_992.0;

/// The whole seconds of a duration, if it is one. There is none of less than a second.
pub fn parse(text: &str) -> Option<u64> {
    let text = text.to_lowercase();
    let words = match clock(&text) {
        Some(clock) => clock?,
        None => words(&text)?,
    };
    let seconds = seconds(&words);
    (1.0..=MAX_SECONDS)
        .contains(&seconds)
        .then_some(seconds as u64)
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Word {
    Number(f64),
    /// A number that was spelled out: what follows may be part of it.
    Spelled(f64),
    /// In seconds.
    Unit(u32),
}

/// Each number counts as many as the unit right behind it. A number at the end counts
/// seconds, and one before another number nothing.
fn seconds(words: &[Word]) -> f64 {
    let starts_with_unit = words
        .first()
        .copied()
        .filter(|word| matches!(word, Word::Unit(_)));
    let one = starts_with_unit.map(|_| Word::Number(1.0));
    let words: Vec<Word> = one.into_iter().chain(words.iter().copied()).collect();
    let units = words.iter().skip(1).map(Some).chain([None]);
    (words.iter().zip(units))
        .map(|(word, next)| {
            let unit = match next {
                Some(Word::Unit(seconds)) => *seconds,
                Some(Word::Number(_) | Word::Spelled(_)) => 0,
                None => 1,
            };
            match word {
                Word::Number(number) | Word::Spelled(number) => number * f64::from(unit),
                Word::Unit(_) => 0.0,
            }
        })
        .sum()
}

/// The words of `1:30:00`, if colons stand between numbers; None inside if they are too
/// many.
fn clock(text: &str) -> Option<Option<Vec<Word>>> {
    let text = text.replace(' ', "");
    let parts: Vec<&str> = text.trim_end_matches(':').split(':').collect();
    let between_numbers = parts.windows(2).any(|pair| {
        let [before, after] = pair else { return false };
        before.ends_with(|last: char| last.is_ascii_digit()) && number(after).is_some()
    });
    between_numbers.then(|| {
        if parts.len() > CLOCK.len() {
            return None;
        }
        let mut all = Vec::new();
        for (part, unit) in parts.iter().zip(CLOCK[..parts.len()].iter().rev()) {
            all.extend(words(part)?);
            all.push(Word::Unit(*unit));
        }
        Some(all)
    })
}

/// None if there is a word without a meaning.
fn words(text: &str) -> Option<Vec<Word>> {
    let mut words: Vec<Word> = Vec::new();
    for mut rest in text.split_ascii_whitespace() {
        while !rest.is_empty() {
            if let Some((value, length)) = number(rest) {
                words.push(Word::Number(value));
                rest = &rest[length..];
                continue;
            }
            let length = (rest.char_indices())
                .find(|(at, _)| number(&rest[*at..]).is_some())
                .map_or(rest.len(), |(at, _)| at);
            let (word, after) = rest.split_at(length);
            rest = after;
            let word = word.strip_prefix(',').unwrap_or(word);
            let word = word.strip_suffix(',').unwrap_or(word);
            if matches!(word, "and" | "with" | "plus") {
                continue;
            }
            if let Some(unit) = unit(word) {
                words.push(Word::Unit(unit));
            } else {
                for part in word.split('-') {
                    push_spelled(&mut words, spelled(part)?);
                }
            }
        }
    }
    Some(words)
}

/// Twenty and five are twenty-five.
fn push_spelled(words: &mut Vec<Word>, value: u8) {
    let value = f64::from(value);
    match words.last_mut() {
        Some(Word::Spelled(tens)) if *tens >= 20.0 && *tens % 10.0 == 0.0 && value < 10.0 => {
            *tens += value;
        }
        Some(_) | None => words.push(Word::Spelled(value)),
    }
}

/// The number at the start, and its length. Commas may part its thousands.
fn number(text: &str) -> Option<(f64, usize)> {
    let digits = |from: usize| {
        let rest = text.as_bytes().get(from..).unwrap_or_default();
        rest.iter().take_while(|byte| byte.is_ascii_digit()).count()
    };
    let is = |at: usize, byte: u8| text.as_bytes().get(at) == Some(&byte);
    let mut length = digits(0);
    while length > 0 && is(length, b',') && digits(length + 1) == 3 {
        length += 4;
    }
    if is(length, b'.') && digits(length + 1) > 0 {
        length += 1 + digits(length + 1);
    }
    let value = text[..length].replace(',', "").parse().ok()?;
    Some((value, length))
}

fn unit(word: &str) -> Option<u32> {
    Some(match word {
        "seconds" | "second" | "secs" | "sec" | "s" => 1,
        "minutes" | "minute" | "mins" | "min" | "m" => MINUTE,
        "hours" | "hour" | "hrs" | "hr" | "h" => HOUR,
        "days" | "day" | "dy" | "d" => DAY,
        "weeks" | "week" | "wks" | "wk" | "w" => WEEK,
        "months" | "month" | "mos" | "mo" => MONTH,
        "years" | "year" | "yrs" | "yr" | "y" => YEAR,
        _ => return None,
    })
}

fn spelled(word: &str) -> Option<u8> {
    Some(match word {
        "zero" => 0,
        "one" => 1,
        "two" => 2,
        "three" => 3,
        "four" => 4,
        "five" => 5,
        "six" => 6,
        "seven" => 7,
        "eight" => 8,
        "nine" => 9,
        "ten" => 10,
        "eleven" => 11,
        "twelve" => 12,
        "thirteen" => 13,
        "fourteen" => 14,
        "fifteen" => 15,
        "sixteen" => 16,
        "seventeen" => 17,
        "eighteen" => 18,
        "nineteen" | "ninteen" => 19,
        "twenty" => 20,
        "thirty" => 30,
        "forty" | "fourty" => 40,
        "fifty" => 50,
        "sixty" => 60,
        "seventy" => 70,
        "eighty" => 80,
        "ninety" => 90,
        _ => return None,
    })
}
