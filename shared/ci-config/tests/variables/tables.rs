//! What references become, case by case.

use std::sync::Arc;

use ci_config::variables::{
    Budget, Collection, Layer, Origin, Scope, Unknown, Values, Variable, for_runner,
};

/// `A=text`; a name may be followed by flags: `A!r` is raw, `A!f` a file.
pub(crate) fn variables(definitions: &[&str]) -> Collection {
    let parse = |definition: &&str| {
        let (name, value) = definition.split_once('=').expect("NAME=value");
        let (name, flags) = name.split_once('!').unwrap_or((name, ""));
        Variable {
            raw: flags.contains('r'),
            file: flags.contains('f'),
            ..Variable::new(name, value, Origin::Yaml)
        }
    };
    definitions.iter().map(parse).collect()
}

fn expand(variables: &Collection, text: &str, values: Values, unknown: Unknown) -> String {
    let budget = Budget::new(10_000, 10_000);
    let scope = Scope::new(&budget).with(Layer::Collection(variables));
    let text = scope.expand(&Arc::from(text), values, unknown);
    text.expect("small texts").to_string()
}

fn sent(definitions: &[&str]) -> Vec<String> {
    let sent = for_runner(&variables(definitions)).expect("no circles");
    (sent.iter())
        .map(|variable| format!("{}={}", variable.name, variable.value))
        .collect()
}

#[test]
fn references_have_three_forms() {
    let known = variables(&["A=1", "B_2=two", "_c=3", "É=no"]);
    for (text, expected) in [
        ("$A", "1"),
        ("${A}", "1"),
        ("%A%", "1"),
        ("x$A-$B_2.$_c", "x1-two.3"),
        ("${A}B", "1B"),
        ("$AB", ""),
        ("%A", "%A"),
        ("${A", "${A"),
        ("${ A }", "${ A }"),
        ("${}", "${}"),
        ("$1", "$1"),
        ("$-", "$-"),
        ("$", "$"),
        ("%%", "%%"),
        ("ä$Aö", "ä1ö"),
        ("$É", "$É"),
        ("%A%A%", "1A%"),
        ("%x y%A%", "%x y1"),
        ("$A$A", "11"),
        // A doubled dollar protects nothing in a keyword.
        ("$$A", "$1"),
        ("%%A%%", "%1%"),
    ] {
        let expanded = expand(&known, text, Values::Expanded, Unknown::Drop);
        assert_eq!(expanded, expected, "{text}");
    }
}

#[test]
fn unknown_variables_are_dropped_or_kept() {
    let known = variables(&["A=1"]);
    for text in ["$X", "${X}", "%X%", "a${X}$A%X%"] {
        let dropped = expand(&known, text, Values::Expanded, Unknown::Drop);
        assert!(!dropped.contains('X'), "{text}");
        let kept = expand(&known, text, Values::Expanded, Unknown::Keep);
        assert_eq!(kept, text.replace("$A", "1"));
    }
}

#[test]
fn values_are_expanded_or_not() {
    let known = variables(&["A=$B-$$B", "B=${C}", "C=c", "R!r=$C", "F!f=$C"]);
    for (text, as_written, expanded) in [
        ("$A", "$B-$$B", "c-$$B"),
        ("$B", "${C}", "c"),
        ("$R", "$C", "$C"),
        ("$F", "$C", "c"),
    ] {
        let text = |values| expand(&known, text, values, Unknown::Drop);
        assert_eq!(text(Values::AsWritten), as_written);
        assert_eq!(text(Values::Expanded), expanded);
    }
}

#[test]
fn the_last_of_a_name_wins() {
    let known = variables(&["A=1", "B=$A", "A=2"]);
    let text = |text| expand(&known, text, Values::Expanded, Unknown::Drop);
    assert_eq!(text("$A$B"), "22");
    assert_eq!(known.get("A").map(|variable| &*variable.value), Some("2"));
    assert_eq!(known.all("A").count(), 2);
}

#[test]
fn a_value_may_refer_to_what_its_name_meant_before() {
    let known = variables(&["A=base", "A=$A/more"]);
    let text = |text| expand(&known, text, Values::Expanded, Unknown::Drop);
    assert_eq!(text("$A"), "base/more");
    assert_eq!(
        expand(
            &variables(&["A=$A/more"]),
            "$A",
            Values::Expanded,
            Unknown::Drop
        ),
        "/more"
    );
    assert_eq!(sent(&["A=$A/more"]), ["A=$A/more"]);
    assert_eq!(sent(&["A=base", "A=$A/more"]), ["A=base", "A=base/more"]);
}

#[test]
fn runners_get_what_they_would_not_do_better() {
    assert_eq!(
        sent(&[
            "A=$B $X ${Y} %Z%",
            "B=b$$B%%",
            "R!r=$B",
            "ofR=$R",
            "F!f=$B",
            "ofF=${F}",
        ]),
        [
            "B=b$$B%%",
            "A=b$$B%% $X ${Y} %Z%",
            "R=$B",
            "ofR=$R",
            "F=b$$B%%",
            "ofF=${F}",
        ]
    );
}

#[test]
fn merged_layers_hide_what_they_replace() {
    let (global, own, later) = (
        variables(&["A=global", "B=global"]),
        variables(&["A=$A!"]),
        variables(&["C=$A$B"]),
    );
    let budget = Budget::new(1_000, 1_000);
    let scope = Scope::new(&budget)
        .with_merged(vec![Layer::Collection(&global), Layer::Collection(&own)])
        .with(Layer::Collection(&later));
    let text = scope.expand(&"$C".into(), Values::Expanded, Unknown::Drop);
    assert_eq!(text.as_deref(), Ok("!global"));
    let names: Vec<_> = scope.iter().map(|definition| definition.name).collect();
    assert_eq!(names, ["A", "B", "C"]);
}

#[test]
fn origins_put_variables_around_the_configuration() {
    let all: Collection = [
        Origin::Pipeline,
        Origin::Predefined,
        Origin::Project,
        Origin::User,
        Origin::Instance,
        Origin::Job,
    ]
    .into_iter()
    .map(|origin| Variable::new("A", format!("{origin:?}"), origin))
    .collect();
    let (before, after) = all.around_yaml();
    let values = |variables: &Collection| -> Vec<String> {
        variables
            .iter()
            .map(|variable| variable.value.to_string())
            .collect()
    };
    assert_eq!(values(&before), ["Job", "Predefined"]);
    assert_eq!(values(&after), ["User", "Instance", "Project", "Pipeline"]);
}

#[test]
fn masked_values_are_not_shown() {
    let mut known = variables(&["A=visible"]);
    known.push(Variable {
        masked: true,
        ..Variable::secret("B", "a-long-secret", Origin::Project)
    });
    assert_eq!(
        known.mask("visible a-long-secret, a-long-secrets"),
        "visible [MASKED]xxxxx, [MASKED]xxxxxs"
    );
}
