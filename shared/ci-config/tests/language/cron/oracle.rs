//! The same by looking at the clock every minute.

use std::collections::BTreeSet;

use ci_config::cron::Cron;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use proptest::prelude::*;

/// A field as text, and what it means.
type Field = (String, BTreeSet<i8>);

fn field(least: i8, most: i8) -> impl Strategy<Value = Field> {
    let one = (least..=most).prop_map(|number| (number.to_string(), BTreeSet::from([number])));
    let range = (least..=most, least..=most, 1..9_i8).prop_map(|(one, other, step)| {
        let (from, to) = (one.min(other), one.max(other));
        let set = (from..=to)
            .step_by(usize::try_from(step).unwrap_or(1))
            .collect();
        let step = if step == 1 {
            String::new()
        } else {
            format!("/{step}")
        };
        (format!("{from}-{to}{step}"), set)
    });
    let steps = (2..20_i8).prop_map(move |step| {
        let set = (least..=most)
            .filter(|number| (number - least) % step == 0)
            .collect();
        (format!("*/{step}"), set)
    });
    let element = prop_oneof![4 => one, 2 => range, 1 => steps];
    prop::collection::vec(element, 1..4).prop_map(|elements| {
        let texts: Vec<String> = elements.iter().map(|(text, _)| text.clone()).collect();
        let set = elements.into_iter().flat_map(|(_, set)| set).collect();
        (texts.join(","), set)
    })
}

fn star_or(least: i8, most: i8) -> impl Strategy<Value = Option<Field>> {
    prop::option::of(field(least, most))
}

/// Days around which clocks change, and some around which they do not.
fn place() -> impl Strategy<Value = (&'static str, &'static str)> {
    prop::sample::select(vec![
        ("Europe/Berlin", "2026-03-28T12:00:00Z"),
        ("Europe/Berlin", "2026-10-24T12:00:00Z"),
        ("America/New_York", "2026-03-07T12:00:00Z"),
        ("America/New_York", "2026-10-31T12:00:00Z"),
        ("America/Havana", "2024-11-02T12:00:00Z"),
        ("America/St_Johns", "2010-11-06T12:00:00Z"),
        ("Australia/Lord_Howe", "2026-04-04T10:00:00Z"),
        ("Pacific/Apia", "2011-12-28T00:00:00Z"),
        ("Asia/Kolkata", "2028-02-27T00:00:00Z"),
        ("UTC", "2026-12-30T00:00:00Z"),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(80))]

    #[test]
    fn minute_by_minute(
        minute in field(0, 59),
        hour in star_or(0, 23),
        day in star_or(1, 31),
        month in star_or(1, 12),
        weekday in star_or(0, 6),
        (zone, start) in place(),
        seconds in 0..86_400_i64,
    ) {
        let text = |field: &Option<Field>| field.as_ref().map_or("*".into(), |(text, _)| text.clone());
        let text = [minute.0.clone(), text(&hour), text(&day), text(&month), text(&weekday)].join(" ");
        // Days that no month has, which is another test's matter.
        let Some(cron) = Cron::parse(&text) else {
            prop_assert!(day.is_some() && month.is_some(), "{}", text);
            return Ok(());
        };
        let has = |field: &Option<Field>, number: i8| {
            field.as_ref().is_none_or(|(_, set)| set.contains(&number))
        };
        let matches = |time: Timestamp, zone: &TimeZone| {
            let clock = zone.to_datetime(time);
            let on_day = has(&day, clock.day());
            let on_weekday = has(&weekday, clock.weekday().to_sunday_zero_offset());
            let on_date = if day.is_some() && weekday.is_some() {
                on_day || on_weekday
            } else {
                on_day && on_weekday
            };
            // Fugit forgets months that have none of the days.
            let month_has_day = day.as_ref().is_none_or(|(_, days)| {
                let most = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
                let most = most.get(usize::try_from(clock.month() - 1).unwrap_or(12));
                days.iter().any(|day| Some(day) <= most)
            });
            on_date
                && has(&month, clock.month())
                && (month.is_none() || month_has_day)
                && has(&hour, clock.hour())
                && minute.1.contains(&clock.minute())
        };
        let zone = super::zone(zone);
        let start = start.parse::<Timestamp>().unwrap_or_default() + seconds.seconds();
        let end = start + (18 * 24).hours();
        let first = start.as_second().div_euclid(60) * 60;
        let minutes = (1..).map(|minute| first + 60 * minute).filter_map(|second| Timestamp::from_second(second).ok());
        let minutes = minutes.take_while(|time| *time <= end);
        let expected: Vec<Timestamp> = minutes.filter(|time| matches(*time, &zone)).take(300).collect();

        let mut times = Vec::new();
        let mut time = start;
        while times.len() <= expected.len() && let Some(next) = cron.next_after(time, &zone) {
            if next > end {
                break;
            }
            times.push(next);
            time = next;
        }
        times.truncate(if expected.len() == 300 { 300 } else { times.len() });
        prop_assert_eq!(times, expected, "{}", text);
    }
}
