//! Text of nodes, as `to_yaml` has it, and back.

use ci_config::yaml::write;
use ci_config::{Node, Value};
use proptest::prelude::*;

use crate::support::{content, integer, mapping, node, sequence, string};

fn written(value: Node) -> String {
    let text = write(&mapping([("k", value)])).expect("small");
    text.strip_prefix("---\nk:").expect("the key").to_owned()
}

/// Each is the output of Psych 5 for `{"k" => value}`.
#[test]
fn strings() {
    for (value, text) in [
        ("abc", " abc\n"),
        ("a b", " a b\n"),
        ("", " ''\n"),
        ("1", " '1'\n"),
        ("1.5", " '1.5'\n"),
        ("012", " '012'\n"),
        ("08", " '08'\n"),
        ("true", " 'true'\n"),
        ("null", " 'null'\n"),
        ("~", " \"~\"\n"),
        ("y", " \"y\"\n"),
        ("no", " 'no'\n"),
        ("2001-12-14", " '2001-12-14'\n"),
        ("12:30", " '12:30'\n"),
        (".pre", " \".pre\"\n"),
        ("/bin/sh", " \"/bin/sh\"\n"),
        ("$CI_COMMIT_BRANCH", " \"$CI_COMMIT_BRANCH\"\n"),
        ("$A == \"b\"", " $A == \"b\"\n"),
        ("- a", " \"- a\"\n"),
        ("a: b", " 'a: b'\n"),
        ("a:", " 'a:'\n"),
        ("a:b", " a:b\n"),
        ("a #b", " 'a #b'\n"),
        ("a#b", " a#b\n"),
        ("it's", " it's\n"),
        ("it's: b", " 'it''s: b'\n"),
        ("echo \"a\"", " echo \"a\"\n"),
        (" a", " \" a\"\n"),
        ("a ", " 'a '\n"),
        ("a\tb", " \"a\\tb\"\n"),
        ("é", " é\n"),
        ("a\nb", " |-\n  a\n  b\n"),
        ("a\nb\n", " |\n  a\n  b\n"),
        ("a\n\n b\n", " |\n  a\n\n   b\n"),
        ("a\nb\n\n", " |+\n  a\n  b\n\n"),
        (" a\nb", " |2-\n   a\n  b\n"),
        ("a \nb", " \"a \\nb\"\n"),
        ("a\n", " 'a\n\n  '\n"),
    ] {
        assert_eq!(written(string(value)), text, "{value:?}");
        assert_eq!(
            content(&format!("k:{text}")).get("k"),
            Some(&string(value)),
            "{value:?}"
        );
    }
}

#[test]
fn other_values() {
    for (value, text) in [
        (Value::Null, "\n"),
        (Value::Bool(true), " true\n"),
        (Value::Integer(-7), " -7\n"),
        (Value::Float(1.0), " 1.0\n"),
        (Value::Float(1e20), " 1.0e+20\n"),
        (Value::Float(f64::INFINITY), " .inf\n"),
        (Value::Float(f64::NEG_INFINITY), " -.inf\n"),
        (Value::Float(f64::NAN), " .nan\n"),
    ] {
        assert_eq!(written(node(value)), text);
    }
    assert_eq!(written(sequence([])), " []\n");
    assert_eq!(written(mapping([])), " {}\n");
    assert_eq!(write(&mapping([])).as_deref(), Some("--- {}\n"));
}

#[test]
fn collections() {
    let node = mapping([
        ("stages", sequence([string("build"), string("test")])),
        (
            "job",
            mapping([
                (
                    "script",
                    sequence([
                        string("a"),
                        sequence([string("b"), string("c")]),
                        string("d\ne"),
                    ]),
                ),
                (
                    "rules",
                    sequence([
                        mapping([("if", string("$A")), ("when", string("never"))]),
                        node(Value::Null),
                    ]),
                ),
                (
                    "variables",
                    mapping([("A", string("1")), ("B", mapping([]))]),
                ),
                ("needs", sequence([])),
            ]),
        ),
    ]);
    let text = "\
---
stages:
- build
- test
job:
  script:
  - a
  - - b
    - c
  - |-
    d
    e
  rules:
  - if: \"$A\"
    when: never
  -
  variables:
    A: '1'
    B: {}
  needs: []
";
    assert_eq!(write(&node).as_deref(), Some(text));
    assert_eq!(content(text), node);
}

#[test]
fn keys() {
    let long = "k".repeat(129);
    let node = mapping([
        ("1", integer(1)),
        ("a: b", integer(2)),
        ("", integer(3)),
        ("<<", integer(4)),
        (long.as_str(), sequence([integer(5)])),
        ("m\nn", integer(6)),
    ]);
    let text = format!(
        "---\n'1': 1\n'a: b': 2\n'': 3\n!!str '<<': 4\n? {long}\n: - 5\n? |-\n  m\n  n\n: 6\n"
    );
    assert_eq!(write(&node).as_deref(), Some(text.as_str()));
    assert_eq!(content(&text), node);
}

#[test]
fn long_lines_are_folded_behind_column_80() {
    let words = |count: usize, word: &str| vec![word; count].join(" ");
    let node = mapping([(
        "s",
        sequence([
            string(&words(25, "word")),
            string(&words(25, "it's:")),
            string(&words(25, "$word")),
        ]),
    )]);
    let text = write(&node).expect("small");
    assert!(text.lines().all(|line| line.len() <= 90), "{text}");
    assert!(text.lines().count() == 9, "{text}");
    assert_eq!(content(&text), node);
}

#[test]
fn references_are_written_as_they_are_read() {
    let text = "---\na: !reference\n- \".b\"\n- script\nc:\n- !reference\n  - \".b\"\n  - rules\n";
    assert_eq!(write(&content(text)).as_deref(), Some(text));
}

#[test]
fn what_is_endless_is_not_written() {
    let mut bomb = string(&"x".repeat(1_000));
    for _ in 0..10 {
        bomb = sequence(vec![bomb; 9]);
    }
    assert_eq!(write(&bomb), None);
    let mut deep = string("x");
    for _ in 0..600 {
        deep = sequence([deep]);
    }
    assert_eq!(write(&deep), None);
}

fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z0-9 :#'\"\n\t$./~_,\\[\\]{}&*!|>%@`?=+-]{0,30}",
        "([a-z'\":$#-]{1,9} ){0,30}[a-z]?",
        "(\n| |a|- |: |# |'|\"){0,10}",
        "[-+0-9._:xeE]{1,8}",
        "(---|\\.\\.\\.|<<|y|no|null|~|true|2001-01-01|:a|!a|0x1f|1e\\+3|1\\.e-1|99999999999999999999)[\n ]{0,3}",
        any::<String>(),
    ]
}

fn values() -> impl Strategy<Value = Node> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Integer),
        any::<f64>()
            .prop_filter("a number", |number| !number.is_nan())
            .prop_map(Value::Float),
        texts().prop_map(|text| Value::String(text.into())),
        proptest::collection::vec(texts(), 1..4).prop_map(|path| {
            let path: Vec<_> = path.into_iter().map(Into::into).collect();
            Value::Reference(path.into())
        }),
    ]
    .prop_map(node);
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(sequence),
            proptest::collection::vec((texts(), inner), 0..5).prop_map(|keys| {
                mapping(keys.iter().map(|(key, node)| (key.as_str(), node.clone())))
            }),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(value in values(), key in texts()) {
        let node = mapping([(key.as_str(), value)]);
        let text = write(&node).expect("small");
        prop_assert_eq!(content(&text), node, "{}", text);
    }
}
