//! The tap between the real SDK clients and real emulators.

mod faults;
mod lag;
mod recording;
mod refusals;
mod s3;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::{RetryConfig, RetryPartition};
use aws_sdk_dynamodb::config::{BehaviorVersion, Builder, Config, Credentials, Region};
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use dynoxide::Database;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::time::Duration;

use super::{IndexShape, Wire};

/// Two tables, one with an index that holds its keys and `pipeline_id` only.
struct World {
    wire: Wire,
    database: Database,
    endpoint: String,
    dynamodb: Client,
}

impl World {
    async fn start() -> Self {
        let database = Database::memory().unwrap();
        create_tables(&database);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(dynoxide::server::serve_on(listener, database.clone()));
        let wire = Wire::new(plain(), &database, IndexShape::all_of(&database));
        Self {
            dynamodb: dynamodb(&wire, &endpoint, "jobs"),
            wire,
            database,
            endpoint,
        }
    }

    async fn put_job(&self, id: u32, status: &str) {
        let put = self.dynamodb.put_item().table_name("jobs");
        let put = put.set_item(Some(job(id, status)));
        put.send().await.unwrap();
    }

    /// Reads the status of a job past the tap.
    fn status(&self, id: u32) -> Option<Value> {
        let request = json!({
            "TableName": "jobs",
            "Key": { "project_id": { "N": "1" }, "id": { "N": id.to_string() } },
        });
        let found = self
            .database
            .get_item(serde_json::from_value(request).unwrap());
        let found = serde_json::to_value(found.unwrap()).unwrap();
        found.pointer("/Item/status/S").cloned()
    }
}

/// The functions' own HTTP client, which is one without TLS for such endpoints.
fn plain() -> SharedHttpClient {
    let variable = |name: &str| match name {
        "AWS_ENDPOINT_URL_DYNAMODB" | "AWS_ENDPOINT_URL_S3" => Some("http://localhost".to_owned()),
        "ARCHIVE_JOBS_AFTER_DAYS" => None,
        _ => Some("test".to_owned()),
    };
    let config = switchyard::config::Config::from_variables(variable).unwrap();
    switchyard::aws::http_client(&config).unwrap()
}

fn dynamodb(wire: &Wire, endpoint: &str, function: &str) -> Client {
    let config = config(endpoint).http_client(wire.client(function));
    Client::from_conf(config.build())
}

/// Three attempts, without a pause between them worth waiting for. What the SDK lends
/// out for retries is counted by process, unless the clients are in a partition of
/// their own: faults of one test would end the retries of the next.
fn retries() -> RetryConfig {
    RetryConfig::standard().with_initial_backoff(Duration::from_nanos(1))
}

fn config(endpoint: &str) -> Builder {
    Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .endpoint_url(endpoint)
        .retry_config(retries())
        .retry_partition(RetryPartition::new(endpoint.to_owned()))
}

fn create_tables(database: &Database) {
    let tables = [
        json!({
            "TableName": "jobs",
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [
                { "AttributeName": "project_id", "AttributeType": "N" },
                { "AttributeName": "id", "AttributeType": "N" },
                { "AttributeName": "project_status", "AttributeType": "S" },
            ],
            "KeySchema": [
                { "AttributeName": "project_id", "KeyType": "HASH" },
                { "AttributeName": "id", "KeyType": "RANGE" },
            ],
            "GlobalSecondaryIndexes": [{
                "IndexName": "by_status",
                "KeySchema": [
                    { "AttributeName": "project_status", "KeyType": "HASH" },
                    { "AttributeName": "id", "KeyType": "RANGE" },
                ],
                "Projection": { "ProjectionType": "INCLUDE", "NonKeyAttributes": ["pipeline_id"] },
            }],
        }),
        json!({
            "TableName": "users",
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "N" }],
            "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }],
        }),
    ];
    for table in tables {
        let request = serde_json::from_value(table).unwrap();
        database.create_table(request).unwrap();
    }
}

fn number(value: u32) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn job_key(id: u32) -> HashMap<String, AttributeValue> {
    HashMap::from([
        ("project_id".to_owned(), number(1)),
        ("id".to_owned(), number(id)),
    ])
}

fn job(id: u32, status: &str) -> HashMap<String, AttributeValue> {
    let mut job = job_key(id);
    job.insert("status".to_owned(), text(status));
    job.insert("project_status".to_owned(), text(&format!("1#{status}")));
    job.insert("pipeline_id".to_owned(), number(9));
    job
}

fn jobs(ids: impl IntoIterator<Item = u32>) -> KeysAndAttributes {
    let keys = ids.into_iter().map(job_key).collect();
    KeysAndAttributes::builder()
        .set_keys(Some(keys))
        .consistent_read(true)
        .build()
        .unwrap()
}

fn user(id: u32) -> KeysAndAttributes {
    let key = HashMap::from([("id".to_owned(), number(id))]);
    KeysAndAttributes::builder().keys(key).build().unwrap()
}
