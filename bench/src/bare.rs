//! The calls that a request makes, made again with the SDK alone.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::batch_get_item::builders::BatchGetItemFluentBuilder;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use futures::future::try_join_all;
use serde_json::Value;
use switchyard_tests::wire::Call;

use crate::Error;
use crate::recorder::Asked;

/// Calls in rounds: those of one round run side by side.
pub struct Bare {
    rounds: Vec<Vec<Prepared>>,
}

#[derive(Clone)]
enum Prepared {
    Batch(Box<BatchGetItemFluentBuilder>),
    Query(Box<QueryFluentBuilder>),
}

impl Bare {
    /// `asked` and `calls` are two records of the same calls: what they said, and how
    /// they followed one another.
    pub fn new(client: &Client, asked: &[Asked], calls: &[Call]) -> Result<Self, Error> {
        if asked.is_empty() || asked.len() != calls.len() {
            return Err("the calls of a request were not all recorded".into());
        }
        let mut rounds: Vec<Vec<Prepared>> = Vec::new();
        for (asked, call) in asked.iter().zip(calls) {
            let depth = usize::try_from(call.depth)?;
            if rounds.len() < depth {
                rounds.resize_with(depth, Vec::new);
            }
            let round = rounds.get_mut(depth.saturating_sub(1));
            round
                .ok_or("a call without a depth")?
                .push(prepare(client, asked)?);
        }
        Ok(Self { rounds })
    }

    /// Such as `BatchGetItem, Query, BatchGetItem`.
    pub fn describe(&self) -> String {
        let round = |calls: &Vec<Prepared>| {
            let names = calls.iter().map(|call| match call {
                Prepared::Batch(_) => "BatchGetItem",
                Prepared::Query(_) => "Query",
            });
            names.collect::<Vec<_>>().join(" + ")
        };
        let rounds: Vec<String> = self.rounds.iter().map(round).collect();
        rounds.join(", ")
    }

    /// Makes the calls; what they give is dropped.
    pub async fn run(&self) -> Result<(), Error> {
        for round in &self.rounds {
            try_join_all(round.iter().cloned().map(send)).await?;
        }
        Ok(())
    }
}

async fn send(call: Prepared) -> Result<(), Error> {
    match call {
        Prepared::Batch(batch) => {
            batch.send().await?;
        }
        Prepared::Query(query) => {
            query.send().await?;
        }
    }
    Ok(())
}

fn prepare(client: &Client, asked: &Asked) -> Result<Prepared, Error> {
    let Asked { operation, body } = asked;
    match operation.as_str() {
        "BatchGetItem" => {
            let mut batch = client.batch_get_item();
            for (table, request) in body["RequestItems"].as_object().into_iter().flatten() {
                let keys = request["Keys"].as_array().into_iter().flatten();
                let keys: Vec<_> = keys.map(attributes).collect::<Result<_, Error>>()?;
                let request = KeysAndAttributes::builder()
                    .set_keys(Some(keys))
                    .set_consistent_read(request["ConsistentRead"].as_bool())
                    .build()?;
                batch = batch.request_items(table, request);
            }
            Ok(Prepared::Batch(Box::new(batch)))
        }
        "Query" => {
            let text = |name: &str| body[name].as_str().map(str::to_owned);
            let names = body["ExpressionAttributeNames"].as_object();
            let names = names.map(|names| {
                let pairs = names.iter();
                pairs
                    .map(|(name, value)| {
                        (name.clone(), value.as_str().unwrap_or_default().to_owned())
                    })
                    .collect()
            });
            let values = body.get("ExpressionAttributeValues");
            let limit = body["Limit"].as_i64().map(i32::try_from).transpose()?;
            let query = client
                .query()
                .set_table_name(text("TableName"))
                .set_index_name(text("IndexName"))
                .set_key_condition_expression(text("KeyConditionExpression"))
                .set_filter_expression(text("FilterExpression"))
                .set_projection_expression(text("ProjectionExpression"))
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(values.map(attributes).transpose()?)
                .set_consistent_read(body["ConsistentRead"].as_bool())
                .set_scan_index_forward(body["ScanIndexForward"].as_bool())
                .set_limit(limit);
            Ok(Prepared::Query(Box::new(query)))
        }
        other => Err(format!("{other} is not repeated").into()),
    }
}

/// Keys and the values of conditions: numbers and texts.
fn attributes(attributes: &Value) -> Result<HashMap<String, AttributeValue>, Error> {
    let attributes = attributes.as_object().into_iter().flatten();
    attributes
        .map(|(name, value)| {
            let text = |kind: &str| value[kind].as_str().map(str::to_owned);
            let value = text("N")
                .map(AttributeValue::N)
                .or_else(|| text("S").map(AttributeValue::S))
                .ok_or_else(|| format!("{name} is neither a number nor a text"))?;
            Ok((name.clone(), value))
        })
        .collect()
}
