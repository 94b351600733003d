//! However a text is made, reading it ends soon, and without a panic.

use std::fmt::Write;
use std::time::{Duration, Instant};

use ci_config::yaml::{Documents, MAX_BYTES};
use proptest::prelude::*;

use crate::support::{content, error, read};

const TOO_BIG: &str = "The parsed YAML is too big";

/// Much more than any takes, and much less than one that is not bounded would.
const SOON: Duration = Duration::from_secs(5);

#[test]
fn a_text_is_no_longer_than_two_megabytes() {
    let mut text = "# comment\n".repeat(MAX_BYTES / 10);
    text.push_str("a: 1");
    text.truncate(MAX_BYTES);
    assert!(read(&text).is_ok());
    text.push_str(&" ".repeat(MAX_BYTES + 1 - text.len()));
    assert_eq!(error(&text).0, "The provided YAML is too big");
}

#[test]
fn alias_bombs_are_refused() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..=90 {
        let below = level - 1;
        let _ = writeln!(
            text,
            "a{level}: &a{level} [{}]",
            vec![format!("*a{below}"); 9].join(", ")
        );
        if level == 6 || level == 90 {
            let start = Instant::now();
            assert_eq!(error(&text).0, TOO_BIG);
            assert!(start.elapsed() < SOON);
        }
    }
    assert!(read("a: &a [x, x, x]\nb: &b [*a, *a, *a]\nc: [*b, *b, *b]\n").is_ok());
}

#[test]
fn merges_are_counted() {
    let mut text = "a: &a\n".to_owned();
    for key in 0..2_000 {
        let _ = writeln!(text, "  k{key}: 1");
    }
    text.push_str("b:\n");
    text.push_str(&"  <<: *a\n".repeat(10_000));
    let start = Instant::now();
    assert_eq!(error(&text).0, TOO_BIG);
    assert!(start.elapsed() < SOON);
}

#[test]
fn keys_that_are_collections_are_counted() {
    let long = "x".repeat(400);
    let keys = |count| format!("a: &a [{long}]\n{}", "? *a\n: b\n".repeat(count));
    content(&keys(5_000));
    assert_eq!(error(&keys(6_000)).0, TOO_BIG);
}

#[test]
fn nothing_contains_itself() {
    for text in [
        "a: &a [*a]\n",
        "a: &a {b: *a}\n",
        "&a {b: [*a]}\n",
        "? &a [*a]\n: b\n",
        "a: &a\n  <<: *a\n",
    ] {
        assert_eq!(error(text).0, TOO_BIG, "{text}");
    }
}

#[test]
fn a_document_is_no_deeper_than_a_hundred_levels() {
    let lists = |levels: usize| format!("a: {}{}\n", "[".repeat(levels), "]".repeat(levels));
    content(&lists(99));
    assert_eq!(error(&lists(100)).0, TOO_BIG);
    assert_eq!(error(&lists(10_000)).0, TOO_BIG);
    let mut chain = "a0: &a0 [1]\n".to_owned();
    for level in 1..98 {
        let _ = writeln!(chain, "a{level}: &a{level} [*a{}]", level - 1);
    }
    content(&chain);
    for level in 98..20_000 {
        let _ = writeln!(chain, "a{level}: &a{level} [*a{}]", level - 1);
    }
    assert_eq!(error(&chain).0, TOO_BIG);
}

#[test]
fn what_is_deep_or_long_in_other_ways_ends_soon() {
    let fill = |part: &str| part.repeat(300_000 / part.len());
    let mut texts: Vec<String> = [
        "[",
        "{",
        "- ",
        "? ",
        "&a ",
        "*a ",
        "!a ",
        "!!",
        "a: ",
        "{a: ",
        "[a, ",
        "- - ",
        "'",
        "\"",
        "\\",
        "a\n",
        "a:\n",
        "- a\n",
        "-\n",
        "\n",
        "---\n",
        "...\n",
        "%a\n",
        "%YAML 1.1\n",
        "# \n",
        " ",
        "\t",
        "|\n",
        ">\n",
        ", ",
        "[]",
        "{}, ",
        "a ",
        "a: b: ",
        "a: &a b\n",
        "<<: {a: 1}\n",
        "\u{e9}",
        "? a\n",
        ": ",
        "!reference [",
        "a: !reference [b]\n",
        "\r",
        "\r\n",
        "\u{feff}",
        "--- ---\n",
    ]
    .into_iter()
    .map(fill)
    .collect();
    texts.push((0..10_000).fold(String::new(), |mut text, level| {
        let _ = writeln!(text, "{}a:", " ".repeat(level % 140));
        text
    }));
    texts.push((0..1_500).fold(String::new(), |mut text, level| {
        let _ = writeln!(text, "{}a:", " ".repeat(level));
        text
    }));
    for text in texts {
        let start = Instant::now();
        let _ = read(&text);
        let _ = read(&format!("a: {text}"));
        let _ = read(&format!("a:\n  - \"{text}"));
        let _ = read(&format!("a:\n  - |\n{text}"));
        let shown: String = text.chars().take(12).collect();
        assert!(
            start.elapsed() < SOON,
            "{shown:?} took {:?}",
            start.elapsed()
        );
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Documents::read(&bytes, 0);
    }

    #[test]
    fn any_text_of_signs_is_read_or_refused(
        text in "([-?:,\\[\\]{}#&*!|>'\"%@` \n\t\\\\a0.+~<é]|- |: |\n  |<<: |&a |\\*a |---\n|!reference |!!str ){0,60}"
    ) {
        let _ = Documents::read(text.as_bytes(), 0);
    }
}
