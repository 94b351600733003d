//! Values that need each other, and values without end.

use ci_config::variables::{Budget, Collection, Error, Layer, Scope, Unknown, Values, for_runner};

use crate::tables::variables;

fn check(variables: &Collection) -> Result<(), Error> {
    let budget = Budget::new(1 << 20, 1 << 20);
    let scope = Scope::new(&budget).with(Layer::Collection(variables));
    scope.check()
}

#[test]
fn circles_are_named_from_their_first_variable_on() {
    for (definitions, expected) in [
        (&["A=$B", "B=$A"][..], r#"["A", "B"]"#),
        (&["B=$A", "A=$B"], r#"["B", "A"]"#),
        (&["X=$A", "A=x${B}x", "B=%C%", "C=$A"], r#"["A", "B", "C"]"#),
        (
            &["A=$B", "B=$A", "C=$D", "D=$C"],
            r#"["A", "B"], ["C", "D"]"#,
        ),
        (&["A=$A", "A=$A"], r#"["A", "A"]"#),
    ] {
        let known = variables(definitions);
        let error = check(&known).expect_err("a circle").to_string();
        assert_eq!(
            error,
            format!("circular variable reference detected: {expected}"),
            "{definitions:?}"
        );
        assert_eq!(for_runner(&known).expect_err("a circle").to_string(), error);
    }
}

#[test]
fn what_only_looks_like_a_circle_is_none() {
    for definitions in [
        &["A=$A"][..],
        &["A=1", "A=$A"],
        &["A=$B", "B!r=$A"],
        &["A=$B", "B=$$A"],
        &["A=$B", "B=${A"],
        &["A=$B$C", "B=$D", "C=$D", "D="],
    ] {
        assert_eq!(check(&variables(definitions)), Ok(()), "{definitions:?}");
    }
}

#[test]
fn in_a_circle_values_stay_as_written() {
    let known = variables(&["A=$B", "B=$A", "C=$D", "D=d"]);
    let budget = Budget::new(1_000, 1_000);
    let scope = Scope::new(&budget).with(Layer::Collection(&known));
    let expand = |text: &str| scope.expand(&text.into(), Values::Expanded, Unknown::Drop);
    assert_eq!(expand("$A").as_deref(), Ok("$B"));
    assert_eq!(expand("$C").as_deref(), Ok("d"));
}

#[test]
fn a_chain_of_doublings_comes_to_an_end() {
    let mut definitions = vec!["V0=0123456789".to_owned()];
    definitions.extend((1..200).map(|n| format!("V{n}=$V{}$V{}", n - 1, n - 1)));
    let definitions: Vec<_> = definitions.iter().map(String::as_str).collect();
    let known = variables(&definitions);
    assert_eq!(for_runner(&known), Err(Error::TooMuch));
    let budget = Budget::new(1 << 20, 1 << 20);
    let scope = Scope::new(&budget).with(Layer::Collection(&known));
    let expand = |text: &str| scope.expand(&text.into(), Values::Expanded, Unknown::Drop);
    assert_eq!(expand("$V3").expect("short").len(), 80);
    assert_eq!(expand("$V199"), Err(Error::TooMuch));
    // The rest of the budget is gone with it.
    assert_eq!(expand("$V3"), Err(Error::TooMuch));
}

#[test]
fn chains_may_be_long() {
    let definitions: Vec<_> = (0..20_000).map(|n| format!("V{n}=$V{}", n + 1)).collect();
    let mut definitions: Vec<_> = definitions.iter().map(String::as_str).collect();
    definitions.push("V20000=end");
    let known = variables(&definitions);
    let sent = for_runner(&known).expect("no circle");
    assert_eq!(sent.get("V0").map(|variable| &*variable.value), Some("end"));
    assert_eq!(check(&known), Ok(()));
}

#[test]
fn many_definitions_of_names_that_refer_to_all_of_them_come_to_an_end() {
    let definitions: Vec<_> = (0..4_000)
        .map(|n| format!("V{}=$V{}", n % 2, n % 2 + 2))
        .collect();
    let mut definitions: Vec<_> = definitions.iter().map(String::as_str).collect();
    definitions.extend(vec!["V2=x"; 4_000]);
    definitions.extend(vec!["V3=x"; 4_000]);
    assert_eq!(for_runner(&variables(&definitions)), Err(Error::TooMuch));
}
