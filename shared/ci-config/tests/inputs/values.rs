//! What may be given, and what each input is then.

use crate::support::fill;

const K: &str = "$[[ inputs.k ]]";

#[test]
fn values_keep_their_types() {
    for (input, value, filled) in [
        ("~", "abc", "abc"),
        ("~", "1", "'1'"),
        ("~", "yes", "'true'"),
        ("~", "1.50", "'1.5'"),
        ("~", "[a, 1, ~]", "'[\"a\", 1, nil]'"),
        ("~", "''", "''"),
        ("{type: string}", "'5'", "'5'"),
        ("{type: number}", "5", "5"),
        ("{type: number}", "1.5", "1.5"),
        ("{type: number}", "'5'", "5"),
        ("{type: boolean}", "no", "false"),
        ("{type: boolean}", "'true'", "true"),
        ("{type: array}", "[a, {b: 1}]", "- a\n- b: 1"),
        (
            "{type: array}",
            "'[\"a\", {\"b\": [1, 2.5, null, true]}]'",
            "- a\n- b:\n  - 1\n  - 2.5\n  -\n  - true",
        ),
        ("{type: array}", "[]", "[]"),
        ("{default: x}", "z", "z"),
        ("{default: x}", "~", "x"),
        ("{options: [a, 1], default: a}", "'1'", "'1'"),
        ("{options: [a, 1], default: a}", "1", "'1'"),
        ("{type: number, options: [1, 2]}", "2", "2"),
        ("{type: number, options: [1, 2]}", "2.0", "2.0"),
        ("{regex: '^v\\d'}", "v1", "v1"),
    ] {
        let inputs = format!("{{k: {input}}}");
        let result = fill(&inputs, &format!("{{k: {value}}}"), K);
        assert_eq!(result, Ok(filled.to_owned()), "{input} {value}");
    }
}

#[test]
fn defaults() {
    for (input, filled) in [
        ("{default: x}", "x"),
        ("{default: 1}", "'1'"),
        ("{default: ''}", "''"),
        ("{default: ~}", "''"),
        ("{type: number, default: ~}", ""),
        ("{type: number, default: 1}", "1"),
        ("{type: boolean, default: false}", "false"),
        ("{type: array, default: [a]}", "- a"),
    ] {
        let result = fill(&format!("{{k: {input}}}"), "{}", K);
        assert_eq!(result, Ok(filled.to_owned()), "{input}");
    }
}

#[test]
fn values_that_are_refused() {
    for (input, value, errors) in [
        (
            "~",
            "{}",
            &["`k` input: required value has not been provided"][..],
        ),
        (
            "~",
            "{k: ~}",
            &["`k` input: required value has not been provided"],
        ),
        (
            "{default: x}",
            "{a: 1, b: 2}",
            &["unknown input arguments: a, b"],
        ),
        (
            "{type: number}",
            "{k: abc}",
            &["`k` input: provided value is not a number"],
        ),
        (
            "{type: boolean}",
            "{k: 'yes'}",
            &["`k` input: provided value is not a boolean"],
        ),
        (
            "{type: array}",
            "{k: abc}",
            &["`k` input: provided value is not an array"],
        ),
        (
            "{type: array}",
            "{k: {a: 1}}",
            &["`k` input: provided value is not an array"],
        ),
        (
            "{type: number, default: x}",
            "{}",
            &["`k` input: default value is not a number"],
        ),
        (
            "{options: [a, b]}",
            "{k: c}",
            &["`k` input: `c` cannot be used because it is not in the list of allowed options"],
        ),
        (
            "{type: number, options: [1, 2]}",
            "{k: 3}",
            &["`k` input: `3` cannot be used because it is not in the list of the allowed options"],
        ),
        (
            "{type: boolean, options: [true]}",
            "{k: true}",
            &["`k` input: Options can only be used with string and number inputs"],
        ),
        (
            "{regex: '^v\\d$'}",
            "{k: x}",
            &["`k` input: provided value does not match required RegEx pattern"],
        ),
        (
            "{regex: '^v', default: x}",
            "{k: y}",
            &[
                "`k` input: default value does not match required RegEx pattern",
                "`k` input: provided value does not match required RegEx pattern",
            ],
        ),
        (
            "{regex: '('}",
            "{k: x}",
            &["`k` input: invalid regular expression"],
        ),
        (
            "{type: number, regex: '1'}",
            "{k: 1}",
            &["`k` input: RegEx validation can only be used with string inputs"],
        ),
    ] {
        let errors = errors.iter().map(|&text| text.to_owned()).collect();
        assert_eq!(
            fill(&format!("{{k: {input}}}"), value, K),
            Err(errors),
            "{input} {value}"
        );
    }
}

#[test]
fn rules_ask_for_other_inputs() {
    let inputs = "{env: {default: dev}, k: {rules: [\
        {if: '$[[ inputs.env ]] == \"prod\"', options: [large, huge], default: large}, \
        {if: '$[[ inputs.env ]] =~ /^dev/', options: [small], default: small}, \
        {options: [none], default: none}]}}";
    for (given, result) in [
        ("{}", Ok("small")),
        ("{env: prod}", Ok("large")),
        ("{env: prod, k: huge}", Ok("huge")),
        ("{env: prod, k: ''}", Ok("large")),
        ("{env: other}", Ok("none")),
        (
            "{env: prod, k: small}",
            Err(
                "`k` input: `small` cannot be used because it is not in the list of allowed options",
            ),
        ),
    ] {
        let result = result
            .map(str::to_owned)
            .map_err(|text| vec![text.to_owned()]);
        assert_eq!(fill(inputs, given, K), result, "{given}");
    }
}
