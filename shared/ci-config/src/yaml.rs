//! Reads YAML as GitLab does with Psych: YAML 1.1, at most two documents, the last of
//! duplicate keys, `<<` and `!reference`. Every size is bounded, whatever aliases say.

use std::sync::Arc;

use crate::fault::Fault;
use crate::node::{Mapping, Node, Span, Value};

mod compose;
mod inspect;
mod scalar;
mod size;
mod syntax;
mod tag;
mod write;

pub(crate) use inspect::{inspect, inspect_whole};
pub(crate) use size::{depth_of, memory_of};
pub use write::write;

/// GitLab's `max_yaml_size_bytes`: for the text, and for what is made of it.
pub const MAX_BYTES: usize = 2 << 20;

/// GitLab's `max_yaml_depth`.
pub const MAX_DEPTH: usize = 100;

/// A header and a configuration.
const MAX_DOCUMENTS: usize = 2;

/// GitLab keeps as many of one pipeline.
const MAX_WARNINGS: usize = 25;

/// What is in one file.
#[derive(Clone, Debug)]
pub struct Documents {
    /// The first of two, when it has `spec`.
    pub header: Option<Node>,
    /// A mapping. There may be none in the file; then this one is empty.
    pub content: Node,
    /// What GitLab says nothing about.
    pub warnings: Vec<Fault>,
}

impl Documents {
    /// Reads a file; `file` is for the spans.
    pub fn read(text: &[u8], file: u32) -> Result<Self, Fault> {
        let start = Origin::start(file);
        if text.len() > MAX_BYTES {
            return Err(Fault::new("The provided YAML is too big").at(start.span(1, 0)));
        }
        let text = match std::str::from_utf8(text) {
            Ok(text) => text,
            Err(error) => {
                let good = text.get(..error.valid_up_to()).unwrap_or_default();
                let good = String::from_utf8_lossy(good);
                return Err(Fault::new("Invalid YAML syntax").at(start.after(&good).span(1, 0)));
            }
        };
        syntax::check_characters(text, start)?;

        let mut warnings = Vec::new();
        let mut documents = Vec::new();
        for (piece, origin) in split(text, start) {
            let document = compose::compose(piece, origin, &mut warnings)?;
            if document.as_ref().is_none_or(is_blank) {
                continue;
            }
            if documents.len() == MAX_DOCUMENTS {
                return Err(
                    Fault::new("The parsed YAML has too many documents").at(origin.span(1, 0))
                );
            }
            documents.extend(document);
        }
        for document in &documents {
            if memory_of(document) > MAX_BYTES as u64 {
                return Err(Fault::new("The parsed YAML is too big").at(document.span));
            }
            if document.as_mapping().is_none() {
                return Err(Fault::new("Invalid configuration format").at(document.span));
            }
        }
        warnings.truncate(MAX_WARNINGS);
        let mut documents = documents.into_iter();
        let (first, second) = (documents.next(), documents.next());
        let (header, content) = match (first, second) {
            (Some(first), Some(second)) if first.get("spec").is_some() => (Some(first), second),
            (Some(first), _) => (None, first),
            (None, _) => {
                let empty = Value::Mapping(Arc::new(Mapping::new()));
                (None, Node::new(empty, start.span(1, 0)))
            }
        };
        Ok(Self {
            header,
            content,
            warnings,
        })
    }
}

/// Documents that Rails calls blank do not count.
fn is_blank(node: &Node) -> bool {
    match &node.value {
        Value::Null | Value::Bool(false) => true,
        Value::Bool(true) | Value::Integer(_) | Value::Float(_) | Value::Reference(_) => false,
        Value::String(text) => text.trim().is_empty(),
        Value::Sequence(items) => items.is_empty(),
        Value::Mapping(keys) => keys.is_empty(),
    }
}

/// Where in its file a document begins.
#[derive(Clone, Copy, Debug)]
struct Origin {
    file: u32,
    /// Lines before it.
    lines: usize,
    /// Characters before it in its first line.
    columns: usize,
}

impl Origin {
    const fn start(file: u32) -> Self {
        Self {
            file,
            lines: 0,
            columns: 0,
        }
    }

    /// Behind a text that begins here.
    fn after(self, text: &str) -> Self {
        let lines = text.matches('\n').count();
        let last = text.rsplit('\n').next().unwrap_or_default();
        Self {
            file: self.file,
            lines: self.lines + lines,
            columns: last.chars().count() + if lines == 0 { self.columns } else { 0 },
        }
    }

    /// A line from 1 on and a column from 0 on of the document.
    fn span(self, line: usize, column: usize) -> Span {
        let before = if line <= 1 { self.columns } else { 0 };
        let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Span {
            file: self.file,
            line: number((self.lines + line).max(1)),
            column: number(before + column + 1),
        }
    }
}

/// Documents begin behind each line that starts with `---` and a space or its end. GitLab
/// cuts the text there before it reads any, so that `---` inside a quoted string cuts, too.
fn split(text: &str, start: Origin) -> impl Iterator<Item = (&str, Origin)> {
    let mut rest = Some((text, start));
    std::iter::from_fn(move || {
        let (text, origin) = rest.take()?;
        let Some(at) = divider(text) else {
            return Some((text, origin));
        };
        let (piece, next) = text.split_at(at);
        let (dashes, next) = next.split_at(DIVIDER.len());
        rest = Some((next, origin.after(piece).after(dashes)));
        Some((piece, origin))
    })
}

const DIVIDER: &str = "---";

fn divider(text: &str) -> Option<usize> {
    let is_divider = |at: usize| {
        let next = text.as_bytes().get(at + DIVIDER.len());
        let starts_line = at == 0 || text.as_bytes().get(at - 1) == Some(&b'\n');
        starts_line && next.is_some_and(u8::is_ascii_whitespace)
    };
    let mut places = text.match_indices(DIVIDER);
    places.find_map(|(at, _)| is_divider(at).then_some(at))
}
