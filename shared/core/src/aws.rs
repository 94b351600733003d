//! The AWS clients, built by hand from the configuration: no provider chain to
//! walk at cold start, few retries, root certificates compiled in.

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region};
use aws_sdk_s3::config::{RequestChecksumCalculation, ResponseChecksumValidation};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use crate::config::Config;

/// Amazon's roots, which all of its endpoints chain to: reading the system's some
/// 140 certificates would cost more than the rest of the start.
const AMAZON_ROOTS: &[u8] = include_bytes!("amazon_roots.pem");

/// The HTTP client for both services: TLS with ring, or plain for embedded stores.
pub fn http_client(
    config: &Config,
) -> Result<SharedHttpClient, aws_smithy_runtime_api::box_error::BoxError> {
    let is_plain = |endpoint: &Option<String>| {
        endpoint
            .as_ref()
            .is_some_and(|endpoint| endpoint.starts_with("http://"))
    };
    if is_plain(&config.dynamodb_endpoint) && is_plain(&config.s3_endpoint) {
        return Ok(Builder::new().build_http());
    }
    let roots = TrustStore::empty().with_pem_certificate(AMAZON_ROOTS);
    let tls = TlsContext::builder().with_trust_store(roots).build()?;
    let provider = Provider::Rustls(CryptoMode::Ring);
    Ok(Builder::new()
        .tls_provider(provider)
        .tls_context(tls)
        .build_https())
}

pub fn dynamodb(config: &Config, http: SharedHttpClient) -> aws_sdk_dynamodb::Client {
    let mut builder = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(config.region.clone()))
        .credentials_provider(credentials(config))
        .http_client(http)
        .retry_config(retries())
        .timeout_config(timeouts(Duration::from_secs(3)));
    builder.set_endpoint_url(config.dynamodb_endpoint.clone());
    aws_sdk_dynamodb::Client::from_conf(builder.build())
}

pub fn s3(config: &Config, http: SharedHttpClient) -> aws_sdk_s3::Client {
    let mut builder = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(config.region.clone()))
        .credentials_provider(credentials(config))
        .http_client(http)
        .retry_config(retries())
        .timeout_config(timeouts(Duration::from_secs(10)))
        // TLS guards the way, and our own checksums guard the content.
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
        .force_path_style(config.s3_endpoint.is_some());
    builder.set_endpoint_url(config.s3_endpoint.clone());
    aws_sdk_s3::Client::from_conf(builder.build())
}

fn credentials(config: &Config) -> Credentials {
    let credentials = config.credentials.clone();
    Credentials::new(
        credentials.access_key_id,
        credentials.secret_access_key,
        credentials.session_token,
        None,
        "environment",
    )
}

/// Three attempts; the pauses fit a request that must end within 29 seconds.
fn retries() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(3)
        .with_initial_backoff(Duration::from_millis(50))
        .with_max_backoff(Duration::from_secs(1))
}

fn timeouts(attempt: Duration) -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(2))
        .operation_attempt_timeout(attempt)
        .build()
}
