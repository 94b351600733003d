//! Where blocks may stand, and what may stand in them.

use ci_config::inputs::Spec;
use ci_config::{Mapping, Node};

use crate::support::{apply, fill, given, node, texts};

const INPUTS: &str = "{s: {default: text}, n: {type: number, default: 5}, b: {type: boolean, default: true}, \
    a: {type: array, default: [x, {y: z}, [1, 2]]}, v: {default: 'a $B c'}, e: {default: \"it's $5\"}, \
    null-one: {type: number, default: ~}}";

#[test]
fn blocks() {
    for (text, filled) in [
        ("$[[ inputs.s ]]", "text"),
        ("$[[inputs.s]]", "text"),
        ("'$[[   inputs.s   ]]'", "text"),
        ("\"$[[ inputs.n ]]\"", "5"),
        ("$[[ inputs.b ]]", "true"),
        ("$[[ inputs.null-one ]]", ""),
        ("a $[[ inputs.s ]] b", "a text b"),
        (
            "$[[ inputs.n ]]-$[[ inputs.b ]]-$[[ inputs.null-one ]]-",
            "5-true--",
        ),
        ("x $[[ inputs.a ]]", "x [\"x\", {\"y\"=>\"z\"}, [1, 2]]"),
        ("$[[ inputs.a ]]", "- x\n- \"y\": z\n- - 1\n  - 2"),
        (
            "[p, '$[[ inputs.a ]]', q]",
            "- p\n- x\n- \"y\": z\n- - 1\n  - 2\n- q",
        ),
        ("$[[ inputs.a[0] ]]", "x"),
        ("$[[ inputs.a[1].y ]]", "z"),
        ("$[[ inputs.a[2][1] ]]", "2"),
        (
            "{\"$[[ inputs.s ]]-key\": 1, \"$[[ inputs.n ]]\": 2}",
            "text-key: 1\n  '5': 2",
        ),
        ("$[[ inputs.s | truncate(1,2) ]]", "ex"),
        ("$[[ inputs.s | truncate( 0 , 99 ) ]]", "text"),
        ("$[[ inputs.s | truncate(9,1) ]]", "''"),
        ("$[[ inputs.s | truncate(0,99999999999999999999) ]]", "text"),
        ("$[[ inputs.v | expand_vars ]]", "a [B c]"),
        ("$[[ inputs.v|expand_vars|truncate(2,3) ]]", "\"[B \""),
        ("$[[ inputs.e | posix_escape ]]", r"it\'s\ \$5"),
        ("$[[ inputs.v ]]", "a $B c"),
        ("$[[ matrix.X ]]", "\"$[[ matrix.X ]]\""),
        (
            "$[[ inputs.s ]] $[[ matrix.X | y ]]",
            "text $[[ matrix.X | y ]]",
        ),
        ("$[[ x", "\"$[[ x\""),
        ("$[[ ]]", "\"$[[ ]]\""),
        ("$[ inputs.s ]", "\"$[ inputs.s ]\""),
        (
            "!reference [\"$[[ inputs.s ]]\", a]",
            "!reference\n- \"$[[ inputs.s ]]\"\n- a",
        ),
        ("[1, ~, 2.5]", "- 1\n-\n- 2.5"),
    ] {
        assert_eq!(fill(INPUTS, "{}", text), Ok(filled.to_owned()), "{text}");
    }
}

#[test]
fn blocks_that_are_refused() {
    let long = format!("inputs.{}", "x".repeat(1_018));
    let long_block = format!("$[[ {long} ]]");
    for (text, errors) in [
        (
            "$[[ inputs.x ]]",
            &["unknown interpolation provided: `x` in `inputs.x`"][..],
        ),
        (
            "$[[ foo.x ]]",
            &["unknown interpolation provided: `foo` in `foo.x`"],
        ),
        (
            "$[[ component.name ]]",
            &["unknown interpolation provided: `name` in `component.name`"],
        ),
        (
            "$[[ inputs.s.t ]]",
            &["unknown interpolation provided: `t` in `inputs.s.t`"],
        ),
        (
            "$[[ inputs.a.b.c.d.e.f ]]",
            &["unknown interpolation provided: `b` in `inputs.a.b.c.d.e.f`"],
        ),
        (
            "$[[ inputs ]]",
            &["invalid pattern used for interpolation. valid pattern is $[[ inputs.input ]]"],
        ),
        (
            "$[[ | x ]]",
            &["invalid pattern used for interpolation. valid pattern is $[[ inputs.input ]]"],
        ),
        (
            long_block.as_str(),
            &["maximum interpolation expression size exceeded"],
        ),
        (
            "$[[ inputs.a[9] ]]",
            &["array index 9 out of bounds (size: 3) in `inputs.a[9]`"],
        ),
        (
            "$[[ inputs.s[0] ]]",
            &["cannot index into non-array value at [0] in `inputs.s[0]`"],
        ),
        (
            "$[[ inputs.a[x] ]]",
            &["invalid array index in `inputs.a[x]`: `x` is not a valid index"],
        ),
        (
            "$[[ inputs.a[] ]]",
            &["invalid array index in `inputs.a[]`: `` is not a valid index"],
        ),
        (
            "$[[ inputs.a[0 ]]",
            &["invalid array index in `inputs.a[0`: missing closing bracket"],
        ),
        (
            "$[[ inputs.[0] ]]",
            &["invalid indexed access without a key in `inputs.[0]`"],
        ),
        (
            "$[[ inputs.a[0]b ]]",
            &["invalid array index syntax in `inputs.a[0]b`"],
        ),
        (
            "$[[ inputs.a[0][0][0][0][0][0] ]]",
            &["too many array indices in `inputs.a[0][0][0][0][0][0]` (maximum depth: 5)"],
        ),
        (
            "$[[ inputs.s | expand_vars | expand_vars | expand_vars | expand_vars ]]",
            &["too many functions in interpolation block"],
        ),
        (
            "$[[ inputs.s | foo | truncate(1) ]]",
            &[
                "no function matching `foo`: check that the function name, arguments, and types are correct",
                "no function matching `truncate(1)`: check that the function name, arguments, and types are correct",
            ],
        ),
        (
            "$[[ inputs.n | truncate(0,1) ]]",
            &[
                "error in `truncate` function: invalid input type: truncate can only be used with string inputs",
            ],
        ),
        (
            "$[[ inputs.a | expand_vars ]]",
            &[
                "error in `expand_vars` function: invalid input type: expand_vars can only be used with string inputs",
            ],
        ),
        (
            "$[[ inputs.b | posix_escape ]]",
            &[
                "error in `posix_escape` function: invalid input type: posix_escape can only be used with string inputs",
            ],
        ),
    ] {
        let errors = errors.iter().map(|&text| text.to_owned()).collect();
        assert_eq!(fill(INPUTS, "{}", text), Err(errors), "{text}");
    }
}

#[test]
fn the_first_block_that_is_wrong_is_told() {
    let errors = fill(INPUTS, "{}", "[\"$[[ inputs.x ]]\", \"$[[ inputs.y ]]\"]");
    assert_eq!(
        errors,
        Err(vec![
            "unknown interpolation provided: `x` in `inputs.x`".to_owned()
        ])
    );
}

#[test]
fn values_are_not_read_again() {
    let filled = fill(
        "{s: ~, t: ~}",
        "{s: '$[[ inputs.t ]] \\1', t: u}",
        "a $[[ inputs.s ]] $[[ inputs.t ]]",
    );
    assert_eq!(filled, Ok("a $[[ inputs.t ]] \\1 u".to_owned()));
}

#[test]
fn components_tell_what_the_header_asks_for() {
    let header = node("spec: {component: [name, version]}");
    let component: Mapping = given("{name: n, version: v1, sha: s}");
    let spec = Spec::read(&header)
        .expect("valid")
        .with_component(component);
    let fill = |text: &str| {
        let content = node(&format!("k: {text}"));
        let filled = spec.apply(&content, &Mapping::new(), &str::to_owned);
        filled
            .map(|node| node.get("k").and_then(Node::as_str).map(str::to_owned))
            .map_err(texts)
    };
    assert_eq!(
        fill("$[[ component.name ]]@$[[ component.version ]]"),
        Ok(Some("n@v1".to_owned()))
    );
    let errors = vec!["unknown interpolation provided: `sha` in `component.sha`".to_owned()];
    assert_eq!(fill("$[[ component.sha ]]"), Err(errors));
}

#[test]
fn faults_are_where_the_block_is() {
    let spec = Spec::read(&node("spec: {}")).expect("valid");
    let content = node("a:\n  b: $[[ inputs.x ]]\n");
    let faults = spec
        .apply(&content, &Mapping::new(), &str::to_owned)
        .expect_err("an error");
    let places: Vec<_> = faults
        .iter()
        .map(|fault| fault.span.map(|span| (span.line, span.column)))
        .collect();
    assert_eq!(places, [Some((2, 6))]);
}

#[test]
fn a_content_without_blocks_stays_as_it_is() {
    let content = node("a: &x {b: [1, yes, ~, 1.5, text, !reference [a, b]]}\nc: *x\n");
    assert_eq!(apply("{}", "{}", &content), Ok(content));
}
