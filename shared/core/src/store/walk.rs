//! Instance-wide lists: rows in the order of their ids, walked bucket by bucket.

use super::counters::Counter;
use super::jobs::{From, items, onward};
use super::key::bucket;
use super::{Row, Store, Table, number, row_of};
use crate::error::Result;

/// Rows that one request of an instance-wide list looks at.
pub const MAX_WALKED: usize = 2_000;

/// What is listed instance-wide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sequence {
    Projects,
    /// Groups and personal namespaces.
    Groups,
    Users,
    /// What leads to access tokens by their numbers.
    TokenLinks,
}

impl Sequence {
    const fn table(self) -> Table {
        match self {
            Self::Projects => Table::Projects,
            Self::Groups => Table::Groups,
            Self::Users => Table::Users,
            Self::TokenLinks => Table::TokenIds,
        }
    }

    const fn counter(self) -> Counter {
        match self {
            Self::Projects => Counter::Projects,
            Self::Groups => Counter::Groups,
            Self::Users => Counter::Users,
            Self::TokenLinks => Counter::Tokens,
        }
    }
}

/// Some rows in order.
#[derive(Debug)]
pub struct Walk<R> {
    pub rows: Vec<R>,
    /// Where unread rows begin; none at the end of the list.
    pub rest: Option<From<u64>>,
}

impl Store {
    /// The last number that was given out. Strongly consistent.
    pub async fn last_of(&self, sequence: Sequence) -> Result<u64> {
        self.last_id(sequence.counter()).await
    }

    /// Walks over at most `limit` rows in the order that `from` gives. Strongly consistent.
    pub async fn walk<R: Row>(
        &self,
        sequence: Sequence,
        from: From<u64>,
        limit: usize,
    ) -> Result<Walk<R>> {
        let last = self.last_of(sequence).await?;
        self.walk_up_to(last, sequence, from, limit).await
    }

    /// The same for who knows the last number already: one round trip less.
    pub async fn walk_up_to<R: Row>(
        &self,
        last: u64,
        sequence: Sequence,
        from: From<u64>,
        limit: usize,
    ) -> Result<Walk<R>> {
        let table = self.table(sequence.table());
        let buckets: Box<dyn Iterator<Item = u64> + Send> = match from {
            From::Newest => Box::new((0..=bucket(last)).rev()),
            From::Below(id) => Box::new((0..=bucket(id.min(last.saturating_add(1)))).rev()),
            From::Above(id) => Box::new(bucket(id)..=bucket(last)),
        };
        let mut found = Vec::new();
        for bucket in buckets {
            let query = self.client.query().table_name(table).consistent_read(true);
            let query = onward(query, "bucket", number(bucket), from);
            let wanted = (limit + 1).saturating_sub(found.len());
            found.extend(items(query, wanted).await?);
            if found.len() > limit {
                break;
            }
        }
        let is_all = found.len() <= limit;
        found.truncate(limit);
        let last = found.last().and_then(|item| item.get("id")?.as_n().ok());
        let last = last.and_then(|id| id.parse().ok());
        let rest = last.filter(|_| !is_all).map(|last| match from {
            From::Newest | From::Below(_) => From::Below(last),
            From::Above(_) => From::Above(last),
        });
        let rows = found.into_iter().map(row_of).collect::<Result<_>>()?;
        Ok(Walk { rows, rest })
    }
}
