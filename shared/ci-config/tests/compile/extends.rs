//! Graphs of `extends`, held against GitLab's way: down from each entry, again each time.

use ci_config::merge::deep_merge;
use ci_config::{Mapping, Node, Value, extends};
use proptest::prelude::*;
use std::sync::Arc;

use crate::support::{mapping, node, sequence, show, string};

/// As GitLab's `Extendable` goes about it, without remembering anything.
fn oracle(entries: &mut Mapping, name: &str, above: &mut Vec<String>) -> Result<Node, String> {
    let entry = entries[name].clone();
    let Some(bases) = entry.get("extends") else {
        return Ok(entry);
    };
    let bases: Vec<String> = (bases.as_sequence().expect("a list").iter())
        .map(|base| base.as_str().expect("a name").to_owned())
        .collect();
    let unknown: Vec<_> = (bases.iter())
        .filter(|base| !entries.contains_key(base.as_str()))
        .cloned()
        .collect();
    if !unknown.is_empty() {
        let unknown = unknown.join(", ");
        return Err(format!("{name}: unknown keys in `extends` ({unknown})"));
    }
    if above.len() > 10 {
        return Err(format!("{name}: nesting too deep in `extends`"));
    }
    if above.iter().any(|entry| entry == name) {
        return Err(format!("{name}: circular dependency detected in `extends`"));
    }
    above.push(name.to_owned());
    let mut merged = mapping::<&str>([]);
    for base in bases {
        merged = deep_merge(merged, &oracle(entries, &base, above)?);
    }
    above.pop();
    let merged = deep_merge(merged, &entry);
    entries.insert(name.into(), merged.clone());
    Ok(merged)
}

fn resolved_by_oracle(root: &Node) -> Result<Node, String> {
    let mut entries = root.as_mapping().expect("a mapping").clone();
    let names: Vec<_> = entries.keys().cloned().collect();
    for name in names {
        oracle(&mut entries, &name, &mut Vec::new())?;
    }
    Ok(Node::new(Value::Mapping(Arc::new(entries)), root.span))
}

fn entry(place: usize, bases: &[usize]) -> (String, Node) {
    let value = string(&place.to_string());
    let mut keys = vec![
        ("image", value.clone()),
        ("variables", mapping([(format!("V{place}"), value.clone())])),
        (["stage", "tags", "when"][place % 3], value),
    ];
    if !bases.is_empty() {
        let bases = bases.iter().map(|base| string(&format!("e{base}")));
        keys.insert(place % 4, ("extends", sequence(bases)));
    }
    (format!("e{place}"), mapping(keys))
}

/// Mostly without circles, so that it gets deep; in any order.
fn graph() -> impl Strategy<Value = Node> {
    let entries: Vec<_> = (0..15_usize)
        .map(|place| {
            let before = place.saturating_sub(1);
            let base = prop_oneof![
                40 => Just(before), 20 => 0..=before, 1 => 0..16_usize
            ];
            let least = usize::from(place > 0);
            (Just(place), prop::collection::vec(base, least..=2))
        })
        .collect();
    entries
        .prop_shuffle()
        .prop_map(|entries| mapping(entries.iter().map(|(place, bases)| entry(*place, bases))))
}

proptest! {
    #[test]
    fn any_graph_ends_as_in_gitlab(root in graph()) {
        let found = extends::resolve(&root).map_err(|fault| fault.text);
        let expected = resolved_by_oracle(&root);
        prop_assert_eq!(found.map(|node| show(&node)), expected.map(|node| show(&node)));
    }

    #[test]
    fn one_base_is_one_merge(place in 0..20_usize, other in 20..40_usize) {
        let (base, below) = entry(place, &[]);
        let (name, above) = entry(other, &[place]);
        let root = mapping([(name.clone(), above.clone()), (base, below.clone())]);
        let resolved = extends::resolve(&root).expect("no error");
        let merged = deep_merge(below, &above);
        prop_assert_eq!(show(resolved.get(&name).expect("the entry")), show(&merged));
    }
}

#[test]
fn a_base_of_many_is_resolved_once() {
    // Without memory these are 2^11 ways down from each of a thousand jobs.
    let mut entries = vec![entry(0, &[])];
    entries.extend((1..11).map(|level| entry(level, &[level - 1, level - 1])));
    entries.extend((11..1_011).map(|place| entry(place, &[10, 10])));
    let resolved = extends::resolve(&mapping(entries)).expect("no error");
    let job = resolved.get("e500").expect("a job");
    assert_eq!(
        job.get("variables")
            .expect("variables")
            .as_mapping()
            .map(Mapping::len),
        Some(12)
    );
}

#[test]
fn what_would_fill_the_memory_is_refused() {
    let large = mapping((0..40_000).map(|place| (format!("V{place}"), string("x"))));
    let base = mapping([("variables", large)]);
    let job = node("{extends: .a, variables: {A: x}}");
    let jobs = (0..1_000).map(|place| (format!("j{place}"), job.clone()));
    let root = mapping([(".a".to_owned(), base)].into_iter().chain(jobs));
    let fault = extends::resolve(&root).expect_err("too much");
    assert_eq!(fault.text, "The parsed YAML is too big");
}

#[test]
fn an_error_is_where_extends_stands() {
    let fault = extends::resolve(&node("t:\n  script: x\n  extends: .a\n")).expect_err("an error");
    let span = fault.span.expect("a place");
    assert_eq!((span.line, span.column), (3, 12));
}
