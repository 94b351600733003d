//! Reads an S3 request with its bucket in the path: which operation, which rights.

use std::borrow::Cow;

use super::tape::Right;

/// Returns the operation and the rights it takes. `body` is only looked at for the keys
/// of `DeleteObjects`.
pub(super) fn read(
    method: &str,
    uri: &str,
    copy_source: Option<&str>,
    body: &[u8],
) -> (&'static str, Vec<Right>) {
    let path_and_query = uri
        .split_once("://")
        .and_then(|(_, rest)| rest.find('/').map(|start| &rest[start..]))
        .unwrap_or(uri);
    let (path, query) = path_and_query
        .split_once('?')
        .unwrap_or((path_and_query, ""));
    let (bucket, key) = bucket_and_key(path);
    if key.is_empty() {
        return on_bucket(method, query, bucket, body);
    }
    on_object(method, query, key, copy_source)
}

fn on_object(
    method: &str,
    query: &str,
    key: String,
    copy_source: Option<&str>,
) -> (&'static str, Vec<Right>) {
    let upload = has(query, "uploadId");
    if let Some(source) = copy_source {
        let source = source.split_once('?').map_or(source, |(source, _)| source);
        let (_, source_key) = bucket_and_key(source);
        let operation = if upload {
            "UploadPartCopy"
        } else {
            "CopyObject"
        };
        let rights = vec![
            Right::new("s3:GetObject", source_key),
            Right::new("s3:PutObject", key),
        ];
        return (operation, rights);
    }
    let (operation, action) = match method {
        "HEAD" => ("HeadObject", "s3:GetObject"),
        "GET" if upload => ("ListParts", "s3:ListMultipartUploadParts"),
        "GET" => ("GetObject", "s3:GetObject"),
        "PUT" if upload => ("UploadPart", "s3:PutObject"),
        "PUT" => ("PutObject", "s3:PutObject"),
        "POST" if upload => ("CompleteMultipartUpload", "s3:PutObject"),
        "POST" if has(query, "uploads") => ("CreateMultipartUpload", "s3:PutObject"),
        "DELETE" if upload => ("AbortMultipartUpload", "s3:AbortMultipartUpload"),
        "DELETE" => ("DeleteObject", "s3:DeleteObject"),
        _ => panic!("the wire tap does not know this S3 request: {method} {key}?{query}"),
    };
    (operation, vec![Right::new(action, key)])
}

fn on_bucket(method: &str, query: &str, bucket: String, body: &[u8]) -> (&'static str, Vec<Right>) {
    let (operation, action) = match method {
        "POST" if has(query, "delete") => {
            let keys = deleted_keys(&String::from_utf8_lossy(body));
            let rights = keys
                .into_iter()
                .map(|key| Right::new("s3:DeleteObject", key));
            return ("DeleteObjects", rights.collect());
        }
        "HEAD" => ("HeadBucket", "s3:ListBucket"),
        "GET" if has(query, "uploads") => ("ListMultipartUploads", "s3:ListBucketMultipartUploads"),
        "GET" if has(query, "list-type") => ("ListObjectsV2", "s3:ListBucket"),
        "PUT" if query.is_empty() => ("CreateBucket", "s3:CreateBucket"),
        _ => panic!("the wire tap does not know this S3 request: {method} {bucket}?{query}"),
    };
    (operation, vec![Right::new(action, bucket)])
}

fn bucket_and_key(path: &str) -> (String, String) {
    let path = path.strip_prefix('/').unwrap_or(path);
    let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
    (percent_decode(bucket), percent_decode(key))
}

fn has(query: &str, name: &str) -> bool {
    let mut parameters = query.split('&');
    parameters.any(|parameter| parameter.split('=').next() == Some(name))
}

/// The texts of all `Key` elements.
fn deleted_keys(xml: &str) -> Vec<String> {
    let elements = xml.split("<Key>").skip(1);
    let texts = elements.filter_map(|element| element.split_once("</Key>"));
    texts.map(|(text, _)| xml_decode(text)).collect()
}

fn xml_decode(text: &str) -> String {
    // The ampersand last: what it yields is text, not the start of another entity.
    let entities = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&apos;", "'"),
        ("&amp;", "&"),
    ];
    entities
        .iter()
        .fold(Cow::Borrowed(text), |text, (entity, character)| {
            Cow::Owned(text.replace(entity, character))
        })
        .into_owned()
}

fn percent_decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let escaped = tail
            .get(..2)
            .filter(|_| first == b'%')
            .and_then(|digits| str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match escaped {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
