//! Tags, as Psych treats them when it may make no class but `!reference`.

use std::sync::Arc;

use saphyr_parser::Tag;

use crate::node::{Node, Value};
use crate::yaml::inspect;
use crate::yaml::scalar::{self, Refusal};

pub(super) const REFERENCE: &str = "!reference";

/// Why Psych refuses something with a tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    Class(String),
    Number,
    Reference(String),
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Class(name) => Self::Class(name.to_owned()),
            Refusal::Number => Self::Number,
        }
    }
}

impl Refused {
    pub(super) fn text(self) -> String {
        match self {
            Self::Class(name) => format!("Tried to load unspecified class: {name}"),
            Self::Number => "Invalid YAML syntax".to_owned(),
            Self::Reference(shown) => format!("{REFERENCE} {shown} is not valid"),
        }
    }
}

/// As it is written, with `!!` spelt out.
pub(super) fn name_of(tag: &Tag) -> String {
    format!("{}{}", tag.handle, tag.suffix)
}

/// A scalar with a tag. Quotes do not matter then.
pub(super) fn scalar(tag: &str, text: &str) -> Result<Value, Refused> {
    let string = || Value::String(text.into());
    match tag {
        REFERENCE => Err(Refused::Reference(inspect(&Node::new(
            string(),
            crate::Span::default(),
        )))),
        "!str" | "tag:yaml.org,2002:str" | "!ruby/string" => Ok(string()),
        "!binary" | "tag:yaml.org,2002:binary" => Ok(Value::String(
            String::from_utf8_lossy(&decode_base64(text)).into(),
        )),
        "!float" | "tag:yaml.org,2002:float" => match scalar::resolve(text)? {
            #[expect(clippy::cast_precision_loss, reason = "so does Ruby")]
            Value::Integer(number) => Ok(Value::Float(number as f64)),
            Value::Float(number) => Ok(Value::Float(number)),
            Value::Null
            | Value::Bool(_)
            | Value::String(_)
            | Value::Sequence(_)
            | Value::Mapping(_)
            | Value::Reference(_) => Err(Refused::Number),
        },
        _ if tag.starts_with("!ruby/sym") => Ok(string()),
        "!ruby/class" | "!ruby/module" => Err(Refused::Class(text.to_owned())),
        _ => match class_of(tag) {
            Some(class) => Err(Refused::Class(class)),
            None => Ok(scalar::resolve(text)?),
        },
    }
}

/// Whether a mapping or a sequence may have this tag; unknown ones mean nothing.
pub(super) fn check_collection(tag: &str) -> Result<(), Refused> {
    let class = match tag {
        "!set" | "tag:yaml.org,2002:set" => Some("Psych::Set".to_owned()),
        _ => class_of(tag),
    };
    class.map_or(Ok(()), |class| Err(Refused::Class(class)))
}

/// What a sequence with `!reference` is.
pub(super) fn reference(items: Vec<Node>) -> Result<Value, Refused> {
    let path: Option<Vec<Arc<str>>> = (items.iter())
        .map(|item| item.as_str().map(Arc::from))
        .collect();
    match path {
        Some(path) if !path.is_empty() => Ok(Value::Reference(Arc::new(path))),
        _ => {
            let items = Node::new(Value::Sequence(Arc::new(items)), crate::Span::default());
            Err(Refused::Reference(inspect(&items)))
        }
    }
}

/// The Ruby class that a tag asks for.
fn class_of(tag: &str) -> Option<String> {
    let local = tag.strip_prefix('!')?;
    let (kind, class) = local.split_once(':').unwrap_or((local, ""));
    let default = match kind {
        "str" | "ruby/string" | "seq" | "ruby/array" | "map" | "ruby/hash" if !class.is_empty() => {
            ""
        }
        "ruby/object" => "Object",
        "ruby/struct" => "Struct",
        "ruby/exception" => "Exception",
        "ruby/regexp" => return Some("Regexp".to_owned()),
        "ruby/range" => return Some("Range".to_owned()),
        "ruby/encoding" => return Some("Encoding".to_owned()),
        "ruby/marshalable" if !class.is_empty() => "",
        _ => return None,
    };
    Some(if class.is_empty() { default } else { class }.to_owned())
}

/// As Ruby's `unpack('m')`: what is no digit of base 64 is passed over.
fn decode_base64(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (mut bits, mut count) = (0_u32, 0);
    for byte in text.bytes().take_while(|byte| *byte != b'=') {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => continue,
        };
        bits = (bits << 6) | u32::from(digit);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count).to_le_bytes()[0]);
        }
    }
    bytes
}
