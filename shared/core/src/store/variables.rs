//! The `variables` table: secret values by whose they are.

use aws_sdk_dynamodb::types::AttributeValue;

use super::jobs::items;
use super::{Store, Table, row_of};
use crate::error::Result;
use crate::variable::{Owner, Variable};

/// More variables than any owner has.
const MAX_VARIABLES: usize = 1_000;

impl Store {
    /// Somebody's variables, in the order of their names. Strongly consistent.
    pub async fn variables_of(&self, owner: Owner) -> Result<Vec<Variable>> {
        let query = self
            .client
            .query()
            .table_name(self.table(Table::Variables))
            .key_condition_expression("#owner = :owner")
            .expression_attribute_names("#owner", "owner")
            .expression_attribute_values(":owner", AttributeValue::S(owner.to_string()))
            .consistent_read(true);
        items(query, MAX_VARIABLES)
            .await?
            .into_iter()
            .map(row_of)
            .collect()
    }
}
