//! Points in time and calendar days, in the forms GitLab shows them.

use std::fmt;

use jiff::{Timestamp, civil, tz::Offset};
use serde::{Deserialize, Serialize};

/// A point in time with microseconds, stored as microseconds since 1970.
/// Shown in UTC with exactly three fractional digits: `2015-12-24T17:54:27.895Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Time(i64);

impl Time {
    pub const fn from_microseconds(microseconds: i64) -> Self {
        Self(microseconds)
    }

    /// The system's clock. Only the edge calls this: everything below takes `now`.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the clock"
    )]
    pub fn now() -> Self {
        Self(Timestamp::now().as_microsecond())
    }

    pub const fn microseconds(self) -> i64 {
        self.0
    }

    /// Seconds from `earlier` to `self`, never negative.
    pub fn seconds_since(self, earlier: Self) -> f64 {
        (self.0 - earlier.0).max(0) as f64 / 1e6
    }

    /// The day in UTC.
    pub fn day(self) -> Day {
        Day(Offset::UTC.to_datetime(self.timestamp()).date())
    }

    /// Reads ISO 8601: a date, or a date and a time with an offset (UTC when it has none).
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let timestamp = text.parse::<Timestamp>().ok().or_else(|| {
            let local = text.parse::<civil::DateTime>().ok()?;
            Offset::UTC.to_timestamp(local).ok()
        })?;
        Some(Self(timestamp.as_microsecond()))
    }

    /// Reads a date as HTTP writes it: `Thu, 24 Dec 2015 17:54:27 GMT`.
    pub fn parse_http(text: &str) -> Option<Self> {
        let text = text.trim().strip_suffix("GMT")?;
        let zoned = jiff::fmt::rfc2822::parse(&format!("{text}+0000")).ok()?;
        Some(Self(zoned.timestamp().as_microsecond()))
    }

    /// The same for what counts with calendars; 1970 for what lies beyond them.
    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_microsecond(self.0).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.timestamp())
    }
}

/// A calendar day, `YYYY-MM-DD`, as tokens and memberships expire on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(civil::Date);

impl Day {
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }

    /// So many days later; the last day there is, if it would lie beyond.
    pub fn plus_days(self, days: u16) -> Self {
        Self(
            self.0
                .saturating_add(jiff::Span::new().days(i64::from(days))),
        )
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Day {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not a day"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_show_three_digits_in_utc() {
        for (text, shown) in [
            ("2015-12-24T17:54:27.895Z", "2015-12-24T17:54:27.895Z"),
            ("2015-12-24T16:51:14+01:00", "2015-12-24T15:51:14.000Z"),
            ("2015-12-24", "2015-12-24T00:00:00.000Z"),
            ("2015-12-24T17:54:27.895999Z", "2015-12-24T17:54:27.895Z"),
        ] {
            assert_eq!(
                Time::parse(text).map(|time| time.to_string()).as_deref(),
                Some(shown)
            );
        }
        assert_eq!(Time::parse("yesterday"), None);
    }

    #[test]
    fn times_of_headers() {
        let time = Time::parse_http("Thu, 24 Dec 2015 18:00:00 GMT");
        assert_eq!(time, Time::parse("2015-12-24T18:00:00Z"));
        for text in ["", "yesterday", "2015-12-24", "Thu, 24 Dec 2015"] {
            assert_eq!(Time::parse_http(text), None, "{text}");
        }
    }
}
