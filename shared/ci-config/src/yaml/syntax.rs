//! Errors of the text itself, in the words of libyaml and Psych.

use saphyr_parser::ScanError;

use crate::fault::Fault;
use crate::node::Span;
use crate::yaml::Origin;

/// What libyaml takes no file with.
pub(super) fn check_characters(text: &str, start: Origin) -> Result<(), Fault> {
    let is_allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{A0}'..='\u{FFFD}' | '\u{10000}'..);
    match text.char_indices().find(|(_, c)| !is_allowed(*c)) {
        None => Ok(()),
        Some((at, _)) => {
            let place = start.after(text.get(..at).unwrap_or_default()).span(1, 0);
            Err(fault("control characters are not allowed", place, place))
        }
    }
}

/// As Psych puts it. Like libyaml it names the place where the construct begins that went
/// wrong; the fault's own place is where it was seen to be wrong.
pub(super) fn fault(problem: &str, place: Span, seen: Span) -> Fault {
    let Span { line, column, .. } = place;
    Fault::new(format!(
        "(<unknown>): {problem} at line {line} column {column}"
    ))
    .at(seen)
}

/// An error of the parser. `open` is where the innermost collection begins that is not
/// complete.
pub(super) fn scan_fault(
    error: &ScanError,
    text: &str,
    origin: Origin,
    open: Option<Span>,
) -> Fault {
    let marker = error.marker();
    let (line, column) = (marker.line(), marker.col());
    let seen = origin.span(line, column);
    match problem_of(error.info()) {
        Problem::TooDeep => Fault::new("The parsed YAML is too big").at(seen),
        Problem::UnknownAnchor => {
            let name = alias_at(text, line, column);
            Fault::new(format!("An alias referenced an unknown anchor: {name}")).at(seen)
        }
        Problem::Tab => {
            let tab = line_of(text, line).chars().position(|c| c == '\t');
            let tab = origin.span(line, tab.unwrap_or(column));
            fault(BAD_CHARACTER, tab, tab)
        }
        Problem::Here(problem) => fault(&problem, seen, seen),
        Problem::Collection(problem) => fault(&problem, open.unwrap_or(seen), seen),
    }
}

const BAD_CHARACTER: &str =
    "found character that cannot start any token while scanning for the next token";

enum Problem {
    TooDeep,
    UnknownAnchor,
    Tab,
    Here(String),
    /// libyaml names the place of the collection.
    Collection(String),
}

/// The parser's words come from libyaml's, with the parts in another order.
fn problem_of(info: &str) -> Problem {
    let here = |problem: &str| Problem::Here(problem.to_owned());
    let collection = |problem: &str| Problem::Collection(problem.to_owned());
    match info {
        "recursion limit exceeded" => return Problem::TooDeep,
        "while parsing node, found unknown anchor" => return Problem::UnknownAnchor,
        "tabs disallowed within this context (block indentation)"
        | "tabs disallowed in this context"
        | "tab cannot be used as indentation" => return Problem::Tab,
        "while parsing a flow sequence, expected ',' or ']'"
        | "illegal placement of ':' indicator" => {
            return collection("did not find expected ',' or ']' while parsing a flow sequence");
        }
        "while parsing a node, did not find expected node content" => {
            return here("did not find expected node content while parsing a flow node");
        }
        "misplaced bracket" => {
            return here("did not find expected node content while parsing a block node");
        }
        "simple key expect ':'" | "simple key expected ':'" | "simple key expected" => {
            return here("could not find expected ':' while scanning a simple key");
        }
        _ if info.starts_with("unexpected character: ") => return here(BAD_CHARACTER),
        _ => {}
    }
    let Some((context, problem)) =
        (info.strip_prefix("while ")).and_then(|info| info.split_once(", "))
    else {
        return here(info);
    };
    let problem = format!("{problem} while {context}");
    match context {
        "parsing a block mapping" | "parsing a block collection" | "parsing a flow mapping" => {
            Problem::Collection(problem)
        }
        _ => Problem::Here(problem),
    }
}

fn line_of(text: &str, line: usize) -> &str {
    (text.split('\n').nth(line.saturating_sub(1))).unwrap_or_default()
}

/// The name behind the `*` there.
fn alias_at(text: &str, line: usize, column: usize) -> String {
    let name = (line_of(text, line).chars().skip(column)).skip_while(|c| *c == '*');
    name.take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
        .take(255)
        .collect()
}
