//! From each error to GitLab's status, body and headers: the only place that knows them.
//!
//! Failures of parameters and tokens use the key `error`, all others `message`.

use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use super::reply::Json;
use crate::error::Error;

/// Seconds after which a client may come again.
const RETRY_AFTER: &str = "5";

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        match &self {
            Self::Unavailable(_) => tracing::warn!(error = %self, "a store is busy"),
            Self::Internal(_) => tracing::error!(error = %self, "the request failed"),
            Self::Unauthorized
            | Self::TokenRevoked
            | Self::TokenExpired
            | Self::JobNotRunning
            | Self::InsufficientScope { .. }
            | Self::Validation(_)
            | Self::BadRequest(_)
            | Self::Invalid(_)
            | Self::Refused(_)
            | Self::Conflict(_)
            | Self::ResourceLock
            | Self::PreconditionFailed
            | Self::UnsupportedMediaType(_)
            | Self::Unprocessable(_)
            | Self::UnprocessableModel(_)
            | Self::Forbidden(_)
            | Self::ResourceNotFound(_)
            | Self::RecordNotFound
            | Self::NotFound
            | Self::ProjectMoved { .. }
            | Self::ProjectMovedNotGet
            | Self::MethodNotAllowed
            | Self::KeysetUnavailable
            | Self::OffsetTooLarge { .. }
            | Self::RangeNotSatisfiable { .. } => {}
        }
        let (status, body) = answer(&self);
        let mut response = (status, Json(body)).into_response();
        if let Some((name, value)) = extra_header(&self) {
            response.headers_mut().insert(name, value);
        }
        response
    }
}

fn answer(error: &Error) -> (StatusCode, Value) {
    let message = |text: &str| json!({ "message": text });
    let with_reason = |text: &str, reason: Option<&str>| match reason {
        Some(reason) => json!({ "message": format!("{text} - {reason}") }),
        None => json!({ "message": text }),
    };
    match error {
        Error::Unauthorized => (StatusCode::UNAUTHORIZED, message("401 Unauthorized")),
        Error::TokenRevoked => {
            invalid_token("Token was revoked. You have to re-authorize from the user.")
        }
        Error::TokenExpired => {
            invalid_token("Token is expired. You can either do re-authorization or token refresh.")
        }
        Error::JobNotRunning => (StatusCode::UNAUTHORIZED, message("Job is not running")),
        Error::InsufficientScope { acceptable } => (
            StatusCode::FORBIDDEN,
            json!({
                "error": "insufficient_scope",
                "error_description":
                    "The request requires higher privileges than provided by the access token.",
                "scope": acceptable,
            }),
        ),
        Error::Validation(text) => (StatusCode::BAD_REQUEST, json!({ "error": text })),
        Error::BadRequest(reason) => (
            StatusCode::BAD_REQUEST,
            with_reason("400 Bad request", reason.as_deref()),
        ),
        Error::Invalid(errors) => (StatusCode::BAD_REQUEST, json!({ "message": errors.0 })),
        Error::Refused(text) => (StatusCode::BAD_REQUEST, message(text)),
        Error::Conflict(text) => (StatusCode::CONFLICT, message(text)),
        Error::ResourceLock => (StatusCode::CONFLICT, message("409 Conflict: Resource lock")),
        Error::PreconditionFailed => (
            StatusCode::PRECONDITION_FAILED,
            message("412 Precondition Failed"),
        ),
        Error::UnsupportedMediaType(content_type) => (
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            json!({ "error": format!(
                "The provided content-type '{content_type}' is not supported."
            ) }),
        ),
        Error::Unprocessable(text) => (StatusCode::UNPROCESSABLE_ENTITY, message(text)),
        Error::UnprocessableModel(texts) => (
            StatusCode::UNPROCESSABLE_ENTITY,
            json!({ "message": texts }),
        ),
        Error::Forbidden(reason) => (
            StatusCode::FORBIDDEN,
            with_reason("403 Forbidden", reason.as_deref()),
        ),
        Error::ResourceNotFound(what) => (
            StatusCode::NOT_FOUND,
            message(&format!("404 {what} Not Found")),
        ),
        Error::RecordNotFound => (StatusCode::NOT_FOUND, message("404 Not found")),
        Error::NotFound => (StatusCode::NOT_FOUND, message("404 Not Found")),
        Error::ProjectMoved { .. } => (
            StatusCode::MOVED_PERMANENTLY,
            message("This resource has been moved permanently"),
        ),
        Error::ProjectMovedNotGet => (
            StatusCode::METHOD_NOT_ALLOWED,
            message("Non GET methods are not allowed for moved projects"),
        ),
        Error::MethodNotAllowed => (
            StatusCode::METHOD_NOT_ALLOWED,
            message("405 Method Not Allowed"),
        ),
        Error::KeysetUnavailable => (
            StatusCode::METHOD_NOT_ALLOWED,
            json!({ "error": "Keyset pagination is not yet available for this type of request" }),
        ),
        Error::OffsetTooLarge { rows_of, limit } => (
            StatusCode::METHOD_NOT_ALLOWED,
            json!({ "error": format!(
                "Offset pagination has a maximum allowed offset of {limit} for requests that return \
                 objects of type {rows_of}. Remaining records can be retrieved using keyset pagination."
            ) }),
        ),
        Error::RangeNotSatisfiable { .. } => (
            StatusCode::RANGE_NOT_SATISFIABLE,
            message("416 Range Not Satisfiable"),
        ),
        Error::Unavailable(_) => (
            StatusCode::SERVICE_UNAVAILABLE,
            message("503 Service Unavailable"),
        ),
        Error::Internal(_) => (
            StatusCode::INTERNAL_SERVER_ERROR,
            message("500 Internal Server Error"),
        ),
    }
}

fn invalid_token(description: &str) -> (StatusCode, Value) {
    let body = json!({ "error": "invalid_token", "error_description": description });
    (StatusCode::UNAUTHORIZED, body)
}

fn extra_header(error: &Error) -> Option<(HeaderName, HeaderValue)> {
    match error {
        Error::Unavailable(_) => Some((header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER))),
        Error::ProjectMoved { location } => {
            Some((header::LOCATION, HeaderValue::from_str(location).ok()?))
        }
        Error::RangeNotSatisfiable { size } => Some((
            header::CONTENT_RANGE,
            HeaderValue::from_str(&format!("bytes */{size}")).ok()?,
        )),
        Error::Unauthorized
        | Error::TokenRevoked
        | Error::TokenExpired
        | Error::JobNotRunning
        | Error::InsufficientScope { .. }
        | Error::Validation(_)
        | Error::BadRequest(_)
        | Error::Invalid(_)
        | Error::Refused(_)
        | Error::Conflict(_)
        | Error::ResourceLock
        | Error::PreconditionFailed
        | Error::UnsupportedMediaType(_)
        | Error::Unprocessable(_)
        | Error::UnprocessableModel(_)
        | Error::Forbidden(_)
        | Error::ResourceNotFound(_)
        | Error::RecordNotFound
        | Error::NotFound
        | Error::ProjectMovedNotGet
        | Error::MethodNotAllowed
        | Error::KeysetUnavailable
        | Error::OffsetTooLarge { .. }
        | Error::Internal(_) => None,
    }
}

/// No route has this path.
pub async fn no_route() -> Response {
    (
        StatusCode::NOT_FOUND,
        Json(json!({ "error": "404 Not Found" })),
    )
        .into_response()
}

/// The path is known, the method is not. The router adds `Allow`.
pub async fn no_method() -> Response {
    (
        StatusCode::METHOD_NOT_ALLOWED,
        Json(json!({ "error": "405 Not Allowed" })),
    )
        .into_response()
}

/// A handler panicked. The text goes to the log with the request's id.
pub fn panicked(panic: &(dyn std::any::Any + Send)) -> Response {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned());
    Error::Internal(format!("panic: {}", text.unwrap_or_default())).into_response()
}
