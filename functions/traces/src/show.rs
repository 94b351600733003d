//! Get a log file.

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, Method, StatusCode, header};
use switchyard::error::{Error, Result};
use switchyard::http::{Accepts, App, Endpoint, JobAccess, Reader};
use switchyard::policy::{self, Action, Verdict};
use switchyard::trace::Log;

use crate::range::Asked;

/// A function may answer with 6 MB, of which base64 leaves about 4.4 MB; more comes from S3.
const MAX_BYTES: u64 = 4_000_000;

pub(crate) struct ShowTrace;

impl Endpoint for ShowTrace {
    const ACCEPTS: Accepts = Accepts::SIGNED_IN;
    const ACTION: Action = Action::ReadBuild;
    const SHOWS_JOB: bool = false;

    fn read(_: &mut Reader<'_>) -> Self {
        Self
    }
}

/// Get a log file
///
/// Also while the job runs. `Range` gives a part, `If-None-Match` with the last `ETag`
/// nothing if nothing was added. More than 4 MB at once are redirected to storage. A
/// finished job without a log answers 404, one that may still run 200.
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}/jobs/{job_id}/trace",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("job_id" = u64, Path),
        ("Range" = Option<String>, Header), ("If-None-Match" = Option<String>, Header),
    ),
    responses(
        (status = 200, content_type = "text/plain", body = String),
        (status = 206, content_type = "text/plain", body = String, description = "the range that was asked for"),
        (status = 302, description = "the log is large: follow the redirect"),
        (status = 304, description = "nothing was added"),
        (status = 404, description = "no such job, or it has no log"),
        (status = 416, description = "the log is shorter"),
    ),
)]
pub(crate) async fn show(
    State(app): State<App>,
    method: Method,
    headers: HeaderMap,
    access: JobAccess<ShowTrace>,
) -> Result<Response> {
    let JobAccess {
        job,
        project: access,
    } = access;
    if job.debug {
        match policy::may(Action::ReadDebugTrace, &access.project, access.standing) {
            Verdict::Allowed => {}
            Verdict::Forbidden | Verdict::Hidden => return Err(Error::Forbidden(None)),
        }
    }
    let filename = format!("{}.log", job.build.id);
    let log = match Log::of(&job, &app.store).await? {
        Some(log) => log,
        None if job.build.status.is_final() => return Err(Error::NotFound),
        // It may still come: followers poll for it, with the tag of nothing.
        None => Log::empty(&job),
    };

    let etag = log.etag();
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if text(header::IF_NONE_MATCH).is_some_and(|tags| names(tags, &etag)) {
        return answer(
            StatusCode::NOT_MODIFIED,
            &filename,
            &etag,
            log.size,
            None,
            Body::empty(),
        );
    }
    // A range of what the log was when `If-Range` was noted is no range of what it is now.
    let range =
        text(header::RANGE).filter(|_| text(header::IF_RANGE).is_none_or(|tag| tag == etag));
    let (status, bytes) = match Asked::of(range, log.size) {
        Asked::Everything => (StatusCode::OK, 0..log.size),
        Asked::Bytes(bytes) => (StatusCode::PARTIAL_CONTENT, bytes),
        Asked::Nothing => return Err(Error::RangeNotSatisfiable { size: log.size }),
    };
    let content_range = (status == StatusCode::PARTIAL_CONTENT)
        .then(|| format!("bytes {}-{}/{}", bytes.start, bytes.end - 1, log.size));
    let length = bytes.end - bytes.start;
    if method == Method::HEAD {
        // An address that is signed for `GET` would refuse a `HEAD`.
        return answer(
            status,
            &filename,
            &etag,
            length,
            content_range,
            Body::empty(),
        );
    }
    if length > MAX_BYTES {
        let object = log.object(&app.store, &app.blobs).await?;
        return redirect(&app.blobs.presigned_get(&object, &filename).await?);
    }
    let bytes = log.read(bytes, &app.store, &app.blobs).await?;
    answer(
        status,
        &filename,
        &etag,
        length,
        content_range,
        Body::from(bytes),
    )
}

/// Whether an `If-None-Match` names the tag.
fn names(tags: &str, etag: &str) -> bool {
    tags.split(',')
        .map(str::trim)
        .any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag)
}

fn answer(
    status: StatusCode,
    filename: &str,
    etag: &str,
    length: u64,
    content_range: Option<String>,
    body: Body,
) -> Result<Response> {
    let mut response = Response::builder()
        .status(status)
        .header(header::ETAG, etag)
        .header(header::CACHE_CONTROL, "private, no-cache")
        .header(header::ACCEPT_RANGES, "bytes");
    if status != StatusCode::NOT_MODIFIED {
        response = response
            .header(header::CONTENT_TYPE, "text/plain")
            .header(
                header::CONTENT_DISPOSITION,
                format!("infile; filename=\"{filename}\""),
            )
            .header(header::CONTENT_LENGTH, length);
    }
    if let Some(range) = content_range {
        response = response.header(header::CONTENT_RANGE, range);
    }
    response
        .body(body)
        .map_err(|error| Error::Internal(error.to_string()))
}

fn redirect(location: &str) -> Result<Response> {
    Response::builder()
        .status(StatusCode::FOUND)
        .header(header::LOCATION, location)
        .header(header::CACHE_CONTROL, "private, no-store")
        .body(Body::empty())
        .map_err(|error| Error::Internal(error.to_string()))
}
