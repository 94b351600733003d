//! Making a commit: four calls, one behind another. The refs are read; then the list of the
//! files before; then new files and the new list are written; last one transaction moves the
//! branch. Until then nobody sees anything of it, and what a function leaves behind that died
//! before is named by its content: it is in nobody's way.

mod heads;

use bytes::Bytes;
use futures::future::{try_join, try_join3};
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use serde_bytes::ByteBuf;

use super::changes::{Applied, Change, apply};
use super::push::{Push, ZERO_SHA, asks_to_skip};
use super::reader::{Repository, oid};
use super::snapshot::{Snapshot, deflate_paths};
use super::{ANCESTORS, Oid, ProtectedBranch, RefAccess, Signature, StoredCommit};
use crate::blobs::BlobKey;
use crate::error::{Error, Result};
use crate::ids::{PushId, UserId};
use crate::pipeline::{Commit, Ref};
use crate::policy::Standing;
use crate::project::Project;
use crate::store::counters::Counter;
use crate::store::{Write, Written};
use crate::time::Time;

/// Objects that are written side by side.
const WRITES_AT_ONCE: usize = 16;

/// A commit to be made.
#[derive(Clone, Debug)]
pub struct NewCommit {
    pub branch: String,
    pub start: Start,
    pub message: String,
    pub author: Signature,
    pub committer: Signature,
    pub changes: Vec<Change>,
    /// Lets the branch be put elsewhere, whatever it has.
    pub force: bool,
    pub user_id: UserId,
    pub standing: Standing,
    pub now: Time,
}

/// What a commit comes behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// The head of its own branch.
    Branch,
    /// That of this one, from which its own is made.
    Other(String),
    /// This commit, with which its own branch is made.
    Sha(String),
}

/// What became of it.
#[derive(Clone, Debug, PartialEq)]
pub enum Committed {
    /// With the push that a pipeline is to be made from.
    Yes(Box<StoredCommit>, Box<Push>),
    Refused(Refusal),
}

/// Why there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The branch is protected against this caller.
    NotAllowed,
    /// In GitLab's words.
    Invalid(String),
    /// The project was deleted meanwhile.
    ProjectGone,
}

impl Repository<'_> {
    /// Makes a commit and moves its branch, or makes it. The first commit to a repository
    /// makes its branch the default one, and protects it. Assumes that the branch stands where
    /// it was read, and that the project was not marked as deleted meanwhile.
    pub async fn commit(&self, project: &Project, new: &NewCommit) -> Result<Committed> {
        let heads = match self.heads(project, new).await? {
            Ok(heads) => heads,
            Err(refusal) => return Ok(Committed::Refused(refusal)),
        };
        let (before, parent) = try_join(
            self.snapshot_before(heads.parent),
            self.row_before(heads.parent),
        )
        .await?;
        let mut applied = match apply(&before, &new.changes) {
            Ok(applied) => applied,
            Err(text) => return Ok(Committed::Refused(Refusal::Invalid(text))),
        };
        let commit = self.stored(new, &applied, heads.parent, parent.as_ref())?;
        let id = oid(&commit.sha)?;
        applied.note(id);
        let snapshot = Bytes::from(applied.snapshot.to_bytes()?);
        let key = BlobKey::Snapshot(self.project, id);
        let push = self.store.reserve_ids(Counter::Pushes, 1);
        let (_, (), push) = try_join3(
            self.write_files(&applied),
            self.blobs.write(&key, snapshot),
            push,
        )
        .await?;

        let push = Push {
            project_id: self.project,
            id: PushId(push),
            ref_name: new.branch.clone(),
            tag: false,
            before: heads
                .branch
                .as_ref()
                .map_or(ZERO_SHA.to_owned(), |it| it.sha.clone()),
            after: commit.sha.clone(),
            user_id: new.user_id,
            created_at: new.now,
            ci_skip: asks_to_skip(&new.message),
            deadline: Some(Push::deadline(new.now)),
        };
        let head = Ref {
            project_id: self.project,
            name: new.branch.clone(),
            tag: false,
            sha: commit.sha.clone(),
            annotation: None,
        };
        let moved = match &heads.branch {
            Some(old) => Write::edit(old, &head)?,
            None => Write::create(&head)?,
        };
        let writes = vec![
            moved,
            project_write(project, new, heads.is_empty)?,
            // The same commit may have been made on another branch.
            Write::create_over(&commit, "tree", &commit.tree)?,
            Write::create(&push)?,
        ];
        Ok(match self.store.write_all(writes).await? {
            Written::All => Committed::Yes(Box::new(commit), Box::new(push)),
            Written::Refused(places) if places == [1] && !heads.is_empty => {
                Committed::Refused(Refusal::ProjectGone)
            }
            Written::Refused(_) => Committed::Refused(Refusal::Invalid(format!(
                "Could not update refs/heads/{}. Please refresh and try again.",
                new.branch
            ))),
        })
    }

    async fn snapshot_before(&self, parent: Option<Oid>) -> Result<Snapshot> {
        match parent {
            // A branch that a row alone was made for has no files.
            Some(parent) => Ok(self.snapshot(parent).await?.unwrap_or_default()),
            None => Ok(Snapshot::default()),
        }
    }

    async fn row_before(&self, parent: Option<Oid>) -> Result<Option<StoredCommit>> {
        match parent {
            Some(parent) => self.commit_row(parent).await,
            None => Ok(None),
        }
    }

    fn stored(
        &self,
        new: &NewCommit,
        applied: &Applied,
        parent: Option<Oid>,
        parent_row: Option<&StoredCommit>,
    ) -> Result<StoredCommit> {
        let tree = applied.snapshot.tree_id();
        let parents: Vec<Oid> = parent.into_iter().collect();
        let (author, committer) = (&new.author, &new.committer);
        let sha = Oid::of_commit(tree, &parents, author, committer, &new.message);
        let older = parent_row.iter().flat_map(|parent| parent.ancestors());
        let ancestors = parents.iter().copied().chain(older).take(ANCESTORS);
        let ancestors: Vec<u8> = ancestors.flat_map(|id| *id.as_bytes()).collect();
        let paths: Vec<&str> = applied.touched.iter().map(String::as_str).collect();
        Ok(StoredCommit {
            project_id: self.project,
            sha: sha.to_string(),
            tree: tree.to_string(),
            committed_at: committer.time,
            commit: Commit {
                id: sha.to_string(),
                title: title(&new.message),
                message: new.message.clone(),
                author_name: author.name.clone(),
                author_email: author.email.clone(),
                authored_date: author.time.to_string(),
                committer_name: committer.name.clone(),
                committer_email: committer.email.clone(),
                committed_date: committer.time.to_string(),
                parent_ids: parents.iter().map(Oid::to_string).collect(),
            },
            ancestors: ByteBuf::from(ancestors),
            paths: ByteBuf::from(deflate_paths(&paths)?),
        })
    }

    async fn write_files(&self, applied: &Applied) -> Result<()> {
        let files = applied.blobs.iter();
        let files = files.map(|(id, content)| (BlobKey::File(self.project, *id), content.clone()));
        let files: Vec<(BlobKey, Bytes)> = files.collect();
        stream::iter(files)
            .map(|(key, content)| async move { self.blobs.write(&key, content).await })
            .buffer_unordered(WRITES_AT_ONCE)
            .try_collect()
            .await
    }
}

/// A check that the project is there. Behind the first commit also its default branch.
fn project_write(project: &Project, new: &NewCommit, is_first: bool) -> Result<Write> {
    if !is_first {
        return Write::check(project);
    }
    let mut begun = project.clone();
    begun.default_branch = Some(new.branch.clone());
    let is_covered = begun
        .protected_branches
        .iter()
        .any(|rule| rule.name == new.branch);
    if !is_covered {
        let id = begun.protected_branches.iter().map(|rule| rule.id).max();
        begun.protected_branches.push(ProtectedBranch {
            id: id.unwrap_or_default() + 1,
            name: new.branch.clone(),
            push: RefAccess::Maintainer,
            merge: RefAccess::Maintainer,
            allow_force_push: false,
            created_at: new.now,
        });
    }
    Write::edit(project, &begun)
}

/// The first line, as a title.
fn title(message: &str) -> String {
    let line = message.lines().map(str::trim).find(|line| !line.is_empty());
    line.unwrap_or_default().to_owned()
}

impl Refusal {
    /// As the files API tells it.
    pub fn into_error(self) -> Error {
        match self {
            Self::NotAllowed => {
                Error::Refused("You are not allowed to push into this branch".to_owned())
            }
            Self::Invalid(text) => Error::Refused(text),
            Self::ProjectGone => Error::not_found("Project"),
        }
    }
}
