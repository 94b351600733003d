//! What stands between the commas of a field: numbers, names, ranges and steps.

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
/// Which numbers a field takes, and what else.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Minute,
    /// 24 is taken for 0.
    Hour,
    /// Negative ones count from the end.
    Day,
    Month,
    /// 7 is taken for 0.
    Weekday,
}

/// `5`, `5-10`, `*/2`, `/2`, `5-10/2` or `5/2`.
pub(super) struct Element {
    pub(super) start: Option<i8>,
    pub(super) end: Option<i8>,
    pub(super) step: Option<i8>,
}

impl Element {
    pub(super) fn parse(text: &str, field: Field) -> Option<Self> {
        let (range, step) = match text.split_once('/') {
            Some((range, step)) => {
                let (step, "") = number(step, 2)? else {
                    return None;
                };
                (range, Some(step))
            }
            None => (text, None),
        };
        let (start, end) = match range {
            "*" => (None, None),
            "" if step.is_some() => (None, None),
            _ => {
                let (start, rest) = field.bound(range)?;
                match rest.strip_prefix('-') {
                    Some(end) => {
                        let (end, "") = field.bound(end)? else {
                            return None;
                        };
                        (Some(start), Some(end))
                    }
                    None if rest.is_empty() => (Some(start), None),
                    None => return None,
                }
            }
        };
        Some(Self { start, end, step })
    }

    /// All that it stands for, where ranges may go beyond the last number and begin anew;
    /// None inside if it is any number.
    pub(super) fn numbers(&self, field: Field) -> Option<Option<Vec<i8>>> {
        let (least, most) = field.bounds();
        let (start, mut end, step) = match (self.start, self.end, self.step) {
            (None, None, None) => return Some(None),
            (_, _, Some(0)) => return None,
            (Some(start), None, None) => (start, start, 1),
            (start, end, step) => (
                start.unwrap_or(least),
                end.unwrap_or(most),
                step.unwrap_or(1),
            ),
        };
        if end < 0 && start > 0 {
            end = most;
        }
        if (start, end, step) == (least, most, 1) {
            return Some(None);
        }
        if start < 0 && end > 0 {
            return None;
        }
        let (first, last) = if start < 0 {
            (-most, -1)
        } else {
            (least, most)
        };
        let mut numbers = vec![start];
        let mut number = start;
        while number != end {
            number += 1;
            if number > last {
                number = first;
                // An hour of 24, which is that of 0.
                if end > last {
                    end -= last + 1;
                }
            }
            numbers.push(number);
        }
        let step = usize::try_from(step).ok()?;
        let numbers = numbers.into_iter().step_by(step);
        let is_midnight = |number| field == Field::Hour && number == 24;
        Some(Some(
            numbers
                .map(|number| if is_midnight(number) { 0 } else { number })
                .collect(),
        ))
    }
}

impl Field {
    pub(super) const fn bounds(self) -> (i8, i8) {
        match self {
            Self::Minute => (0, 59),
            Self::Hour => (0, 23),
            Self::Day => (1, 31),
            Self::Month => (1, 12),
            Self::Weekday => (0, 6),
        }
    }

    /// One number or name at the start, and the rest.
    pub(super) fn bound(self, text: &str) -> Option<(i8, &str)> {
        let names: &[&str] = match self {
            Self::Month => &MONTHS,
            Self::Weekday => &WEEKDAYS,
            Self::Day => return day(text),
            Self::Minute | Self::Hour => &[],
        };
        if let Some((name, rest)) = text.split_at_checked(3)
            && let Some(place) = names
                .iter()
                .position(|other| other.eq_ignore_ascii_case(name))
        {
            let place = i8::try_from(place).ok()?;
            return Some((place + self.bounds().0, rest));
        }
        let (number, rest) = number(text, if self == Self::Weekday { 1 } else { 2 })?;
        let (least, most) = match self {
            Self::Hour => (0, 24),
            Self::Weekday => (0, 7),
            Self::Minute | Self::Day | Self::Month => self.bounds(),
        };
        (least <= number && number <= most).then_some((number, rest))
    }
}

/// A day of the month, or `L` or `last` for the last one.
fn day(text: &str) -> Option<(i8, &str)> {
    for name in ["last", "l"] {
        if let Some((word, rest)) = text.split_at_checked(name.len())
            && word.eq_ignore_ascii_case(name)
        {
            return Some((-1, rest));
        }
    }
    let digits = text.strip_prefix('-');
    let (number, rest) = number(digits.unwrap_or(text), 2)?;
    let number = (1..=31).contains(&number).then_some(number)?;
    Some((if digits.is_some() { -number } else { number }, rest))
}

/// All digits at the start, which may not be more than so many, and the rest.
pub(super) fn number(text: &str, most_digits: usize) -> Option<(i8, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at_checked(digits)?;
    (digits <= most_digits)
        .then(|| number.parse().ok())?
        .map(|number| (number, rest))
}
