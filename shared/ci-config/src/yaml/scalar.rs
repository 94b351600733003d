//! What a plain scalar is: YAML 1.1 as Psych's scalar scanner has it.

use std::sync::LazyLock;

use regex::Regex;

use crate::node::Value;

/// Why a scalar is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// A class that GitLab does not let Psych make.
    Class(&'static str),
    /// What Ruby cannot make a number of.
    Number,
}

/// Dates and times without quotes; GitLab permits neither class.
static TIME: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let pattern = r"(?-u)^-?\d{4}-\d{1,2}-\d{1,2}(?:[Tt]|\s+)\d{1,2}:\d\d:\d\d(?:\.\d*)?(?:\s*(?:Z|[-+]\d{1,2}:?(?:\d\d)?))?$";
    Regex::new(pattern).ok()
});

/// A symbol is its name: GitLab lets Psych make them, and turns them into strings wherever
/// it takes one.
pub(super) fn resolve(text: &str) -> Result<Value, Refusal> {
    let Some(first) = text.bytes().next() else {
        return Ok(Value::Null);
    };
    if text.contains('\n') {
        return Ok(string(text));
    }
    if !matches!(first, b'0'..=b'9' | b'+' | b'-' | b'.' | b':') {
        return Ok(word(text).unwrap_or_else(|| string(text)));
    }
    if is_time(text) {
        return Err(Refusal::Class("Time"));
    }
    if is_date(text) {
        return Err(Refusal::Class("Date"));
    }
    if let Some(number) = special_float(text) {
        return Ok(Value::Float(number));
    }
    if let Some(name) = symbol(text) {
        return Ok(string(name));
    }
    if let Some(number) = sexagesimal(text) {
        return Ok(number);
    }
    if is_float(text) {
        return float(text);
    }
    Ok(integer(text).unwrap_or_else(|| string(text)))
}

/// Whether Psych reads a text without quotes as just that.
pub(super) fn is_text(text: &str) -> bool {
    let read = resolve(text);
    matches!(read, Ok(Value::String(string)) if *string == *text) && integer(text).is_none()
}

fn string(text: &str) -> Value {
    Value::String(text.into())
}

fn word(text: &str) -> Option<Value> {
    const WORDS: [(&str, Value); 8] = [
        ("~", Value::Null),
        ("null", Value::Null),
        ("yes", Value::Bool(true)),
        ("true", Value::Bool(true)),
        ("on", Value::Bool(true)),
        ("no", Value::Bool(false)),
        ("false", Value::Bool(false)),
        ("off", Value::Bool(false)),
    ];
    let (_, value) = (WORDS.iter()).find(|(word, _)| word.eq_ignore_ascii_case(text))?;
    Some(value.clone())
}

fn is_time(text: &str) -> bool {
    let year = text.strip_prefix('-').unwrap_or(text);
    year.as_bytes().get(4) == Some(&b'-')
        && (TIME.as_ref()).is_some_and(|pattern| pattern.is_match(text))
}

/// `2001-12-31`, also with a month or a day of one digit.
fn is_date(text: &str) -> bool {
    let mut parts = text.split('-');
    let (Some(year), Some(month), Some(day), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let number = |text: &str, most: u8| {
        let digits = matches!(text.len(), 1 | 2) && text.bytes().all(|byte| byte.is_ascii_digit());
        digits && text.parse().is_ok_and(|number: u8| number <= most)
    };
    year.len() == 4
        && year.bytes().all(|byte| byte.is_ascii_digit())
        && number(month, 12)
        && number(day, 31)
}

fn special_float(text: &str) -> Option<f64> {
    if text.eq_ignore_ascii_case(".inf") || text.eq_ignore_ascii_case("+.inf") {
        Some(f64::INFINITY)
    } else if text.eq_ignore_ascii_case("-.inf") {
        Some(f64::NEG_INFINITY)
    } else if text.eq_ignore_ascii_case(".nan") {
        Some(f64::NAN)
    } else {
        None
    }
}

fn symbol(text: &str) -> Option<&str> {
    let name = text.strip_prefix(':').filter(|name| !name.is_empty())?;
    for quote in ['"', '\''] {
        if let Some((quoted, _)) =
            (name.strip_prefix(quote)).and_then(|name| name.rsplit_once(quote))
        {
            return Some(quoted.strip_prefix(':').unwrap_or(quoted));
        }
    }
    Some(name)
}

fn unsigned(text: &str) -> (bool, &str) {
    match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    }
}

/// `12:30:45` and `12:30:45.5`. As in Psych the first part always counts hours, so that
/// `12:30` is twelve hours and a half, and a sign is the sign of the hours alone.
fn sexagesimal(text: &str) -> Option<Value> {
    let (negative, rest) = unsigned(text);
    let mut parts = rest.split(':');
    let hours = parts.next().filter(|hours| {
        hours.starts_with(|c: char| c.is_ascii_digit())
            && hours
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'_')
    })?;
    let (minutes, seconds, None) = (parts.next()?, parts.next(), parts.next()) else {
        return None;
    };
    let last = seconds.unwrap_or(minutes);
    let (whole, fraction) = match last.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (last, None),
    };
    let sixtieths = |text: &str| -> Option<i64> {
        let digits = matches!(text.len(), 1 | 2) && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|number| digits && *number < 60)
    };
    if !fraction.is_none_or(|digits| {
        digits
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'_')
    }) {
        return None;
    }
    let (minutes, seconds) = match seconds {
        Some(_) => (sixtieths(minutes)?, sixtieths(whole)?),
        None => (sixtieths(whole)?, 0),
    };
    // Ruby reads digits up to the first pair of underscores.
    let hours = hours
        .split("__")
        .next()
        .unwrap_or_default()
        .replace('_', "");
    match fraction {
        None => {
            let hours: i64 = hours.parse().ok()?;
            let hours = if negative { -hours } else { hours };
            let total = hours
                .checked_mul(3_600)?
                .checked_add(minutes * 60 + seconds)?;
            Some(Value::Integer(total))
        }
        Some(fraction) => {
            let hours: f64 = hours.parse().ok()?;
            let hours = if negative { -hours } else { hours };
            let fraction = fraction
                .split("__")
                .next()
                .unwrap_or_default()
                .replace('_', "");
            let fraction: f64 = format!("0.{fraction}0").parse().ok()?;
            let unit = if seconds_are_last(rest) { 1.0 } else { 60.0 };
            #[expect(clippy::cast_precision_loss, reason = "both are below 3,600")]
            let rest = (minutes * 60 + seconds) as f64;
            Some(Value::Float(hours.mul_add(3_600.0, rest) + fraction * unit))
        }
    }
}

fn seconds_are_last(text: &str) -> bool {
    text.matches(':').count() == 2
}

/// Digits with `_` and `,`, a point, digits, and an exponent that has a sign. `1e3` is a
/// string.
fn is_float(text: &str) -> bool {
    let (_, rest) = unsigned(text);
    let Some((whole, fraction)) = rest.split_once('.') else {
        return false;
    };
    let is_whole = whole.is_empty()
        || (whole.starts_with(|c: char| c.is_ascii_digit())
            && whole
                .bytes()
                .all(|byte| byte.is_ascii_digit() || matches!(byte, b'_' | b',')));
    let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
    let exponent = &fraction[digits..];
    let is_exponent = exponent.is_empty()
        || (exponent.starts_with("e+") || exponent.starts_with("e-"))
        || (exponent.starts_with("E+") || exponent.starts_with("E-"));
    let power = exponent.get(2..).unwrap_or_default();
    is_whole
        && is_exponent
        && power.is_empty() == exponent.is_empty()
        && power.bytes().all(|byte| byte.is_ascii_digit())
}

fn float(text: &str) -> Result<Value, Refusal> {
    if matches!(text, "." | "-." | "+.") {
        return Ok(string(text));
    }
    let digits = text.replace([',', '_'], "");
    digits
        .parse()
        .map(Value::Float)
        .map_err(|_| Refusal::Number)
}

/// Binary, octal, decimal or hexadecimal, with `_` and `,` between digits.
fn integer(text: &str) -> Option<Value> {
    let (negative, rest) = unsigned(text);
    let is_gap = |c: char| matches!(c, '_' | ',');
    let (radix, digits) = if let Some(digits) = rest.strip_prefix("0b") {
        (2, digits)
    } else if let Some(digits) = rest.strip_prefix("0x") {
        (16, digits)
    } else if let Some(digits) = rest.strip_prefix('0').filter(|digits| !digits.is_empty()) {
        (8, digits)
    } else {
        let gaps = rest.contains("__")
            || rest.contains(",,")
            || rest.contains("_,")
            || rest.contains(",_");
        if gaps || rest.ends_with(is_gap) || rest.starts_with(is_gap) {
            return None;
        }
        (10, rest)
    };
    let digits = digits.replace(is_gap, "");
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    let sign = if negative { "-" } else { "" };
    match i64::from_str_radix(&format!("{sign}{digits}"), radix) {
        Ok(number) => Some(Value::Integer(number)),
        Err(_) => too_large(sign, &digits, radix),
    }
}

/// Ruby's integers have no end. One that is too large for ours is its text: that is what
/// becomes of a number where GitLab takes one.
fn too_large(sign: &str, digits: &str, radix: u32) -> Option<Value> {
    let text = match u128::from_str_radix(digits, radix) {
        Ok(number) => format!("{sign}{number}"),
        Err(_) if radix == 10 => format!("{sign}{digits}"),
        Err(_) => return None,
    };
    Some(Value::String(text.into()))
}
