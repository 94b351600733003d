//! Who asks, as a value.

use switchyard::token::Secret;

/// The credentials of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    Nobody,
    /// By `PRIVATE-TOKEN`.
    Token(String),
    /// By `JOB-TOKEN`.
    JobToken(String),
}

impl Caller {
    pub fn token(secret: &Secret) -> Self {
        Self::Token(secret.reveal().to_owned())
    }

    pub fn job_token(secret: &Secret) -> Self {
        Self::JobToken(secret.reveal().to_owned())
    }

    pub fn headers(&self) -> Vec<(&str, &str)> {
        match self {
            Self::Nobody => Vec::new(),
            Self::Token(token) => vec![("private-token", token)],
            Self::JobToken(token) => vec![("job-token", token)],
        }
    }
}
