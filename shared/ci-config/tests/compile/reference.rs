use ci_config::{Node, reference};
use proptest::prelude::*;

use crate::support::{mapping, node, reference as to, sequence, show, string};

/// Levels of lists that name the level before twice.
fn levels(count: usize) -> Node {
    let levels = (0..count).map(|level| {
        let items = match level.checked_sub(1) {
            None => sequence([string("x"), string("x")]),
            Some(before) => {
                let before = format!("l{before}");
                sequence([to(&[&before]), to(&[&before])])
            }
        };
        (format!("l{level}"), items)
    });
    mapping(levels)
}

/// With all references replaced by hand.
fn unfolded(levels: usize) -> Node {
    let below = match levels {
        0 => string("x"),
        _ => unfolded(levels - 1),
    };
    sequence([below.clone(), below])
}

#[test]
fn references_to_references_cannot_blow_up() {
    let resolved = reference::resolve(&levels(10)).expect("no error");
    assert_eq!(
        show(resolved.get("l9").expect("a level")),
        show(&unfolded(9))
    );
    for count in [40, 1_000, 50_000] {
        let fault = reference::resolve(&levels(count)).expect_err("too much");
        assert_eq!(fault.text, "The parsed YAML is too big", "{count}");
    }
}

#[test]
fn chains_end_whatever_way_they_run() {
    let link = |place: usize| format!("l{place}");
    for (count, wrap) in [(20, false), (60_000, false), (60_000, true)] {
        for backwards in [false, true] {
            let links = (0..count).map(|place| {
                let next = link(place + 1);
                let next = to(&[&next]);
                (link(place), if wrap { sequence([next]) } else { next })
            });
            let mut links: Vec<_> = links.chain([(link(count), string("x"))]).collect();
            if backwards {
                links.reverse();
            }
            match reference::resolve(&mapping(links)) {
                Ok(resolved) => assert_eq!(show(resolved.get("l0").expect("it")), "\"x\""),
                Err(fault) => {
                    assert!(count > 20);
                    assert_eq!(fault.text, "The parsed YAML is too big");
                }
            }
        }
    }
}

#[test]
fn an_error_is_where_the_reference_stands() {
    let root = node("t:\n  script:\n    - x\n    - !reference [.a]\n");
    let fault = reference::resolve(&root).expect_err("an error");
    assert_eq!(fault.span.expect("a place").line, 4);
}

proptest! {
    /// Any graph of references ends.
    #[test]
    fn any_graph_ends(targets in prop::collection::vec(prop::collection::vec(0..9_usize, 0..3), 8)) {
        let entries = targets.iter().enumerate().map(|(place, targets)| {
            let items = targets.iter().map(|target| {
                let name = format!("e{target}");
                to(&[&name, "script"])
            });
            let script = sequence([string("x")].into_iter().chain(items));
            (format!("e{place}"), mapping([("script", script)]))
        });
        let root = mapping(entries);
        let circular = has_circle(&targets);
        let missing = targets.iter().flatten().any(|target| *target == 8);
        match reference::resolve(&root) {
            Ok(resolved) => {
                prop_assert!(!circular && !missing);
                prop_assert!(!show(&resolved).contains("!reference"));
            }
            Err(fault) if fault.text.ends_with("is part of a circular chain") => {
                prop_assert!(circular);
            }
            Err(fault) => {
                prop_assert_eq!(fault.text, "!reference [\"e8\", \"script\"] could not be found");
                prop_assert!(missing);
            }
        }
    }
}

/// Takes away what leads nowhere until nothing changes.
fn has_circle(targets: &[Vec<usize>]) -> bool {
    let mut left: Vec<usize> = (0..targets.len()).collect();
    loop {
        let before = left.clone();
        left.retain(|place| targets[*place].iter().any(|target| before.contains(target)));
        if left.len() == before.len() {
            return !left.is_empty();
        }
    }
}
