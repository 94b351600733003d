//! What all functions share: the state of a running function, and the layers
//! around its routes, added once, here.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::middleware::{self, Next};
use axum::response::Response;
use futures::FutureExt as _;
use http::{HeaderValue, Uri};
use lambda_http::request::RequestContext;
use tracing::Instrument as _;

use super::error;
use crate::blobs::Blobs;
use crate::config::Config;
use crate::store::Store;
use crate::time::Time;

/// A running function.
#[derive(Clone)]
pub struct App {
    pub config: Arc<Config>,
    pub store: Store,
    pub blobs: Blobs,
    pub clock: Clock,
}

/// Where time enters.
#[derive(Clone, Debug)]
pub enum Clock {
    System,
    /// Stands still at these microseconds until a test moves it.
    Frozen(Arc<AtomicI64>),
}

impl Clock {
    pub fn now(&self) -> Time {
        match self {
            Self::System => Time::now(),
            Self::Frozen(microseconds) => {
                Time::from_microseconds(microseconds.load(Ordering::Relaxed))
            }
        }
    }
}

/// A function's routes with what belongs around them: answers for unknown paths and
/// methods, a request id, one log line, and a 500 instead of a panic.
pub fn service(app: App, routes: Router<App>) -> Router {
    let routes = routes
        .fallback(error::no_route)
        .method_not_allowed_fallback(error::no_method)
        .layer(middleware::from_fn(observe))
        .with_state(app);
    without_last_slash(routes)
}

/// A slash at the end of a path does not matter, as in GitLab and at the gateway.
///
/// Layers of a router run after its routes were looked at, so this takes one around it.
fn without_last_slash(routes: Router) -> Router {
    Router::new()
        .fallback_service(routes)
        .layer(middleware::map_request(async |mut request: Request| {
            if let Some(uri) = trimmed(request.uri()) {
                *request.uri_mut() = uri;
            }
            request
        }))
}

/// The address without a slash at the end of its path, if there is one.
fn trimmed(uri: &Uri) -> Option<Uri> {
    let path = uri.path().strip_suffix('/')?;
    if path.is_empty() {
        return None;
    }
    let target = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(target.try_into().ok()?);
    Uri::from_parts(parts).ok()
}

async fn observe(request: Request, next: Next) -> Response {
    let id = request_id(&request);
    let method = request.method().clone();
    // The route, not the path: a query may hold a token, a path somebody's name.
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "-".to_owned(), |route| route.as_str().to_owned());
    let span = tracing::info_span!("request", request_id = %id, %method, %route);
    async move {
        let answer = std::panic::AssertUnwindSafe(next.run(request))
            .catch_unwind()
            .await;
        let mut response = answer.unwrap_or_else(|panic| error::panicked(&*panic));
        tracing::info!(status = response.status().as_u16(), "answered");
        if let Ok(value) = HeaderValue::from_str(&id) {
            response.headers_mut().insert("x-request-id", value);
        }
        response
    }
    .instrument(span)
    .await
}

/// The gateway's id, which stands in its own logs too; else the function's.
fn request_id(request: &Request) -> String {
    if let Some(RequestContext::ApiGatewayV1(context)) = request.extensions().get()
        && let Some(id) = &context.request_id
    {
        return id.clone();
    }
    match request.extensions().get::<lambda_http::Context>() {
        Some(context) => context.request_id.clone(),
        None => hex::encode(rand::random::<[u8; 16]>()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slash_at_the_end_is_trimmed_from_the_path_alone() {
        for (asked, meant) in [
            ("/projects/1/jobs/", Some("/projects/1/jobs")),
            ("/projects/a%2Fb%2F/?x=/", Some("/projects/a%2Fb%2F?x=/")),
            ("https://host/job/", Some("https://host/job")),
            ("/job//", Some("/job/")),
            ("/job", None),
            ("/job?x=/", None),
            ("/", None),
            ("/?x", None),
        ] {
            let uri = Uri::from_static(asked);
            let meant = meant.map(Uri::from_static);
            assert_eq!(trimmed(&uri), meant, "{asked}");
        }
    }
}
