//! A function's answer (the REST proxy response) as an HTTP response.

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use serde_json::{Map, Value};

use super::refusal::Refusal;

const FIELDS: [&str; 5] = [
    "statusCode",
    "headers",
    "multiValueHeaders",
    "body",
    "isBase64Encoded",
];

/// Headers that API Gateway sends on as `x-amzn-remapped-…`.
const REMAPPED: [&str; 9] = [
    "authorization",
    "connection",
    "content-length",
    "content-md5",
    "date",
    "max-forwards",
    "server",
    "user-agent",
    "www-authenticate",
];

/// Headers that API Gateway does not send on.
const DROPPED: [&str; 8] = [
    "expect",
    "host",
    "proxy-authenticate",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
];

/// What is wrong with an answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum Malformed {
    #[error("not an object")]
    NotAnObject,
    #[error("unknown field {0}")]
    UnknownField(String),
    #[error("{0} has a value of the wrong type")]
    Field(&'static str),
    #[error("header {0} is not valid")]
    Header(String),
    #[error("the body is not base64")]
    Base64,
}

impl Malformed {
    pub(super) fn refusal(&self) -> Refusal {
        match self {
            Self::Base64 => Refusal::BODY_NOT_BASE64,
            Self::NotAnObject | Self::UnknownField(_) | Self::Field(_) | Self::Header(_) => {
                Refusal::FUNCTION_FAILED
            }
        }
    }
}

/// The HTTP response that API Gateway makes of a function's answer.
pub(super) fn response(answer: Value) -> Result<Response<Bytes>, Malformed> {
    let Value::Object(answer) = answer else {
        return Err(Malformed::NotAnObject);
    };
    if let Some(unknown) = answer.keys().find(|name| !FIELDS.contains(&name.as_str())) {
        return Err(Malformed::UnknownField(unknown.clone()));
    }
    let mut response = Response::new(body(&answer)?);
    *response.status_mut() = status(&answer)?;
    *response.headers_mut() = headers(&answer)?;
    let length = HeaderValue::from(response.body().len());
    if !matches!(
        response.status(),
        StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED
    ) {
        response
            .headers_mut()
            .insert(header::CONTENT_LENGTH, length);
    }
    response
        .headers_mut()
        .entry(header::CONTENT_TYPE)
        .or_insert(HeaderValue::from_static("application/json"));
    Ok(response)
}

fn status(answer: &Map<String, Value>) -> Result<StatusCode, Malformed> {
    let code = match answer.get("statusCode") {
        None => Some(200),
        Some(Value::Number(code)) => code.as_u64(),
        Some(Value::String(code)) => code.parse().ok(),
        Some(_) => None,
    };
    code.and_then(|code| u16::try_from(code).ok())
        .and_then(|code| StatusCode::from_u16(code).ok())
        .filter(|code| !code.is_informational())
        .ok_or(Malformed::Field("statusCode"))
}

fn body(answer: &Map<String, Value>) -> Result<Bytes, Malformed> {
    let text = match answer.get("body") {
        None | Some(Value::Null) => "",
        Some(Value::String(text)) => text,
        Some(_) => return Err(Malformed::Field("body")),
    };
    match answer.get("isBase64Encoded") {
        Some(Value::Bool(true)) => match STANDARD.decode(text) {
            Ok(bytes) => Ok(bytes.into()),
            Err(_) => Err(Malformed::Base64),
        },
        None | Some(Value::Bool(false) | Value::Null) => {
            Ok(Bytes::copy_from_slice(text.as_bytes()))
        }
        Some(_) => Err(Malformed::Field("isBase64Encoded")),
    }
}

/// Both header fields as one map: a pair that stands in both counts once.
fn headers(answer: &Map<String, Value>) -> Result<HeaderMap, Malformed> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for field in ["multiValueHeaders", "headers"] {
        let entries = match answer.get(field) {
            None | Some(Value::Null) => continue,
            Some(Value::Object(entries)) => entries,
            Some(_) => return Err(Malformed::Field(field)),
        };
        for (name, value) in entries {
            let values = match value {
                Value::Array(values) if field == "multiValueHeaders" => values.as_slice(),
                one => std::slice::from_ref(one),
            };
            for value in values {
                let value = match value {
                    Value::String(text) => text.clone(),
                    Value::Bool(_) | Value::Number(_) => value.to_string(),
                    _ => return Err(Malformed::Header(name.clone())),
                };
                let pair = (name.to_ascii_lowercase(), value);
                if field != "headers" || !pairs.contains(&pair) {
                    pairs.push(pair);
                }
            }
        }
    }
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        if DROPPED.contains(&name.as_str()) {
            continue;
        }
        let sent = if REMAPPED.contains(&name.as_str()) {
            format!("x-amzn-remapped-{name}")
        } else {
            name.clone()
        };
        match (HeaderName::try_from(sent), HeaderValue::try_from(value)) {
            (Ok(sent), Ok(value)) => headers.append(sent, value),
            _ => return Err(Malformed::Header(name)),
        };
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_answer_becomes_a_response() -> Result<(), Malformed> {
        let response = response(json!({
            "statusCode": 201,
            "headers": { "X-A": "1", "Link": "<a>" },
            "multiValueHeaders": {
                "x-a": ["1", "2"], "link": ["<b>"], "Content-Type": ["text/plain"],
                "www-authenticate": ["Basic"], "content-length": ["99"], "transfer-encoding": ["chunked"],
            },
            "body": "AP/+", "isBase64Encoded": true,
        }))?;
        assert_eq!(response.status(), 201);
        assert_eq!(response.body().as_ref(), [0, 255, 254]);
        let mut headers: Vec<String> = response
            .headers()
            .iter()
            .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap_or("?")))
            .collect();
        headers.sort();
        assert_eq!(
            headers,
            [
                "content-length: 3",
                "content-type: text/plain",
                "link: <a>",
                "link: <b>",
                "x-a: 1",
                "x-a: 2",
                "x-amzn-remapped-content-length: 99",
                "x-amzn-remapped-www-authenticate: Basic",
            ]
        );
        Ok(())
    }

    #[test]
    fn what_is_missing_has_a_default() -> Result<(), Malformed> {
        let response = response(json!({}))?;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/json");
        assert!(response.body().is_empty());
        Ok(())
    }

    #[test]
    fn malformed_answers_are_refused() {
        for answer in [
            json!("text"),
            json!(null),
            json!({ "message": "hello" }),
            json!({ "statusCode": "no" }),
            json!({ "statusCode": 100 }),
            json!({ "statusCode": 20000 }),
            json!({ "headers": [] }),
            json!({ "headers": { "a b": "1" } }),
            json!({ "headers": { "a": "1\n2" } }),
            json!({ "headers": { "a": {} } }),
            json!({ "body": {} }),
        ] {
            let refusal = response(answer.clone())
                .map(|_| ())
                .map_err(|problem| problem.refusal());
            assert_eq!(refusal, Err(Refusal::FUNCTION_FAILED), "{answer}");
        }
        let refusal = response(json!({ "body": "%", "isBase64Encoded": true }))
            .map(|_| ())
            .map_err(|problem| problem.refusal());
        assert_eq!(refusal, Err(Refusal::BODY_NOT_BASE64));
    }
}
