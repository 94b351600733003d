//! The `members` table: who belongs to a project or a group.

use aws_sdk_dynamodb::types::AttributeValue;

use super::jobs::items;
use super::{Item, Store, Table, failure, number, row_of};
use crate::error::Result;
use crate::ids::UserId;
use crate::member::{Member, Role, Source};

impl Store {
    /// At most `limit` members of a project or group, by the numbers of the users.
    /// Strongly consistent.
    pub async fn members_of(&self, source: Source, limit: usize) -> Result<Vec<Member>> {
        let query = self
            .client
            .query()
            .table_name(self.table(Table::Members))
            .key_condition_expression("#source = :source")
            .expression_attribute_names("#source", "source")
            .expression_attribute_values(":source", AttributeValue::S(source.to_string()))
            .consistent_read(true);
        let found = items(query, limit).await?;
        found.into_iter().map(row_of).collect()
    }

    /// All memberships of a project or group that give the role of an owner, expired ones
    /// too. Strongly consistent.
    pub async fn owners_of(&self, source: Source) -> Result<Vec<Member>> {
        let mut owners = Vec::new();
        let mut next: Option<Item> = None;
        loop {
            let page = self
                .client
                .query()
                .table_name(self.table(Table::Members))
                .key_condition_expression("#source = :source")
                .filter_expression("access_level = :owner")
                .expression_attribute_names("#source", "source")
                .expression_attribute_values(":source", AttributeValue::S(source.to_string()))
                .expression_attribute_values(":owner", number(u8::from(Role::Owner).into()))
                .consistent_read(true)
                .set_exclusive_start_key(next)
                .send()
                .await
                .map_err(|error| failure("Query", error))?;
            for item in page.items.unwrap_or_default() {
                owners.push(row_of(item)?);
            }
            next = page.last_evaluated_key;
            if next.is_none() {
                return Ok(owners);
            }
        }
    }

    /// Where somebody is a member, as far as the index `by_user` knows by now: at most
    /// `limit` places. For lists; the rows decide.
    pub async fn memberships_of(&self, user: UserId, limit: usize) -> Result<Vec<Member>> {
        let query = self
            .client
            .query()
            .table_name(self.table(Table::Members))
            .index_name("by_user")
            .key_condition_expression("user_id = :user")
            .expression_attribute_values(":user", number(user.0));
        let found = items(query, limit).await?;
        found.into_iter().map(row_of).collect()
    }
}
