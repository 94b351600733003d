//! A project's repository: files, commits, branches and tags, without a git server.
//!
//! Blobs, trees, commits and annotated tags have the ids that git gives them (`objects`).
//! A blob is an object in the bucket; beside each commit lies the list of its files
//! (`snapshot`), so that a file is found without walking trees. What a commit changes is
//! decided in `changes`, which is pure, and so are the rules of protected branches and tags
//! (`protection`). [`Repository`] reads, and [`Repository::commit`] writes.

mod changes;
mod commit;
mod history;
mod names;
mod objects;
mod protection;
mod push;
mod reader;
mod refs;
mod snapshot;
#[cfg(test)]
mod tests;
mod tree;

pub use changes::{Change, Content, Operation};
pub use commit::{Committed, NewCommit, Refusal, Start};
pub use names::{is_file_path, is_ref_name, short_ref_name};
pub use objects::{Oid, Signature, TagObject};
pub use protection::{
    MAX_PROTECTED, ProtectedBranch, ProtectedTag, RefAccess, is_protected, matches, may_create_tag,
    may_merge, may_push, may_run_on,
};
pub use push::{Push, ZERO_SHA};
pub use reader::{FoundFile, Repository, Resolved};
pub use refs::RefCreated;
pub use snapshot::{File, Snapshot};
pub use tree::{Entry, EntryKind};

use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use crate::ids::ProjectId;
use crate::pipeline::Commit;
use crate::time::Time;
use protection::may_force_push;

/// Bytes of one file.
pub const MAX_FILE_BYTES: usize = 2 * 1024 * 1024;

/// Files of one commit.
pub const MAX_FILES: usize = 10_000;

/// Actions of one commit.
pub const MAX_CHANGES: usize = 1_000;

/// Bytes of a message.
pub const MAX_MESSAGE_BYTES: usize = 64 * 1024;

/// Commits before it that a commit's row names: a page of a list is one read behind another.
pub const ANCESTORS: usize = 100;

/// A commit as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredCommit {
    pub project_id: ProjectId,
    pub sha: String,
    /// The id of its root tree.
    pub tree: String,
    pub committed_at: Time,
    pub commit: Commit,
    /// The ids of the commits before it, nearest first, at most [`ANCESTORS`], 20 bytes each.
    #[serde(default)]
    pub ancestors: ByteBuf,
    /// The paths that it changed, deflated.
    #[serde(default)]
    pub paths: ByteBuf,
}

impl StoredCommit {
    /// The commits before it that its row names, nearest first.
    pub fn ancestors(&self) -> Vec<Oid> {
        let ids = self.ancestors.chunks_exact(20);
        ids.filter_map(Oid::of_bytes).collect()
    }

    /// The paths that it changed.
    ///
    /// # Errors
    /// If the row is damaged.
    pub fn paths(&self) -> crate::error::Result<Vec<String>> {
        snapshot::inflate_paths(&self.paths)
    }
}
