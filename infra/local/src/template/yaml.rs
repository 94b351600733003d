//! YAML with CloudFormation's short forms (`!Ref`, `!GetAtt`, …) as plain JSON
//! values in long form. The only file that knows the YAML library.

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Value, json};

use super::TemplateError;

/// Reads the first document of a YAML text.
pub(super) fn load(text: &str) -> Result<Value, TemplateError> {
    let documents =
        Yaml::load_from_str(text).map_err(|error| TemplateError::Syntax(error.to_string()))?;
    match documents.first() {
        Some(document) => convert(document),
        None => Err(TemplateError::Syntax("empty".into())),
    }
}

fn convert(node: &Yaml<'_>) -> Result<Value, TemplateError> {
    match node {
        Yaml::Value(scalar) => Ok(convert_scalar(scalar)),
        Yaml::Sequence(items) => items.iter().map(convert).collect(),
        Yaml::Mapping(mapping) => {
            let mut object = Map::new();
            for (key, value) in mapping {
                let key = super::text(&convert(key)?)
                    .ok_or_else(|| TemplateError::Syntax("a key is not a scalar".into()))?;
                object.insert(key, convert(value)?);
            }
            Ok(Value::Object(object))
        }
        Yaml::Tagged(tag, inner) if tag.handle == "!" => {
            Ok(long_form(&tag.suffix, convert(inner)?))
        }
        Yaml::Tagged(_, inner) => convert(inner),
        Yaml::Representation(..) | Yaml::Alias(_) | Yaml::BadValue => Err(TemplateError::Syntax(
            format!("a value that cannot be read: {node:?}"),
        )),
    }
}

fn convert_scalar(scalar: &Scalar<'_>) -> Value {
    match scalar {
        Scalar::Null => Value::Null,
        Scalar::Boolean(value) => json!(value),
        Scalar::Integer(value) => json!(value),
        Scalar::FloatingPoint(value) => json!(value.into_inner()),
        Scalar::String(value) => json!(value),
    }
}

/// `!GetAtt A.B` is the only short form whose value changes with the form.
fn long_form(name: &str, value: Value) -> Value {
    match (name, value) {
        ("Ref" | "Condition", value) => json!({ name: value }),
        ("GetAtt", Value::String(text)) => {
            let (id, attribute) = text.split_once('.').unwrap_or((&text, ""));
            json!({ "Fn::GetAtt": [id, attribute] })
        }
        (name, value) => json!({ format!("Fn::{name}"): value }),
    }
}
