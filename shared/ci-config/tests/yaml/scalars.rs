//! Plain scalars: what Psych makes of each.

use ci_config::Value;

use crate::support::scalar;

fn text(text: &str) -> Value {
    Value::String(text.into())
}

#[test]
fn words_are_null_and_booleans() {
    for word in ["", "~", "null", "Null", "NULL", "nULL"] {
        assert_eq!(scalar(word), Ok(Value::Null), "{word}");
    }
    for word in [
        "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON", "yEs",
    ] {
        assert_eq!(scalar(word), Ok(Value::Bool(true)), "{word}");
    }
    for word in [
        "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF",
    ] {
        assert_eq!(scalar(word), Ok(Value::Bool(false)), "{word}");
    }
    for word in [
        "y", "Y", "n", "N", "t", "f", "nil", "none", "yesno", "true1", "~x",
    ] {
        assert_eq!(scalar(word), Ok(text(word)), "{word}");
    }
}

#[test]
fn integers() {
    for (written, number) in [
        ("0", 0),
        ("-0", 0),
        ("7", 7),
        ("+7", 7),
        ("-7", -7),
        ("1_000", 1_000),
        ("1,000,000", 1_000_000),
        ("012345", 5_349),
        ("0123", 83),
        ("-017", -15),
        ("0_17", 15),
        ("0x1F", 31),
        ("0xff_ff", 65_535),
        ("-0x1f", -31),
        ("0b101", 5),
        ("0b1_0", 2),
        ("12:30:45", 45_045),
        ("1:00:00", 3_600),
        ("12:30", 45_000),
        ("1:2", 3_720),
        ("-1:30:00", -1_800),
        ("9223372036854775807", i64::MAX),
        ("-9223372036854775808", i64::MIN),
    ] {
        assert_eq!(scalar(written), Ok(Value::Integer(number)), "{written}");
    }
}

#[test]
fn integers_without_end_are_their_digits() {
    for (written, digits) in [
        ("9223372036854775808", "9223372036854775808"),
        ("-99_999_999_999_999_999_999", "-99999999999999999999"),
        ("0xFFFFFFFFFFFFFFFFFF", "4722366482869645213695"),
        (
            "1000000000000000000000000000000000000000000000000",
            "1000000000000000000000000000000000000000000000000",
        ),
    ] {
        assert_eq!(scalar(written), Ok(text(digits)), "{written}");
    }
}

#[test]
fn floats() {
    for (written, number) in [
        ("1.0", 1.0),
        ("1.", 1.0),
        (".5", 0.5),
        ("-.5", -0.5),
        ("+1.5", 1.5),
        ("1_000.5", 1_000.5),
        ("1,000.5", 1_000.5),
        ("1.5e+3", 1_500.0),
        ("1.5E-3", 0.001_5),
        ("1.e+2", 100.0),
        ("685.230_15", 685.230_15),
        ("1:30:00.5", 5_400.5),
        (".inf", f64::INFINITY),
        (".Inf", f64::INFINITY),
        ("+.inf", f64::INFINITY),
        ("-.INF", f64::NEG_INFINITY),
    ] {
        let expected = if written == "685.230_15" {
            text(written)
        } else {
            Value::Float(number)
        };
        assert_eq!(scalar(written), Ok(expected), "{written}");
    }
    for written in [".nan", ".NaN", ".NAN"] {
        let value = scalar(written);
        assert!(
            matches!(value, Ok(Value::Float(number)) if number.is_nan()),
            "{written}"
        );
    }
}

#[test]
fn what_looks_like_a_number_and_is_none() {
    for written in [
        "0o17",
        "08",
        "09",
        "0129",
        "1e3",
        "1.5e3",
        "1.2.3",
        "3.11.",
        "v1.0",
        ".",
        "-",
        "+",
        "-.",
        "1__0",
        "1_",
        "_1",
        "0b12",
        "0xg",
        "0x",
        "0b",
        "12:60",
        "12:30:45:10",
        "24h",
        "1-2",
        "10%",
        "1/2",
        "127.0.0.1",
        "1:2:3.4.5",
        "+a",
        "--",
        "-a",
        ".a",
        ".infinity",
        "-.nan",
        "8080:80",
        "a:1",
        "12:",
        ":",
        "1 2",
        "0 1",
        "1+1",
        "2001-01",
        "2001-1-1-1",
        "2001-13-01",
        "2001-00-32",
        "12001-01-01",
    ] {
        let quoted = if written == "12:" || written == ":" || written == "-" {
            continue;
        } else {
            written
        };
        assert_eq!(scalar(quoted), Ok(text(written)), "{written}");
    }
}

#[test]
fn dates_and_times_are_refused() {
    for (written, class) in [
        ("2001-12-14", "Date"),
        ("2001-1-4", "Date"),
        ("2001-12-14t21:59:43.10-05:00", "Time"),
        ("2001-12-14 21:59:43.10 -5", "Time"),
        ("2001-12-15 2:59:43.10", "Time"),
        ("2001-12-14T21:59:43Z", "Time"),
        ("2001-12-14T21:59:43+0530", "Time"),
        ("-2001-12-14 21:59:43", "Time"),
    ] {
        let expected = format!("Tried to load unspecified class: {class}");
        assert_eq!(scalar(written), Err(expected), "{written}");
    }
    for written in [
        "2001-12-14T21:59",
        "2001-12-14 21:59:4",
        "2001-12-14x",
        "2001-12-14T",
    ] {
        assert_eq!(scalar(written), Ok(text(written)), "{written}");
    }
}

#[test]
fn symbols_are_their_names() {
    for (written, name) in [
        (":a", "a"),
        (":a b", "a b"),
        (":\"a b\"", "a b"),
        (":'x'", "x"),
        ("::a", ":a"),
    ] {
        assert_eq!(scalar(written), Ok(text(name)), "{written}");
    }
}

#[test]
fn quotes_and_blocks_make_strings() {
    for (written, string) in [
        ("'yes'", "yes"),
        ("\"1\"", "1"),
        ("'2001-12-14'", "2001-12-14"),
        ("''", ""),
        ("'it''s'", "it's"),
        (r#""a\n\t\u00e9\x41""#, "a\n\té\u{41}"),
        ("|\n  12\n", "12\n"),
        ("|-\n  true\n", "true"),
        (">\n  a\n  b\n", "a b\n"),
        (">-\n  a\n\n  b\n", "a\nb"),
        ("|+\n  a\n\n", "a\n\n\n"),
        ("a\n  b", "a b"),
        ("a # b", "a"),
        ("a#b", "a#b"),
    ] {
        assert_eq!(scalar(written), Ok(text(string)), "{written}");
    }
}

#[test]
fn tags_of_scalars() {
    for (written, value) in [
        ("!!str 1", text("1")),
        ("!!str", text("")),
        ("!str yes", text("yes")),
        ("!<tag:yaml.org,2002:str> 1", text("1")),
        ("!!int \"5\"", Value::Integer(5)),
        ("! \"5\"", Value::Integer(5)),
        ("!!float 5", Value::Float(5.0)),
        ("!!null ''", Value::Null),
        ("!!binary aGVsbG8=", text("hello")),
        ("!custom 12", Value::Integer(12)),
        ("!custom abc", text("abc")),
        ("!ruby/symbol abc", text("abc")),
    ] {
        assert_eq!(scalar(written), Ok(value), "{written}");
    }
    for (written, error) in [
        (
            "!ruby/regexp /a/",
            "Tried to load unspecified class: Regexp",
        ),
        ("!ruby/range 1..2", "Tried to load unspecified class: Range"),
        (
            "!ruby/object:Foo {}",
            "Tried to load unspecified class: Foo",
        ),
        ("!ruby/object {}", "Tried to load unspecified class: Object"),
        ("!ruby/hash:Foo {}", "Tried to load unspecified class: Foo"),
        ("!ruby/class Foo", "Tried to load unspecified class: Foo"),
        ("!!set {a}", "Tried to load unspecified class: Psych::Set"),
        ("!!float abc", "Invalid YAML syntax"),
        (".e+5", "Invalid YAML syntax"),
    ] {
        assert_eq!(scalar(written), Err(error.to_owned()), "{written}");
    }
}
