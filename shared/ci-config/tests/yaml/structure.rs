//! Keys, merges, references, documents, places.

use ci_config::{Fault, Node, Value};

use crate::support::{content, error, integer, mapping, node, read, sequence, string};

#[test]
fn the_last_of_duplicate_keys_counts_where_the_first_stands() {
    let documents = read("a: 1\nb: 2\na: 3\n").expect("valid");
    let expected = mapping([("a", integer(3)), ("b", integer(2))]);
    assert_eq!(documents.content, expected);
    let keys: Vec<&str> = keys_of(&documents.content);
    assert_eq!(keys, ["a", "b"]);
    let [warning] = &documents.warnings[..] else {
        panic!("{:?}", documents.warnings);
    };
    assert_eq!(
        warning.text,
        "`a` is given more than once: the last one counts"
    );
    assert_eq!(place(warning), Some((3, 1)));
}

fn keys_of(node: &Node) -> Vec<&str> {
    let keys = node.as_mapping().expect("a mapping");
    keys.keys().map(|key| &**key).collect()
}

fn place(fault: &Fault) -> Option<(u32, u32)> {
    fault.span.map(|span| (span.line, span.column))
}

#[test]
fn no_more_than_25_duplicates_are_told() {
    let documents = read(&"a: 1\n".repeat(100)).expect("valid");
    assert_eq!(documents.warnings.len(), 25);
}

#[test]
fn keys_are_text() {
    let node = content("1: a\nyes: b\n~: c\n1.50: d\n:e: f\n[x, 1]: g\n? {y: z}\n: h\n");
    let keys = ["1", "true", "", "1.5", "e", r#"["x", 1]"#, r#"{"y"=>"z"}"#];
    assert_eq!(keys_of(&node), keys);
}

#[test]
fn merges() {
    let base = "b: &b {x: 1, y: 2}\nc: &c {y: 3, z: 4}\n";
    for (written, expected) in [
        ("<<: *b\nx: 9", vec![("x", 9), ("y", 2)]),
        // Psych merges where `<<` stands.
        ("x: 9\n<<: *b", vec![("x", 1), ("y", 2)]),
        ("<<: [*b, *c]", vec![("y", 2), ("z", 4), ("x", 1)]),
        ("<<: [*c, *b]", vec![("x", 1), ("y", 3), ("z", 4)]),
        ("<<: *b\n<<: *c", vec![("x", 1), ("y", 3), ("z", 4)]),
        ("<<: {q: 1}\nr: 2", vec![("q", 1), ("r", 2)]),
        ("\"<<\": {q: 1}", vec![("q", 1)]),
        ("<<: []\nr: 2", vec![("r", 2)]),
    ] {
        let text = format!("{base}d:\n  {}\n", written.replace('\n', "\n  "));
        let documents = read(&text).expect("valid");
        let expected = mapping(
            expected
                .into_iter()
                .map(|(key, number)| (key, integer(number))),
        );
        let found = documents.content.get("d").expect("a key");
        assert_eq!(found, &expected, "{written}");
        assert_eq!(documents.warnings, [], "{written}");
    }
}

#[test]
fn a_merge_is_shallow() {
    let node = content("b: &b {x: {p: 1}}\nd:\n  <<: *b\n  x: {q: 2}\n");
    let expected = mapping([("x", mapping([("q", integer(2))]))]);
    assert_eq!(node.get("d"), Some(&expected));
}

#[test]
fn what_cannot_be_merged_is_a_key() {
    for (written, value) in [
        ("<<: 1", integer(1)),
        ("<<: ~", node(Value::Null)),
        ("<<: [1]", sequence([integer(1)])),
        (
            "<<: [{a: 1}, b]",
            sequence([mapping([("a", integer(1))]), string("b")]),
        ),
        ("!!str <<: {a: 1}", mapping([("a", integer(1))])),
    ] {
        assert_eq!(content(written), mapping([("<<", value)]), "{written}");
    }
    let node = content("l: &l [{a: 1}]\nm:\n  <<: *l\n");
    let list = sequence([mapping([("a", integer(1))])]);
    assert_eq!(node.get("m"), Some(&mapping([("<<", list)])));
}

#[test]
fn references_are_kept() {
    let node = content("s:\n  - !reference [.a, script]\n  - b\nt: !reference [\".a\", 'b', c]\n");
    let items = node.get("s").and_then(Node::as_sequence).expect("a list");
    let path = |parts: &[&str]| {
        Value::Reference(
            parts
                .iter()
                .map(|part| (*part).into())
                .collect::<Vec<_>>()
                .into(),
        )
    };
    assert_eq!(items[0].value, path(&[".a", "script"]));
    assert_eq!(items[1], string("b"));
    assert_eq!(node.get("t").expect("a key").value, path(&[".a", "b", "c"]));
}

#[test]
fn references_that_are_none() {
    for (written, shown) in [
        ("!reference []", "[]"),
        ("!reference [a, 1]", r#"["a", 1]"#),
        ("!reference [[a]]", r#"[["a"]]"#),
        ("!reference abc", r#""abc""#),
        ("!reference {a: b}", r#"{"a"=>"b"}"#),
    ] {
        let expected = format!("!reference {shown} is not valid");
        assert_eq!(
            error(&format!("k:\n  - {written}\n")),
            (expected, Some((2, 5))),
            "{written}"
        );
    }
}

#[test]
fn anchors_are_of_their_document() {
    let (text, place) = error("a: &a 1\n---\nb: *a\n");
    assert_eq!(text, "An alias referenced an unknown anchor: a");
    assert_eq!(place, Some((3, 4)));
}

#[test]
fn an_anchor_may_be_given_again() {
    let node = content("a: &x 1\nb: *x\nc: &x 2\nd: *x\n");
    assert_eq!(node.get("b"), Some(&integer(1)));
    assert_eq!(node.get("d"), Some(&integer(2)));
}

#[test]
fn documents() {
    let one = mapping([("a", integer(1))]);
    for text in [
        "a: 1",
        "---\na: 1\n",
        "--- \na: 1\n...\n",
        "---\n---\na: 1\n",
        "---\n\n---\n# nothing\n---\na: 1\n---\n",
        "--- a: 1\n",
        "\u{feff}a: 1\n",
        "a: 1\r\n",
        "---\r\na: 1\r\n",
        "a: 1\n---\nb: 2\n",
    ] {
        let documents = read(text).expect("valid");
        assert_eq!(documents.content, one, "{text:?}");
        assert_eq!(documents.header, None, "{text:?}");
    }
    let documents = read("spec:\n  inputs: {}\n---\na: 1\n").expect("valid");
    assert!(
        documents
            .header
            .is_some_and(|header| header.get("spec").is_some())
    );
    assert_eq!(documents.content, one);
    let alone = read("spec:\n  inputs: {}\n").expect("valid");
    assert_eq!(alone.header, None);
    for text in ["", "\n", "# nothing\n", "---\n", "{}", "~", "[]", "false"] {
        assert_eq!(content(text), mapping([]), "{text:?}");
    }
}

#[test]
fn places() {
    let node = content("spec:\n---\n# a comment\njob:\n  script:\n    - é: x\n    - \"y\"\n");
    let places = |node: &Node| (node.span.file, node.span.line, node.span.column);
    let job = node.get("job").expect("a key");
    assert_eq!(places(job), (7, 5, 3));
    let script = job.get("script").expect("a key");
    assert_eq!(places(script), (7, 6, 5));
    let items = script.as_sequence().expect("a list");
    assert_eq!(places(&items[0]), (7, 6, 7));
    assert_eq!(places(items[0].get("é").expect("a key")), (7, 6, 10));
    assert_eq!(places(&items[1]), (7, 7, 7));
    assert_eq!(places(&content("--- {a: 1}")), (7, 1, 5));
}
