//! Reads a request: which action it is, and which rights it takes.

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use serde_json::{Map, Value};

use super::s3;
use super::tape::{Call, Right, Service};

/// The part of `X-Amz-Target` before the operation.
const TARGET_PREFIX: &str = "DynamoDB_20120810.";

/// What a request asks for.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) service: Service,
    /// The operation's name: `Query`, `UploadPart`.
    pub(super) operation: String,
    pub(super) rights: Vec<Right>,
    /// A DynamoDB request's body; null for S3.
    pub(super) body: Value,
    pub(super) request_bytes: u64,
}

impl Asked {
    pub(super) fn read(request: &HttpRequest) -> Self {
        match request.headers().get("x-amz-target") {
            Some(target) => Self::read_dynamodb(target, request.body().bytes()),
            None => Self::read_s3(request),
        }
    }

    fn read_dynamodb(target: &str, body: Option<&[u8]>) -> Self {
        let operation = target.strip_prefix(TARGET_PREFIX).unwrap_or(target);
        let bytes = body.unwrap_or_default();
        let body: Value = serde_json::from_slice(bytes).unwrap();
        Self {
            service: Service::DynamoDb,
            operation: operation.to_owned(),
            rights: dynamodb_rights(operation, &body),
            body,
            request_bytes: bytes.len() as u64,
        }
    }

    fn read_s3(request: &HttpRequest) -> Self {
        let headers = request.headers();
        let (operation, rights) = s3::read(
            request.method(),
            request.uri(),
            headers.get("x-amz-copy-source"),
            request.body().bytes().unwrap_or_default(),
        );
        let content = headers.get("x-amz-decoded-content-length");
        let content = content.and_then(|length| length.parse().ok());
        Self {
            service: Service::S3,
            operation: operation.to_owned(),
            rights,
            body: Value::Null,
            request_bytes: content
                .or_else(|| request.body().content_length())
                .unwrap_or(0),
        }
    }

    /// The call as it goes on the tape, before anything is known of its answer.
    pub(super) fn call(&self, function: &str) -> Call {
        let prefix = match self.service {
            Service::DynamoDb => "dynamodb",
            Service::S3 => "s3",
        };
        Call {
            function: function.to_owned(),
            service: self.service,
            action: format!("{prefix}:{}", self.operation),
            rights: self.rights.clone(),
            depth: 0,
            units: 0.0,
            request_bytes: self.request_bytes,
            response_bytes: 0,
            status: None,
        }
    }

    /// Table and index of a read that goes to an index.
    pub(super) fn index(&self) -> Option<(&str, &str)> {
        let index = self.body.get("IndexName")?.as_str()?;
        Some((table(&self.body), index))
    }
}

fn dynamodb_rights(operation: &str, body: &Value) -> Vec<Right> {
    let action = format!("dynamodb:{operation}");
    match operation {
        "BatchGetItem" | "BatchWriteItem" => object(&body["RequestItems"])
            .map(|(table, _)| Right::new(&*action, table))
            .collect(),
        "TransactWriteItems" | "TransactGetItems" => {
            let items = body["TransactItems"].as_array().into_iter().flatten();
            let mut rights: Vec<Right> = items.flat_map(object).map(member_right).collect();
            rights.sort();
            rights.dedup();
            rights
        }
        _ => match body.get("IndexName").and_then(Value::as_str) {
            Some(index) => vec![Right::new(action, format!("{}/index/{index}", table(body)))],
            None => vec![Right::new(action, table(body))],
        },
    }
}

/// IAM knows no transactions, only what their members do.
fn member_right((kind, member): (&String, &Value)) -> Right {
    let action = match kind.as_str() {
        "Put" | "Update" | "Delete" | "Get" | "ConditionCheck" => format!("dynamodb:{kind}Item"),
        _ => panic!("a transaction has no member of kind {kind}"),
    };
    Right::new(action, table(member))
}

/// What is not about one table (`ListTables`) is about all of them.
fn table(body: &Value) -> &str {
    body["TableName"].as_str().unwrap_or("*")
}

fn object(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}
