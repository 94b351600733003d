//! Removing what an erased job left. The mark in the job's row comes first: readers see
//! nothing any more. Then objects and rows, and last the mark that there is work left;
//! whoever stops in between is followed by the sweeper.

use futures::future::{try_join, try_join_all};

use crate::blobs::{Blobs, Prefix};
use crate::error::Result;
use crate::ids::{JobId, ProjectId};
use crate::job::Job;
use crate::store::Store;
use crate::time::Time;

/// How long the one who marked a job has to remove what it left, in microseconds.
const FOLLOW_UP: i64 = 30_000_000;

/// Rows and objects that go in one go.
const AT_A_TIME: usize = 1_000;

impl Job {
    /// The job once it was erased at this time, with what it left still to be removed.
    #[must_use]
    pub fn erased(&self, now: Time) -> Self {
        let mut erased = self.clone();
        erased.build.erased_at = Some(now);
        erased.build.deadline = Some(Time::from_microseconds(now.microseconds() + FOLLOW_UP));
        erased.build.revision += 1;
        erased.artifacts.clear();
        erased.artifacts_expire_at = None;
        erased.log = None;
        erased.erasing = true;
        erased
    }
}

/// Removes all objects and log rows of a job that nobody sees any more.
///
/// # Errors
/// Those of a store. Calling it again goes on.
pub async fn remove_left(
    project: ProjectId,
    id: JobId,
    store: &Store,
    blobs: &Blobs,
) -> Result<()> {
    // Objects are found by the beginning of their names, so also those that no row names.
    let prefixes = [
        Prefix::Logs(project, Some(id)),
        Prefix::Snapshots(project, Some(id)),
        Prefix::Artifacts(project, Some(id)),
    ];
    let objects = prefixes.iter().map(|prefix| async move {
        while blobs.delete_below(prefix, AT_A_TIME).await? == AT_A_TIME {}
        Ok(())
    });
    let rows = async {
        while store.delete_log_chunks(id, AT_A_TIME).await? == AT_A_TIME {}
        Ok(())
    };
    try_join(try_join_all(objects), rows).await.map(|_| ())
}

/// Removes all objects and log rows of an erased job, and gives the job without the mark
/// that there is work left. Doing it twice, or in two places, does no harm.
///
/// # Errors
/// Those of a store. Calling it again goes on.
pub async fn finish(job: &Job, store: &Store, blobs: &Blobs) -> Result<Job> {
    remove_left(job.build.project_id, job.build.id, store, blobs).await?;

    let mut done = job.clone();
    done.erasing = false;
    done.build.deadline = None;
    // If the row moved on, somebody else did this, or will.
    store.edit(job, &done).await?;
    Ok(done)
}
