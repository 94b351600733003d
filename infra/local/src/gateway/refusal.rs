//! What the gateway itself answers, in the form that the template gives it.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use serde_json::json;

use crate::template::GatewayResponse;

const JSON: &str = "application/json";

/// A case in which the gateway answers instead of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refusal {
    /// API Gateway's name of the case.
    kind: &'static str,
    /// The status, unless the template has another.
    status: StatusCode,
    message: &'static str,
}

impl Refusal {
    pub(super) const REQUEST_TOO_LARGE: Self = Self::new(
        "REQUEST_TOO_LARGE",
        StatusCode::PAYLOAD_TOO_LARGE,
        "Request Too Long",
    );
    /// No resource, or not with this method: API Gateway says it this way.
    pub(super) const NOT_FOUND: Self = Self::new(
        "MISSING_AUTHENTICATION_TOKEN",
        StatusCode::FORBIDDEN,
        "Missing Authentication Token",
    );
    /// A host that is not the API's; on AWS the edge answers this.
    pub(super) const FORBIDDEN: Self = Self::new("DEFAULT_4XX", StatusCode::FORBIDDEN, "Forbidden");
    pub(super) const BAD_REQUEST: Self =
        Self::new("DEFAULT_4XX", StatusCode::BAD_REQUEST, "Bad Request");
    pub(super) const FUNCTION_FAILED: Self = Self::new(
        "DEFAULT_5XX",
        StatusCode::BAD_GATEWAY,
        "Internal server error",
    );
    pub(super) const UNREACHABLE: Self = Self::new(
        "INTEGRATION_FAILURE",
        StatusCode::BAD_GATEWAY,
        "Internal server error",
    );
    pub(super) const TIMEOUT: Self = Self::new(
        "INTEGRATION_TIMEOUT",
        StatusCode::GATEWAY_TIMEOUT,
        "Endpoint request timed out",
    );
    pub(super) const BODY_NOT_BASE64: Self = Self::new(
        "API_CONFIGURATION_ERROR",
        StatusCode::INTERNAL_SERVER_ERROR,
        "Internal server error",
    );

    const fn new(kind: &'static str, status: StatusCode, message: &'static str) -> Self {
        Self {
            kind,
            status,
            message,
        }
    }

    /// The answer: as the template gives it for the case, else for its class, else
    /// as API Gateway does by itself.
    pub(super) fn response(
        self,
        responses: &BTreeMap<String, GatewayResponse>,
        request_id: &str,
    ) -> Response<Bytes> {
        let class = if self.status.is_server_error() {
            "DEFAULT_5XX"
        } else {
            "DEFAULT_4XX"
        };
        let configured = responses.get(self.kind).or_else(|| responses.get(class));
        let template = configured
            .and_then(|response| response.templates.get(JSON))
            .map_or(
                r#"{"message":$context.error.messageString}"#,
                String::as_str,
            );

        let mut response = Response::new(Bytes::from(self.fill(template, request_id)));
        *response.status_mut() = configured
            .and_then(|response| StatusCode::from_u16(response.status?).ok())
            .unwrap_or(self.status);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(JSON));
        for (name, expression) in configured.iter().flat_map(|response| &response.headers) {
            let value = match expression
                .strip_prefix('\'')
                .and_then(|text| text.strip_suffix('\''))
            {
                Some(text) => text.to_owned(),
                None => self.fill(&format!("${expression}"), request_id),
            };
            if let (Ok(name), Ok(value)) =
                (HeaderName::try_from(name), HeaderValue::try_from(value))
            {
                headers.insert(name, value);
            }
        }
        response
    }

    /// The template with its variables filled in.
    fn fill(self, template: &str, request_id: &str) -> String {
        template
            .replace(
                "$context.error.messageString",
                &json!(self.message).to_string(),
            )
            .replace("$context.error.message", self.message)
            .replace("$context.error.responseType", self.kind)
            .replace("$context.requestId", request_id)
    }
}
