//! What the fields of a cron expression say.

use super::element::{Element, Field, number};
use super::{Cron, Days, Set, Weekdays};

/// Of the longest years.
const DAYS_OF_MONTHS: [i8; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

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
