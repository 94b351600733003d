use std::collections::BTreeMap;

use ci_config::merge::deep_merge;
use ci_config::{Node, Value};
use proptest::prelude::*;

use crate::support::{mapping, node, null, sequence, show, string};

/// Any configuration.
fn any_node() -> impl Strategy<Value = Node> {
    let leaf = prop_oneof![
        "[xyz]".prop_map(|text| string(&text)),
        Just(null()),
        Just(sequence([string("a"), string("b")])),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop::collection::vec(("[abcd]", inner), 0..4).prop_map(mapping)
    })
}

/// Where a capital letter always has a mapping, and a small one never.
fn typed_node() -> impl Strategy<Value = Node> {
    let leaf = ("[abc]", "[xyz]").prop_map(|(key, text)| (key, string(&text)));
    let leaves = prop::collection::vec(leaf, 0..4).prop_map(mapping);
    leaves.prop_recursive(3, 24, 4, |inner| {
        let leaf = ("[abc]", "[xyz]").prop_map(|(key, text)| (key, string(&text)));
        let key = prop_oneof![leaf, ("[ABC]", inner)];
        prop::collection::vec(key, 0..4).prop_map(mapping)
    })
}

/// The texts by the ways to them.
fn leaves(node: &Node) -> BTreeMap<Vec<String>, String> {
    let mut found = BTreeMap::new();
    if let Value::Mapping(keys) = &node.value {
        for (key, node) in keys.iter() {
            if let Some(text) = node.as_str() {
                found.insert(vec![key.to_string()], text.to_owned());
            }
            for (mut way, text) in leaves(node) {
                way.insert(0, key.to_string());
                found.insert(way, text);
            }
        }
    }
    found
}

proptest! {
    #[test]
    fn nothing_changes_nothing(node in any_node()) {
        let nothing = || mapping::<&str>([]);
        let mapping = node.as_mapping().is_some();
        prop_assert_eq!(show(&deep_merge(nothing(), &node)), show(&node));
        if mapping {
            prop_assert_eq!(show(&deep_merge(node.clone(), &nothing())), show(&node));
        }
    }

    #[test]
    fn the_same_again_changes_nothing(a in any_node(), b in any_node()) {
        let once = deep_merge(a.clone(), &b);
        prop_assert_eq!(show(&deep_merge(once.clone(), &b)), show(&once));
        prop_assert_eq!(show(&deep_merge(a, &once)), show(&once));
    }

    #[test]
    fn grouping_does_not_matter_where_keys_keep_their_kind(
        a in typed_node(), b in typed_node(), c in typed_node()
    ) {
        let left = deep_merge(deep_merge(a.clone(), &b), &c);
        let right = deep_merge(a, &deep_merge(b, &c));
        prop_assert_eq!(show(&left), show(&right));
    }

    #[test]
    fn each_text_is_the_last_of_those_at_its_place(a in typed_node(), b in typed_node()) {
        let mut expected = leaves(&a);
        expected.extend(leaves(&b));
        prop_assert_eq!(leaves(&deep_merge(a, &b)), expected);
    }

    #[test]
    fn what_was_merged_is_left_as_it_was(a in any_node(), b in any_node()) {
        let (before, above) = (show(&a), show(&b));
        let kept = a.clone();
        let _ = deep_merge(a, &b);
        prop_assert_eq!(show(&kept), before);
        prop_assert_eq!(show(&b), above);
    }
}

#[test]
fn grouping_matters_where_kinds_change() {
    let (a, b, c) = (node("x: {a: 1}"), node("x: 1"), node("x: {c: 1}"));
    let left = deep_merge(deep_merge(a.clone(), &b), &c);
    let right = deep_merge(a, &deep_merge(b, &c));
    assert_eq!(show(&left), show(&node("x: {c: 1}")));
    assert_eq!(show(&right), show(&node("x: {a: 1, c: 1}")));
}
