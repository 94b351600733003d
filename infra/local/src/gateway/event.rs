//! The REST proxy event (format 1.0) of a request.
//!
//! Path and path variables stay encoded, query parameters are decoded, bodies are
//! base64, as with `BinaryMediaTypes: ["*/*"]`.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    time::{SystemTime, UNIX_EPOCH},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderMap, Uri, header, request};
use percent_encoding::percent_decode;
use serde_json::{Value, json};

use super::{ClientAddress, routes::Variables};

/// Headers that API Gateway does not hand to a function.
const DROPPED: [&str; 12] = [
    "connection",
    "content-length",
    "content-md5",
    "expect",
    "max-forwards",
    "proxy-authenticate",
    "server",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "www-authenticate",
];

/// What an event is made of.
pub(super) struct Event<'a> {
    pub(super) parts: &'a request::Parts,
    pub(super) body: &'a Bytes,
    pub(super) request_id: &'a str,
    pub(super) stage: &'a str,
    pub(super) resource: &'a str,
    pub(super) variables: &'a Variables,
}

impl Event<'_> {
    /// The event as the function gets it.
    pub(super) fn to_json(&self) -> Value {
        let Self { parts, body, .. } = self;
        let path = parts.uri.path();
        let client = parts
            .extensions
            .get::<ClientAddress>()
            .map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |client| client.0);
        let headers = headers(&parts.headers, client);
        let query = query(parts.uri.query().unwrap_or_default());
        let host = parts
            .headers
            .get(header::HOST)
            .and_then(|host| host.to_str().ok());
        json!({
            "resource": self.resource,
            "path": path,
            "httpMethod": parts.method.as_str(),
            "headers": last_values(&headers),
            "multiValueHeaders": headers,
            "queryStringParameters": some(&last_values(&query)),
            "multiValueQueryStringParameters": some(&query),
            "pathParameters": some(self.variables),
            "stageVariables": null,
            "requestContext": {
                "accountId": "000000000000",
                "apiId": "local",
                "domainName": host.unwrap_or("localhost"),
                "httpMethod": parts.method.as_str(),
                "identity": {
                    "sourceIp": client.to_string(),
                    "userAgent": headers.get("user-agent").and_then(|values| values.last()),
                },
                "path": path,
                "protocol": format!("{:?}", parts.version),
                "requestId": self.request_id,
                "requestTimeEpoch": milliseconds_since_epoch(),
                "resourceId": "local",
                "resourcePath": self.resource,
                "stage": self.stage,
            },
            "body": (!body.is_empty()).then(|| STANDARD.encode(body)),
            "isBase64Encoded": !body.is_empty(),
        })
    }
}

type Values = BTreeMap<String, Vec<String>>;

/// The request's headers and those that API Gateway adds.
fn headers(received: &HeaderMap, client: IpAddr) -> Values {
    let mut headers = Values::new();
    for (name, value) in received {
        if !DROPPED.contains(&name.as_str()) {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            headers
                .entry(name.as_str().to_owned())
                .or_default()
                .push(value);
        }
    }
    let forwarded = headers.entry("x-forwarded-for".into()).or_default();
    forwarded.push(client.to_string());
    *forwarded = vec![forwarded.join(", ")];
    let port = received
        .get(header::HOST)
        .and_then(|host| host.to_str().ok()?.rsplit_once(':')?.1.parse::<u16>().ok())
        .unwrap_or(80);
    headers.insert("x-forwarded-port".into(), vec![port.to_string()]);
    headers.insert("x-forwarded-proto".into(), vec!["http".into()]);
    headers
}

/// The decoded query parameters; a semicolon separates as an ampersand does.
fn query(query: &str) -> Values {
    let mut parameters = Values::new();
    for pair in query.split(['&', ';']).filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        parameters
            .entry(decode(name))
            .or_default()
            .push(decode(value));
    }
    parameters
}

/// Bytes that are not UTF-8 become replacement characters.
fn decode(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_decode(spaced.as_bytes())
        .decode_utf8_lossy()
        .into_owned()
}

/// The single-valued form of a map: its last values.
fn last_values(values: &Values) -> BTreeMap<&str, &str> {
    values
        .iter()
        .filter_map(|(name, values)| Some((name.as_str(), values.last()?.as_str())))
        .collect()
}

/// API Gateway writes an empty map as null.
fn some<K, V>(map: &BTreeMap<K, V>) -> Option<&BTreeMap<K, V>> {
    (!map.is_empty()).then_some(map)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the gateway's clock, which no function sees"
)]
fn milliseconds_since_epoch() -> u64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH);
    elapsed.map_or(0, |elapsed| {
        u64::try_from(elapsed.as_millis()).unwrap_or_default()
    })
}

/// A new request id, in the form of a UUID.
pub(super) fn request_id() -> String {
    let random = format!("{:032x}", rand::random::<u128>());
    let part = |range| random.get(range).unwrap_or_default();
    format!(
        "{}-{}-{}-{}-{}",
        part(0..8),
        part(8..12),
        part(12..16),
        part(16..20),
        part(20..32)
    )
}

/// Whether each `%` starts an escape, and the query has no character that API
/// Gateway wants encoded. It answers 400 itself otherwise.
pub(super) fn target_is_valid(uri: &Uri) -> bool {
    let escaped = |text: &str| {
        let mut pieces = text.split('%');
        pieces.next();
        pieces.all(|piece| {
            let digits = piece.as_bytes().get(..2);
            digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
        })
    };
    let query = uri.query().unwrap_or_default();
    let ascii = uri.path().is_ascii() && query.is_ascii();
    ascii && escaped(uri.path()) && escaped(query) && !query.contains(['|', '{', '}'])
}

/// Whether the `Host` header could be the host of an API. AWS routes by it and
/// hands no request with another one to a function, where it becomes part of a URL.
pub(super) fn host_is_valid(headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    match (hosts.next().map(|host| host.to_str()), hosts.next()) {
        (Some(Ok(host)), None) => authority_is_valid(host),
        (None, _) => true,
        _ => false,
    }
}

fn authority_is_valid(authority: &str) -> bool {
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    if port.is_some_and(|port| port.parse::<u16>().is_err()) {
        return false;
    }
    if let Some(address) = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
    {
        return address.parse::<Ipv6Addr>().is_ok();
    }
    host.parse::<Ipv4Addr>().is_ok()
        || (host.split('.').all(label_is_valid)
            && host
                .rsplit('.')
                .next()
                .is_some_and(|last| !last.starts_with(|c: char| c.is_ascii_digit())))
}

/// A label of a domain name. Punycode is left out: nothing here has such a name.
fn label_is_valid(label: &str) -> bool {
    !label.is_empty()
        && !label.to_ascii_lowercase().starts_with("xn--")
        && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_decoded_and_repeated_names_kept() {
        let parsed = query("scope[]=a&scope%5B%5D=b+c&scope[]=%2B&&flag&x=%ff&y=1;z=2&=v&eq=a=b");
        let expected = [
            ("", vec!["v"]),
            ("eq", vec!["a=b"]),
            ("flag", vec![""]),
            ("scope[]", vec!["a", "b c", "+"]),
            ("x", vec!["\u{fffd}"]),
            ("y", vec!["1"]),
            ("z", vec!["2"]),
        ];
        let expected: Values = expected
            .into_iter()
            .map(|(name, values)| {
                (
                    name.to_owned(),
                    values.into_iter().map(str::to_owned).collect(),
                )
            })
            .collect();
        assert_eq!(parsed, expected);
    }

    #[test]
    fn only_hosts_that_an_api_can_have_pass() {
        for good in [
            "localhost",
            "LOCALHOST:8080",
            "127.0.0.1:80",
            "[::1]:8080",
            "a-b.example.com",
            "c1",
        ] {
            assert!(authority_is_valid(good), "{good}");
        }
        for bad in [
            "",
            "a..b",
            "1.2.3.999",
            "1.2.3",
            "0x1f",
            "a b",
            "a%zz",
            "xn--a",
            "user@host",
            "host:99999",
            "host:",
            "[::1",
            "[::g]",
            "a/b",
            "a_b",
            "ä.example",
            "example.com.",
            "a.1",
        ] {
            assert!(!authority_is_valid(bad), "{bad}");
        }
    }

    #[test]
    fn request_ids_look_like_uuids_and_differ() {
        let id = request_id();
        let lengths: Vec<usize> = id.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12]);
        assert_ne!(id, request_id());
    }
}
