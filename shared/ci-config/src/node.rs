//! A configuration as it was read: what YAML knows, with where it stood.

use std::sync::Arc;

use indexmap::IndexMap;

mod json;

/// Where something begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The place of its file among those that were read; the root is 0.
    pub file: u32,
    /// From 1 on.
    pub line: u32,
    /// From 1 on, in characters.
    pub column: u32,
}

/// A value and its place. To clone one is cheap: what is in it is shared, and so are
/// the aliases of an anchor.
#[derive(Clone, Debug)]
pub struct Node {
    pub value: Value,
    pub span: Span,
}

/// Values are compared, and not where they stood.
impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

/// As YAML 1.1 has them.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Integer(i64),
    Float(f64),
    String(Arc<str>),
    Sequence(Arc<Vec<Node>>),
    Mapping(Arc<Mapping>),
    /// `!reference [job, key, …]`.
    Reference(Arc<Vec<Arc<str>>>),
}

/// In the order in which it was written. Keys that are no strings are what they are as text.
pub type Mapping = IndexMap<Arc<str>, Node>;

/// As many as keywords look for in one place.
const FEW_KEYS: usize = 16;

impl Node {
    pub const fn new(value: Value, span: Span) -> Self {
        Self { value, span }
    }

    pub const fn is_null(&self) -> bool {
        matches!(self.value, Value::Null)
    }

    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            Value::Null
            | Value::Bool(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::Sequence(_)
            | Value::Mapping(_)
            | Value::Reference(_) => None,
        }
    }

    pub fn as_sequence(&self) -> Option<&[Self]> {
        match &self.value {
            Value::Sequence(nodes) => Some(nodes),
            Value::Null
            | Value::Bool(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::String(_)
            | Value::Mapping(_)
            | Value::Reference(_) => None,
        }
    }

    pub fn as_mapping(&self) -> Option<&Mapping> {
        match &self.value {
            Value::Mapping(mapping) => Some(mapping),
            Value::Null
            | Value::Bool(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::String(_)
            | Value::Sequence(_)
            | Value::Reference(_) => None,
        }
    }

    /// What a mapping has under a key.
    pub fn get(&self, key: &str) -> Option<&Self> {
        let keys = self.as_mapping()?;
        // To hash a key takes longer than to look at those of a job.
        if keys.len() > FEW_KEYS {
            return keys.get(key);
        }
        let mut keys = keys.iter();
        keys.find_map(|(known, node)| (**known == *key).then_some(node))
    }
}

/// As Ruby writes it, `1.0`, `1.0e+16`: a point always, two digits of exponent at least.
pub(crate) fn float_text(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        }
        .to_owned();
    }
    let scientific = format!("{number:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) {
        let plain = number.to_string();
        return if plain.contains('.') {
            plain
        } else {
            format!("{plain}.0")
        };
    }
    let point = if mantissa.contains('.') { "" } else { ".0" };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}{point}e{sign}{:02}", exponent.abs())
}
