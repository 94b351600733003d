//! Expressions: what GitLab makes of them, and a small evaluator of our own beside it.

use std::sync::Arc;

use ci_config::Effort;
use ci_config::expression::{Expression, SyntaxError, Value};

mod oracle;

fn variable(name: &str) -> Option<Arc<str>> {
    let value = match name {
        "SET" => "my variable",
        "EMPTY" => "",
        "BLANK" => " \t\n",
        "TRUE" => "true",
        "FALSE" => "false",
        "PATH" => "/a/full/path",
        "NUMBER" => "1234",
        "PATTERN" => "/^my/",
        "FLAGS" => "/^MY/i",
        "SHORT" => "/y/",
        "SLASHES" => "//",
        "BROKEN" => "/my(/",
        "LINES" => "some\n/^MY/i\nlines",
        "ESCAPED" => "/full\\/path$/",
        _ => return None,
    };
    Some(value.into())
}

fn parse(text: &str) -> Expression {
    Expression::parse(text).unwrap_or_else(|error| panic!("{error} in {text}"))
}

fn evaluate(text: &str) -> bool {
    let holds = parse(text).evaluate(&variable, &Effort::new(10_000));
    holds.unwrap_or_else(|| panic!("{text} takes long"))
}

fn error(text: &str) -> Option<SyntaxError> {
    Expression::parse(text).err()
}

const TRUE: &[&str] = &[
    "$SET",
    "$FALSE",
    r#"$SET == "my variable""#,
    "'my variable' == $SET",
    "$EMPTY == ''",
    "$EMPTY != null",
    "$UNKNOWN == null",
    "null == $UNKNOWN",
    "null==null",
    // Words need no space around them.
    "null==$UNKNOWN&&$SET",
    r#""it's" != 'it"s'"#,
    // Booleans are compared by their text.
    "$TRUE == true",
    "false == $FALSE",
    "true != $SET",
    "true",
    "false != null",
    // `!` asks whether there is anything, and binds tightest.
    "!$EMPTY",
    "!$BLANK",
    "!$UNKNOWN",
    "!!$SET",
    "!$SET == false",
    r#""false" == !$SET"#,
    r#"!$SET == "false""#,
    "!($SET == 'x')",
    "$SET && !$EMPTY",
    // Operands are returned, and an empty one is true inside.
    "$EMPTY && $SET",
    "$UNKNOWN || $SET",
    "($EMPTY || $SET) == ''",
    "($SET && $NUMBER) == '1234'",
    "(false || $UNKNOWN) == null",
    r#"("string" || "test") == "string""#,
    r#"("string" == ("test" && "string"))"#,
    r#"("string" == "test" || "string")"#,
    // From tight to loose: comparisons, and, or.
    "$SET || $UNKNOWN && $UNKNOWN",
    "null && null || $SET",
    "$SET == 'my variable' && $NUMBER == '1234' || null",
    // From left to right: (true == true) == true, by text.
    "$SET == $SET == true",
    "'a' == 'b' == 'false'",
    // Patterns.
    "$SET =~ /var.*e$/",
    "$SET =~ /VAR/i",
    "$SET =~ /^MY VARIABLE$/si",
    "$UNKNOWN !~ /var/",
    "$UNKNOWN =~ /^.*$/",
    "$EMPTY =~ /^$/",
    r"$PATH =~ /^\/a\/full\/path$/",
    r"$PATH =~ /full\//",
    "$PATH =~ /full//",
    "$SET =~ ( /my/ )",
    "($SET) =~ /my/",
    "/my/",
    "$SET =~ /my/&& $SET =~ /var/i||null",
    // Patterns from variables, and texts that are none.
    "$SET =~ $PATTERN",
    "$SET =~ $FLAGS",
    "$SET =~ $SHORT",
    "$SET =~ $SLASHES",
    "$SET =~ $LINES",
    "$PATH =~ $ESCAPED",
    "$PATH !~ $PATTERN",
    "$SET =~ '/^my/'",
    r#""23" =~ "1234""#,
    "'23' =~ $NUMBER",
    "$EMPTY =~ $NUMBER",
    "$UNKNOWN =~ ''",
    "'/my(/' =~ $BROKEN",
    "$SET !~ null",
    "$SET !~ $UNKNOWN",
    "$SET !~ false",
    "!$SET =~ /false/",
    "'ue' =~ true",
    // GitLab's parser does not mind on which side operands stand.
    "$SET 'my variable' ==",
    "== $SET 'my variable'",
    "() $SET",
    "$EMPTY !",
    "  \n\t($SET)\r\n ",
];

const FALSE: &[&str] = &[
    "$UNKNOWN",
    "$EMPTY",
    "$BLANK",
    "null",
    "false",
    "''",
    "' '",
    "$UNKNOWN == ''",
    "$EMPTY == null",
    "$SET == 'My variable'",
    "$TRUE != true",
    "false == null",
    "false == $EMPTY",
    "!$SET",
    "!$SET == true",
    "!/my/",
    "$EMPTY || $SET",
    "$UNKNOWN || $EMPTY || $SET",
    "$SET && $EMPTY",
    "$SET && $UNKNOWN",
    "($EMPTY || $SET) && null",
    "$SET =~ /^var/",
    "$UNKNOWN =~ /var/",
    "$SET !~ /my/",
    "$SET =~ null",
    "$SET =~ $UNKNOWN",
    "$SET =~ false",
    r#""1234" =~ "23""#,
    "$SET =~ $BROKEN",
    "$SET =~ /VAR/",
    // Variables inside patterns are not expanded.
    "$NUMBER =~ /$NUMBER/",
    r#"(null || ("test" == "string"))"#,
    "/ab/ == 'ab'",
    "$[[ inputs.name ]]",
    "$[[inputs.some-name]] == ''",
];

#[test]
fn true_or_false() {
    for text in TRUE {
        assert!(evaluate(text), "{text}");
    }
    for text in FALSE {
        assert!(!evaluate(text), "{text}");
    }
}

#[test]
fn syntax() {
    use SyntaxError::{
        Empty, InvalidOperand, InvalidPattern, TooManyTokens, UnknownLexeme, UnmatchedParenthesis,
        Unreachable,
    };
    let cases = [
        ("", Empty),
        (" ", Empty),
        ("()", Empty),
        ("${SET}", UnknownLexeme),
        ("$", UnknownLexeme),
        ("$SET = 1", UnknownLexeme),
        ("$SET == my", UnknownLexeme),
        ("$SET == 1", UnknownLexeme),
        ("$SET & $SET", UnknownLexeme),
        ("'open", UnknownLexeme),
        ("'two\nlines'", UnknownLexeme),
        ("\"a'", UnknownLexeme),
        ("truest", UnknownLexeme),
        ("falsé", UnknownLexeme),
        ("$[[ matrix.NAME ]]", UnknownLexeme),
        // Two characters at least, and not escaped the last slash.
        ("$SET =~ //", UnknownLexeme),
        ("$SET =~ /y/", UnknownLexeme),
        ("$SET =~ /é/", UnknownLexeme),
        (r"$SET =~ /ab\/", UnknownLexeme),
        (r"$SET =~ /ab\\/", UnknownLexeme),
        ("$SET =~ /ab", UnknownLexeme),
        ("$SET =~ /ab/x", UnknownLexeme),
        ("$SET =~ /a(/", InvalidPattern),
        ("$SET =~ /(?=a)/", InvalidPattern),
        ("$SET ==", InvalidOperand),
        ("&& $SET", InvalidOperand),
        ("!", InvalidOperand),
        ("()!", InvalidOperand),
        ("$SET $SET", Unreachable),
        ("'a''b'", Unreachable),
        ("nulltrue", Unreachable),
        ("($SET", UnmatchedParenthesis),
        ("$SET)", UnmatchedParenthesis),
        (")(", UnmatchedParenthesis),
    ];
    for (text, expected) in cases {
        assert_eq!(error(text), Some(expected), "{text}");
    }
    let of_tokens = |count: usize| "!".repeat(count - 1) + "$SET";
    assert_eq!(error(&of_tokens(99)), None);
    assert_eq!(error(&of_tokens(100)), Some(TooManyTokens));
    assert!(evaluate(&of_tokens(99)));
    assert!(!evaluate(&of_tokens(98)));
}

#[test]
fn inputs() {
    let input = |name: &str| match name {
        "cloud" => Value::Text("aws".into()),
        "dry-run" => Value::Boolean(true),
        _ => Value::Null,
    };
    let cases = [
        ("$[[ inputs.cloud ]] == 'aws'", true),
        ("$[[inputs.cloud]] == 'gcp'", false),
        ("$[[ inputs.dry-run ]] && $SET", true),
        ("$[[ inputs.dry-run ]] == 'true'", true),
        ("$[[ inputs.other ]] == null", true),
    ];
    for (text, expected) in cases {
        let expression = Expression::parse(text).expect(text);
        let holds = expression.evaluate_with_inputs(&variable, &input, &Effort::new(10_000));
        assert_eq!(holds, Some(expected), "{text}");
    }
}

/// The fewest states with which an expression can be evaluated.
fn effort(text: &str, value: &str) -> usize {
    let variable = |_: &str| Some(Arc::from(value));
    let (mut too_few, mut enough) = (0, 1 << 40);
    while too_few + 1 < enough {
        let tried = usize::midpoint(too_few, enough);
        match parse(text).evaluate(&variable, &Effort::new(tried)) {
            Some(_) => enough = tried,
            None => too_few = tried,
        }
    }
    enough
}

/// To build an automaton costs its states, and to search long texts costs, too.
#[test]
fn searches_are_counted() {
    let long = "x".repeat(1_000_000);
    for (text, value, least, most) in [
        ("$A == 'abc'", "abc", 0, 1),
        ("$A =~ /abc/", "abc", 3, 20),
        ("$A =~ /(abc){100}/", "abc", 300, 1_000),
        (r"$A =~ /\pL/", "abc", 600, 4_000),
        (r"$A =~ /\pL{0,10}/", "abc", 6_000, 40_000),
        ("$A =~ $A", "/(abc){100}/", 300, 1_000),
        ("$A =~ /abc/", &long, 4_000, 40_000),
        (r"$A == 'a' && $A =~ /\pL/", "abc", 0, 1),
    ] {
        let effort = effort(text, value);
        assert!((least..=most).contains(&effort), "{text}: {effort}");
    }
}

#[test]
fn what_is_built_is_kept() {
    let expression = parse("$A =~ /(abc){100}/");
    let variable = |_: &str| Some(Arc::from("abc"));
    assert_eq!(expression.evaluate(&variable, &Effort::new(100)), None);
    let effort = Effort::new(1_000);
    for _ in 0..20 {
        assert_eq!(expression.evaluate(&variable, &effort), Some(false));
    }
    assert!(!effort.is_spent());
}

/// However many patterns there are in it, one expression holds no more than one pattern may.
#[test]
fn patterns_are_bounded_together() {
    let expression = |count| vec![r"$A =~ /\pL{20}/"; count].join(" || ");
    assert_eq!(error(&expression(1)), None);
    assert_eq!(error(&expression(2)), Some(SyntaxError::InvalidPattern));
}
