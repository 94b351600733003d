//! Answers of the tap's own, in the form of AWS.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};

use super::asked::Asked;
use super::tape::Service;

/// An answer without any work behind it.
pub(super) fn json(status: u16, body: &Value) -> HttpResponse {
    let body = serde_json::to_vec(body).unwrap();
    whole(status, "application/x-amz-json-1.0", body)
}

pub(super) fn validation(message: &str) -> HttpResponse {
    let kind = "com.amazon.coral.validate#ValidationException";
    json(400, &json!({ "__type": kind, "message": message }))
}

/// `ProvisionedThroughputExceededException` or `ThrottlingException`, by name.
pub(super) fn throttle(asked: &Asked, kind: &str) -> HttpResponse {
    let message = "the wire tap throttles this call";
    match asked.service {
        Service::DynamoDb => dynamodb(400, kind, message),
        Service::S3 => s3(503, "SlowDown", message, &asked.operation),
    }
}

pub(super) fn internal_error(asked: &Asked) -> HttpResponse {
    let message = "the wire tap breaks this call";
    match asked.service {
        Service::DynamoDb => dynamodb(500, "InternalServerError", message),
        Service::S3 => s3(500, "InternalError", message, &asked.operation),
    }
}

/// The first item of a transaction is taken, or the only one of a single write.
pub(super) fn transaction_conflict(asked: &Asked) -> HttpResponse {
    let message = "Transaction is ongoing for the item";
    let Some(items) = asked.body["TransactItems"].as_array() else {
        return dynamodb(400, "TransactionConflictException", message);
    };
    let reasons: Vec<Value> = (0..items.len())
        .map(|position| match position {
            0 => json!({ "Code": "TransactionConflict", "Message": message }),
            _ => json!({ "Code": "None" }),
        })
        .collect();
    let body = json!({
        "__type": dynamodb_kind("TransactionCanceledException"),
        "Message": "Transaction cancelled, please refer cancellation reasons for specific reasons",
        "CancellationReasons": reasons,
    });
    json(400, &body)
}

fn dynamodb(status: u16, kind: &str, message: &str) -> HttpResponse {
    let kind = dynamodb_kind(kind);
    json(status, &json!({ "__type": kind, "message": message }))
}

fn dynamodb_kind(kind: &str) -> String {
    format!("com.amazonaws.dynamodb.v20120810#{kind}")
}

fn s3(status: u16, code: &str, message: &str, operation: &str) -> HttpResponse {
    // The answer to a HEAD has no body, so its client sees the status alone.
    let body = if operation.starts_with("Head") {
        String::new()
    } else {
        format!(
            r#"<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code><Message>{message}</Message></Error>"#
        )
    };
    whole(status, "application/xml", body.into_bytes())
}

fn whole(status: u16, content_type: &'static str, body: Vec<u8>) -> HttpResponse {
    let length = body.len().to_string();
    let status = StatusCode::try_from(status).unwrap();
    let mut response = HttpResponse::new(status, SdkBody::from(body));
    let headers = response.headers_mut();
    headers.insert("content-type", content_type);
    headers.insert("content-length", length);
    headers.insert("x-amzn-requestid", "WIRE-TAP");
    response
}
