//! Against a naive replacement that starts over until nothing changes.

use std::collections::BTreeMap;
use std::sync::Arc;

use ci_config::variables::{
    Budget, Collection, Layer, Origin, Scope, Unknown, Values, Variable, for_runner,
};
use proptest::prelude::*;

/// No name is the beginning of another one. Only the first eight are defined.
const NAMES: [&str; 16] = [
    "aA", "bA", "cA", "dA", "eA", "fA", "gA", "hA", "iA", "jA", "kA", "lA", "mA", "nA", "oA", "pA",
];
const DEFINED: usize = 8;

/// Values that refer only to later names, so that there are no circles.
fn acyclic() -> impl Strategy<Value = Vec<(&'static str, String)>> {
    let parts = prop::collection::vec(
        (
            prop::sample::select(vec!["", "x", "-", "é"]),
            1_usize..9,
            0_u8..3,
        ),
        0..4,
    );
    prop::collection::vec(parts, DEFINED).prop_map(|values| {
        let value = |(place, parts): (usize, &Vec<(&str, usize, u8)>)| {
            let text = parts.iter().map(|(plain, ahead, form)| {
                let name = NAMES[place + ahead];
                match form {
                    0 => format!("{plain}${{{name}}}"),
                    1 => format!("{plain}%{name}%"),
                    _ => format!("{plain}${name}."),
                }
            });
            (NAMES[place], text.collect())
        };
        values.iter().enumerate().map(value).collect()
    })
}

fn collect(definitions: &[(&str, String)]) -> Collection {
    let variable =
        |(name, value): &(&str, String)| Variable::new(*name, value.as_str(), Origin::Yaml);
    definitions.iter().map(variable).collect()
}

/// Replaces until nothing changes any more.
fn fixpoint(definitions: &[(&str, String)]) -> BTreeMap<String, String> {
    let mut values: BTreeMap<String, String> = (definitions.iter())
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect();
    // As deep as references can be, and once more to see that nothing changes.
    for _ in 0..=DEFINED {
        let before = values.clone();
        for value in values.values_mut() {
            for (name, other) in &before {
                for form in [
                    format!("${{{name}}}"),
                    format!("%{name}%"),
                    format!("${name}"),
                ] {
                    *value = value.replace(&form, other);
                }
            }
        }
        if values == before {
            return values;
        }
    }
    panic!("no end of {definitions:?}");
}

fn sent(definitions: &[(&str, String)]) -> BTreeMap<String, String> {
    let sent = for_runner(&collect(definitions)).expect("no circle");
    (sent.iter())
        .map(|variable| (variable.name.to_string(), variable.value.to_string()))
        .collect()
}

proptest! {
    #[test]
    fn runners_get_the_fixpoint(definitions in acyclic()) {
        prop_assert_eq!(sent(&definitions), fixpoint(&definitions));
    }

    #[test]
    fn one_text_at_a_time_gives_the_same(definitions in acyclic(), place in 0_usize..8) {
        let known = collect(&definitions);
        let budget = Budget::new(1 << 20, 1 << 20);
        let scope = Scope::new(&budget).with(Layer::Collection(&known));
        // Unknown names are gone here, and nowhere else.
        let mut expected = fixpoint(&definitions)[NAMES[place]].clone();
        for name in &NAMES[DEFINED..] {
            for form in [format!("${{{name}}}"), format!("%{name}%"), format!("${name}")] {
                expected = expected.replace(&form, "");
            }
        }
        let text: Arc<str> = format!("${}", NAMES[place]).into();
        let expanded = scope.expand(&text, Values::Expanded, Unknown::Drop);
        prop_assert_eq!(expanded.as_deref(), Ok(&*expected));
        prop_assert_eq!(scope.check(), Ok(()));
    }

    #[test]
    fn the_order_of_definitions_does_not_matter(
        (one, other) in acyclic().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle()))
    ) {
        prop_assert_eq!(sent(&one), sent(&other));
    }

    /// Whatever it is: pieces of the text itself, and nothing lost when nothing is known.
    #[test]
    fn nothing_known_changes_nothing(text in "[$%{}A-C_0é ]{0,20}") {
        let known = Collection::default();
        let budget = Budget::new(1_000, 1_000);
        let scope = Scope::new(&budget).with(Layer::Collection(&known));
        let kept = scope.expand(&text.as_str().into(), Values::AsWritten, Unknown::Keep);
        prop_assert_eq!(kept.as_deref(), Ok(&*text));
    }
}
