//! Parameters in a body: JSON, a form, or a form in parts.

use std::collections::BTreeMap;

use bytes::Bytes;
use futures::stream;
use multer::{Constraints, Multipart, SizeLimit};

use super::{MAX_DEPTH, Params, Value, insert, split_name};
use crate::error::{Error, Result};

/// What is told about JSON that is none.
const NOT_JSON: &str = "message body does not match declared format";

impl Params {
    /// Reads a body of this type. Without a type it is read as a form, as Rack does; an
    /// empty body has no parameters, whatever its type says.
    ///
    /// # Errors
    /// 400 for what cannot be read, 415 for another type.
    pub async fn of_body(content_type: Option<&str>, body: Bytes) -> Result<Self> {
        if body.is_empty() {
            return Ok(Self::default());
        }
        if is_json(content_type) {
            return json(&body);
        }
        let content_type = content_type.unwrap_or("application/x-www-form-urlencoded");
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        match essence.to_ascii_lowercase().as_str() {
            "application/x-www-form-urlencoded" => {
                let text = std::str::from_utf8(&body).map_err(|_| Error::BadRequest(None))?;
                Self::parse(text)
            }
            "multipart/form-data" => parts(content_type, body).await,
            _ => Err(Error::UnsupportedMediaType(essence.to_owned())),
        }
    }
}

/// Whether a body of this type is JSON.
pub fn is_json(content_type: Option<&str>) -> bool {
    let essence = content_type.and_then(|it| it.split(';').next());
    let essence = essence.unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || essence.ends_with("+json")
}

fn json(body: &[u8]) -> Result<Params> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Params::default());
    }
    match serde_json::from_slice(body) {
        Ok(serde_json::Value::Object(members)) => Ok(Params(tree(members, 0)?)),
        // Nothing to read parameters from, and no fault either: GitLab takes it.
        Ok(serde_json::Value::Null) => Ok(Params::default()),
        Ok(_) | Err(_) => Err(Error::Validation(NOT_JSON.to_owned())),
    }
}

fn tree(
    members: serde_json::Map<String, serde_json::Value>,
    depth: usize,
) -> Result<BTreeMap<String, Value>> {
    let members = members.into_iter();
    members
        .map(|(name, value)| Ok((name, value_of(value, depth)?)))
        .collect()
}

/// A value as text, where it is no list and no map: what it means, the endpoint knows.
fn value_of(value: serde_json::Value, depth: usize) -> Result<Value> {
    use serde_json::Value as Json;
    if depth > MAX_DEPTH {
        return Err(Error::BadRequest(None));
    }
    Ok(match value {
        Json::Null => Value::Text(String::new()),
        Json::Bool(value) => Value::Text(value.to_string()),
        Json::Number(value) => Value::Text(value.to_string()),
        Json::String(text) if text.contains('\0') => return Err(Error::BadRequest(None)),
        Json::String(text) => Value::Text(text),
        Json::Array(values) => {
            let values = values.into_iter().map(|value| value_of(value, depth + 1));
            Value::List(values.collect::<Result<_>>()?)
        }
        Json::Object(members) => Value::Map(tree(members, depth + 1)?),
    })
}

/// Fields of a form in parts. Files have no parameters' meaning here.
async fn parts(content_type: &str, body: Bytes) -> Result<Params> {
    let unreadable = |_| Error::BadRequest(None);
    let boundary = multer::parse_boundary(content_type).map_err(unreadable)?;
    let limits = SizeLimit::new().whole_stream(body.len() as u64);
    let body = stream::iter([Ok::<_, std::convert::Infallible>(body)]);
    let constraints = Constraints::new().size_limit(limits);
    let mut parts = Multipart::with_constraints(body, boundary, constraints);
    let mut root = BTreeMap::new();
    while let Some(field) = parts.next_field().await.map_err(unreadable)? {
        let Some(name) = field.name().map(str::to_owned) else {
            continue;
        };
        if field.file_name().is_some() {
            continue;
        }
        let bytes = field.bytes().await.map_err(unreadable)?;
        let text = String::from_utf8(bytes.into()).map_err(|_| Error::BadRequest(None))?;
        if text.contains('\0') {
            return Err(Error::BadRequest(None));
        }
        let (first, rest) = split_name(&name);
        if !first.is_empty() {
            insert(&mut root, first, &rest, text)?;
        }
    }
    Ok(Params(root))
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    fn read(content_type: Option<&str>, body: &str) -> Result<Vec<(String, String)>> {
        let body = Bytes::copy_from_slice(body.as_bytes());
        let read = Params::of_body(content_type, body).now_or_never().unwrap();
        Ok(read?.pairs())
    }

    /// Every spelling of the same parameters is read alike.
    #[test]
    fn json_forms_and_parts_say_the_same() {
        let expected = [("force", "true"), ("v[][key]", "A"), ("v[][value]", "1")];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let multipart = "--b\r\nContent-Disposition: form-data; name=\"v[][key]\"\r\n\r\nA\r\n\
             --b\r\nContent-Disposition: form-data; name=\"v[][value]\"\r\n\r\n1\r\n\
             --b\r\nContent-Disposition: form-data; name=\"force\"\r\n\r\ntrue\r\n--b--\r\n";
        for (content_type, body) in [
            (
                Some("application/json; charset=utf-8"),
                r#"{"v":[{"key":"A","value":1}],"force":true}"#,
            ),
            (
                Some("application/x-www-form-urlencoded"),
                "force=true&v[][key]=A&v%5B%5D%5Bvalue%5D=1",
            ),
            (None, "v[][key]=A&v[][value]=1&force=true"),
            (Some("multipart/form-data; boundary=b"), multipart),
        ] {
            let read = read(content_type, body).unwrap();
            assert_eq!(read, expected, "{content_type:?}");
        }
    }

    #[test]
    fn what_has_no_body_has_no_parameters() {
        for content_type in [None, Some("application/json"), Some("text/plain")] {
            assert_eq!(read(content_type, "").unwrap(), []);
        }
        assert_eq!(read(Some("application/json"), " null ").unwrap(), []);
        assert_eq!(read(Some("application/json"), "{}").unwrap(), []);
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(40), "]".repeat(40));
        let deeper = format!("{{\"a\":{}", "[".repeat(100_000));
        for (content_type, body) in [
            ("application/json", "{"),
            ("application/json", "[1]"),
            ("application/json", "\"text\""),
            ("application/json", r#"{"a":"\u0000"}"#),
            ("application/json", deep.as_str()),
            ("application/json", deeper.as_str()),
            ("application/x-www-form-urlencoded", "a=%ff"),
            ("multipart/form-data", "a"),
            ("multipart/form-data; boundary=b", "a"),
            ("text/plain", "a=1"),
        ] {
            assert!(
                read(Some(content_type), body).is_err(),
                "{content_type} {body:.20}"
            );
        }
    }
}
