//! An HTTP client for the SDK that writes down the requests to DynamoDB.

use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use serde_json::Value;

/// What was asked, in the order in which it was sent.
#[derive(Clone, Debug)]
pub struct Recorder {
    plain: SharedHttpClient,
    asked: Arc<Mutex<Vec<Asked>>>,
}

/// A request: `BatchGetItem` and its body.
#[derive(Clone, Debug)]
pub struct Asked {
    pub operation: String,
    pub body: Value,
}

impl Recorder {
    pub fn new(plain: SharedHttpClient) -> Self {
        Self {
            plain,
            asked: Arc::default(),
        }
    }

    pub fn client(&self) -> SharedHttpClient {
        SharedHttpClient::new(self.clone())
    }

    /// The requests since the last time.
    pub fn take(&self) -> Vec<Asked> {
        std::mem::take(&mut self.asked.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl HttpClient for Recorder {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Connector {
            plain: self.plain.http_connector(settings, components),
            asked: Arc::clone(&self.asked),
        })
    }
}

#[derive(Debug)]
struct Connector {
    plain: SharedHttpConnector,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let operation = request
            .headers()
            .get("x-amz-target")
            .and_then(|target| target.rsplit('.').next());
        if let Some(operation) = operation {
            let body = request.body().bytes().unwrap_or_default();
            let asked = Asked {
                operation: operation.to_owned(),
                body: serde_json::from_slice(body).unwrap_or_default(),
            };
            let mut all = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
            all.push(asked);
        }
        self.plain.call(request)
    }
}
