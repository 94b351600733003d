//! Walking back through the commits of a branch.

use super::reader::Repository;
use super::{ANCESTORS, Oid, StoredCommit};
use crate::error::Result;

/// Commits that a search looks at.
const LOOKED_AT: usize = 2_000;

impl Repository<'_> {
    /// The commits from this one on, newest first, without the first `skip`, at most `limit`.
    /// Each read of rows says where the next hundred are.
    pub async fn commits_from(
        &self,
        head: Oid,
        skip: usize,
        limit: usize,
    ) -> Result<Vec<StoredCommit>> {
        let (mut at, mut left) = (head, skip);
        while left > 0 {
            let Some(commit) = self.commit_row(at).await? else {
                return Ok(Vec::new());
            };
            let ancestors = commit.ancestors();
            let step = left.min(ancestors.len());
            let Some(behind) = step.checked_sub(1).and_then(|place| ancestors.get(place)) else {
                return Ok(Vec::new());
            };
            at = *behind;
            left -= step;
        }
        self.walk(at, 0, limit, limit, |_| Ok(true)).await
    }

    /// The same of those commits that fit, among the newest 2,000.
    pub async fn commits_that(
        &self,
        head: Oid,
        skip: usize,
        limit: usize,
        fits: impl Fn(&StoredCommit) -> Result<bool>,
    ) -> Result<Vec<StoredCommit>> {
        self.walk(head, skip, limit, LOOKED_AT, fits).await
    }

    async fn walk(
        &self,
        head: Oid,
        mut skip: usize,
        limit: usize,
        mut look_at: usize,
        fits: impl Fn(&StoredCommit) -> Result<bool>,
    ) -> Result<Vec<StoredCommit>> {
        let mut found = Vec::new();
        let mut next = vec![head];
        while look_at > 0 && !next.is_empty() {
            next.truncate(look_at.min(ANCESTORS));
            look_at -= next.len();
            let shas = next.iter().map(Oid::to_string);
            let commits = self.store.commits(self.project, shas).await?;
            next = commits
                .last()
                .map(StoredCommit::ancestors)
                .unwrap_or_default();
            for commit in commits {
                if !fits(&commit)? {
                    continue;
                }
                if skip > 0 {
                    skip -= 1;
                    continue;
                }
                found.push(commit);
                if found.len() == limit {
                    return Ok(found);
                }
            }
        }
        Ok(found)
    }
}
