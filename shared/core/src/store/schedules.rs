//! The `schedules` table: which are due.

use futures::future::try_join_all;

use super::jobs::items;
use super::key::DEADLINE_SHARDS;
use super::{Item, Key, Rows, Store, Table, number};
use crate::error::{Error, Result};
use crate::ids::{ProjectId, ScheduleId};
use crate::schedule::Schedule;
use crate::time::Time;

impl Store {
    /// At most `limit` schedules whose time has come, those first that wait longest. Which
    /// ones, the index `by_due` tells, eventually consistent; the rows decide.
    pub async fn due_schedules(&self, now: Time, limit: usize) -> Result<Vec<Schedule>> {
        let until = number(u64::try_from(now.microseconds()).unwrap_or_default());
        let shards = (0..DEADLINE_SHARDS).map(|shard| {
            let query = self
                .client
                .query()
                .table_name(self.table(Table::Schedules))
                .index_name("by_due")
                .key_condition_expression("due_shard = :shard and next_run_at <= :now")
                .expression_attribute_values(":shard", number(shard))
                .expression_attribute_values(":now", until.clone());
            items(query, limit)
        });
        let mut found: Vec<(u64, Key)> = Vec::new();
        for item in try_join_all(shards).await?.into_iter().flatten() {
            let entry = listed(&item).ok_or_else(|| {
                Error::Internal("an index of schedules cannot be read".to_owned())
            })?;
            found.push(entry);
        }
        found.sort_by_key(|(time, _)| *time);
        found.truncate(limit);
        let mut rows = Rows::default();
        let keys = found.iter().map(|(_, key)| key.clone());
        rows.load(self, keys).await?;
        let mut due = Vec::new();
        for (_, key) in &found {
            let schedule: Option<Schedule> = rows.get(key)?;
            due.extend(schedule.filter(|schedule| schedule.is_due(now)));
        }
        Ok(due)
    }
}

/// When a row of the index is due, and its key.
fn listed(item: &Item) -> Option<(u64, Key)> {
    let number = |name: &str| item.get(name)?.as_n().ok()?.parse().ok();
    let key = Key::Schedule(ProjectId(number("project_id")?), ScheduleId(number("id")?));
    Some((number("next_run_at")?, key))
}
