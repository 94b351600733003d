//! Durations in words.

use ci_config::duration::parse;
use proptest::prelude::*;

const MINUTE: u64 = 60;
const HOUR: u64 = 3_600;
const DAY: u64 = 86_400;

#[test]
fn table() {
    let cases = [
        ("1h 30m", 5_400),
        ("3 mins 4 sec", 184),
        ("3 Mins 4 SEC", 184),
        ("three mins four sec", 184),
        ("2 hrs 20 min", 8_400),
        ("2h20min", 8_400),
        ("6 mos 1 day", 181 * DAY),
        ("47 yrs 6 mos and 4d", 47 * 31_557_600 + 184 * DAY),
        ("1 year 6 months", 31_557_600 + 180 * DAY),
        ("3 weeks and 2 days", 23 * DAY),
        ("3 weeks and, 2 days", 23 * DAY),
        ("3 weeks, plus 2 days", 23 * DAY),
        ("3 weeks with 2 days", 23 * DAY),
        ("two hours and twenty minutes", 8_400),
        ("four hours, and fourty minutes", 4 * HOUR + 40 * MINUTE),
        ("twenty five minutes", 25 * MINUTE),
        ("twenty-five minutes", 25 * MINUTE),
        ("1.5 hours", 5_400),
        (".5 h", 1_800),
        ("0.0001 days", 8),
        ("12 mins 3.99 seconds", 723),
        ("1,000 mins", 60_000),
        ("day", DAY),
        ("minute 30s", 90),
        ("42", 42),
        ("  42  ", 42),
        ("1 week 42", 7 * DAY + 42),
        ("1\tweek\n42", 7 * DAY + 42),
        // Only what is right before a unit counts, and only what is right behind a number.
        ("4 5 minutes", 300),
        ("5 minutes hours", 300),
        ("5 and minutes", 300),
        ("1:20", 80),
        ("1:20.51", 80),
        ("1:30:00", 5_400),
        ("4 : 01 : 01", 4 * HOUR + 61),
        ("1:00:00:00", DAY),
        ("1:00:00:00:00", 30 * DAY),
        ("1:00:00:00:00:00", 31_557_600),
        ("30 days", 30 * DAY),
        ("1 dy 1 wk 1 wks 1 hr 1 yr", 15 * DAY + HOUR + 31_557_600),
        ("9007199254740992 s", 9_007_199_254_740_992),
    ];
    for (text, seconds) in cases {
        assert_eq!(parse(text), Some(seconds), "{text:?}");
    }
}

#[test]
fn none() {
    let cases = [
        "",
        " ",
        "0",
        "0 seconds",
        "0.9 seconds",
        "never",
        "soon",
        "23 gobblygoos",
        "-5 minutes",
        "1.",
        "5 , minutes",
        "5;minutes",
        "and",
        "1 fortnight",
        "$TIMEOUT",
        "PT5M",
        "1:2:3:4:5:6:7",
        "a:b",
        "five-minutes",
        "1e3",
        "9007199254740994 s",
        "٣ days",
    ];
    for text in cases {
        assert_eq!(parse(text), None, "{text:?}");
    }
    let digits = "9".repeat(100_000);
    assert_eq!(parse(&digits), None);
}

proptest! {
    /// Sums of what has one meaning only, however it is written.
    #[test]
    fn sums(
        parts in prop::collection::vec(
            (
                1_u64..1_000,
                prop::sample::select(vec![
                    ("s", 1), ("secs", 1), ("m", 60), ("Minutes", 60), ("hr", HOUR), ("d", DAY),
                    ("wk", 7 * DAY), ("mo", 30 * DAY), ("yrs", 31_557_600),
                ]),
                prop::sample::select(vec!["", " ", "  "]),
                prop::sample::select(vec![" ", ", ", " and ", " plus ", ", with "]),
            ),
            1..8,
        )
    ) {
        let text: String = (parts.iter())
            .map(|(count, (unit, _), space, join)| format!("{count}{space}{unit}{join}"))
            .collect();
        let sum = parts.iter().map(|(count, (_, seconds), _, _)| count * seconds).sum();
        prop_assert_eq!(parse(&text), Some(sum), "{}", text);
    }
}
