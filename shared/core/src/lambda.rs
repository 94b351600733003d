//! A function's life on Lambda: start, serve, and the conversion of its answers.

use axum::Router;
use axum::response::Response;
use http_body_util::BodyExt as _;
pub use lambda_http::Error;
use lambda_http::{Body, BoxFuture, Context, IntoResponse, LambdaEvent, Service};
use tower::ServiceExt;

use crate::aws;
use crate::blobs::Blobs;
use crate::config::Config;
use crate::http::app::{self, App, Clock};
use crate::store::Store;

/// Runs a function until Lambda ends it.
pub fn run(routes: Router<App>) -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let app = start()?;
        if let Err(error) = app.store.warm().await {
            tracing::warn!(%error, "the store did not answer at start");
        }
        lambda_http::run(service(app, routes)).await
    })
}

/// Runs a function that is called on a schedule, whatever the event says.
pub fn run_scheduled<W, F>(work: W) -> Result<(), Error>
where
    W: Fn(App) -> F,
    F: Future<Output = crate::error::Result<()>>,
{
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let app = start()?;
        let work = &work;
        let handler = lambda_http::service_fn(|_: LambdaEvent<serde::de::IgnoredAny>| {
            let app = app.clone();
            async move {
                work(app).await?;
                Ok::<(), Error>(())
            }
        });
        lambda_http::lambda_runtime::run(handler).await
    })
}

/// All of a start but the warming call: logging, configuration, clients.
pub fn start() -> Result<App, Error> {
    log_as_json();
    let config = Config::from_env()?;
    let http = aws::http_client(&config)?;
    let store = Store::new(aws::dynamodb(&config, http.clone()), config.tables.clone());
    let blobs = Blobs::new(aws::s3(&config, http), &config.bucket);
    Ok(App {
        config: config.into(),
        store,
        blobs,
        clock: Clock::System,
    })
}

/// The function as Lambda's runtime calls it.
pub fn service(
    app: App,
    routes: Router<App>,
) -> impl Service<
    lambda_http::Request,
    Response = Reply,
    Error = std::convert::Infallible,
    Future = impl Future<Output = Result<Reply, std::convert::Infallible>> + Send,
> + Clone
+ Send {
    let routes = app::service(app, routes);
    ServiceExt::<lambda_http::Request>::map_response(routes, Reply as fn(Response) -> Reply)
}

/// Hands one event to a function, exactly as [`run`] would, and gives its answer back.
///
/// # Errors
/// An event that is no HTTP event.
pub async fn invoke(
    app: App,
    routes: Router<App>,
    event: serde_json::Value,
) -> Result<serde_json::Value, serde_json::Error> {
    let event = serde_json::from_value(event)?;
    let context = Context::default();
    // In a statement of its own: the adapter cannot be held while the answer is awaited.
    let answer =
        lambda_http::Adapter::from(service(app, routes)).call(LambdaEvent::new(event, context));
    match answer.await {
        Ok(answer) => serde_json::to_value(answer),
        Err(never) => match never {},
    }
}

/// An answer on its way to the gateway. Text that is not UTF-8, such as a log cut in
/// the middle of a character, travels as bytes; `lambda_http` alone would replace it.
#[derive(Debug)]
pub struct Reply(Response);

impl IntoResponse for Reply {
    fn into_response(self) -> BoxFuture<'static, lambda_http::Response<Body>> {
        Box::pin(async move {
            let (parts, body) = self.0.into_parts();
            let body = match body.collect().await {
                Ok(body) => body.to_bytes(),
                Err(error) => {
                    tracing::error!(%error, "a body could not be read to its end");
                    return lambda_http::Response::builder()
                        .status(500)
                        .body(Body::Empty)
                        .unwrap_or_default();
                }
            };
            let body = match String::from_utf8(body.into()) {
                Ok(text) if text.is_empty() => Body::Empty,
                Ok(text) => Body::Text(text),
                Err(bytes) => Body::Binary(bytes.into_bytes()),
            };
            lambda_http::Response::from_parts(parts, body)
        })
    }
}

/// One JSON object a line, with the request's id.
fn log_as_json() {
    let filter = tracing_subscriber::EnvFilter::from_default_env();
    tracing_subscriber::fmt()
        .json()
        .with_env_filter(filter)
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .without_time()
        .with_target(false)
        .init();
}
