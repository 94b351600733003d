//! Random expressions with a meaning that is known before they are written down.

use std::sync::Arc;

use ci_config::Effort;
use ci_config::expression::{Expression, SyntaxError};
use proptest::prelude::*;

const NAMES: [(&str, Option<&str>); 5] = [
    ("UNKNOWN", None),
    ("EMPTY", Some("")),
    ("BLANK", Some(" ")),
    ("A", Some("aab")),
    ("FALSE", Some("false")),
];

#[derive(Clone, Debug)]
enum Ast {
    Null,
    Bool(bool),
    Text(&'static str),
    Name(usize),
    Not(Box<Written>),
    Both(&'static str, Box<Written>, Box<Written>),
    /// Only letters, so that to match is to contain.
    Match(bool, Box<Written>, &'static str),
}

/// How a node is written: parentheses that it would not need, and space.
#[derive(Clone, Debug)]
struct Written {
    ast: Ast,
    parentheses: usize,
    space: &'static str,
}

#[derive(Clone, Debug, PartialEq)]
enum Meaning {
    Nil,
    Truth(bool),
    Word(String),
}

fn meaning(ast: &Ast) -> Meaning {
    use Meaning::{Nil, Truth, Word};
    match ast {
        Ast::Null => Nil,
        Ast::Bool(value) => Truth(*value),
        Ast::Text(text) => Word((*text).into()),
        Ast::Name(name) => NAMES[*name].1.map_or(Nil, |value| Word(value.into())),
        Ast::Not(operand) => Truth(!present(&meaning(&operand.ast))),
        Ast::Match(wanted, left, letters) => {
            Truth(spelled(&meaning(&left.ast)).contains(letters) == *wanted)
        }
        Ast::Both(operator, left, right) => {
            let (left, right) = (meaning(&left.ast), meaning(&right.ast));
            let fails = left == Nil || left == Truth(false);
            match *operator {
                "&&" => {
                    if fails {
                        left
                    } else {
                        right
                    }
                }
                "||" => {
                    if fails {
                        right
                    } else {
                        left
                    }
                }
                "==" => Truth(same(&left, &right)),
                "!=" => Truth(!same(&left, &right)),
                "=~" => Truth(within(&left, &right)),
                "!~" => Truth(!within(&left, &right)),
                other => panic!("{other}"),
            }
        }
    }
}

fn present(meaning: &Meaning) -> bool {
    match meaning {
        Meaning::Nil => false,
        Meaning::Truth(value) => *value,
        Meaning::Word(text) => text.chars().any(|letter| !letter.is_whitespace()),
    }
}

fn spelled(meaning: &Meaning) -> String {
    match meaning {
        Meaning::Nil => String::new(),
        Meaning::Truth(value) => value.to_string(),
        Meaning::Word(text) => text.clone(),
    }
}

fn same(left: &Meaning, right: &Meaning) -> bool {
    let one_is_nil = (*left == Meaning::Nil) != (*right == Meaning::Nil);
    !one_is_nil && spelled(left) == spelled(right)
}

fn within(left: &Meaning, right: &Meaning) -> bool {
    if *right == Meaning::Nil || *right == Meaning::Truth(false) {
        return false;
    }
    spelled(right).contains(&spelled(left))
}

/// The higher, the looser.
fn looseness(ast: &Ast) -> u8 {
    match ast {
        Ast::Null | Ast::Bool(_) | Ast::Text(_) | Ast::Name(_) => 0,
        Ast::Not(_) => 1,
        Ast::Match(..) | Ast::Both("==" | "!=" | "=~" | "!~", ..) => 2,
        Ast::Both("&&", ..) => 3,
        Ast::Both(..) => 4,
    }
}

#[derive(Default)]
struct Page {
    text: String,
    tokens: usize,
}

impl Page {
    fn put(&mut self, token: &str, space: &str) {
        self.text.push_str(token);
        self.text.push_str(space);
        self.tokens += 1;
    }

    fn write(&mut self, written: &Written, loosest: u8) {
        let needed = usize::from(looseness(&written.ast) > loosest);
        let parentheses = written.parentheses + needed;
        let space = written.space;
        (0..parentheses).for_each(|_| self.put("(", space));
        match &written.ast {
            // What follows could belong to the word.
            Ast::Null => self.put("null", " "),
            Ast::Bool(value) => self.put(&value.to_string(), " "),
            Ast::Text(text) => self.put(&format!("'{text}'"), space),
            Ast::Name(name) => self.put(&format!("${}", NAMES[*name].0), space),
            Ast::Not(operand) => {
                self.put("!", space);
                self.write(operand, 1);
            }
            Ast::Match(wanted, left, letters) => {
                self.write(left, 2);
                self.put(if *wanted { "=~" } else { "!~" }, space);
                self.put(&format!("/{letters}/"), " ");
            }
            Ast::Both(operator, left, right) => {
                let own = looseness(&written.ast);
                self.write(left, own);
                self.put(operator, space);
                self.write(right, own - 1);
            }
        }
        (0..parentheses).for_each(|_| self.put(")", space));
    }
}

fn written(ast: impl Strategy<Value = Ast>) -> impl Strategy<Value = Written> {
    let parentheses = prop_oneof![6 => Just(0), 2 => Just(1_usize), 1 => Just(2)];
    let space = prop_oneof![Just(""), Just(" "), Just("\n\t ")];
    (ast, parentheses, space).prop_map(|(ast, parentheses, space)| Written {
        ast,
        parentheses,
        space,
    })
}

fn expression() -> impl Strategy<Value = Written> {
    let leaf = prop_oneof![
        Just(Ast::Null),
        any::<bool>().prop_map(Ast::Bool),
        prop::sample::select(vec!["", " ", "aab", "ab", "true", "al"]).prop_map(Ast::Text),
        (0..NAMES.len()).prop_map(Ast::Name),
    ];
    written(leaf).prop_recursive(6, 40, 2, |inner| {
        let operators = vec!["==", "!=", "=~", "!~", "&&", "||"];
        let letters = prop::sample::select(vec!["aa", "ab", "tr"]);
        let boxed = inner.prop_map(Box::new).boxed();
        written(prop_oneof![
            1 => boxed.clone().prop_map(Ast::Not),
            1 => (any::<bool>(), boxed.clone(), letters)
                .prop_map(|(wanted, left, letters)| Ast::Match(wanted, left, letters)),
            5 => (prop::sample::select(operators), boxed.clone(), boxed)
                .prop_map(|(operator, left, right)| Ast::Both(operator, left, right)),
        ])
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn means_what_was_written(expression in expression()) {
        let mut page = Page::default();
        page.write(&expression, 4);
        let variable = |name: &str| {
            let (_, value) = NAMES.iter().find(|(other, _)| *other == name)?;
            value.map(Arc::from)
        };
        match Expression::parse(&page.text) {
            Ok(parsed) => {
                prop_assert!(page.tokens <= 99);
                let expected = present(&meaning(&expression.ast));
                let holds = parsed.evaluate(&variable, &Effort::new(10_000));
                prop_assert_eq!(holds, Some(expected), "{}", page.text);
            }
            Err(error) => {
                prop_assert!(page.tokens > 99, "{} in {}", error, page.text);
                prop_assert_eq!(error, SyntaxError::TooManyTokens);
            }
        }
    }
}
