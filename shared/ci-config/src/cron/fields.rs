//! What the fields of a cron expression say.

use super::{Cron, Days, Set, Weekdays};

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
/// Of the longest years.
const DAYS_OF_MONTHS: [i8; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// Which numbers a field takes, and what else.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Minute,
    /// 24 is taken for 0.
    Hour,
    /// Negative ones count from the end.
    Day,
    Month,
    /// 7 is taken for 0.
    Weekday,
}

pub(super) fn parse(text: &str) -> Option<Cron> {
    let text = text.trim();
    let text = match text {
        "@yearly" | "@annually" => "0 0 1 1 *",
        "@monthly" => "0 0 1 * *",
        "@weekly" => "0 0 * * 0",
        "@daily" | "@midnight" => "0 0 * * *",
        "@noon" => "0 12 * * *",
        "@hourly" => "0 * * * *",
        _ => text,
    };
    let mut fields = text.split([' ', '\t']).filter(|field| !field.is_empty());
    let mut next = || fields.next();
    let [minute, hour, day, month, weekday] = [next()?, next()?, next()?, next()?, next()?];
    if next().is_some() {
        return None;
    }
    let [plain_day, plain_weekday] =
        [day, weekday].map(|field| field.strip_suffix('&').unwrap_or(field));
    let mut cron = Cron {
        minutes: numbers(minute, Field::Minute)?.unwrap_or_else(|| all(Field::Minute)),
        hours: numbers(hour, Field::Hour)?.unwrap_or_else(|| all(Field::Hour)),
        days: days(plain_day)?,
        months: all(Field::Month),
        weekdays: weekdays(plain_weekday)?,
        both: plain_day != day || plain_weekday != weekday,
    };
    if let Some(months) = numbers(month, Field::Month)? {
        cron.months = with_days(months, cron.days.as_ref());
    }
    (!cron.months.is_empty()).then_some(cron)
}

/// The months that have one of the days, in some year.
fn with_days(months: Set, days: Option<&Days>) -> Set {
    let Some(days) = days else {
        return months;
    };
    let mut possible = Set::default();
    for (month, last) in (1..).zip(DAYS_OF_MONTHS) {
        let has_day = !days.from_end.is_empty() || (days.from_start.iter()).any(|day| day <= last);
        if months.contains(month) && has_day {
            possible.insert(month);
        }
    }
    possible
}

fn all(field: Field) -> Set {
    let (least, most) = field.bounds();
    let mut set = Set::default();
    (least..=most).for_each(|number| set.insert(number));
    set
}

/// None inside means any: a star, or a range of all, is among what the field says.
fn numbers(text: &str, field: Field) -> Option<Option<Set>> {
    let mut set = Set::default();
    let mut any = false;
    for element in elements(text)? {
        match Element::parse(element, field)?.numbers(field)? {
            Some(numbers) => numbers.iter().for_each(|number| set.insert(*number)),
            None => any = true,
        }
    }
    Some((!any).then_some(set))
}

fn days(text: &str) -> Option<Option<Days>> {
    let mut days = Days::default();
    let mut any = false;
    for element in elements(text)? {
        match Element::parse(element, Field::Day)?.numbers(Field::Day)? {
            Some(numbers) => {
                for number in numbers {
                    if number < 0 {
                        days.from_end.insert(-number);
                    } else {
                        days.from_start.insert(number);
                    }
                }
            }
            None => any = true,
        }
    }
    Some((!any).then_some(days))
}

/// Unlike elsewhere, a star beside others says nothing, and all seven days are not any day.
fn weekdays(text: &str) -> Option<Option<Weekdays>> {
    let mut weekdays = Weekdays::default();
    let mut any = true;
    for element in elements(text)? {
        if let Some((weekday, count)) = element.split_once('#') {
            let (weekday, "") = Field::Weekday.bound(weekday)? else {
                return None;
            };
            let (from_end, count) = match count.to_ascii_lowercase().as_str() {
                "l" | "last" => (true, 1),
                other => {
                    let digits = other.strip_prefix('-');
                    let (count, "") = number(digits.unwrap_or(other), 1)? else {
                        return None;
                    };
                    (digits.is_some(), count)
                }
            };
            if !(1..=5).contains(&count) {
                return None;
            }
            let sets = if from_end {
                &mut weekdays.from_end
            } else {
                &mut weekdays.from_start
            };
            sets.get_mut(usize::try_from(weekday % 7).ok()?)?
                .insert(count);
            any = false;
            continue;
        }
        let element = Element::parse(element, Field::Weekday)?;
        let (start, end) = match (element.start, element.end, element.step) {
            (None, None, None) => continue,
            (start, end, _) => (start.unwrap_or(0), end.or(start).unwrap_or(6)),
        };
        let end = if start > end { end + 7 } else { end };
        let step = usize::try_from(element.step.unwrap_or(1).max(1)).ok()?;
        (start..=end)
            .step_by(step)
            .for_each(|weekday| weekdays.every.insert(weekday % 7));
        any = false;
    }
    Some((!any).then_some(weekdays))
}

/// What commas part. There may be more of them than needed, but not only them.
fn elements(text: &str) -> Option<Vec<&str>> {
    let elements: Vec<&str> = text
        .split(',')
        .filter(|element| !element.is_empty())
        .collect();
    (!elements.is_empty()).then_some(elements)
}

/// `5`, `5-10`, `*/2`, `/2`, `5-10/2` or `5/2`.
struct Element {
    start: Option<i8>,
    end: Option<i8>,
    step: Option<i8>,
}

impl Element {
    fn parse(text: &str, field: Field) -> Option<Self> {
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
    fn numbers(&self, field: Field) -> Option<Option<Vec<i8>>> {
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
    const fn bounds(self) -> (i8, i8) {
        match self {
            Self::Minute => (0, 59),
            Self::Hour => (0, 23),
            Self::Day => (1, 31),
            Self::Month => (1, 12),
            Self::Weekday => (0, 6),
        }
    }

    /// One number or name at the start, and the rest.
    fn bound(self, text: &str) -> Option<(i8, &str)> {
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
fn number(text: &str, most_digits: usize) -> Option<(i8, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at_checked(digits)?;
    (digits <= most_digits)
        .then(|| number.parse().ok())?
        .map(|number| (number, rest))
}
