//! API Gateway's part of the REST API, pure over bytes: HTTP request → route of the
//! template → proxy event (format 1.0) → function → HTTP response, with the limits
//! and the gateway responses that API Gateway has.
//!
//! Where AWS documents nothing, the stricter reading is taken: what passes here
//! should pass there. Not emulated: throttling, request validators, mapping
//! templates, caching, CORS.

mod answer;
mod event;
mod refusal;
mod routes;

use std::{collections::BTreeMap, net::IpAddr, time::Duration};

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, header, request};

use crate::{
    Error,
    invoke::{InvokeError, Invoker},
    template::{GatewayResponse, Template},
};
use refusal::Refusal;
use routes::Resource;

/// The most bytes of a request's body.
pub const MAX_BODY: usize = 10 * 1024 * 1024;
/// The most bytes of a request's line and headers.
pub const MAX_HEAD: usize = 10_240;
/// How long a function may take.
pub const TIMEOUT: Duration = Duration::from_secs(29);

const METHODS: [Method; 7] = [
    Method::GET,
    Method::PUT,
    Method::POST,
    Method::DELETE,
    Method::OPTIONS,
    Method::HEAD,
    Method::PATCH,
];

/// The client's address, an extension of a request; without it 127.0.0.1 is taken.
#[derive(Debug, Clone, Copy)]
pub struct ClientAddress(pub IpAddr);

/// The REST API of a template in front of its functions.
pub struct Gateway {
    root: Resource,
    responses: BTreeMap<String, GatewayResponse>,
    invoker: Invoker,
    stage: String,
    timeout: Duration,
}

impl Gateway {
    /// A gateway with the template's routes and responses. The stage is `local`.
    pub fn new(template: &Template, invoker: Invoker) -> Result<Self, Error> {
        Ok(Self {
            root: Resource::root(&template.routes)?,
            responses: template.gateway_responses.clone(),
            invoker,
            stage: "local".to_owned(),
            timeout: TIMEOUT,
        })
    }

    /// Replaces the stage's name. `lambda_http` puts the stage before the path unless
    /// `AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH` is set or the stage is `$default`.
    #[must_use]
    pub fn with_stage(mut self, stage: &str) -> Self {
        stage.clone_into(&mut self.stage);
        self
    }

    /// Replaces the time that a function may take.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The functions behind the gateway.
    pub fn invoker(&self) -> &Invoker {
        &self.invoker
    }

    /// Answers a request. Never fails: what goes wrong is an answer too.
    pub async fn handle(&self, request: Request<Bytes>) -> Response<Bytes> {
        let (parts, body) = request.into_parts();
        let request_id = event::request_id();
        let answer = self.answer(&parts, &body, &request_id).await;
        let mut response = self.finish(answer, request_id);
        if parts.method == Method::HEAD {
            // A function sends no body either, so its length is not known here.
            if response.body().is_empty() {
                response.headers_mut().remove(header::CONTENT_LENGTH);
            }
            response.body_mut().clear();
        }
        response
    }

    /// The answer to a request whose body is known to be over the limit, for a
    /// server that does not read it.
    pub fn refuse_body(&self) -> Response<Bytes> {
        self.finish(Err(Refusal::REQUEST_TOO_LARGE), event::request_id())
    }

    fn finish(
        &self,
        answer: Result<Response<Bytes>, Refusal>,
        request_id: String,
    ) -> Response<Bytes> {
        let mut response =
            answer.unwrap_or_else(|refusal| refusal.response(&self.responses, &request_id));
        if let Ok(id) = HeaderValue::try_from(request_id) {
            response.headers_mut().insert("x-amzn-requestid", id);
        }
        response
    }

    async fn answer(
        &self,
        parts: &request::Parts,
        body: &Bytes,
        request_id: &str,
    ) -> Result<Response<Bytes>, Refusal> {
        if head_size(parts) > MAX_HEAD || body.len() > MAX_BODY {
            return Err(Refusal::REQUEST_TOO_LARGE);
        }
        if !event::host_is_valid(&parts.headers) {
            return Err(Refusal::FORBIDDEN);
        }
        if !event::target_is_valid(&parts.uri) {
            return Err(Refusal::BAD_REQUEST);
        }
        let (resource, variables) = self
            .root
            .find(parts.uri.path())
            .filter(|_| METHODS.contains(&parts.method))
            .ok_or(Refusal::NOT_FOUND)?;
        let function = resource
            .function(parts.method.as_str())
            .ok_or(Refusal::NOT_FOUND)?;
        let event = event::Event {
            parts,
            body,
            request_id,
            stage: &self.stage,
            resource: &resource.path,
            variables: &variables,
        };
        let invocation = self.invoker.invoke(function, event.to_json());
        let answer = tokio::time::timeout(self.timeout, invocation).await;
        let refusal = match answer {
            Ok(Ok(answer)) => match answer::response(answer) {
                Ok(response) => return Ok(response),
                Err(problem) => {
                    eprintln!("gateway: {function}: malformed answer: {problem}");
                    problem.refusal()
                }
            },
            Ok(Err(error)) => {
                eprintln!("gateway: {function}: {error}");
                match error {
                    InvokeError::EventTooLarge(_) => Refusal::REQUEST_TOO_LARGE,
                    InvokeError::Function(_) => Refusal::FUNCTION_FAILED,
                    InvokeError::Unreachable(_) => Refusal::UNREACHABLE,
                }
            }
            Err(_) => {
                eprintln!("gateway: {function}: no answer after {:?}", self.timeout);
                Refusal::TIMEOUT
            }
        };
        Err(refusal)
    }
}

/// The bytes of the request line and the header lines.
fn head_size(parts: &request::Parts) -> usize {
    let target = parts
        .uri
        .path_and_query()
        .map_or(1, |target| target.as_str().len());
    let line = parts.method.as_str().len() + target + " HTTP/1.1".len() + 3;
    let headers = parts.headers.iter();
    line + headers
        .map(|(name, value)| name.as_str().len() + value.len() + 4)
        .sum::<usize>()
}

#[cfg(test)]
mod tests;
