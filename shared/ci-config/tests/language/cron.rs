//! Cron expressions, with dates worked out by hand.

use ci_config::cron::{Cron, time_zone};
use jiff::Timestamp;
use jiff::tz::TimeZone;

mod oracle;

fn zone(name: &str) -> TimeZone {
    time_zone(name).unwrap_or_else(|| panic!("the zone {name}"))
}

fn next(cron: &str, zone_name: &str, after: &str, count: usize) -> Vec<String> {
    let zone = zone(zone_name);
    let parsed = Cron::parse(cron).unwrap_or_else(|| panic!("not taken: {cron}"));
    let mut time: Timestamp = after.parse().unwrap_or_else(|_| panic!("a time: {after}"));
    let mut times = Vec::new();
    while times.len() < count
        && let Some(next) = parsed.next_after(time, &zone)
    {
        times.push(next.strftime("%Y-%m-%d %H:%M:%S").to_string());
        time = next;
    }
    times
}

#[track_caller]
fn check(cron: &str, zone: &str, after: &str, expected: &[&str]) {
    let expected: Vec<String> = (expected.iter())
        .map(|time| {
            let time = if time.len() == 10 {
                format!("{time} 00:00")
            } else {
                (*time).to_owned()
            };
            format!("{time}:00")
        })
        .collect();
    let times = next(cron, zone, after, expected.len());
    assert_eq!(times, expected, "{cron} in {zone} after {after}");
}

#[test]
fn fields() {
    let utc = |cron: &str, after: &str, expected: &[&str]| check(cron, "UTC", after, expected);
    let day = "2026-11-25T12:34:56.5Z";
    utc("* * * * *", day, &["2026-11-25 12:35", "2026-11-25 12:36"]);
    utc("* * * * *", "2026-11-25T12:34:00Z", &["2026-11-25 12:35"]);
    utc(
        "*/15 * * * *",
        day,
        &["2026-11-25 12:45", "2026-11-25 13:00"],
    );
    utc(
        "/30 * * * *",
        day,
        &["2026-11-25 13:00", "2026-11-25 13:30"],
    );
    utc(
        "5/20 * * * *",
        day,
        &["2026-11-25 12:45", "2026-11-25 13:05", "2026-11-25 13:25"],
    );
    utc(
        "58-2 * * * *",
        day,
        &["2026-11-25 12:58", "2026-11-25 12:59", "2026-11-25 13:00"],
    );
    utc(
        "5,,10, * * * *",
        day,
        &["2026-11-25 13:05", "2026-11-25 13:10"],
    );
    utc("00 4 * * *", day, &["2026-11-26 04:00", "2026-11-27 04:00"]);
    utc("0 24 * * *", day, &["2026-11-26", "2026-11-27"]);
    utc(
        "0 22-24/2 * * *",
        day,
        &["2026-11-25 22:00", "2026-11-26", "2026-11-26 22:00"],
    );
    utc(
        "0 9-17/4 * * 1-5",
        "2026-11-27T10:00:00Z",
        &["2026-11-27 13:00", "2026-11-27 17:00", "2026-11-30 09:00"],
    );
    utc(
        "59 23 31 12 *",
        day,
        &["2026-12-31 23:59", "2027-12-31 23:59"],
    );
    utc(
        "0 0 1 nov-Feb *",
        day,
        &["2026-12-01", "2027-01-01", "2027-02-01", "2027-11-01"],
    );
    utc(
        "0 0 */10 * *",
        day,
        &["2026-12-01", "2026-12-11", "2026-12-21", "2026-12-31"],
    );
    utc(
        "0 0 30-2 * *",
        day,
        &["2026-11-30", "2026-12-01", "2026-12-02", "2026-12-30"],
    );
    utc("  0\t0  1 1 * ", day, &["2027-01-01"]);
    // The end of the month.
    utc(
        "0 12 L * *",
        "2028-02-01T00:00:00Z",
        &["2028-02-29 12:00", "2028-03-31 12:00"],
    );
    utc("0 0 last,15 * *", day, &["2026-11-30", "2026-12-15"]);
    utc(
        "0 0 -2 * *",
        "2027-02-01T00:00:00Z",
        &["2027-02-27", "2027-03-30"],
    );
    utc(
        "0 0 -3-L * *",
        day,
        &["2026-11-28", "2026-11-29", "2026-11-30", "2026-12-29"],
    );
    utc(
        "0 0 30-L * *",
        day,
        &["2026-11-30", "2026-12-30", "2026-12-31", "2027-01-30"],
    );
    // Leap years; 2100 is none.
    utc("0 0 29 2 *", day, &["2028-02-29", "2032-02-29"]);
    utc("0 0 29 2 *", "2096-03-01T00:00:00Z", &["2104-02-29"]);
    utc("0 0 29 2 mon&", day, &["2044-02-29", "2072-02-29"]);
    // 30 days has September; February has never 30.
    utc("0 0 31 2,4,5 *", day, &["2027-05-31", "2028-05-31"]);
    utc(
        "0 0 30 2,4 mon",
        "2026-01-01T00:00:00Z",
        &["2026-04-06", "2026-04-13"],
    );
    // The 30th of November 2026 is a Monday.
    utc("0 0 * * sun", day, &["2026-11-29", "2026-12-06"]);
    utc("0 0 * * 7", day, &["2026-11-29", "2026-12-06"]);
    utc(
        "0 0 * * fri-mon",
        day,
        &[
            "2026-11-27",
            "2026-11-28",
            "2026-11-29",
            "2026-11-30",
            "2026-12-04",
        ],
    );
    utc(
        "0 0 * * 6-7",
        day,
        &["2026-11-28", "2026-11-29", "2026-12-05"],
    );
    utc(
        "0 0 * * */3",
        day,
        &["2026-11-28", "2026-11-29", "2026-12-02"],
    );
    utc("0 0 * * mon#1", day, &["2026-12-07", "2027-01-04"]);
    utc(
        "0 0 * * Mon#last,tue#-2",
        day,
        &["2026-11-30", "2026-12-22", "2026-12-28"],
    );
    utc("0 0 * * thu#5", day, &["2026-12-31", "2027-04-29"]);
    // Either the day of the month or that of the week.
    utc(
        "0 0 1 * mon",
        "2026-05-30T00:00:00Z",
        &["2026-06-01", "2026-06-08"],
    );
    utc(
        "0 0 1 * mon",
        "2026-06-29T00:00:00Z",
        &["2026-07-01", "2026-07-06"],
    );
    utc(
        "0 0 1 * mon&",
        "2026-05-30T00:00:00Z",
        &["2026-06-01", "2027-02-01", "2027-03-01"],
    );
    utc("0 0 1& * mon", "2026-06-02T00:00:00Z", &["2027-02-01"]);
    // All days of the month are no restriction, all of the week are one.
    utc("0 0 1-31 * mon", day, &["2026-11-30", "2026-12-07"]);
    utc("0 0 *,5 * mon", day, &["2026-11-30", "2026-12-07"]);
    utc(
        "0 0 1 * *,mon",
        day,
        &["2026-11-30", "2026-12-01", "2026-12-07"],
    );
    utc("0 0 1 * 0-6", day, &["2026-11-26", "2026-11-27"]);
    // Nicknames.
    utc("@hourly", day, &["2026-11-25 13:00"]);
    utc("@daily", day, &["2026-11-26"]);
    utc("@midnight", day, &["2026-11-26"]);
    utc("@noon", day, &["2026-11-26 12:00"]);
    utc(" @weekly ", day, &["2026-11-29"]);
    utc("@monthly", day, &["2026-12-01"]);
    utc("@yearly", day, &["2027-01-01"]);
    utc("@annually", day, &["2027-01-01"]);
}

#[test]
fn zones() {
    let berlin =
        |cron: &str, after: &str, expected: &[&str]| check(cron, "Berlin", after, expected);
    // Summer time begins on the 29th of March 2026: 2:00 is 3:00. At 1:00 UTC.
    berlin(
        "30 2 * * *",
        "2026-03-27T12:00:00Z",
        &["2026-03-28 01:30", "2026-03-30 00:30"],
    );
    berlin(
        "0 3 * * *",
        "2026-03-28T12:00:00Z",
        &["2026-03-29 01:00", "2026-03-30 01:00"],
    );
    berlin(
        "*/30 1-3 * * *",
        "2026-03-29T00:00:00Z",
        &[
            "2026-03-29 00:30",
            "2026-03-29 01:00",
            "2026-03-29 01:30",
            "2026-03-29 23:00",
        ],
    );
    berlin("30 2 29 3 *", "2026-01-01T00:00:00Z", &["2027-03-29 00:30"]);
    // It ends on the 25th of October: 3:00 is 2:00. At 1:00 UTC.
    berlin(
        "30 2 * * *",
        "2026-10-24T12:00:00Z",
        &["2026-10-25 00:30", "2026-10-25 01:30", "2026-10-26 01:30"],
    );
    berlin(
        "0 3 * * *",
        "2026-10-24T12:00:00Z",
        &["2026-10-25 02:00", "2026-10-26 02:00"],
    );
    berlin(
        "0,30 2 * * *",
        "2026-10-24T23:59:00Z",
        &[
            "2026-10-25 00:00",
            "2026-10-25 00:30",
            "2026-10-25 01:00",
            "2026-10-25 01:30",
            "2026-10-26 01:00",
        ],
    );
    berlin(
        "@daily",
        "2026-10-24T12:00:00Z",
        &["2026-10-24 22:00", "2026-10-25 23:00"],
    );

    let new_york = |cron: &str, after: &str, expected: &[&str]| {
        check(cron, "America/New_York", after, expected);
        check(cron, "Eastern Time (US & Canada)", after, expected);
    };
    new_york(
        "0 2 * * *",
        "2026-03-07T12:00:00Z",
        &["2026-03-09 06:00", "2026-03-10 06:00"],
    );
    new_york(
        "30 1 * * *",
        "2026-10-31T12:00:00Z",
        &["2026-11-01 05:30", "2026-11-01 06:30", "2026-11-02 06:30"],
    );
    new_york("0 20 L 12 *", "2026-01-01T12:00:00Z", &["2027-01-01 01:00"]);

    // Where clocks change at midnight.
    check(
        "0 0 * * *",
        "America/Havana",
        "2024-03-09T12:00:00Z",
        &["2024-03-11 04:00"],
    );
    check(
        "0 1 * * *",
        "America/Havana",
        "2024-03-09T12:00:00Z",
        &["2024-03-10 05:00"],
    );
    check(
        "30 0 * * *",
        "America/Havana",
        "2024-11-02T12:00:00Z",
        &["2024-11-03 04:30", "2024-11-03 05:30"],
    );
    // From a minute past midnight, back to yesterday.
    check(
        "0,30 0,23 * * *",
        "America/St_Johns",
        "2010-11-07T01:00:00Z",
        &[
            "2010-11-07 01:30",
            "2010-11-07 02:00",
            "2010-11-07 02:30",
            "2010-11-07 03:00",
            "2010-11-07 03:30",
            "2010-11-07 04:00",
            "2010-11-08 02:30",
        ],
    );
    // By half an hour.
    check(
        "45 1 * * *",
        "Australia/Lord_Howe",
        "2026-04-04T12:00:00Z",
        &["2026-04-04 14:45", "2026-04-04 15:15", "2026-04-05 15:15"],
    );
    // A day that never was.
    check(
        "0 0 30 12 *",
        "Samoa",
        "2011-01-01T00:00:00Z",
        &["2012-12-29 10:00"],
    );
    check(
        "0 0 * * *",
        "Kathmandu",
        "2026-11-25T12:00:00Z",
        &["2026-11-25 18:15"],
    );
}

#[test]
fn refused() {
    let cases = [
        "",
        " ",
        "*",
        "* * * *",
        "* * * * * *",
        "0 0 * * * UTC",
        "0 0 * * * Europe/Berlin",
        "*********",
        "invalid",
        "'0 * * * *'",
        "every 3h",
        "@reboot",
        "@Daily",
        "@daily UTC",
        "@every",
        "60 * * * *",
        "* 25 * * *",
        "* * 0 * *",
        "* * 32 * *",
        "* * * 0 *",
        "* * * 13 *",
        "* * * * 8",
        "-1 * * * *",
        "* * * january *",
        "* * * * monday",
        "* * * * 07",
        "*/0 * * * *",
        "*/100 * * * *",
        "*/ * * * *",
        "1- * * * *",
        "-5 * * * *",
        "1-2-3 * * * *",
        "1/2/3 * * * *",
        ", * * * *",
        "1;2 * * * *",
        "a * * * *",
        "* * L-5 * *",
        "* * -5/2 * *",
        "* * * * mon#0",
        "* * * * mon#6",
        "* * * * mon#",
        "* * * * #1",
        "* * * * mon-fri#1",
        "* * * * mon%2",
        "0~30 * * * *",
        "? * * * *",
        "* * * * l",
        "0\n0 * * *",
        // No such day in any year.
        "0 12 31 2 *",
        "0 12 30 feb *",
        "0 0 31 4,6,9,11 *",
        "0 0 31 2 mon",
        "٣ * * * *",
        "é * * * *",
    ];
    for text in cases {
        assert_eq!(Cron::parse(text), None, "{text:?}");
    }
}

#[test]
fn never() {
    // February has never 31 days, and no month has a fifth Monday among its first three days.
    for text in ["0 0 -31 2 *", "0 0 1-3 * mon#5&"] {
        assert_eq!(
            next(text, "UTC", "2026-01-01T00:00:00Z", 1),
            Vec::<String>::new(),
            "{text}"
        );
    }
    // At the ends of time.
    let cron = Cron::parse("* * * * *").unwrap_or_else(|| panic!("a minute"));
    assert_eq!(cron.next_after(Timestamp::MAX, &TimeZone::UTC), None);
    let _ = cron.next_after(Timestamp::MIN, &zone("Asia/Tokyo"));
}

#[test]
fn names_of_zones() {
    let same = [
        ("UTC", "Etc/UTC"),
        ("Berlin", "Europe/Berlin"),
        ("Bern", "Europe/Zurich"),
        ("Eastern Time (US & Canada)", "America/New_York"),
        ("Nuku'alofa", "Pacific/Tongatapu"),
        ("St. Petersburg", "Europe/Moscow"),
    ];
    for (rails, iana) in same {
        assert_eq!(zone(rails), zone(iana), "{rails}");
    }
    for name in include_str!("../../src/cron/rails_zones.txt").lines() {
        let (name, iana) = name.split_once('\t').unwrap_or_default();
        assert!(time_zone(name).is_some(), "{name}");
        assert!(time_zone(iana).is_some(), "{iana}");
    }
    for name in [
        "US/Pacific",
        "America/Argentina/Buenos_Aires",
        "Etc/GMT-3",
        "Asia/Calcutta",
    ] {
        zone(name);
    }
    for name in [
        "",
        "berlin",
        "europe/berlin",
        "Europe/Nowhere",
        "Invalid-zone",
        "../etc/passwd",
        "+02:00",
    ] {
        assert!(time_zone(name).is_none(), "{name}");
    }
}
