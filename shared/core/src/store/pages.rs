//! Pages by number over rows that lie together.

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;

use super::belongings::Partition;
use super::jobs::items;
use super::{Row, Store, row_of};
use crate::error::Result;

/// What lies before a page.
enum Skipped {
    Nothing,
    UpTo(AttributeValue),
    /// There are not that many.
    Everything,
}

impl Store {
    /// At most `limit` rows in the order of their sort keys, behind the first `skip` of
    /// them, of which only the sort keys are fetched. Strongly consistent.
    pub async fn rows_in<R: Row>(
        &self,
        partition: Partition,
        skip: usize,
        limit: usize,
    ) -> Result<Vec<R>> {
        let query = self.query_partition(partition);
        let query = match self.last_skipped(partition, skip).await? {
            Skipped::Nothing => query.key_condition_expression("#partition = :value"),
            Skipped::UpTo(last) => query
                .key_condition_expression("#partition = :value and #sort > :last")
                .expression_attribute_names("#sort", partition.sort_key())
                .expression_attribute_values(":last", last),
            Skipped::Everything => return Ok(Vec::new()),
        };
        let found = items(query, limit).await?;
        found.into_iter().map(row_of).collect()
    }

    async fn last_skipped(&self, partition: Partition, skip: usize) -> Result<Skipped> {
        if skip == 0 {
            return Ok(Skipped::Nothing);
        }
        let query = self
            .query_partition(partition)
            .key_condition_expression("#partition = :value")
            .projection_expression("#sort")
            .expression_attribute_names("#sort", partition.sort_key());
        let mut skipped = items(query, skip).await?;
        let count = skipped.len();
        let last = skipped.pop();
        let last = last.and_then(|mut item| item.remove(partition.sort_key()));
        Ok(last
            .filter(|_| count == skip)
            .map_or(Skipped::Everything, Skipped::UpTo))
    }

    fn query_partition(&self, partition: Partition) -> QueryFluentBuilder {
        let table = partition.table();
        self.client
            .query()
            .table_name(self.table(table))
            .expression_attribute_names("#partition", table.partition_key())
            .expression_attribute_values(":value", partition.value())
            .consistent_read(true)
    }
}
