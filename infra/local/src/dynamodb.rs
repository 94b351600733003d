//! DynamoDB on this machine: the embedded emulator, served on loopback, with the
//! tables of the template.
//!
//! The emulator answers synchronously under one lock, so it runs on a thread and
//! a runtime of its own; so many of them can run side by side in tests. It stops
//! when its handle is dropped.

use std::{
    net::{Ipv4Addr, TcpListener},
    path::Path,
    sync::mpsc,
    thread::JoinHandle,
    time::Duration,
};

use dynoxide::{
    Database,
    actions::{
        create_table::CreateTableRequest, describe_time_to_live::DescribeTimeToLiveRequest,
        update_time_to_live::UpdateTimeToLiveRequest,
    },
    types::{GlobalSecondaryIndex, KeySchemaElement},
};
use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::{
    Error,
    template::{Index, Key, Projection, Table, Template},
};

/// A running DynamoDB emulator.
pub struct DynamoDb {
    endpoint: String,
    database: Database,
    shutdown: Option<oneshot::Sender<()>>,
    server: Option<JoinHandle<()>>,
    sweeper: Option<(mpsc::Sender<()>, JoinHandle<()>)>,
}

impl DynamoDb {
    /// Starts an empty emulator that keeps everything in memory.
    pub fn memory() -> Result<Self, Error> {
        Self::serve(Database::memory()?)
    }

    /// Starts an emulator on a database file, which is made if it is not there.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let path = path.to_str().ok_or("the database's path is not UTF-8")?;
        Self::serve(Database::new(path)?)
    }

    fn serve(database: Database) -> Result<Self, Error> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let (shutdown, stopped) = oneshot::channel::<()>();
        let served = database.clone();
        let server = std::thread::Builder::new()
            .name("dynamodb".into())
            .spawn(move || {
                runtime.block_on(async {
                    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else {
                        return;
                    };
                    let serving = dynoxide::server::serve_with_shutdown(
                        listener,
                        served,
                        std::future::pending(),
                    );
                    // Connections that are open end with the runtime; waiting for
                    // clients to close them could take for ever.
                    tokio::select! {
                        _ = serving => {}
                        _ = stopped => {}
                    }
                });
            })?;
        Ok(Self {
            endpoint,
            database,
            shutdown: Some(shutdown),
            server: Some(server),
            sweeper: None,
        })
    }

    /// The endpoint for `AWS_ENDPOINT_URL_DYNAMODB`.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The database itself, for what need not go through HTTP.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Creates the template's tables that are not there yet. One that is there with
    /// other keys or indexes is an error.
    pub fn create_tables(&self, template: &Template) -> Result<(), Error> {
        for table in &template.tables {
            let request: CreateTableRequest = serde_json::from_value(create_request(table))
                .map_err(|error| format!("{}: {error}", table.logical_id))?;
            match self.database.get_table_metadata(&table.name)? {
                None => {
                    self.database.create_table(request)?;
                }
                Some(existing) => {
                    let indexes = existing.gsi_definitions.as_deref().unwrap_or("[]");
                    let indexes: Vec<GlobalSecondaryIndex> = serde_json::from_str(indexes)?;
                    let keys: Vec<KeySchemaElement> = serde_json::from_str(&existing.key_schema)?;
                    if keys != request.key_schema
                        || request.global_secondary_indexes.unwrap_or_default() != indexes
                    {
                        let name = &table.name;
                        return Err(
                            format!("table {name} is there with other keys or indexes").into()
                        );
                    }
                }
            }
            if let Some(attribute) = &table.time_to_live
                && !self.has_time_to_live(&table.name)?
            {
                let request: UpdateTimeToLiveRequest = serde_json::from_value(json!({
                    "TableName": table.name,
                    "TimeToLiveSpecification": { "AttributeName": attribute, "Enabled": true },
                }))?;
                self.database.update_time_to_live(request)?;
            }
        }
        Ok(())
    }

    fn has_time_to_live(&self, table: &str) -> Result<bool, Error> {
        let request: DescribeTimeToLiveRequest =
            serde_json::from_value(json!({ "TableName": table }))?;
        let answer = serde_json::to_value(self.database.describe_time_to_live(request)?)?;
        Ok(answer["TimeToLiveDescription"]["TimeToLiveStatus"] == "ENABLED")
    }

    /// Removes expired items from now on, looking for them at this interval.
    pub fn sweep_expired(&mut self, every: Duration) -> Result<(), Error> {
        let database = self.database.clone();
        let (stop, stopped) = mpsc::channel();
        let thread = std::thread::Builder::new()
            .name("dynamodb-ttl".into())
            .spawn(move || {
                while stopped.recv_timeout(every) == Err(mpsc::RecvTimeoutError::Timeout) {
                    if let Err(error) = database.sweep_ttl() {
                        eprintln!("dynamodb: cannot remove expired items: {error}");
                    }
                }
            })?;
        self.sweeper = Some((stop, thread));
        Ok(())
    }
}

impl Drop for DynamoDb {
    fn drop(&mut self) {
        drop(self.shutdown.take());
        if let Some((stop, thread)) = self.sweeper.take() {
            drop(stop);
            // A thread that panicked has already said so.
            let _ = thread.join();
        }
        if let Some(server) = self.server.take() {
            let _ = server.join();
        }
    }
}

/// The table as a `CreateTable` request in AWS's JSON.
fn create_request(table: &Table) -> Value {
    let attributes: Vec<Value> = table
        .key_attributes()
        .into_iter()
        .map(|key| json!({ "AttributeName": key.name, "AttributeType": key.key_type.as_str() }))
        .collect();
    let mut request = json!({
        "TableName": table.name,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": attributes,
        "KeySchema": key_schema(&table.hash, table.range.as_ref()),
    });
    if !table.indexes.is_empty() {
        request["GlobalSecondaryIndexes"] = table.indexes.iter().map(index_request).collect();
    }
    request
}

fn index_request(index: &Index) -> Value {
    let projection = match &index.projection {
        Projection::All => json!({ "ProjectionType": "ALL" }),
        Projection::KeysOnly => json!({ "ProjectionType": "KEYS_ONLY" }),
        Projection::Include(attributes) => {
            json!({ "ProjectionType": "INCLUDE", "NonKeyAttributes": attributes })
        }
    };
    json!({
        "IndexName": index.name,
        "KeySchema": key_schema(&index.hash, index.range.as_ref()),
        "Projection": projection,
    })
}

fn key_schema(hash: &Key, range: Option<&Key>) -> Value {
    let hash = json!({ "AttributeName": hash.name, "KeyType": "HASH" });
    let range = range.map(|range| json!({ "AttributeName": range.name, "KeyType": "RANGE" }));
    std::iter::once(hash).chain(range).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_created_once_and_outlive_the_emulator() -> Result<(), Error> {
        let template = Template::parse(
            include_str!("template/fixture.yaml"),
            &std::collections::BTreeMap::new(),
        )?;
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("dynamodb.sqlite");
        let mut other = template.clone();
        other.tables[1].indexes.pop();
        for _ in 0..2 {
            let mut dynamodb = DynamoDb::open(&path)?;
            dynamodb.create_tables(&template)?;
            dynamodb.create_tables(&template)?;
            assert!(dynamodb.create_tables(&other).is_err());
            dynamodb.sweep_expired(Duration::from_millis(10))?;
            assert_eq!(dynamodb.database().table_count()?, 2);
            assert!(dynamodb.has_time_to_live("jobs")?);
            assert!(!dynamodb.has_time_to_live("agent_grants")?);
            assert!(dynamodb.endpoint().starts_with("http://127.0.0.1:"));
        }
        Ok(())
    }

    #[test]
    fn it_stops_although_a_client_keeps_its_connection() -> Result<(), Error> {
        let dynamodb = DynamoDb::memory()?;
        let address = dynamodb.endpoint().trim_start_matches("http://").to_owned();
        let _open = std::net::TcpStream::connect(&address)?;
        drop(dynamodb);
        assert!(std::net::TcpStream::connect(&address).is_err());
        Ok(())
    }
}
