//! Reading a repository: a file at a ref takes three calls, one behind another (the ref's
//! row, the list of the commit's files, the file).

use bytes::Bytes;

use super::{File, Oid, Snapshot, StoredCommit, short_ref_name};
use crate::blobs::{BlobKey, Blobs};
use crate::error::{Error, Result};
use crate::ids::ProjectId;
use crate::pipeline::Ref;
use crate::store::{Key, Rows, Store};

/// Hexadecimal digits of a commit's id that name it, if no other one begins so.
const SHORT_SHA: std::ops::Range<usize> = 7..40;

/// The repository of a project. All reads are strongly consistent.
#[derive(Clone, Copy)]
pub struct Repository<'a> {
    pub project: ProjectId,
    pub store: &'a Store,
    pub blobs: &'a Blobs,
}

/// The commit that a name leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    pub commit: Oid,
    /// The branch or tag, if it was one that was named.
    pub reference: Option<Ref>,
}

/// A file at a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundFile {
    pub commit: Oid,
    pub file: File,
    pub content: Bytes,
}

impl<'a> Repository<'a> {
    pub const fn new(project: ProjectId, store: &'a Store, blobs: &'a Blobs) -> Self {
        Self {
            project,
            store,
            blobs,
        }
    }

    /// The branch, tag or commit of this name: also `refs/heads/…` and `refs/tags/…`, and the
    /// beginning of a commit's id. A branch or tag wins over a commit.
    pub async fn resolve(&self, name: &str) -> Result<Option<Resolved>> {
        let (short, tag) = short_ref_name(name);
        let reference = Key::Ref(self.project, short.to_owned());
        let sha = name.to_ascii_lowercase();
        let commit = Key::Commit(self.project, sha.clone());
        let whole = Oid::parse(&sha).filter(|_| tag.is_none());
        let mut rows = Rows::default();
        let keys = std::iter::once(reference.clone()).chain(whole.map(|_| commit.clone()));
        rows.load(self.store, keys).await?;

        let found: Option<Ref> = rows.get(&reference)?;
        if let Some(found) = found.filter(|found| tag.is_none_or(|tag| tag == found.tag)) {
            return Ok(Some(Resolved {
                commit: oid(&found.sha)?,
                reference: Some(found),
            }));
        }
        let mut found: Option<StoredCommit> = rows.get(&commit)?;
        let is_short = SHORT_SHA.contains(&sha.len()) && sha.bytes().all(|c| c.is_ascii_hexdigit());
        if found.is_none() && is_short && tag.is_none() {
            found = self.store.commit_beginning(self.project, &sha).await?;
        }
        let commit = found.map(|commit| oid(&commit.sha)).transpose()?;
        Ok(commit.map(|commit| Resolved {
            commit,
            reference: None,
        }))
    }

    /// The files of a commit; none if there is no such commit here.
    pub async fn snapshot(&self, commit: Oid) -> Result<Option<Snapshot>> {
        let key = BlobKey::Snapshot(self.project, commit);
        let bytes = self.blobs.read_whole(&key).await?;
        bytes.map(|bytes| Snapshot::of_bytes(&bytes)).transpose()
    }

    /// A file's content.
    ///
    /// # Errors
    /// If it is not there: a commit is never without its files.
    pub async fn content(&self, file: &File) -> Result<Bytes> {
        let key = BlobKey::File(self.project, file.id);
        let bytes = self.blobs.read_whole(&key).await?;
        bytes.ok_or_else(|| Error::Internal(format!("{key} is not there")))
    }

    /// A file at a branch, a tag or a commit; none if one of both is not there.
    pub async fn file(&self, name: &str, path: &str) -> Result<Option<FoundFile>> {
        let Some(resolved) = self.resolve(name).await? else {
            return Ok(None);
        };
        self.file_at(resolved.commit, path).await
    }

    /// A file at a commit; none if one of both is not there.
    pub async fn file_at(&self, commit: Oid, path: &str) -> Result<Option<FoundFile>> {
        let snapshot = self.snapshot(commit).await?;
        let Some(file) = snapshot.and_then(|mut snapshot| snapshot.files.remove(path)) else {
            return Ok(None);
        };
        let content = self.content(&file).await?;
        Ok(Some(FoundFile {
            commit,
            file,
            content,
        }))
    }

    /// The paths of all files at a commit, in git's order; none if there is no such commit.
    pub async fn paths(&self, commit: Oid) -> Result<Option<Vec<String>>> {
        let snapshot = self.snapshot(commit).await?;
        Ok(snapshot.map(|snapshot| snapshot.files.into_keys().collect()))
    }

    /// The paths at which two commits differ. Without a first one all paths do.
    pub async fn changed_paths(&self, from: Option<Oid>, to: Oid) -> Result<Option<Vec<String>>> {
        let before = async {
            match from {
                Some(from) => self.snapshot(from).await,
                None => Ok(Some(Snapshot::default())),
            }
        };
        let (before, after) = futures::future::try_join(before, self.snapshot(to)).await?;
        let both = before.zip(after);
        Ok(both.map(|(before, after)| before.changed_paths(&after)))
    }

    /// Its row, with what a list shows; none if there is no such commit.
    pub async fn commit_row(&self, commit: Oid) -> Result<Option<StoredCommit>> {
        let found = self.store.commits(self.project, [commit.to_string()]);
        Ok(found.await?.pop())
    }
}

/// # Errors
/// If a row names no commit.
pub(super) fn oid(sha: &str) -> Result<Oid> {
    Oid::parse(sha).ok_or_else(|| Error::Internal(format!("a row names the commit {sha}")))
}
