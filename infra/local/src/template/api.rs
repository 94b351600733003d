//! The REST API: its routes, and what the gateway itself answers.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{TemplateError, entries, text};

/// A resource of the REST API and the function behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The resource, e.g. `/api/v4/projects/{id}/jobs` or `/{proxy+}`.
    pub path: String,
    /// An HTTP method, or `ANY`.
    pub method: String,
    /// The function's name, e.g. `jobs`.
    pub function: String,
}

/// What the gateway itself answers in one kind of case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayResponse {
    /// The status, unless it is the case's own.
    pub status: Option<u16>,
    /// Header names and value expressions: `'text'` or `context.requestId`.
    pub headers: BTreeMap<String, String>,
    /// Body templates by content type.
    pub templates: BTreeMap<String, String>,
}

const METHODS: [&str; 7] = ["get", "put", "post", "delete", "options", "head", "patch"];
const ANY: &str = "x-amazon-apigateway-any-method";

/// Reads the routes from the API's resolved properties.
pub(super) fn routes(logical_id: &str, properties: &Value) -> Result<Vec<Route>, TemplateError> {
    let mut routes = Vec::new();
    for (path, item) in entries(&properties["DefinitionBody"]["paths"]) {
        for (method, operation) in entries(item) {
            let method = match method {
                ANY => "ANY".to_owned(),
                method if METHODS.contains(&method) => method.to_ascii_uppercase(),
                _ => continue,
            };
            let place = format!("{logical_id}: {method} {path}");
            let integration = &operation["x-amazon-apigateway-integration"];
            if integration["type"]
                .as_str()
                .is_none_or(|kind| !kind.eq_ignore_ascii_case("aws_proxy"))
            {
                return Err(TemplateError::shape(place, "not an aws_proxy integration"));
            }
            let function = integration["uri"]
                .as_str()
                .and_then(|uri| uri.split_once(":function:"))
                .and_then(|(_, rest)| rest.split(['/', ':']).next())
                .ok_or_else(|| TemplateError::shape(place, "no function in the integration"))?;
            routes.push(Route {
                path: path.to_owned(),
                method,
                function: function.to_owned(),
            });
        }
    }
    Ok(routes)
}

/// Reads the gateway responses, in OpenAPI's form or in SAM's.
pub(super) fn gateway_responses(properties: &Value) -> BTreeMap<String, GatewayResponse> {
    let open_api = &properties["DefinitionBody"]["x-amazon-apigateway-gateway-responses"];
    let mut responses = BTreeMap::new();
    for (kind, response) in entries(open_api) {
        let headers = entries(&response["responseParameters"]).filter_map(|(name, value)| {
            let name = name.strip_prefix("gatewayresponse.header.")?;
            Some((name.to_owned(), text(value)?))
        });
        responses.insert(
            kind.to_owned(),
            GatewayResponse {
                status: status(&response["statusCode"]),
                headers: headers.collect(),
                templates: texts(&response["responseTemplates"]),
            },
        );
    }
    for (kind, response) in entries(&properties["GatewayResponses"]) {
        responses.insert(
            kind.to_owned(),
            GatewayResponse {
                status: status(&response["StatusCode"]),
                headers: texts(&response["ResponseParameters"]["Headers"]),
                templates: texts(&response["ResponseTemplates"]),
            },
        );
    }
    responses
}

fn status(value: &Value) -> Option<u16> {
    text(value)?.parse().ok()
}

fn texts(value: &Value) -> BTreeMap<String, String> {
    entries(value)
        .filter_map(|(key, value)| Some((key.to_owned(), text(value)?)))
        .collect()
}
