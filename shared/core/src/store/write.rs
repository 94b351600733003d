//! Writing rows. Every write states what it assumes of the rows as they are.
//!
//! A row is edited as a whole: old and new are compared, and what differs is written on
//! condition that it still is as it was read. A single write carries an attempt id, and a
//! transaction its client token (from the SDK), so that a write whose answer was lost is
//! recognised as ours when the SDK repeats it.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    AttributeValue, CancellationReason, ConditionCheck, Delete, DeleteRequest, Put, PutRequest,
    ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update, WriteRequest,
};

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use futures::stream::{self, StreamExt as _, TryStreamExt as _};

use super::{Item, Key, Row, Store, Table, failure, item_of, number};
use crate::error::{Error, Result};

/// What TransactWriteItems takes in one call.
pub const MAX_TRANSACTION: usize = 100;

/// What BatchWriteItem takes in one call.
const KEYS_PER_BATCH: usize = 25;

/// Such calls that run side by side.
const BATCHES_AT_ONCE: usize = 8;

/// How often a transaction that met another one is tried, or a batch that was not done.
const ATTEMPTS: u32 = 8;

/// The attribute that says which write made a row as it is.
const ATTEMPT: &str = "attempt";

/// One row to be written, with what it assumes.
#[derive(Clone, Debug)]
pub struct Write {
    key: Key,
    effect: Effect,
    condition: Condition,
}

#[derive(Clone, Debug)]
enum Effect {
    Put(Item),
    Update {
        set: BTreeMap<String, AttributeValue>,
        remove: Vec<String>,
        add: Vec<(&'static str, i64)>,
    },
    Delete,
    /// Nothing is written: the row only has to be as assumed.
    Check,
}

/// What must hold of the row.
#[derive(Clone, Debug)]
enum Condition {
    /// There is none, or it is one that may be replaced: its attribute has this value.
    Free(Option<(&'static str, AttributeValue)>),
    /// It is there, and so are its attributes.
    AsRead(BTreeMap<String, Assumed>),
}

/// What must hold of an attribute.
#[derive(Clone, Debug)]
enum Assumed {
    /// It is as it was read; none means absent.
    Is(Option<AttributeValue>),
    /// It is a smaller number, or absent.
    Below(u64),
}

/// What became of several writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    All,
    /// None: these, by their places, did not find what they assumed.
    Refused(Vec<usize>),
}

impl Write {
    /// A row whose key must be free.
    pub fn create<R: Row>(row: &R) -> Result<Self> {
        Ok(Self {
            key: row.key(),
            effect: Effect::Put(item_of(row)?),
            condition: Condition::Free(None),
        })
    }

    /// The same, but a row whose `attribute` has this text may be replaced.
    pub fn create_over<R: Row>(row: &R, attribute: &'static str, text: &str) -> Result<Self> {
        let replaceable = (attribute, AttributeValue::S(text.to_owned()));
        Ok(Self {
            condition: Condition::Free(Some(replaceable)),
            ..Self::create(row)?
        })
    }

    /// What differs between `old` and `new`, which have one key. Assumes that the row is
    /// as in `old`, in what is written and in what [`Row::GUARDS`] names.
    pub fn edit<R: Row>(old: &R, new: &R) -> Result<Self> {
        let (old, new) = (item_of(old)?, (new.key(), item_of(new)?));
        let (key, mut new) = new;
        let remove: Vec<String> = old
            .keys()
            .filter(|name| !new.contains_key(*name))
            .cloned()
            .collect();
        new.retain(|name, value| old.get(name) != Some(value));
        let guards = R::GUARDS.iter().map(|name| (*name).to_owned());
        let touched = new.keys().chain(&remove).cloned();
        let as_read = guards
            .chain(touched)
            .map(|name| (name.clone(), Assumed::Is(old.get(&name).cloned())));
        Ok(Self {
            key,
            condition: Condition::AsRead(as_read.collect()),
            effect: Effect::Update {
                set: new.into_iter().collect(),
                remove,
                add: Vec::new(),
            },
        })
    }

    /// Assumes that the row is there, and as it was read in what [`Row::GUARDS`] names.
    pub fn delete<R: Row>(row: &R) -> Result<Self> {
        Ok(Self {
            effect: Effect::Delete,
            ..Self::check(row)?
        })
    }

    /// Writes nothing, and assumes the same.
    pub fn check<R: Row>(row: &R) -> Result<Self> {
        let item = item_of(row)?;
        let guards = R::GUARDS.iter();
        let as_read = guards.map(|name| {
            let value = item.get(*name).cloned();
            ((*name).to_owned(), Assumed::Is(value))
        });
        Ok(Self {
            key: row.key(),
            effect: Effect::Check,
            condition: Condition::AsRead(as_read.collect()),
        })
    }

    /// Assumes besides that these attributes are as in the row that was read.
    pub fn assuming<R: Row>(mut self, row: &R, attributes: &[&str]) -> Result<Self> {
        let Condition::AsRead(as_read) = &mut self.condition else {
            let text = "a new row has no attributes yet".to_owned();
            return Err(Error::Internal(text));
        };
        let item = item_of(row)?;
        let assumed = attributes.iter();
        as_read.extend(assumed.map(|name| {
            let value = item.get(*name).cloned();
            ((*name).to_owned(), Assumed::Is(value))
        }));
        Ok(self)
    }

    /// Assumes besides that a number is below a limit: of all that count it up at the same
    /// time only so many do.
    pub fn below(mut self, attribute: &'static str, limit: u64) -> Result<Self> {
        let Condition::AsRead(as_read) = &mut self.condition else {
            let text = "a new row has no numbers yet".to_owned();
            return Err(Error::Internal(text));
        };
        as_read.insert(attribute.to_owned(), Assumed::Below(limit));
        Ok(self)
    }

    /// Adds to a number, assuming only that the row is there.
    pub fn add(key: Key, attribute: &'static str, by: i64) -> Self {
        Self::add_all(key, &[(attribute, by)])
    }

    /// The same with several numbers.
    pub fn add_all(key: Key, counts: &[(&'static str, i64)]) -> Self {
        Self {
            key,
            effect: Effect::Update {
                set: BTreeMap::new(),
                remove: Vec::new(),
                add: counts.to_vec(),
            },
            condition: Condition::AsRead(BTreeMap::new()),
        }
    }

    /// Adds 1 to a number of a row that was read, and assumes the same as
    /// [`check`](Self::check): others may count at the same time.
    pub fn count_up<R: Row>(row: &R, attribute: &'static str) -> Result<Self> {
        Self::count_by(row, &[(attribute, 1)])
    }

    /// The same with several numbers.
    pub fn count_by<R: Row>(row: &R, counts: &[(&'static str, i64)]) -> Result<Self> {
        Ok(Self {
            effect: Effect::Update {
                set: BTreeMap::new(),
                remove: Vec::new(),
                add: counts.to_vec(),
            },
            ..Self::check(row)?
        })
    }

    fn changes_nothing(&self) -> bool {
        match &self.effect {
            Effect::Update { set, remove, add } => {
                set.is_empty() && remove.is_empty() && add.is_empty()
            }
            Effect::Put(_) | Effect::Delete | Effect::Check => false,
        }
    }
}

impl Store {
    /// Writes a row that must not exist yet. Answers `false`, and changes nothing, if its
    /// key is taken.
    pub async fn create<R: Row>(&self, row: &R) -> Result<bool> {
        self.write(Write::create(row)?).await
    }

    /// Writes what differs, as [`Write::edit`]. Answers `false`, and changes nothing, if
    /// the row moved on.
    pub async fn edit<R: Row>(&self, old: &R, new: &R) -> Result<bool> {
        self.write(Write::edit(old, new)?).await
    }

    /// Writes one row. Answers whether it found what it assumed. One that meets a
    /// transaction is tried again a few times.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if it met others each time.
    pub async fn write(&self, write: Write) -> Result<bool> {
        let attempt = AttributeValue::S(hex::encode(rand::random::<[u8; 8]>()));
        for number in 0..ATTEMPTS {
            if number > 0 {
                tokio::time::sleep(pause(number)).await;
            }
            match self.try_write(&write, &attempt).await {
                Ok(None) => return Ok(true),
                Ok(Some(found)) => return Ok(found.get(ATTEMPT) == Some(&attempt)),
                Err(Failure::Conflict) => {}
                Err(Failure::Other(error)) => return Err(error),
            }
        }
        Err(in_the_way("a write"))
    }

    /// None if it was written, else what was found in place of what was assumed.
    async fn try_write(
        &self,
        write: &Write,
        attempt: &AttributeValue,
    ) -> Result<Option<Item>, Failure> {
        let table = self.table(write.key.table());
        let mut text = Expression::default();
        let condition = text.condition(write);
        let all_old = ReturnValuesOnConditionCheckFailure::AllOld;
        let refused = match &write.effect {
            Effect::Put(item) => {
                let mut item = item.clone();
                item.insert(ATTEMPT.to_owned(), attempt.clone());
                let put = self.client.put_item().table_name(table);
                let put = put
                    .set_item(Some(item))
                    .condition_expression(condition)
                    .set_expression_attribute_names(text.names())
                    .set_expression_attribute_values(text.values())
                    .return_values_on_condition_check_failure(all_old);
                let Err(error) = put.send().await else {
                    return Ok(None);
                };
                match error.as_service_error() {
                    Some(PutItemError::ConditionalCheckFailedException(refused)) => {
                        refused.item.clone()
                    }
                    _ => return Err(Failure::of("PutItem", error)),
                }
            }
            Effect::Update { set, remove, add } => {
                let mut set = set.clone();
                set.insert(ATTEMPT.to_owned(), attempt.clone());
                let update = self.client.update_item().table_name(table);
                let update = update
                    .set_key(Some(write.key.attributes()))
                    .update_expression(text.update(&set, remove, add))
                    .condition_expression(condition)
                    .set_expression_attribute_names(text.names())
                    .set_expression_attribute_values(text.values())
                    .return_values_on_condition_check_failure(all_old);
                let Err(error) = update.send().await else {
                    return Ok(None);
                };
                match error.as_service_error() {
                    Some(UpdateItemError::ConditionalCheckFailedException(refused)) => {
                        refused.item.clone()
                    }
                    _ => return Err(Failure::of("UpdateItem", error)),
                }
            }
            Effect::Delete => {
                let delete = self.client.delete_item().table_name(table);
                let delete = delete
                    .set_key(Some(write.key.attributes()))
                    .condition_expression(condition)
                    .set_expression_attribute_names(text.names())
                    .set_expression_attribute_values(text.values());
                let Err(error) = delete.send().await else {
                    return Ok(None);
                };
                match error.as_service_error() {
                    Some(DeleteItemError::ConditionalCheckFailedException(_)) => None,
                    _ => return Err(Failure::of("DeleteItem", error)),
                }
            }
            Effect::Check => {
                let text = "a check alone is no write".to_owned();
                return Err(Failure::Other(Error::Internal(text)));
            }
        };
        Ok(Some(refused.unwrap_or_default()))
    }

    /// Writes several rows or none, at most [`MAX_TRANSACTION`] of them, each with another
    /// key. One that meets another transaction is tried again a few times.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if it met others each time.
    pub async fn write_all(&self, writes: Vec<Write>) -> Result<Written> {
        let items: Vec<TransactWriteItem> = writes
            .into_iter()
            .map(|write| self.transact(write))
            .collect::<Result<_>>()?;
        for attempt in 0..ATTEMPTS {
            if attempt > 0 {
                tokio::time::sleep(pause(attempt)).await;
            }
            let sent = self
                .client
                .transact_write_items()
                .set_transact_items(Some(items.clone()))
                .send()
                .await;
            let error = match sent {
                Ok(_) => return Ok(Written::All),
                Err(error) => error,
            };
            match error.as_service_error() {
                Some(TransactWriteItemsError::TransactionCanceledException(canceled)) => {
                    match refused(canceled.cancellation_reasons()) {
                        Cancelled::Refused(places) => return Ok(Written::Refused(places)),
                        Cancelled::Busy => {}
                        Cancelled::Otherwise => return Err(failure("TransactWriteItems", error)),
                    }
                }
                Some(TransactWriteItemsError::TransactionInProgressException(_)) => {}
                _ if error.code() == Some("TransactionConflictException") => {}
                _ => return Err(failure("TransactWriteItems", error)),
            }
        }
        Err(in_the_way("TransactWriteItems"))
    }

    /// Deletes rows whatever they are; ones that are not there do no harm. Only for what
    /// belongs to something that carries the mark of its deletion.
    pub async fn delete_all(&self, keys: &[Key]) -> Result<()> {
        let requests = keys.iter().map(|key| {
            let delete = DeleteRequest::builder()
                .set_key(Some(key.attributes()))
                .build()
                .map_err(unbuilt)?;
            let request = WriteRequest::builder().delete_request(delete).build();
            Ok((key.table(), request))
        });
        self.write_batches(requests.collect::<Result<_>>()?).await
    }

    /// Writes rows whatever is there. Only for those whose keys nobody else writes, and
    /// that nobody sees before something else is written.
    pub(super) async fn put_all(&self, rows: Vec<(Key, Item)>) -> Result<()> {
        let requests = rows.into_iter().map(|(key, item)| {
            let put = PutRequest::builder()
                .set_item(Some(item))
                .build()
                .map_err(unbuilt)?;
            let request = WriteRequest::builder().put_request(put).build();
            Ok((key.table(), request))
        });
        self.write_batches(requests.collect::<Result<_>>()?).await
    }

    async fn write_batches(&self, requests: Vec<(Table, WriteRequest)>) -> Result<()> {
        let mut batches: Vec<HashMap<String, Vec<WriteRequest>>> = Vec::new();
        for (place, (table, request)) in requests.into_iter().enumerate() {
            if place % KEYS_PER_BATCH == 0 {
                batches.push(HashMap::new());
            }
            if let Some(batch) = batches.last_mut() {
                let table = self.table(table).to_owned();
                batch.entry(table).or_default().push(request);
            }
        }
        stream::iter(batches)
            .map(|batch| self.write_batch(batch))
            .buffer_unordered(BATCHES_AT_ONCE)
            .try_collect()
            .await
    }

    async fn write_batch(&self, mut wanted: HashMap<String, Vec<WriteRequest>>) -> Result<()> {
        for attempt in 0..ATTEMPTS {
            if attempt > 0 {
                tokio::time::sleep(pause(attempt)).await;
            }
            let answer = self
                .client
                .batch_write_item()
                .set_request_items(Some(wanted))
                .send()
                .await
                .map_err(|error| failure("BatchWriteItem", error))?;
            wanted = answer.unprocessed_items.unwrap_or_default();
            if wanted.is_empty() {
                return Ok(());
            }
        }
        Err(Error::Unavailable(
            "BatchWriteItem: rows stay unprocessed".to_owned(),
        ))
    }

    fn transact(&self, write: Write) -> Result<TransactWriteItem> {
        let table = self.table(write.key.table()).to_owned();
        let mut text = Expression::default();
        let condition = text.condition(&write);
        let unchanged = write.changes_nothing();
        let key = write.key.attributes();
        let item = TransactWriteItem::builder();
        Ok(match write.effect {
            Effect::Put(row) => item.put(
                Put::builder()
                    .table_name(table)
                    .set_item(Some(row))
                    .condition_expression(condition)
                    .set_expression_attribute_names(text.names())
                    .set_expression_attribute_values(text.values())
                    .build()
                    .map_err(unbuilt)?,
            ),
            Effect::Update { set, remove, add } if !unchanged => item.update(
                Update::builder()
                    .table_name(table)
                    .set_key(Some(key))
                    .update_expression(text.update(&set, &remove, &add))
                    .condition_expression(condition)
                    .set_expression_attribute_names(text.names())
                    .set_expression_attribute_values(text.values())
                    .build()
                    .map_err(unbuilt)?,
            ),
            Effect::Delete => item.delete(
                Delete::builder()
                    .table_name(table)
                    .set_key(Some(key))
                    .condition_expression(condition)
                    .set_expression_attribute_names(text.names())
                    .set_expression_attribute_values(text.values())
                    .build()
                    .map_err(unbuilt)?,
            ),
            Effect::Update { .. } | Effect::Check => item.condition_check(
                ConditionCheck::builder()
                    .table_name(table)
                    .set_key(Some(key))
                    .condition_expression(condition)
                    .set_expression_attribute_names(text.names())
                    .set_expression_attribute_values(text.values())
                    .build()
                    .map_err(unbuilt)?,
            ),
        }
        .build())
    }
}

/// Why a single write failed.
enum Failure {
    /// It met a transaction: it may be tried again.
    Conflict,
    Other(Error),
}

impl Failure {
    fn of<E>(operation: &str, error: SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        match error.code() {
            Some("TransactionConflictException") => Self::Conflict,
            _ => Self::Other(failure(operation, error)),
        }
    }
}

/// Why a transaction was cancelled.
enum Cancelled {
    /// These members did not find what they assumed.
    Refused(Vec<usize>),
    /// It met another one, or was throttled: it may be tried again.
    Busy,
    Otherwise,
}

fn refused(reasons: &[CancellationReason]) -> Cancelled {
    let places = |wanted: &[&str]| -> Vec<usize> {
        let codes = reasons.iter().map(|reason| reason.code().unwrap_or("None"));
        let fitting = codes.enumerate().filter(|(_, code)| wanted.contains(code));
        fitting.map(|(place, _)| place).collect()
    };
    let refused = places(&["ConditionalCheckFailed"]);
    if !refused.is_empty() {
        return Cancelled::Refused(refused);
    }
    let busy = [
        "TransactionConflict",
        "ThrottlingError",
        "ProvisionedThroughputExceeded",
    ];
    if places(&busy).is_empty() {
        Cancelled::Otherwise
    } else {
        Cancelled::Busy
    }
}

/// An expression as it is written, with placeholders for names and values.
#[derive(Default)]
struct Expression {
    names: HashMap<String, String>,
    values: HashMap<String, AttributeValue>,
}

impl Expression {
    fn name(&mut self, name: &str) -> String {
        let known = self.names.iter().find(|(_, known)| *known == name);
        if let Some((placeholder, _)) = known {
            return placeholder.clone();
        }
        let placeholder = format!("#n{}", self.names.len());
        self.names.insert(placeholder.clone(), name.to_owned());
        placeholder
    }

    fn value(&mut self, value: AttributeValue) -> String {
        let placeholder = format!(":v{}", self.values.len());
        self.values.insert(placeholder.clone(), value);
        placeholder
    }

    fn condition(&mut self, write: &Write) -> String {
        let key = self.name(write.key.table().partition_key());
        match &write.condition {
            Condition::Free(None) => format!("attribute_not_exists({key})"),
            Condition::Free(Some((attribute, value))) => {
                let (name, value) = (self.name(attribute), self.value(value.clone()));
                format!("attribute_not_exists({key}) or {name} = {value}")
            }
            Condition::AsRead(attributes) => {
                let mut all = format!("attribute_exists({key})");
                for (attribute, assumed) in attributes {
                    let name = self.name(attribute);
                    match assumed {
                        Assumed::Is(Some(value)) => {
                            let value = self.value(value.clone());
                            all += &format!(" and {name} = {value}");
                        }
                        Assumed::Is(None) => all += &format!(" and attribute_not_exists({name})"),
                        Assumed::Below(limit) => {
                            let limit = self.value(number(*limit));
                            all +=
                                &format!(" and (attribute_not_exists({name}) or {name} < {limit})");
                        }
                    }
                }
                all
            }
        }
    }

    fn update(
        &mut self,
        set: &BTreeMap<String, AttributeValue>,
        remove: &[String],
        add: &[(&str, i64)],
    ) -> String {
        let mut clauses = Vec::new();
        let set: Vec<String> = set
            .iter()
            .map(|(name, value)| format!("{} = {}", self.name(name), self.value(value.clone())))
            .collect();
        if !set.is_empty() {
            clauses.push(format!("set {}", set.join(", ")));
        }
        let remove: Vec<String> = remove.iter().map(|name| self.name(name)).collect();
        if !remove.is_empty() {
            clauses.push(format!("remove {}", remove.join(", ")));
        }
        let add: Vec<String> = add
            .iter()
            .map(|(name, by)| {
                let value = AttributeValue::N(by.to_string());
                format!("{} {}", self.name(name), self.value(value))
            })
            .collect();
        if !add.is_empty() {
            clauses.push(format!("add {}", add.join(", ")));
        }
        clauses.join(" ")
    }

    fn names(&self) -> Option<HashMap<String, String>> {
        Some(self.names.clone())
    }

    fn values(&self) -> Option<HashMap<String, AttributeValue>> {
        (!self.values.is_empty()).then(|| self.values.clone())
    }
}

fn in_the_way(what: &str) -> Error {
    Error::Unavailable(format!("{what}: other transactions stay in the way"))
}

fn unbuilt(error: aws_sdk_dynamodb::error::BuildError) -> Error {
    Error::Internal(format!("a write cannot be built: {error}"))
}

/// 10 ms before the first repetition, then doubled with each up to 320 ms, half of it at
/// random: of several that met, one goes first.
fn pause(attempt: u32) -> Duration {
    let full = Duration::from_millis(5) * 2_u32.pow(attempt.min(6));
    full.mul_f64(0.5 + rand::random::<f64>() / 2.0)
}
