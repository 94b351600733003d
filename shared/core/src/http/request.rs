//! What every handler knows of a request: when it came, and how to link back to it.

use std::time::Duration;

use axum::extract::{OriginalUri, Request};
use bytes::Bytes;
use http::request::Parts;
use http::{Method, header};
use lambda_http::request::RequestContext;

use super::app::App;
use super::params::{Params, is_json};
use super::views::Shown;
use crate::error::{Error, Result};
use crate::project::Project;
use crate::store::Rows;
use crate::time::Time;

/// What Lambda hands over at most.
const MAX_BODY: usize = 6 * 1024 * 1024;

/// One request, apart from who asks.
#[derive(Clone, Debug)]
pub struct RequestInfo {
    pub now: Time,
    /// Scheme, host and, where it belongs to the address, stage: without a slash at the end.
    pub base_url: String,
    /// The path as it was asked for, still encoded.
    pub path: String,
    pub params: Params,
    /// The body where it is JSON, in which numbers and texts are told apart. What it says
    /// is among the parameters too.
    pub json: Option<Bytes>,
    /// Names and values in the route, such as `id`, decoded.
    pub route_params: Vec<(String, String)>,
    /// The age from which jobs are archived.
    pub archive_after: Option<Duration>,
    /// `If-Unmodified-Since`; what is no time counts as absent.
    pub unmodified_since: Option<Time>,
}

impl RequestInfo {
    /// Reads a request, with the parameters in its body. That of a `GET` is left alone:
    /// clients send all kinds of types with none.
    ///
    /// # Errors
    /// 400 for a query string, a path or a body that cannot be read, 415 for a body of a
    /// type that is not known.
    pub async fn read(request: Request, app: &App) -> Result<(Parts, Self)> {
        let (parts, body) = request.into_parts();
        let body = match parts.method {
            Method::GET | Method::HEAD => Bytes::new(),
            _ => axum::body::to_bytes(body, MAX_BODY)
                .await
                .map_err(|_| Error::BadRequest(None))?,
        };
        let content_type = parts.headers.get(header::CONTENT_TYPE);
        let content_type = content_type.and_then(|value| value.to_str().ok());
        let json = is_json(content_type).then(|| body.clone());
        let body = Params::of_body(content_type, body).await?;
        let mut request = Self::of(&parts, app)?;
        request.json = json;
        request.params = request.params.overlaid(body);
        Ok((parts, request))
    }

    /// # Errors
    /// 412 if the request is only meant for what was not changed since an earlier time.
    pub fn demand_unmodified(&self, changed_at: Time) -> Result<()> {
        match self.unmodified_since {
            // The header knows no fractions.
            Some(since) if changed_at.seconds_since(since) >= 1.0 => Err(Error::PreconditionFailed),
            Some(_) | None => Ok(()),
        }
    }

    fn of(parts: &Parts, app: &App) -> Result<Self> {
        let uri = parts
            .extensions
            .get::<OriginalUri>()
            .map_or(&parts.uri, |uri| &uri.0);
        let names = parts
            .extensions
            .get::<axum::extract::MatchedPath>()
            .map(|route| route.as_str().to_owned())
            .unwrap_or_default();
        let names = names.split('/').filter_map(|segment| {
            segment
                .strip_prefix('{')
                .and_then(|name| name.strip_suffix('}'))
        });
        let route_params = names
            .map(|name| Ok((name.to_owned(), super::path::segment(parts, name)?)))
            .collect::<Result<_>>()?;
        Ok(Self {
            now: app.clock.now(),
            base_url: base_url(parts, app),
            path: uri.path().to_owned(),
            params: Params::parse(uri.query().unwrap_or_default())?,
            json: None,
            route_params,
            archive_after: app.config.archive_jobs_after,
            unmodified_since: unmodified_since(parts),
        })
    }

    /// What views of a project's jobs are made with.
    pub fn shown<'a>(&'a self, project: &'a Project, rows: &'a Rows) -> Shown<'a> {
        Shown {
            project,
            rows,
            base_url: &self.base_url,
            now: self.now,
            archive_after: self.archive_after,
        }
    }
}

fn unmodified_since(parts: &Parts) -> Option<Time> {
    let header = parts.headers.get(header::IF_UNMODIFIED_SINCE)?;
    let text = header.to_str().ok()?;
    Time::parse_http(text).or_else(|| Time::parse(text))
}

/// The configured address, or else the one that the client used.
fn base_url(parts: &Parts, app: &App) -> String {
    if let Some(url) = &app.config.external_url {
        return url.clone();
    }
    let text = |name: &str| {
        parts
            .headers
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let host = text(header::HOST.as_str()).unwrap_or("localhost");
    let scheme = text("x-forwarded-proto").unwrap_or("https");
    match stage(parts) {
        // The API's own address has the stage in its path, a custom domain has not.
        Some(stage) if host.contains(".execute-api.") => format!("{scheme}://{host}/{stage}"),
        Some(_) | None => format!("{scheme}://{host}"),
    }
}

fn stage(parts: &Parts) -> Option<&str> {
    match parts.extensions.get::<RequestContext>() {
        Some(RequestContext::ApiGatewayV1(context)) => context.stage.as_deref(),
        _ => None,
    }
}
