//! JSON in strings: how inputs come that are no strings, where only strings can be given.

use std::fmt;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::node::{Mapping, Node, Span, Value};

/// What a text is as JSON, if it is. Nesting is bounded: `serde_json` goes 127 levels deep.
pub(super) fn parse(text: &str, span: Span) -> Option<Node> {
    let Json(value) = serde_json::from_str(text).ok()?;
    Some(Node::new(value, span))
}

struct Json(Value);

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json(Value::Null))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json(Value::Bool(value)))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json, E> {
        Ok(Json(Value::Integer(number)))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json, E> {
        Ok(Json(i64::try_from(number).map_or_else(
            |_| Value::String(number.to_string().into()),
            Value::Integer,
        )))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Json, E> {
        Ok(Json(Value::Float(number)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json(Value::String(text.into())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut nodes = Vec::new();
        while let Some(Json(value)) = items.next_element()? {
            nodes.push(Node::new(value, Span::default()));
        }
        Ok(Json(Value::Sequence(Arc::new(nodes))))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
        let mut keys = Mapping::new();
        while let Some((key, Json(value))) = entries.next_entry::<String, Json>()? {
            keys.insert(key.into(), Node::new(value, Span::default()));
        }
        Ok(Json(Value::Mapping(Arc::new(keys))))
    }
}
