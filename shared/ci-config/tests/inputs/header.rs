//! What a header may say.

use ci_config::inputs::{self, Spec};

use crate::support::{node, spec, texts};

#[test]
fn headers_that_are_in_order() {
    for header in [
        "{}",
        "~",
        "{inputs: ~}",
        "{inputs: {}}",
        "{inputs: {a: ~, b: {}, c: {type: array, default: []}}}",
        "{inputs: {a: {type: number, default: 1, options: [1, 2], description: text}}}",
        "{inputs: {a: {regex: '^v\\d+$', default: v1}}}",
        "{inputs: {a: {rules: [{if: '$[[ inputs.b ]] == \"x\"', options: [p], default: p}]}, b: ~}}",
        "{component: [name, sha, version, reference], description: text}",
        "{include: [{local: /a.yml}], inputs: {}}",
    ] {
        assert!(spec(header).is_ok(), "{header}: {:?}", spec(header).err());
    }
}

#[test]
fn headers_that_are_not() {
    for (header, errors) in [
        ("[]", &["header:spec config should be a hash"][..]),
        (
            "{foo: 1, bar: 2}",
            &["header:spec config contains unknown keys: foo, bar"],
        ),
        (
            "{description: 1}",
            &["header:spec config description should be a string"],
        ),
        (
            "{inputs: []}",
            &["header:spec:inputs config should be a hash"],
        ),
        (
            "{inputs: {a: text}}",
            &["header:spec:inputs:a config should be a hash"],
        ),
        (
            "{inputs: {aB: {foo: 1}}}",
            &["header:spec:inputs:ab config contains unknown keys: foo"],
        ),
        (
            "{inputs: {a: {type: text}}}",
            &["header:spec:inputs:a input type unknown value: text"],
        ),
        (
            "{inputs: {a: {type: ~}}}",
            &["unknown input specification for `a` (valid types: array, boolean, number, string)"],
        ),
        (
            "{inputs: {a: {options: x}}}",
            &["header:spec:inputs:a input options should be an array"],
        ),
        (
            "{inputs: {a: {options: [x, ~]}}}",
            &["header:spec:inputs:a config options array cannot contain null values"],
        ),
        (
            "{inputs: {a: {regex: 1}}}",
            &["header:spec:inputs:a input regex should be a string"],
        ),
        (
            "{inputs: {a: {description: [x]}}}",
            &["header:spec:inputs:a input description must be an alphanumeric string"],
        ),
        (
            "{inputs: {a: {default: x, rules: [{options: [x], default: x}]}}}",
            &["header:spec:inputs:a config these keys cannot be used together: default, rules"],
        ),
        (
            "{inputs: {a: {rules: [{options: [x], default: x}], options: [x]}}}",
            &["header:spec:inputs:a config these keys cannot be used together: rules, options"],
        ),
        (
            "{component: name}",
            &["header:spec:component config should be an array"],
        ),
        (
            "{component: [1]}",
            &["header:spec:component config should be an array of strings"],
        ),
        (
            "{component: [name, x]}",
            &["header:spec:component config contains unknown values: x"],
        ),
        (
            "{inputs: {a: {rules: {}}}}",
            &["header:spec:inputs:a:rules config should be an array"],
        ),
        (
            "{inputs: {a: {rules: [{if: '$x =', default: x}]}}}",
            &["`a` input: if invalid expression syntax"],
        ),
        (
            "{inputs: {a: {rules: [{options: [x]}]}}}",
            &["`a` input: rule must define 'options' with at least one value and a 'default'"],
        ),
        (
            "{inputs: {a: {rules: [{options: [x], default: y}]}}}",
            &["`a` input: default 'y' must be one of the options"],
        ),
        (
            "{inputs: {a: {rules: [{foo: 1}]}}}",
            &["`a` input: contains unknown keys: foo"],
        ),
    ] {
        assert_eq!(
            spec(header).err().as_deref(),
            Some(
                &errors
                    .iter()
                    .map(|&text| text.to_owned())
                    .collect::<Vec<_>>()[..]
            ),
            "{header}"
        );
    }
    let root = Spec::read(&node("spec: {}\nfoo: 1")).map_err(texts).err();
    assert_eq!(
        root,
        Some(vec!["header config contains unknown keys: foo".to_owned()])
    );
}

#[test]
fn there_are_50_options_at_most() {
    let options = |count: usize| {
        format!(
            "{{inputs: {{a: {{options: [{}]}}}}}}",
            vec!["x"; count].join(", ")
        )
    };
    assert!(spec(&options(50)).is_ok());
    let errors = vec!["header:spec:inputs:a config cannot define more than 50 options".to_owned()];
    assert_eq!(spec(&options(51)).err(), Some(errors));
}

#[test]
fn faults_have_places_and_three_are_told() {
    let header = node("spec:\n  inputs:\n    a: 1\n    b:\n      type: x\n    c: 1\n    d: 1\n");
    let faults = Spec::read(&header).expect_err("errors");
    let lines: Vec<_> = faults
        .iter()
        .map(|fault| fault.span.map(|span| span.line))
        .collect();
    assert_eq!(lines, [Some(3), Some(5), Some(6), Some(7)]);
    let told = "header:spec:inputs:a config should be a hash, header:spec:inputs:b input type unknown value: x, header:spec:inputs:c config should be a hash";
    assert_eq!(inputs::summary(&faults), told);
}
