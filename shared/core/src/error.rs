//! Every way in which a request can fail, free of HTTP. `http::error` alone knows
//! which status and which body each variant becomes.

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
    /// 403 `insufficient_scope`, with the scopes that would do.
    #[error("the token's scopes are too narrow")]
    InsufficientScope { acceptable: String },
    /// 400 `{"error": …}`: parameters that cannot be read, all of them in one text.
    #[error("invalid parameters: {0}")]
    Validation(String),
    /// 400 `400 Bad request`, with the reason if there is one.
    #[error("bad request")]
    BadRequest(Option<&'static str>),
    /// 403 `403 Forbidden`, with the reason if there is one.
    #[error("forbidden")]
    Forbidden(Option<String>),
    /// 404 `404 <what> Not Found`: what is missing and what is hidden look alike.
    #[error("{0} not found")]
    ResourceNotFound(&'static str),
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

pub type Result<T, E = Error> = std::result::Result<T, E>;
