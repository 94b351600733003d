//! The HTTP client itself: takes a request of the SDK through all stations.

use std::sync::Arc;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use serde_json::{Map, Value, json};

use super::asked::Asked;
use super::faults::{Fault, Loss};
use super::tape::{Call, Right, Service};
use super::{Shared, answer, unprocessed};

/// The operations that can say what they consumed.
const METERED: [&str; 10] = [
    "BatchGetItem",
    "BatchWriteItem",
    "DeleteItem",
    "GetItem",
    "PutItem",
    "Query",
    "Scan",
    "TransactGetItems",
    "TransactWriteItems",
    "UpdateItem",
];

pub(super) fn client(shared: Arc<Shared>, function: &str) -> SharedHttpClient {
    let function = Arc::from(function);
    SharedHttpClient::new(TappedClient { shared, function })
}

#[derive(Debug)]
struct TappedClient {
    shared: Arc<Shared>,
    function: Arc<str>,
}

impl HttpClient for TappedClient {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(TappedConnector {
            shared: Arc::clone(&self.shared),
            function: Arc::clone(&self.function),
            plain: self.shared.plain.http_connector(settings, components),
        })
    }
}

#[derive(Clone, Debug)]
struct TappedConnector {
    shared: Arc<Shared>,
    function: Arc<str>,
    plain: SharedHttpConnector,
}

impl HttpConnector for TappedConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let connector = self.clone();
        HttpConnectorFuture::new(async move { connector.carry(request).await })
    }
}

/// What came of a call.
#[derive(Debug)]
struct Outcome {
    /// What the client gets.
    answer: Result<HttpResponse, ConnectorError>,
    units: f64,
    response_bytes: u64,
}

impl Outcome {
    fn of(answer: Result<HttpResponse, ConnectorError>) -> Self {
        let body = answer.as_ref().ok().map(HttpResponse::body);
        let response_bytes = body.and_then(SdkBody::content_length).unwrap_or(0);
        Self {
            answer,
            units: 0.0,
            response_bytes,
        }
    }

    fn status(&self) -> Option<u16> {
        let answer = self.answer.as_ref().ok()?;
        Some(answer.status().as_u16())
    }
}

impl TappedConnector {
    async fn carry(&self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let asked = Asked::read(&request);
        let seat = self.shared.rounds.join();
        let (ticket, call) = self.shared.tape.begin(asked.call(&self.function));
        let outcome = self.outcome(request, asked, &call).await;
        seat.answered().await;
        ticket.finish(outcome.units, outcome.response_bytes, outcome.status());
        outcome.answer
    }

    async fn outcome(&self, request: HttpRequest, mut asked: Asked, call: &Call) -> Outcome {
        if let Some(reason) = self.shared.indexes.refusal(&asked) {
            let rights: Vec<String> = call.rights.iter().map(Right::to_string).collect();
            let call = format!("{}: {}", call.function, rights.join(", "));
            self.shared.tape.violation(format!("{call}: {reason}"));
            return here(answer::validation(&reason)).await;
        }
        let Some(fault) = self.shared.faults.next(call, &asked) else {
            return self.serve(request, asked, Map::new()).await;
        };
        match fault {
            Fault::Throttle => {
                here(answer::throttle(
                    &asked,
                    "ProvisionedThroughputExceededException",
                ))
                .await
            }
            Fault::RequestLimit => here(answer::throttle(&asked, "ThrottlingException")).await,
            Fault::InternalError => here(answer::internal_error(&asked)).await,
            Fault::TransactionConflict => here(answer::transaction_conflict(&asked)).await,
            Fault::Unprocessed(keep) => {
                let rest = unprocessed::cut(&mut asked.body, keep);
                self.serve(request, asked, rest).await
            }
            Fault::LostAnswer(loss) => Outcome {
                answer: Err(lost(loss)),
                ..self.serve(request, asked, Map::new()).await
            },
        }
    }

    /// Has the call done. `rest` is what was cut out of its batch.
    async fn serve(&self, request: HttpRequest, asked: Asked, rest: Map<String, Value>) -> Outcome {
        match asked.service {
            Service::DynamoDb => self.serve_dynamodb(request, asked, rest).await,
            Service::S3 => Outcome::of(self.plain.call(request).await),
        }
    }

    async fn serve_dynamodb(
        &self,
        request: HttpRequest,
        mut asked: Asked,
        rest: Map<String, Value>,
    ) -> Outcome {
        let metered_by_us = METERED.contains(&&*asked.operation) && !asks_for_units(&asked.body);
        if metered_by_us {
            asked.body["ReturnConsumedCapacity"] = json!("TOTAL");
        }
        let stale = asked
            .index()
            .and_then(|_| self.shared.lag.answer(&asked.body));
        let (status, mut body) = match stale {
            Some(stale) => {
                tokio::task::yield_now().await;
                stale
            }
            None => match self.ask_emulator(request, &asked.body).await {
                Ok(answer) => answer,
                Err(error) => return Outcome::of(Err(error)),
            },
        };
        let units = units(&body["ConsumedCapacity"]);
        if let (true, Some(fields)) = (metered_by_us, body.as_object_mut()) {
            fields.remove("ConsumedCapacity");
        }
        if status == 200 && !rest.is_empty() {
            unprocessed::add_rest(&mut body, &asked.operation, rest);
        }
        Outcome {
            units,
            ..Outcome::of(Ok(answer::json(status, &body)))
        }
    }

    /// Sends the request with another body. The signature no longer holds then, which
    /// the emulator does not look at.
    async fn ask_emulator(
        &self,
        mut request: HttpRequest,
        body: &Value,
    ) -> Result<(u16, Value), ConnectorError> {
        let bytes = serde_json::to_vec(body).unwrap();
        let length = bytes.len().to_string();
        request.headers_mut().insert("content-length", length);
        *request.body_mut() = SdkBody::from(bytes);
        let response = self.plain.call(request).await?;
        let status = response.status().as_u16();
        let body = ByteStream::new(response.into_body()).collect().await;
        let body = body.map_err(|error| ConnectorError::io(error.into()))?;
        Ok((status, serde_json::from_slice(&body.into_bytes()).unwrap()))
    }
}

/// Answers without asking anybody. What runs beside the call still begins before it is
/// over, as it would if the answer came from afar.
async fn here(response: HttpResponse) -> Outcome {
    tokio::task::yield_now().await;
    Outcome::of(Ok(response))
}

fn lost(loss: Loss) -> ConnectorError {
    let source = "the wire tap loses this answer".into();
    match loss {
        Loss::Io => ConnectorError::io(source),
        Loss::Timeout => ConnectorError::timeout(source),
    }
}

fn asks_for_units(body: &Value) -> bool {
    let asked = body.get("ReturnConsumedCapacity");
    asked.is_some_and(|kind| kind != "NONE")
}

/// Sums up one report of consumed capacity, or the list of them that batches get.
fn units(consumed: &Value) -> f64 {
    match consumed.as_array() {
        Some(tables) => tables.iter().map(units).sum(),
        None => consumed["CapacityUnits"].as_f64().unwrap_or(0.0),
    }
}
