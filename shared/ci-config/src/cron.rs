//! When schedules are due: cron expressions of five fields, as GitLab takes them (with the
//! library Fugit), in a time zone.
//!
//! Left out are what Fugit has beyond cron and GitLab does not document: seconds, weeks
//! counted by `%`, and `~`, which stands for anything at random.
//!
//! Crates for cron refuse much that Fugit takes, such as `fri-mon`, `5/20` or an hour of 24,
//! and do otherwise when clocks change.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{AmbiguousOffset, TimeZone};

mod element;
mod fields;
mod zones;

pub use zones::time_zone;

/// After so many days there is no other combination of a date and its weekday: the 29th of
/// February is a given weekday every 40 years at the latest.
const MAX_DAYS: usize = 41 * 366;

/// When something is to be done, over and over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cron {
    minutes: Set,
    hours: Set,
    /// None is any day.
    days: Option<Days>,
    months: Set,
    /// None is any day.
    weekdays: Option<Weekdays>,
    /// Whether a day of the month must also be a day of the week. Else either will do.
    both: bool,
}

/// Numbers below 64.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Set(u64);

/// Days of the month: from its beginning, and from its end, where 1 is the last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Days {
    from_start: Set,
    from_end: Set,
}

/// Days of the week, from Sunday on: each of them, or the first, second and so on of a month,
/// from its beginning or its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Weekdays {
    every: Set,
    from_start: [Set; 7],
    from_end: [Set; 7],
}

impl Cron {
    /// Reads five fields, or a nickname such as `@daily`. None too if no month has the days.
    pub fn parse(text: &str) -> Option<Self> {
        fields::parse(text)
    }

    /// The next time after another, if there is one.
    ///
    /// It is the next minute that the clocks of the zone show. So what they skip when summer
    /// time begins is left out on that day, and what they show twice when it ends comes twice.
    /// GitLab gets the same from Fugit, which would leave out the second one only if it were
    /// asked with a time in the same zone; GitLab asks with one in UTC.
    pub fn next_after(&self, time: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        // Clocks that are put back at midnight show a part of yesterday again.
        let mut date = zone.to_datetime(time).date().yesterday().ok()?;
        let mut earliest: Option<Timestamp> = None;
        for _ in 0..MAX_DAYS {
            let before = earliest;
            let is_settled = self.includes(date) && self.search(date, time, zone, &mut earliest);
            if is_settled || before.is_some() {
                return earliest;
            }
            date = date.tomorrow().ok()?;
        }
        earliest
    }

    /// Looks for the earliest time of a date that is after another. Whether there can be no
    /// earlier one is told: it depends on whether the clocks show the time once.
    fn search(
        &self,
        date: Date,
        after: Timestamp,
        zone: &TimeZone,
        earliest: &mut Option<Timestamp>,
    ) -> bool {
        for hour in self.hours.iter() {
            for minute in self.minutes.iter() {
                let shown = date.at(hour, minute, 0, 0);
                let (offsets, is_shown_once) = match zone.to_ambiguous_timestamp(shown).offset() {
                    AmbiguousOffset::Unambiguous { offset } => ([Some(offset), None], true),
                    AmbiguousOffset::Gap { .. } => ([None, None], false),
                    AmbiguousOffset::Fold { before, after } => ([Some(before), Some(after)], false),
                };
                let times = offsets.into_iter().flatten();
                let times = times.filter_map(|offset| offset.to_timestamp(shown).ok());
                for time in times.filter(|time| *time > after) {
                    *earliest = Some(earliest.map_or(time, |other| other.min(time)));
                    if is_shown_once {
                        return true;
                    }
                }
            }
        }
        false
    }

    fn includes(&self, date: Date) -> bool {
        if !self.months.contains(date.month()) {
            return false;
        }
        let day = self.days.as_ref().map(|days| days.include(date));
        let weekday = (self.weekdays.as_ref()).map(|weekdays| weekdays.include(date));
        match (day, weekday) {
            (Some(day), Some(weekday)) if self.both => day && weekday,
            (Some(day), Some(weekday)) => day || weekday,
            (day, weekday) => day.or(weekday).unwrap_or(true),
        }
    }
}

impl Set {
    fn insert(&mut self, number: i8) {
        self.0 |= 1 << number;
    }

    const fn contains(self, number: i8) -> bool {
        self.0 >> number & 1 == 1
    }

    const fn is_empty(self) -> bool {
        self.0 == 0
    }

    fn iter(self) -> impl Iterator<Item = i8> {
        (0..64).filter(move |number| self.contains(*number))
    }
}

/// The day counted from the end, where 1 is the last.
fn from_end(date: Date) -> i8 {
    date.days_in_month() + 1 - date.day()
}

impl Days {
    fn include(&self, date: Date) -> bool {
        self.from_start.contains(date.day()) || self.from_end.contains(from_end(date))
    }
}

impl Weekdays {
    fn include(&self, date: Date) -> bool {
        let weekday = date.weekday().to_sunday_zero_offset();
        let of = |sets: &[Set; 7], day: i8| {
            let set = usize::try_from(weekday)
                .ok()
                .and_then(|weekday| sets.get(weekday));
            set.is_some_and(|set| set.contains((day - 1) / 7 + 1))
        };
        self.every.contains(weekday)
            || of(&self.from_start, date.day())
            || of(&self.from_end, from_end(date))
    }
}
