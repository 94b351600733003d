//! Every way in which a request can fail, free of HTTP. `http::error` alone knows
//! which status and which body each variant becomes.

use std::borrow::Cow;
use std::collections::BTreeMap;

/// Variants are named by meaning; each one's documentation gives its status.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// 401 `401 Unauthorized`: no credentials where they are needed, or unknown ones.
    #[error("no valid credentials")]
    Unauthorized,
    /// 401 `invalid_token`.
    #[error("the token was revoked")]
    TokenRevoked,
    /// 401 `invalid_token`.
    #[error("the token has expired")]
    TokenExpired,
    /// 401 `Job is not running`: a job's token, where that alone opens the door, and it is
    /// no token of a job that runs.
    #[error("no running job has this token")]
    JobNotRunning,
    /// 403 `insufficient_scope`, with the scopes that would do.
    #[error("the token's scopes are too narrow")]
    InsufficientScope { acceptable: String },
    /// 400 `{"error": …}`: parameters that cannot be read, all of them in one text.
    #[error("invalid parameters: {0}")]
    Validation(String),
    /// 400 `400 Bad request`, with the reason if there is one.
    #[error("bad request")]
    BadRequest(Option<Cow<'static, str>>),
    /// 400 `{"message": {field: [texts]}}`: values that can be read and may not be so.
    #[error("invalid: {0:?}")]
    Invalid(ModelErrors),
    /// 400 with a bare text.
    #[error("refused: {0}")]
    Refused(String),
    /// 409 with a bare text: it would clash with what is there.
    #[error("conflict: {0}")]
    Conflict(String),
    /// 409 `409 Conflict: Resource lock`: others changed it each time it was tried.
    #[error("others change it at the same time")]
    ResourceLock,
    /// 412: it was changed since the time that the request names.
    #[error("it was changed since then")]
    PreconditionFailed,
    /// 415: a body of a type that is not read.
    #[error("a body of type {0}")]
    UnsupportedMediaType(String),
    /// 422 with a bare text.
    #[error("unprocessable: {0}")]
    Unprocessable(String),
    /// 422 with several texts.
    #[error("unprocessable: {0:?}")]
    UnprocessableModel(Vec<String>),
    /// 403 `403 Forbidden`, with the reason if there is one.
    #[error("forbidden")]
    Forbidden(Option<String>),
    /// 404 `404 <what> Not Found`: what is missing and what is hidden look alike.
    #[error("{0} not found")]
    ResourceNotFound(Cow<'static, str>),
    /// 404 `404 Not found`: no such row in what the caller may see.
    #[error("not found")]
    RecordNotFound,
    /// 404 `404 Not Found`: the row is there, what was asked of it is not.
    #[error("nothing there")]
    NotFound,
    /// 301 to the same address with the project's number.
    #[error("the project has moved")]
    ProjectMoved { location: String },
    /// 405 on a write to a path that the project had once.
    #[error("the project has moved")]
    ProjectMovedNotGet,
    /// 405 `405 Method Not Allowed`: not with credentials of this kind.
    #[error("not with credentials of this kind")]
    MethodNotAllowed,
    /// 405: keyset paging in an order that has no key.
    #[error("keyset pagination is not available in this order")]
    KeysetUnavailable,
    /// 405: an offset so deep that keyset paging has to be used.
    #[error("the offset is too large")]
    OffsetTooLarge { rows_of: &'static str, limit: u64 },
    /// 416 with the true size.
    #[error("the range lies outside the content")]
    RangeNotSatisfiable { size: u64 },
    /// 503 with `Retry-After`: a store is throttled or gave only part of an answer.
    #[error("a store is busy: {0}")]
    Unavailable(String),
    /// 500. The text goes to the log, never to the caller.
    #[error("{0}")]
    Internal(String),
}

impl Error {
    pub fn not_found(what: impl Into<Cow<'static, str>>) -> Self {
        Self::ResourceNotFound(what.into())
    }

    pub fn bad_request(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::BadRequest(Some(reason.into()))
    }

    /// One field of a model with what is wrong about it.
    pub fn invalid(field: &str, text: impl Into<String>) -> Self {
        let mut errors = ModelErrors::default();
        errors.add(field, text);
        Self::Invalid(errors)
    }
}

/// What is wrong with a model: texts by field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModelErrors(pub BTreeMap<String, Vec<String>>);

impl ModelErrors {
    pub fn add(&mut self, field: &str, text: impl Into<String>) {
        self.0
            .entry(field.to_owned())
            .or_default()
            .push(text.into());
    }

    /// # Errors
    /// 400 if anything was added.
    pub fn finish(self) -> Result<()> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Error::Invalid(self))
        }
    }
}

pub type Result<T, E = Error> = std::result::Result<T, E>;
