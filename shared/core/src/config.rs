//! Configuration: the only file that names environment variables.

use std::env;
use std::time::Duration;

use crate::store::Tables;

/// All that a function reads from its environment, once, at cold start.
#[derive(Clone, Debug)]
pub struct Config {
    /// Without a trailing slash. When none is configured, links are built from the request.
    pub external_url: Option<String>,
    pub bucket: String,
    pub tables: Tables,
    pub region: String,
    pub credentials: Credentials,
    /// Only on a developer's machine: where the embedded stores listen.
    pub dynamodb_endpoint: Option<String>,
    pub s3_endpoint: Option<String>,
    /// Jobs older than this are not retried, played, cancelled or erased any more.
    pub archive_jobs_after: Option<Duration>,
}

/// Credentials of the function's role; a running function keeps those it started with.
#[derive(Clone)]
pub struct Credentials {
    pub access_key_id: String,
    pub secret_access_key: String,
    pub session_token: Option<String>,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Credentials(…)")
    }
}

/// A variable that the template should have set, or has set wrong.
#[derive(Debug, thiserror::Error)]
pub enum MissingVariable {
    #[error("the environment variable {0} is not set")]
    Missing(&'static str),
    #[error("the environment variable {0} is no number of days")]
    NoDays(&'static str),
}

impl Config {
    /// Reads `EXTERNAL_URL`, `BUCKET`, `ARCHIVE_JOBS_AFTER_DAYS`, one `…_TABLE` for each table, and what Lambda sets itself.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the environment"
    )]
    pub fn from_env() -> Result<Self, MissingVariable> {
        Self::from_variables(|name| env::var(name).ok())
    }

    /// The same from any source of variables; an empty one counts as not set.
    pub fn from_variables(
        variable: impl Fn(&'static str) -> Option<String>,
    ) -> Result<Self, MissingVariable> {
        let optional = |name| variable(name).filter(|value| !value.is_empty());
        let required = |name| optional(name).ok_or(MissingVariable::Missing(name));
        let days = |name| match optional(name).map(|text| text.parse()) {
            None | Some(Ok(0_u64)) => Ok(None),
            Some(Ok(days)) => Ok(Some(Duration::from_secs(days * 86_400))),
            Some(Err(_)) => Err(MissingVariable::NoDays(name)),
        };

        Ok(Self {
            external_url: optional("EXTERNAL_URL").map(|url| url.trim_end_matches('/').to_owned()),
            bucket: required("BUCKET")?,
            tables: Tables::named(|table| required(table.variable()))?,
            region: required("AWS_REGION")?,
            credentials: Credentials {
                access_key_id: required("AWS_ACCESS_KEY_ID")?,
                secret_access_key: required("AWS_SECRET_ACCESS_KEY")?,
                session_token: optional("AWS_SESSION_TOKEN"),
            },
            dynamodb_endpoint: optional("AWS_ENDPOINT_URL_DYNAMODB"),
            s3_endpoint: optional("AWS_ENDPOINT_URL_S3"),
            archive_jobs_after: days("ARCHIVE_JOBS_AFTER_DAYS")?,
        })
    }

    /// Where no request has come in, as for the sweeper, links begin with this; empty when
    /// none is configured.
    pub fn known_url(&self) -> &str {
        self.external_url.as_deref().unwrap_or_default()
    }
}
