//! Where a user is a member.

use super::jobs::items;
use super::{Store, Table, number, row_of};
use crate::error::Result;
use crate::ids::UserId;
use crate::member::Member;

impl Store {
    /// At most `limit` memberships of a user. On the index `by_user`, eventually
    /// consistent: for lists only, and the rows decide.
    pub async fn memberships_of(&self, user: UserId, limit: usize) -> Result<Vec<Member>> {
        let query = self
            .client
            .query()
            .table_name(self.table(Table::Members))
            .index_name("by_user")
            .key_condition_expression("user_id = :user")
            .expression_attribute_values(":user", number(user.0));
        items(query, limit).await?.into_iter().map(row_of).collect()
    }
}
