//! However much a configuration asks for, it gets no more than a bounded answer, soon.

use std::fmt::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ci_config::{Mapping, Node, Span, Value};
use proptest::prelude::*;

use crate::support::{apply, fill, node};

const SOON: Duration = Duration::from_secs(10);

fn of(value: Value) -> Node {
    Node::new(value, Span::default())
}

fn string(text: &str) -> Node {
    of(Value::String(text.into()))
}

fn mapping(value: Node) -> Node {
    of(Value::Mapping(Arc::new(Mapping::from_iter([(
        "k".into(),
        value,
    )]))))
}

fn error(result: Result<Node, Vec<String>>) -> String {
    result.expect_err("an error").join(", ")
}

/// A pattern of ten thousand states for each of some inputs.
#[test]
fn searches_are_counted() {
    let of_regex = |count: usize| -> String {
        let inputs = (0..count).map(|n| format!("a{n}: {{default: x, regex: '\\pL{{4}}{n}|x'}}"));
        format!("{{{}}}", inputs.collect::<Vec<_>>().join(", "))
    };
    let of_rules = |count: usize| -> String {
        let rules =
            (0..count).map(|n| format!("{{if: '$[[ inputs.a ]] =~ /\\pL{{4}}{n}/', default: x}}"));
        let rules = rules.collect::<Vec<_>>().join(", ");
        format!("{{a: {{default: x}}, b: {{rules: [{rules}, {{default: y}}]}}}}")
    };
    let content = node("k: x");
    for inputs in [of_regex, of_rules] {
        assert_eq!(apply(&inputs(40), "{}", &content), Ok(content.clone()));
        let error = error(apply(&inputs(200), "{}", &content));
        assert_eq!(error, "config too large");
    }
}

#[test]
fn blocks_are_counted() {
    let items = |count: usize| {
        let items =
            (0..count).map(|place| string(&format!("$[[ inputs.s | truncate(0,{place}) ]]")));
        mapping(of(Value::Sequence(Arc::new(items.collect()))))
    };
    assert!(apply("{s: {default: x}}", "{}", &items(10_000)).is_ok());
    let refused = error(apply("{s: {default: x}}", "{}", &items(10_001)));
    assert_eq!(refused, "too many interpolation blocks");
    let same = vec![string("$[[ inputs.s ]]"); 20_000];
    assert!(
        apply(
            "{s: {default: x}}",
            "{}",
            &mapping(of(Value::Sequence(Arc::new(same))))
        )
        .is_ok()
    );
}

#[test]
fn texts_are_a_megabyte_at_most() {
    let long = mapping(string(&"x".repeat((1 << 20) + 1)));
    assert_eq!(error(apply("{}", "{}", &long)), "config node too large");
    let many = mapping(string(&"$[[ inputs.s ]]".repeat(60_000)));
    let value = format!("{{s: {}}}", "x".repeat(1_000));
    let start = Instant::now();
    assert_eq!(
        error(apply("{s: ~}", &value, &many)),
        "config node too large"
    );
    assert!(start.elapsed() < SOON);
}

#[test]
fn nodes_are_counted() {
    let mut bomb = string("x");
    for _ in 0..7 {
        bomb = of(Value::Sequence(Arc::new(vec![bomb; 9])));
    }
    let start = Instant::now();
    assert_eq!(error(apply("{}", "{}", &mapping(bomb))), "config too large");
    assert!(start.elapsed() < SOON);
}

#[test]
fn arrays_in_lists_are_counted() {
    let items = vec![string("$[[ inputs.a ]]"); 1_000];
    let content = mapping(of(Value::Sequence(Arc::new(items))));
    let given = format!("{{a: [{}]}}", vec!["x"; 1_000].join(", "));
    let start = Instant::now();
    assert_eq!(
        error(apply("{a: {type: array}}", &given, &content)),
        "config too large"
    );
    assert!(start.elapsed() < SOON);
}

#[test]
fn what_comes_out_is_counted_too() {
    let mut content = "k:\n".to_owned();
    for place in 0..3_000 {
        let _ = writeln!(content, "- p: {{v{place}: \"$[[ inputs.a ]]\"}}");
    }
    let given = format!("{{a: [{}]}}", vec!["x"; 1_000].join(", "));
    let start = Instant::now();
    assert_eq!(
        error(apply("{a: {type: array}}", &given, &node(&content))),
        "config too large"
    );
    assert!(start.elapsed() < SOON);
}

#[test]
fn depth_is_bounded() {
    let given = format!("{{a: {}{}}}", "[".repeat(90), "]".repeat(90));
    let content = |levels: usize| {
        node(&format!(
            "k: {}\"$[[ inputs.a ]]\"{}",
            "{k: ".repeat(levels),
            "}".repeat(levels)
        ))
    };
    assert!(apply("{a: {type: array}}", &given, &content(5)).is_ok());
    assert_eq!(
        error(apply("{a: {type: array}}", &given, &content(50))),
        "config too large"
    );
    let json = format!("{{a: '{}{}'}}", "[".repeat(5_000), "]".repeat(5_000));
    assert_eq!(
        error(apply("{a: {type: array}}", &json, &content(1))),
        "`a` input: provided value is not an array"
    );
}

proptest! {
    #[test]
    fn any_block_is_filled_or_refused(
        text in "(\\$\\[\\[|\\]\\]|inputs|matrix|component|[.|\\[\\]() ,\n0-9a-c-]|truncate\\(|expand_vars|posix_escape| ){0,30}"
    ) {
        let content = mapping(string(&text));
        let _ = apply("{a: {default: x}, b: {type: array, default: [1]}}", "{}", &content);
    }

    /// An oracle for texts of known pieces: each is replaced where it stands.
    #[test]
    fn pieces_are_replaced_where_they_stand(pieces in proptest::collection::vec(0..6_usize, 2..12)) {
        let known = [
            ("$[[ inputs.s ]]", "text"),
            ("$[[inputs.n]]", "5"),
            ("$[[ inputs.s | truncate(0,2) ]]", "te"),
            ("$[[ matrix.X ]]", "$[[ matrix.X ]]"),
            ("x", "x"),
            ("é", "é"),
        ];
        let text: String = pieces.iter().map(|piece| known[*piece].0).collect();
        let expected: String = pieces.iter().map(|piece| known[*piece].1).collect();
        let content = mapping(string(&text));
        let filled = apply("{s: {default: text}, n: {type: number, default: 5}}", "{}", &content);
        prop_assert_eq!(filled, Ok(mapping(string(&expected))));
    }
}

#[test]
fn inputs_are_many_if_need_be() {
    let mut inputs = "{".to_owned();
    for place in 0..2_000 {
        let _ = write!(inputs, "i{place}: {{default: x}}, ");
    }
    inputs.push('}');
    assert_eq!(
        fill(&inputs, "{}", "$[[ inputs.i1999 ]]"),
        Ok("x".to_owned())
    );
}
