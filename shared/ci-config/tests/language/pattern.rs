//! Patterns as RE2 has them.

use ci_config::pattern::Pattern;
use proptest::prelude::*;
use regex::{Captures, Regex};

fn pattern(text: &str) -> Pattern {
    Pattern::parse(text).unwrap_or_else(|| panic!("not taken: {text}"))
}

#[test]
fn matches() {
    let cases: &[(&str, &[&str], &[&str])] = &[
        ("/b/", &["abc"], &["ABC", ""]),
        ("//", &["", "a"], &[]),
        ("/^b/", &["b"], &["a\nb"]),
        ("/^b$/m", &["a\nb\nc", "b"], &["ab"]),
        ("/a$/", &["a"], &["a\n"]),
        ("/a.b/", &["a b", "aéb"], &["a\nb"]),
        ("/a.b/s", &["a\nb"], &[]),
        ("/STRASSE/i", &["strasse", "straſſe"], &["straße"]),
        ("/É/iiss", &["é"], &["e"]),
        ("/a/b/", &["a/b"], &["ab"]),
        (r"/a\/b/", &["a/b"], &["ab"]),
        ("no\n/x/i\nno", &["X"], &["y"]),
        // Only ASCII has classes.
        (r"/^\d$/", &["7"], &["٣", "x"]),
        (r"/^\D$/", &["٣", "x"], &["7"]),
        (r"/^\w+$/", &["aZ_9"], &["é", "-"]),
        (r"/^\W$/", &["é", "-"], &["a"]),
        (
            r"/^\s$/",
            &[" ", "\t", "\n", "\r", "\u{c}"],
            &["\u{b}", "\u{a0}"],
        ),
        (r"/^\S$/", &["\u{b}", "\u{a0}", "x"], &[" "]),
        (r"/\bcole\b/", &["écoleé", "cole"], &["ecole"]),
        (r"/\Bcole/", &["ecole"], &["cole", "école"]),
        (r"/^[\d.]+$/", &["1.2"], &["٣"]),
        (r"/^[^\D]$/", &["7"], &["x", "٣"]),
        (r"/^[\W\d]+$/", &["é7-"], &["a"]),
        (r"/^[\pL\d]+$/", &["é7"], &["-"]),
        (r"/^\p{Greek}\P{Greek}\p{^Greek}$/", &["αaa"], &["ααa"]),
        // Braces that repeat nothing.
        ("/a{/", &["a{"], &["a"]),
        ("/^{{ x }}$/", &["{{ x }}"], &[]),
        ("/^a{,2}$/", &["a{,2}"], &["aa"]),
        ("/^a{b}$/", &["a{b}"], &[]),
        ("/^a{1,}$/", &["aaa"], &[""]),
        ("/^a{2}b{1,2}?$/", &["aabb"], &["abb"]),
        ("/^a{1,2,3}$/", &["a{1,2,3}"], &["aa"]),
        (r"/\b{start}/", &["a{start}"], &["a"]),
        // Escapes.
        (r"/^\Qa.b*\E+$/", &["a.b*", "a.b**"], &["axb"]),
        (r"/^\Qa\n/", &["a\\n"], &["a\n"]),
        (r"/^\101\x42\x{43}\0\07\12$/", &["ABC\0\u{7}\n"], &[]),
        (r"/^\_\-\<\>\ \#$/", &["_-<> #"], &[]),
        (r"/^\a\f\n\r\t\v$/", &["\u{7}\u{c}\n\r\t\u{b}"], &[]),
        (r"/\Aa\z/", &["a"], &["a\n", "ba"]),
        // Classes have no operators and do not nest.
        ("/^[a&&b]+$/", &["a&b"], &["c"]),
        ("/^[[a]+$/", &["[a["], &["b"]),
        ("/^[a~~b]+$/", &["a~b"], &["c"]),
        ("/^[+--]+$/", &["+,-"], &["."]),
        ("/^[]a]+$/", &["]a"], &["b"]),
        ("/^[^]a]+$/", &["b"], &["]", "a"]),
        ("/^[a-]+$/", &["a-"], &["b"]),
        ("/^[-a]+$/", &["a-"], &["b"]),
        (r"/^[\]\\\^\x41-C]+$/", &["]\\^ABC"], &["D"]),
        ("/^[[:alpha:]_]+$/", &["a_"], &["1"]),
        ("/^[[:^alpha:]]+$/", &["1_"], &["a"]),
        ("/^[[:a]+$/", &["[:a"], &["b"]),
        (r"/^[\d-z]+$/", &["1-z"], &["a"]),
        // Groups and flags.
        ("/^(?i:a)b$/", &["Ab"], &["AB"]),
        ("/^a(?i)b$/", &["aB"], &["AB"]),
        ("/(?P<one>a)(?<two>b)/", &["ab"], &["a"]),
        ("/^(a|)*$/", &["", "aa"], &["b"]),
        ("/a|/", &["", "b"], &[]),
        ("/^x y#z$/", &["x y#z"], &["xy"]),
    ];
    for (text, found, not_found) in cases {
        let pattern = pattern(text);
        for other in *found {
            assert!(pattern.is_match(other), "{text} in {other:?}");
        }
        for other in *not_found {
            assert!(!pattern.is_match(other), "{text} in {other:?}");
        }
    }
}

#[test]
fn refused() {
    let cases = [
        "",
        "a",
        "/",
        "/a",
        "a/",
        "/a/x",
        "/a/ i",
        " /a/",
        "/(/",
        "/)/",
        "/[a/",
        "/[/",
        "/[]/",
        "/*/",
        "/a|*/",
        "/a**/",
        "/a+*/",
        "/a???/",
        "/a{2}{3}/",
        "/a{2}*/",
        "/a{2,1}/",
        "/a{1001}/",
        "/a{1,1001}/",
        "/a{1001,}/",
        "/(a{100}){100}/",
        "/((a{2}){25}b){50}/",
        "/{2}/",
        r"/\/",
        r"/\C/",
        r"/\1/",
        r"/\8/",
        r"/\q/",
        r"/\E/",
        r"/\Z/",
        r"/\G/",
        r"/\u0041/",
        r"/\é/",
        r"/\xg/",
        r"/\x{}/",
        r"/\x{110000}/",
        r"/\p{Nonsense}/",
        r"/\p{}/",
        r"/[a-\d]/",
        r"/[z-a]/",
        r"/[\b]/",
        "/[[:nonsense:]]/",
        "/[[:a]x[:alpha:]]/",
        "/[b--c]/",
        "/(?=a)/",
        "/(?!a)/",
        "/(?<=a)/",
        "/(?<!a)/",
        "/(?>a)/",
        "/(?#a)/",
        "/(?x)a/",
        "/(?u)a/",
        "/(?P=a)/",
        "/(?P<a>b)(?P<a>c)/",
        r"/(?P<a>b)\k<a>/",
    ];
    for text in cases {
        assert!(Pattern::parse(text).is_none(), "taken: {text}");
    }
}

#[test]
fn bounds() {
    for text in [
        "/a{1000}/",
        "/(a{10}){100}/",
        "/(a{2}b){500}/",
        "/(?:a?){1000}/",
    ] {
        pattern(text);
    }
    let long = |length| format!("/{}/", "a".repeat(length));
    pattern(&long(64 * 1024));
    assert!(Pattern::parse(&long(64 * 1024 + 1)).is_none());
    let nested = |depth| format!("/{}a{}/", "(".repeat(depth), ")".repeat(depth));
    pattern(&nested(200));
    assert!(Pattern::parse(&nested(10_000)).is_none());
    // Programs that would be large.
    pattern(r"/\pL{20}/");
    pattern("/.{1000}/");
    assert!(Pattern::parse(r"/\pL{50}/").is_none());
    assert!(Pattern::parse(&format!("/{}/", r"\p{Zs}".repeat(301))).is_none());
    assert!(Pattern::parse(r"/(\pL\pL\pL\pL){250}/").is_none());
}

#[test]
fn found() {
    let cases = [
        ("/[0-9]+/", "a 1 b 22 c", Some("1"), Some("22")),
        ("/([0-9]+) (b|c)/", "a 1 b 22 c", Some("b"), Some("c")),
        ("/([0-9]+)%/", "TOTAL 85% of 100%", Some("85"), Some("100")),
        ("/a(b)?/", "ab a", Some("b"), None),
        ("/a(?:b)?/", "ab a", Some("ab"), Some("a")),
        ("/a.*b/U", "aab ab", Some("aab"), Some("ab")),
        ("/é+/i", "xÉé", Some("Éé"), Some("Éé")),
        ("/x/", "abc", None, None),
    ];
    for (text, line, first, last) in cases {
        assert_eq!(pattern(text).find(line), first, "{text} in {line}");
        assert_eq!(pattern(text).find_last(line), last, "{text} in {line}");
    }
}

/// Backtracking would take longer than the universe has.
#[test]
fn long_texts() {
    let text = "a".repeat(1_000_000);
    assert!(!pattern("/(a*)*(a*)*b/").is_match(&text));
    assert!(pattern("/(a?){30}a{30}$/").is_match(&text));
}

/// Each group that a search carries along would cost.
#[test]
fn many_groups() {
    let groups = pattern(&format!("/{}(b)/", "(a*)*".repeat(500)));
    let text = "a".repeat(2_000) + "b";
    assert_eq!(groups.find(&text), Some("b"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// As the `regex` crate does it, with all groups.
    #[test]
    fn the_last_group_is_found(
        source in "([ab.]|\\(|\\(\\?:|\\)|\\||[*?]){0,16}",
        text in "[ab\n]{0,12}",
    ) {
        if let (Some(pattern), Ok(regex)) = (Pattern::of_source(&source), Regex::new(&source)) {
            let last = |captures: Captures<'_>| {
                captures.get(captures.len() - 1).map(|group| group.as_str().to_owned())
            };
            let first = regex.captures(&text).and_then(last);
            prop_assert_eq!(pattern.find(&text).map(str::to_owned), first);
            let end = regex.captures_iter(&text).last().and_then(last);
            prop_assert_eq!(pattern.find_last(&text).map(str::to_owned), end);
        }
    }
}

#[test]
fn equality() {
    assert_eq!(pattern("/a/is"), pattern("/a/si"));
    assert_ne!(pattern("/a/i"), pattern("/a/"));
    assert_ne!(pattern("/a/"), pattern("/b/"));
}
