//! The rows that one request has read: many at once, strongly consistent, each once.

use std::any::Any;
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_dynamodb::types::KeysAndAttributes;
use futures::future::try_join_all;

use super::{Item, Key, Row, Store, Table, failure, row_of};
use crate::error::{Error, Result};

/// What BatchGetItem takes in one call.
const KEYS_PER_CALL: usize = 100;

/// How often keys that a call left unprocessed are asked for again.
const ATTEMPTS: u32 = 6;

/// A picture of some rows. A key that was read and found empty is known as such.
#[derive(Default)]
pub struct Rows(HashMap<Key, Option<Found>>);

/// A row, understood the first time that it is looked at: one request looks at its
/// token, project or pipeline many times.
struct Found(Mutex<State>);

enum State {
    Read(Item),
    Understood(Box<dyn Any + Send>),
}

impl Found {
    fn new(item: Item) -> Self {
        Self(Mutex::new(State::Read(item)))
    }

    fn row<R: Row>(&self) -> Result<R> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *state {
            State::Read(item) => {
                let row: R = row_of(std::mem::take(item))?;
                *state = State::Understood(Box::new(row.clone()));
                Ok(row)
            }
            // A key has one table, and a table one kind of rows.
            State::Understood(row) => row
                .downcast_ref::<R>()
                .cloned()
                .ok_or_else(|| Error::Internal("a row was read as something else".to_owned())),
        }
    }
}

impl Rows {
    /// Reads all keys that are not known yet: one round, in as many calls of 100
    /// keys as it takes, side by side. Strongly consistent. Keys that no row can have
    /// are known to be empty.
    pub async fn load(&mut self, store: &Store, keys: impl IntoIterator<Item = Key>) -> Result<()> {
        let missing: HashSet<Key> = keys
            .into_iter()
            .filter(|key| !self.0.contains_key(key))
            .collect();
        let (missing, impossible): (Vec<Key>, Vec<Key>) =
            missing.into_iter().partition(Key::is_possible);
        self.0.extend(impossible.into_iter().map(|key| (key, None)));
        let calls = missing.chunks(KEYS_PER_CALL).map(|keys| read(store, keys));
        for answer in try_join_all(calls).await? {
            let found = answer.into_iter();
            self.0
                .extend(found.map(|(key, item)| (key, item.map(Found::new))));
        }
        Ok(())
    }

    /// Reads these keys again, whatever is known of them.
    pub async fn reload(
        &mut self,
        store: &Store,
        keys: impl IntoIterator<Item = Key>,
    ) -> Result<()> {
        let keys: Vec<Key> = keys.into_iter().collect();
        for key in &keys {
            self.0.remove(key);
        }
        self.load(store, keys).await
    }

    /// Puts a row as it was just written in the place of the one that was read.
    pub fn set<R: Row>(&mut self, row: R) {
        let state = State::Understood(Box::new(row.clone()));
        let found = Found(Mutex::new(state));
        self.0.insert(row.key(), Some(found));
    }

    /// Those of these keys under which there is a row.
    pub fn found(&self, keys: Vec<Key>) -> Vec<Key> {
        let is_there = |key: &Key| matches!(self.0.get(key), Some(Some(_)));
        keys.into_iter().filter(is_there).collect()
    }

    pub fn knows(&self, key: &Key) -> bool {
        self.0.contains_key(key)
    }

    /// The row, if it was read and is there.
    pub fn get<R: Row>(&self, key: &Key) -> Result<Option<R>> {
        match self.0.get(key) {
            Some(Some(found)) => found.row().map(Some),
            Some(None) | None => Ok(None),
        }
    }
}

async fn read(store: &Store, keys: &[Key]) -> Result<Vec<(Key, Option<Item>)>> {
    let mut found: HashMap<Key, Item> = HashMap::with_capacity(keys.len());
    let mut wanted = request(store, keys)?;
    for attempt in 0..ATTEMPTS {
        if attempt > 0 {
            tokio::time::sleep(pause(attempt)).await;
        }
        let answer = store
            .client
            .batch_get_item()
            .set_request_items(Some(wanted))
            .send()
            .await
            .map_err(|error| failure("BatchGetItem", error))?;
        let mut items = answer.responses.unwrap_or_default();
        for key in keys {
            let Some(of_table) = items.get_mut(store.table(key.table())) else {
                continue;
            };
            let attributes = key.attributes();
            let is_it = |item: &Item| {
                attributes
                    .iter()
                    .all(|(name, value)| item.get(name) == Some(value))
            };
            if let Some(at) = of_table.iter().position(is_it) {
                found.insert(key.clone(), of_table.swap_remove(at));
            }
        }
        wanted = answer.unprocessed_keys.unwrap_or_default();
        if wanted.is_empty() {
            return Ok(keys
                .iter()
                .map(|key| (key.clone(), found.remove(key)))
                .collect());
        }
    }
    Err(Error::Unavailable(
        "BatchGetItem: keys stay unprocessed".to_owned(),
    ))
}

fn request(store: &Store, keys: &[Key]) -> Result<HashMap<String, KeysAndAttributes>> {
    let mut by_table: HashMap<Table, Vec<Item>> = HashMap::new();
    for key in keys {
        by_table
            .entry(key.table())
            .or_default()
            .push(key.attributes());
    }
    by_table
        .into_iter()
        .map(|(table, keys)| {
            let keys = KeysAndAttributes::builder()
                .set_keys(Some(keys))
                .consistent_read(true)
                .build()
                .map_err(|error| Error::Internal(error.to_string()))?;
            Ok((store.table(table).to_owned(), keys))
        })
        .collect()
}

/// 10 ms before the first repetition, then doubled with each, half of it at random.
fn pause(attempt: u32) -> Duration {
    let full = Duration::from_millis(5) * 2_u32.pow(attempt);
    full.mul_f64(0.5 + rand::random::<f64>() / 2.0)
}
