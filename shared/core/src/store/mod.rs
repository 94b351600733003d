//! DynamoDB: the client, the tables and their keys, reading and writing rows.
//!
//! `rows` reads many rows at once, strongly consistent; `write` writes them, each with its
//! condition; each further file holds the queries of one table and states their consistency.

mod due;
mod errands;
mod hints;
mod key;
mod pages;
mod rows;
#[cfg(test)]
mod tests;
mod write;

pub mod agents;
pub mod belongings;
pub mod birth;
pub mod bots;
pub mod counters;
pub mod jobs;
pub mod log_chunks;
pub mod members;
pub mod namespaces;
pub mod pipelines;
mod process;
pub mod repository;
mod resource_groups;
pub mod retry;
mod schedules;
pub mod tokens;
mod triggers;
pub mod users;
pub mod variables;
pub mod walk;

use std::collections::HashMap;
use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use hints::{Hints, JobRelations};
pub use key::{Key, Table, Tables, bucket};
pub use rows::Rows;
pub use write::{MAX_TRANSACTION, Write, Written};

use crate::error::{Error, Result};

/// A row as DynamoDB has it.
pub type Item = HashMap<String, AttributeValue>;

/// The format of the rows that this version writes. Every row carries it.
pub const FORMAT: u64 = 1;

/// The tables, and what was learnt about which rows belong together.
#[derive(Clone)]
pub struct Store {
    client: Client,
    tables: Arc<Tables>,
    hints: Arc<Hints>,
}

/// What is kept as a row: its key, and the keys by which indexes find it.
pub trait Row: Clone + Serialize + DeserializeOwned + Send + 'static {
    /// Attributes that a write to a row which was read requires to be as they were read,
    /// whatever it changes.
    const GUARDS: &[&str] = &[];

    fn key(&self) -> Key;

    /// Attributes that exist for an index only.
    fn index_attributes(&self) -> Vec<(&'static str, AttributeValue)> {
        Vec::new()
    }
}

impl Store {
    pub fn new(client: Client, tables: Tables) -> Self {
        Self {
            client,
            tables: Arc::new(tables),
            hints: Arc::default(),
        }
    }

    pub fn hints(&self) -> &Hints {
        &self.hints
    }

    /// One small read while the function starts, so that the TLS handshake
    /// happens while its processor is not throttled.
    pub async fn warm(&self) -> Result<()> {
        let mut rows = Rows::default();
        rows.load(self, [Key::Project(crate::ids::ProjectId(0))])
            .await
    }

    fn table(&self, table: Table) -> &str {
        self.tables.name(table)
    }
}

/// The row as it is written: its own attributes, its key, its index keys, its format.
pub fn item_of<R: Row>(row: &R) -> Result<Item> {
    let mut item: Item = serde_dynamo::to_item(row)
        .map_err(|error| Error::Internal(format!("a row cannot be written: {error}")))?;
    item.extend(row.key().attributes());
    item.extend(
        row.index_attributes()
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value)),
    );
    item.insert("format".to_owned(), number(FORMAT));
    Ok(item)
}

/// Reads a row of a format that this version knows.
pub fn row_of<R: Row>(item: Item) -> Result<R> {
    let format = item.get("format").and_then(|format| format.as_n().ok());
    if format.and_then(|format| format.parse().ok()) != Some(FORMAT) {
        return Err(Error::Internal(format!(
            "a row has the unknown format {format:?}"
        )));
    }
    serde_dynamo::from_item(item)
        .map_err(|error| Error::Internal(format!("a row cannot be read: {error}")))
}

/// The row was not as the write assumed.
pub(crate) fn condition_failed<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    error.code() == Some("ConditionalCheckFailedException")
}

pub(crate) fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// Turns an SDK error into ours: what may pass by itself is `Unavailable`.
pub(crate) fn failure<E>(operation: &str, error: SdkError<E, HttpResponse>) -> Error
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let text = format!(
        "{operation}: {}",
        aws_sdk_dynamodb::error::DisplayErrorContext(&error)
    );
    // An answer to `HEAD` has no body that could name the error.
    let is_busy = error
        .raw_response()
        .is_some_and(|response| response.status().as_u16() == 503);
    match (&error, error.code()) {
        _ if is_busy => Error::Unavailable(text),
        (SdkError::TimeoutError(_) | SdkError::DispatchFailure(_), _)
        | (
            _,
            Some(
                "ProvisionedThroughputExceededException"
                | "ThrottlingException"
                | "RequestLimitExceeded"
                | "TransactionConflictException"
                | "SlowDown"
                | "ServiceUnavailable",
            ),
        ) => Error::Unavailable(text),
        _ => Error::Internal(text),
    }
}
