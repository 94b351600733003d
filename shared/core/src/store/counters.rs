//! The `counters` table: the next ids.

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};

use super::{Store, Table, failure, number};
use crate::error::{Error, Result};

/// A sequence of ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counter {
    Projects,
    /// Groups and personal namespaces.
    Groups,
    Users,
    Tokens,
    Runners,
    Pipelines,
    /// Jobs and bridges.
    Jobs,
    Agents,
    ResourceGroups,
    Pushes,
    Schedules,
    Triggers,
}

impl Counter {
    const fn name(self) -> &'static str {
        match self {
            Self::Projects => "projects",
            Self::Groups => "groups",
            Self::Users => "users",
            Self::Tokens => "tokens",
            Self::Runners => "runners",
            Self::Pipelines => "pipelines",
            Self::Jobs => "jobs",
            Self::Agents => "agents",
            Self::ResourceGroups => "resource_groups",
            Self::Pushes => "pushes",
            Self::Schedules => "schedules",
            Self::Triggers => "triggers",
        }
    }
}

impl Store {
    /// Reserves `count` consecutive ids and gives the first.
    ///
    /// One unconditional `ADD`. When its answer is lost the ids are lost with it: a gap
    /// does no harm, the same id twice would.
    pub async fn reserve_ids(&self, counter: Counter, count: u64) -> Result<u64> {
        let answer = self
            .client
            .update_item()
            .table_name(self.table(Table::Counters))
            .key("name", AttributeValue::S(counter.name().to_owned()))
            .update_expression("add last_id :count")
            .expression_attribute_values(":count", number(count))
            .return_values(ReturnValue::UpdatedNew)
            .send()
            .await
            .map_err(|error| failure("UpdateItem", error))?;
        let last: Option<u64> = answer
            .attributes
            .as_ref()
            .and_then(|attributes| attributes.get("last_id")?.as_n().ok()?.parse().ok());
        last.map(|last| last - count + 1)
            .ok_or_else(|| Error::Internal(format!("the counter {} has no number", counter.name())))
    }

    /// The last id that was given out; 0 before the first. Strongly consistent.
    pub(super) async fn last_id(&self, counter: Counter) -> Result<u64> {
        let answer = self
            .client
            .get_item()
            .table_name(self.table(Table::Counters))
            .key("name", AttributeValue::S(counter.name().to_owned()))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| failure("GetItem", error))?;
        let last = answer.item.as_ref().and_then(|item| item.get("last_id"));
        let last = last.and_then(|last| last.as_n().ok()?.parse().ok());
        Ok(last.unwrap_or_default())
    }

    /// Makes sure that ids up to `last` are not given out any more.
    pub async fn skip_ids(&self, counter: Counter, last: u64) -> Result<()> {
        let raised = self
            .client
            .update_item()
            .table_name(self.table(Table::Counters))
            .key("name", AttributeValue::S(counter.name().to_owned()))
            .update_expression("set last_id = :last")
            .condition_expression("attribute_not_exists(last_id) or last_id < :last")
            .expression_attribute_values(":last", number(last))
            .send()
            .await;
        match raised {
            Ok(_) => Ok(()),
            Err(error) if super::condition_failed(&error) => Ok(()),
            Err(error) => Err(failure("UpdateItem", error)),
        }
    }
}
