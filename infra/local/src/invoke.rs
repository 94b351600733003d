//! Calls a function with an event: through the Lambda Invoke API of
//! `cargo lambda watch`, or in this process, as tests do.

use bytes::Bytes;
use futures::future::BoxFuture;
use http::{Request, header};
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::Value;

use crate::Error;

/// The most bytes of an event, and of an answer, that Lambda takes.
const MAX_PAYLOAD: usize = 6 * 1024 * 1024;

/// A function of this process, given its name and the event.
pub type Handler =
    Box<dyn Fn(&str, Value) -> BoxFuture<'static, Result<Value, InvokeError>> + Send + Sync>;

/// Where the functions are.
pub enum Invoker {
    /// Behind the Invoke API of `cargo lambda watch`.
    Watch {
        /// The API's address, e.g. `http://127.0.0.1:9000`.
        endpoint: String,
        /// The client that calls it.
        client: Box<Client<HttpConnector, Full<Bytes>>>,
    },
    /// In this process.
    InProcess(Handler),
}

/// Why a function gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum InvokeError {
    /// Lambda refuses the event for its size.
    #[error("the event has {0} bytes, Lambda takes {MAX_PAYLOAD}")]
    EventTooLarge(usize),
    /// The function failed: it returned an error, panicked, ended, or its answer is
    /// too large. What it said.
    #[error("the function failed: {0}")]
    Function(String),
    /// The function could not be reached.
    #[error("cannot reach the function: {0}")]
    Unreachable(#[source] Error),
}

impl Invoker {
    /// Calls functions through `cargo lambda watch` at this address.
    pub fn watch(endpoint: impl Into<String>) -> Self {
        Self::Watch {
            endpoint: endpoint.into(),
            client: Box::new(Client::builder(TokioExecutor::new()).build_http()),
        }
    }

    /// Calls functions in this process.
    pub fn in_process<F>(handler: F) -> Self
    where
        F: Fn(&str, Value) -> BoxFuture<'static, Result<Value, InvokeError>>
            + Send
            + Sync
            + 'static,
    {
        Self::InProcess(Box::new(handler))
    }

    /// Calls a function and gives back what it returned.
    pub async fn invoke(&self, function: &str, event: Value) -> Result<Value, InvokeError> {
        let payload = event.to_string();
        if payload.len() > MAX_PAYLOAD {
            return Err(InvokeError::EventTooLarge(payload.len()));
        }
        let answer = match self {
            Self::Watch { endpoint, client } => {
                let uri = format!("{endpoint}/2015-03-31/functions/{function}/invocations");
                post(client, &uri, payload)
                    .await
                    .map_err(InvokeError::Unreachable)?
            }
            Self::InProcess(handler) => {
                let answer = handler(function, event).await?;
                Bytes::from(answer.to_string())
            }
        };
        if answer.len() > MAX_PAYLOAD {
            return Err(InvokeError::Function(format!(
                "its answer has {} bytes, Lambda takes {MAX_PAYLOAD}",
                answer.len()
            )));
        }
        let unreadable = |_| InvokeError::Function(String::from_utf8_lossy(&answer).into_owned());
        let answer: Value = serde_json::from_slice(&answer).map_err(unreadable)?;
        match answer.get("errorMessage") {
            Some(message) => Err(InvokeError::Function(message.to_string())),
            None => Ok(answer),
        }
    }
}

async fn post(
    client: &Client<HttpConnector, Full<Bytes>>,
    uri: &str,
    payload: String,
) -> Result<Bytes, Error> {
    let request = Request::post(uri)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Full::from(payload))?;
    let response = client.request(request).await?;
    Ok(response.into_body().collect().await?.to_bytes())
}
