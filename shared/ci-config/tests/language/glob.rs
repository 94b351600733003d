//! Globs as Ruby's `File.fnmatch` has them, and what `changes` and `exists` make of them.

use std::time::{Duration, Instant};

use ci_config::glob::{Glob, Steps, changes, exists};
use proptest::prelude::*;

#[test]
fn table() {
    // A glob, what it matches, what it does not.
    let cases: &[(&str, &[&str], &[&str])] = &[
        (
            "Dockerfile",
            &["Dockerfile"],
            &["dockerfile", "a/Dockerfile", "Dockerfile2", ""],
        ),
        ("", &[""], &["a", "/"]),
        ("*", &["a", ".a", ""], &["a/b"]),
        ("*.rb", &["a.rb", ".rb", ".a.rb"], &["a/b.rb", "a.rbx"]),
        ("a*", &["a", "ab", "a*"], &["ba", "a/b"]),
        ("a*b*c", &["abc", "axbxbxc"], &["ab", "axc", "abcd"]),
        ("?", &["a", ".", "é"], &["", "ab", "/"]),
        (
            "docs/*",
            &["docs/a", "docs/.a", "docs/"],
            &["docs/a/b", "docs"],
        ),
        ("docs/**", &["docs/a"], &["docs/a/b", "docs"]),
        (
            "docs/**/*",
            &["docs/a", "docs/a/b", "docs/a/.b/c"],
            &["docs", "doc/a"],
        ),
        ("**/*", &["a", "a/b", ".a/.b"], &[]),
        ("**/*.md", &["a.md", "a/b/c.md", "a/.md"], &["a.md/b", "md"]),
        (
            "**/a/**/b",
            &["a/b", "x/a/b", "a/x/y/b", "a/a/b/b"],
            &["a", "b", "a/b/c"],
        ),
        ("a/**/", &["a/"], &["a/b", "a"]),
        ("**/", &["", "a/"], &["a"]),
        ("**/**/a", &["a", "x/a", "x/y/a"], &["ab"]),
        ("**/a/b", &["a/b", "a/a/b", "x/a/a/b"], &["a/x/b"]),
        ("a**/b", &["a/b", "ax/b"], &["a/x/b"]),
        ("**a/b", &["a/b", "xa/b"], &["x/a/b"]),
        ("a/*/c", &["a/b/c", "a//c"], &["a/c", "a/b/b/c"]),
        // Classes.
        ("[abc]", &["a", "c"], &["d", "ab", ""]),
        ("[a-c]x", &["ax", "bx"], &["dx", "-x"]),
        ("[!a-c]", &["d", "é"], &["a", "/"]),
        ("[^a-c]", &["d"], &["a"]),
        ("[a-]", &["a", "-"], &["b"]),
        ("[-a]", &["a", "-"], &["b"]),
        ("[a!^]", &["a", "!", "^"], &["b"]),
        ("[\\]a]", &["]", "a"], &["\\"]),
        ("[a\\-c]", &["a", "-", "c"], &["b"]),
        ("[\\a-\\c]", &["b"], &["\\"]),
        ("[é-ü]", &["ö"], &["a"]),
        ("[z-a]", &["z", "a"], &["m"]),
        ("[]", &[], &["[]", "]", ""]),
        ("[]a]", &[], &["]a]", "a", "]"]),
        ("[!]", &["a", "]"], &["", "/"]),
        ("[a", &[], &["[a", "a"]),
        ("[a-", &[], &["a", "-"]),
        ("x[a/b]c", &["xac", "xbc"], &["x/c", "x[a/b]c"]),
        ("a[/b", &[], &["a[/b", "a/b"]),
        ("a/[!x]*", &["a/b", "a/bx"], &["a/x", "a/xb", "a/"]),
        // Escapes.
        ("\\*", &["*"], &["a", "\\*"]),
        ("\\a\\?", &["a?"], &["ab"]),
        ("a\\", &["a\\"], &["a"]),
        ("a\\/b", &["a/b"], &["a\\/b"]),
        ("*\\/b", &["a/b"], &["a/a/b"]),
        ("*\\*", &["a*", "*"], &["a"]),
        ("\\**/b", &["*/b", "*a/b"], &["a/b"]),
        // Braces.
        ("{a,b}", &["a", "b"], &["c", "{a,b}", "a,b"]),
        ("*.{rb,md}", &["x.rb", "x.md"], &["x.", "x.rb,md"]),
        ("{a,{b,c}d}e", &["ae", "bde", "cde"], &["be", "ade"]),
        ("{a,}b{,c}", &["b", "ab", "bc", "abc"], &["a"]),
        ("a{}b", &["ab"], &["a{}b"]),
        ("{a}", &["a"], &["{a}"]),
        ("{a/b,c}/d", &["a/b/d", "c/d"], &["a/d"]),
        ("{**/,}a", &["a", "x/a"], &["xa"]),
        (
            "{a,b}/**/*.{c,d}",
            &["a/x.c", "b/y/z.d"],
            &["c/x.c", "a/x.e"],
        ),
        ("a}", &["a}"], &["a"]),
        ("}{a,b}", &["}a", "}b"], &["a"]),
        ("{a", &[], &["{a", "a"]),
        ("{a,{b}", &[], &["a", "b", "{a,b"]),
        ("\\{a,b\\}", &["{a,b}"], &["a", "b"]),
        ("{a\\,b,c}", &["a,b", "c"], &["a", "b"]),
        ("{\\{,\\}}", &["{", "}"], &["\\{"]),
        ("[{a,b}]", &["a", "b"], &["{", ","]),
        ("{[a,b]}", &["b]"], &["a", "b"]),
        ("é{ö,ü}", &["éö", "éü"], &["é"]),
    ];
    for (text, matching, others) in cases {
        let glob = Glob::new(text);
        for path in *matching {
            assert!(glob.matches(path), "{text} and {path:?}");
        }
        for path in *others {
            assert!(!glob.matches(path), "{text} and {path:?}");
        }
    }
}

#[test]
fn too_much() {
    let start = Instant::now();
    // Too many alternatives are as good as a match.
    assert!(Glob::new(&"{a,b}".repeat(1_000)).matches("no"));
    assert!(Glob::new(&format!("{}a{}", "{".repeat(5_000), "}".repeat(5_000))).matches("no"));
    assert!(!Glob::new(&"{a,b}".repeat(10)).matches("no"));
    assert!(!Glob::new(&"{".repeat(100_000)).matches("no"));
    // Where backtracking would not end.
    let name = "a".repeat(4_000);
    assert!(!Glob::new(&format!("{}b", "*a".repeat(500))).matches(&name));
    let path = "a/".repeat(2_000);
    assert!(!Glob::new(&format!("{}b", "**/a/".repeat(500))).matches(&path));
    assert!(Glob::new(&format!("{}*", "**/a/".repeat(500))).matches(&path));
    assert!(start.elapsed() < Duration::from_secs(20));
}

const NONE: Option<&[&str]> = None;

#[test]
fn of_changes() {
    assert!(changes(&["a"], NONE, &Steps::default()));
    assert!(!changes(&["a"], Some(&[] as &[&str]), &Steps::default()));
    assert!(!changes(&[] as &[&str], Some(&["a"]), &Steps::default()));
    assert!(changes(
        &["x", "docs/**/*"],
        Some(&["a", "docs/b/c"]),
        &Steps::default()
    ));
    assert!(!changes(
        &["x", "docs/*"],
        Some(&["a", "docs/b/c"]),
        &Steps::default()
    ));
    let paths: Vec<String> = (0..1_000).map(|number| format!("path/{number}")).collect();
    let globs: Vec<String> = (0..50).map(|number| format!("glob/{number}")).collect();
    assert!(!changes(&globs, Some(&paths), &Steps::default()));
    let more: Vec<String> = globs.iter().cloned().chain(["glob".to_owned()]).collect();
    assert!(changes(&more, Some(&paths), &Steps::default()));
    // The same glob twice is one.
    let again: Vec<String> = globs.iter().cloned().chain(["glob/7".to_owned()]).collect();
    assert!(!changes(&again, Some(&paths), &Steps::default()));
}

/// All globs of a question share its steps, and all questions may.
#[test]
fn steps_are_shared() {
    let globs: Vec<String> = (0..50)
        .map(|n| "{a,b}".repeat(12) + &n.to_string())
        .collect();
    let steps = Steps::default();
    assert!(!changes(&globs[..1], Some(&["no"]), &steps));
    assert!(!steps.is_spent());
    // Too much is as good as a match.
    assert!(changes(&globs, Some(&["no"]), &steps));
    assert!(steps.is_spent());
    assert!(changes(&["yes"], Some(&["no"]), &steps));
    assert!(exists(&["y*"], &["no"], &steps));
}

/// An answer that is no match was found within the steps of a question.
#[test]
fn what_is_made_to_take_long_ends() {
    let path = "acegik/".repeat(300);
    for glob in [
        format!("{}*{{a,b}}{{c,d}}{{e,f}}x", "**/".repeat(3)),
        format!("{}*{{a,b}}{{c,d}}{{e,f}}x", "**/".repeat(1_000)),
        format!("{}x", "**/*a*c*/".repeat(100)),
        format!("{}x", "*[a-k]*".repeat(100)),
        format!("**/{}x", "?*".repeat(100)),
        format!("**/[{}]x/*", "a-b".repeat(1_000)),
    ] {
        assert!(!Glob::new(&glob).matches(&path), "{glob}");
        let steps = Steps::default();
        assert!(!changes(&[&glob], Some(&[&path]), &steps), "{glob}");
        assert!(!steps.is_spent());
    }
}

#[test]
fn of_exists() {
    let files = [
        "Makefile",
        "docs/a.md",
        "docs/b/c.txt",
        "lib/.env",
        "lib/x.tar.gz",
    ];
    let found = [
        "Makefile",
        "docs/a.md",
        "docs/",
        "docs/b/",
        "**/*.md",
        "**/*.gz",
        "**/*.env",
        "M*",
        "docs/*/*.txt",
        "**/c.*",
        "*/.env",
        "{a,Makefile}",
    ];
    let missing = [
        "docs",
        "doc/",
        "b/",
        "makefile",
        "*.md",
        "**/*.rs",
        "docs/*.txt",
        "c.txt",
        "?",
        "Make*/",
        "**/*.MD",
    ];
    for glob in found {
        assert!(exists(&[glob], &files, &Steps::default()), "{glob}");
        assert!(
            exists(&["nothing", glob, "*nothing"], &files, &Steps::default()),
            "{glob}"
        );
    }
    for glob in missing {
        assert!(!exists(&[glob], &files, &Steps::default()), "{glob}");
    }
    assert!(!exists(&[] as &[&str], &files, &Steps::default()));
    assert!(!exists(&["**/*"], &[] as &[&str], &Steps::default()));

    let many: Vec<String> = (0..50_001).map(|number| format!("a/{number}")).collect();
    assert!(exists(&["b/*"], &many, &Steps::default()));
    assert!(!exists(&["b/*"], &many[1..], &Steps::default()));
    assert!(exists(&["b/*", "c/*"], &many[..25_001], &Steps::default()));
    // Names and extensions are not counted, nor files in directories when no glob looks there.
    assert!(!exists(&["b", "**/*.c", "d/"], &many, &Steps::default()));
    assert!(!exists(&["b*", "c*"], &many, &Steps::default()));
}

/// What a glob without braces means, by trying everything.
fn oracle(glob: &[char], path: &[char], at_start: bool) -> bool {
    if at_start && glob.starts_with(&['*', '*', '/']) {
        let deeper = path.iter().position(|letter| *letter == '/');
        return oracle(&glob[3..], path, true)
            || deeper.is_some_and(|slash| oracle(glob, &path[slash + 1..], true));
    }
    let Some((first, rest)) = glob.split_first() else {
        return path.is_empty();
    };
    let next = path.first().copied();
    let inside = next.is_some_and(|letter| letter != '/');
    match first {
        '*' => oracle(rest, path, false) || (inside && oracle(glob, &path[1..], false)),
        '?' => inside && oracle(rest, &path[1..], false),
        '[' => {
            let end = rest.iter().position(|letter| *letter == ']');
            let end = 1 + end.unwrap_or_else(|| panic!("a whole class in {glob:?}"));
            let class = &glob[1..end];
            let (negated, class) = match class.strip_prefix(&['!']) {
                Some(class) => (true, class),
                None => (false, class),
            };
            let [low, '-', high] = class else {
                panic!("{class:?}");
            };
            inside
                && (*low..=*high).contains(&path[0]) != negated
                && oracle(&glob[end + 1..], &path[1..], false)
        }
        '\\' => {
            next == rest.first().copied()
                && !path.is_empty()
                && oracle(&rest[1..], &path[1..], rest[0] == '/')
        }
        other => next == Some(*other) && oracle(rest, &path[1..], *other == '/'),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn means_the_same(
        // For each, what it is as a glob without braces.
        pieces in prop::collection::vec(
            prop::collection::vec(
                prop::sample::select(vec![
                    "a", "b", "a/", "/", "*", "*", "?", "[a-b]", "[!b-c]", "**/", "**/", "**", "\\a", "\\*",
                ]),
                1..3,
            ),
            0..6,
        ),
        path in "[abc*]{0,2}(/[abc*]{0,2}){0,4}",
    ) {
        let mut expanded = vec![String::new()];
        let mut text = String::new();
        for alternatives in &pieces {
            if let [only] = alternatives[..] {
                text.push_str(only);
            } else {
                text.push_str(&format!("{{{}}}", alternatives.join(",")));
            }
            expanded = (expanded.iter())
                .flat_map(|before| alternatives.iter().map(move |more| format!("{before}{more}")))
                .collect();
        }
        let path_letters: Vec<char> = path.chars().collect();
        let expected = expanded.iter().any(|glob| {
            let glob: Vec<char> = glob.chars().collect();
            oracle(&glob, &path_letters, true)
        });
        prop_assert_eq!(Glob::new(&text).matches(&path), expected, "{} and {}", text, path);
    }
}
