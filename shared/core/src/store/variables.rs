//! The `variables` table: secret values by whose they are.

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;

use super::jobs::items;
use super::{Key, Store, Table, row_of};
use crate::error::Result;
use crate::variable::{CiVariable, Owner, Variable};

/// More variables than any job has.
const MAX_VARIABLES: usize = 1_000;

/// As many CI variables as a group may have.
const MAX_CI_VARIABLES: usize = 30_000;

impl Store {
    /// A job's variables, in the order of their names. Strongly consistent.
    pub async fn variables_of(&self, owner: Owner) -> Result<Vec<Variable>> {
        let query = self.query_variables(owner);
        let query = query.key_condition_expression("#owner = :owner");
        let found = items(query, MAX_VARIABLES).await?;
        found.into_iter().map(row_of).collect()
    }

    /// All CI variables of an owner, in the order of their keys. Strongly consistent.
    pub async fn ci_variables_of(&self, owner: Owner) -> Result<Vec<CiVariable>> {
        let query = self.query_variables(owner);
        let query = query.key_condition_expression("#owner = :owner");
        let found = items(query, MAX_CI_VARIABLES).await?;
        found.into_iter().map(row_of).collect()
    }

    /// At most `limit` CI variables of one key: of all scopes, or only that of this one.
    /// Strongly consistent.
    pub async fn ci_variables_called(
        &self,
        owner: Owner,
        key: &str,
        environment_scope: Option<&str>,
        limit: usize,
    ) -> Result<Vec<CiVariable>> {
        let (condition, sort) = match environment_scope {
            Some(scope) => ("#key = :key", CiVariable::sort_key(key, scope)),
            None => ("begins_with(#key, :key)", CiVariable::sort_prefix(key)),
        };
        if !Key::Variable(owner, sort.clone()).is_possible() {
            return Ok(Vec::new());
        }
        let query = self
            .query_variables(owner)
            .key_condition_expression(format!("#owner = :owner and {condition}"))
            .expression_attribute_names("#key", "key")
            .expression_attribute_values(":key", AttributeValue::S(sort));
        let found = items(query, limit).await?;
        found.into_iter().map(row_of).collect()
    }

    fn query_variables(&self, owner: Owner) -> QueryFluentBuilder {
        self.client
            .query()
            .table_name(self.table(Table::Variables))
            .expression_attribute_names("#owner", "owner")
            .expression_attribute_values(":owner", AttributeValue::S(owner.to_string()))
            .consistent_read(true)
    }
}
