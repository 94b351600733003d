//! What AWS refuses of reads, and the emulator lets through.

use std::collections::{BTreeMap, BTreeSet};

use dynoxide::Database;
use dynoxide::actions::GlobalSecondaryIndexDescription;
use dynoxide::actions::describe_table::{DescribeTableRequest, DescribeTableResponse};
use dynoxide::actions::list_tables::ListTablesRequest;
use dynoxide::types::{KeySchemaElement, ProjectionType};
use serde_json::Value;

use super::asked::Asked;
use super::expression;

/// An index and what it holds.
#[derive(Clone, Debug, PartialEq)]
pub struct IndexShape {
    pub table: String,
    pub index: String,
    /// Every attribute in the index, its own and its table's keys included; `None` for
    /// all attributes of the item.
    pub attributes: Option<BTreeSet<String>>,
}

impl IndexShape {
    /// Returns the shapes of all indexes that the database has.
    pub fn all_of(database: &Database) -> Vec<Self> {
        let mut shapes = Vec::new();
        let mut request = ListTablesRequest::default();
        loop {
            let page = database.list_tables(request).unwrap();
            for table_name in page.table_names {
                let request = DescribeTableRequest { table_name };
                let described = database.describe_table(request).unwrap();
                shapes.extend(Self::of_table(described));
            }
            let Some(last) = page.last_evaluated_table_name else {
                return shapes;
            };
            request = ListTablesRequest {
                exclusive_start_table_name: Some(last),
                limit: None,
            };
        }
    }

    fn of_table(described: DescribeTableResponse) -> impl Iterator<Item = Self> {
        let table = described.table;
        let indexes = table.global_secondary_indexes.into_iter().flatten();
        indexes.map(move |index| Self {
            table: table.table_name.clone(),
            attributes: held_attributes(&index, &table.key_schema),
            index: index.index_name,
        })
    }
}

fn held_attributes(
    index: &GlobalSecondaryIndexDescription,
    table_keys: &[KeySchemaElement],
) -> Option<BTreeSet<String>> {
    let projection = &index.projection;
    if let Some(ProjectionType::ALL) | None = projection.projection_type {
        return None;
    }
    let keys = index.key_schema.iter().chain(table_keys);
    let keys = keys.map(|key| key.attribute_name.clone());
    let included = projection.non_key_attributes.iter().flatten().cloned();
    Some(keys.chain(included).collect())
}

/// The indexes that may be read.
#[derive(Debug)]
pub(super) struct IndexRules {
    attributes: BTreeMap<(String, String), Option<BTreeSet<String>>>,
}

impl IndexRules {
    pub(super) fn new(shapes: Vec<IndexShape>) -> Self {
        let rules = shapes
            .into_iter()
            .map(|shape| ((shape.table, shape.index), shape.attributes));
        Self {
            attributes: rules.collect(),
        }
    }

    /// Says why AWS, or for `Scan` the design, refuses a call.
    pub(super) fn refusal(&self, asked: &Asked) -> Option<String> {
        if asked.operation == "Scan" {
            return Some("a Scan is never made".to_owned());
        }
        let (table, index) = asked.index()?;
        let key = (table.to_owned(), index.to_owned());
        let Some(attributes) = self.attributes.get(&key) else {
            return Some("the table does not have the specified index".to_owned());
        };
        if asked.body["ConsistentRead"] == true {
            return Some("consistent reads are not supported on an index".to_owned());
        }
        let held = attributes.as_ref()?;
        if asked.body["Select"] == "ALL_ATTRIBUTES" {
            return Some("ALL_ATTRIBUTES of an index that does not hold them".to_owned());
        }
        named(&asked.body)
            .into_iter()
            .find(|name| !held.contains(name))
            .map(|name| format!("the index does not project [{name}]"))
    }
}

/// The attributes that a query's conditions and projections name, in the current form
/// and in the one from before there were expressions.
fn named(body: &Value) -> Vec<String> {
    let placeholders = &body["ExpressionAttributeNames"];
    let expressions = [
        "KeyConditionExpression",
        "FilterExpression",
        "ProjectionExpression",
    ];
    let by_expression = expressions
        .iter()
        .filter_map(|field| body[field].as_str())
        .flat_map(|expression| expression::attributes(expression, placeholders));
    let conditions = ["KeyConditions", "QueryFilter"]
        .iter()
        .filter_map(|field| body[field].as_object())
        .flat_map(|conditions| conditions.keys().cloned());
    let listed = body["AttributesToGet"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|name| name.as_str().map(str::to_owned));
    by_expression.chain(conditions).chain(listed).collect()
}
