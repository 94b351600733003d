//! What a commit does to the files before it: all of its changes, or none. Pure.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;

use super::snapshot::{File, MAX_PATH_BYTES, Snapshot};
use super::{MAX_FILES, Oid};

/// One action of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub path: String,
    pub operation: Operation,
    /// The commit that the caller believes to have changed the path last.
    pub last_commit: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    Create(Content),
    Update(Content),
    /// Without content the file keeps its own.
    Move {
        from: String,
        content: Option<Content>,
    },
    Delete,
    Chmod {
        executable: bool,
    },
}

/// What a file becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    pub bytes: Bytes,
    /// None leaves it as it is; a new file is not executable.
    pub executable: Option<bool>,
}

/// Files after changes, whose `last_commit` is yet to be set where they were touched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Applied {
    pub(super) snapshot: Snapshot,
    /// Paths that were there before, or are now, and were changed.
    pub(super) touched: BTreeSet<String>,
    /// New contents by their ids.
    pub(super) blobs: BTreeMap<Oid, Bytes>,
}

const THERE: &str = "A file with this name already exists";
const DIRECTORY: &str = "A directory with this name already exists";
const NOT_THERE: &str = "A file with this name doesn't exist";
const CHANGED: &str =
    "You are attempting to update a file that has changed since you started editing it.";

/// Applies all changes, one after another.
///
/// # Errors
/// In GitLab's words, what is wrong with the first change that is wrong.
pub(super) fn apply(before: &Snapshot, changes: &[Change]) -> Result<Applied, String> {
    let mut applied = Applied {
        snapshot: before.clone(),
        touched: BTreeSet::new(),
        blobs: BTreeMap::new(),
    };
    for change in changes {
        applied.change(change, before)?;
    }
    if applied.snapshot.files.len() > MAX_FILES {
        return Err(format!("A repository may have at most {MAX_FILES} files"));
    }
    if applied.touched.iter().map(String::len).sum::<usize>() > MAX_PATH_BYTES {
        return Err("A commit may not change so many paths".to_owned());
    }
    Ok(applied)
}

impl Applied {
    fn change(&mut self, change: &Change, before: &Snapshot) -> Result<(), String> {
        let path = change.path.as_str();
        let source = match &change.operation {
            Operation::Move { from, .. } => from,
            Operation::Create(_)
            | Operation::Update(_)
            | Operation::Delete
            | Operation::Chmod { .. } => path,
        };
        if let Some(expected) = &change.last_commit
            && let Some(file) = before.files.get(source)
            && file.last_commit.to_string() != *expected
        {
            return Err(CHANGED.to_owned());
        }
        match &change.operation {
            Operation::Create(content) => {
                self.demand_free(path)?;
                self.write(path, content, false);
            }
            Operation::Update(content) => {
                let executable = self.file(path)?.executable;
                self.write(path, content, executable);
            }
            Operation::Move { from, content } => {
                let file = self.file(from)?.clone();
                if from != path {
                    self.remove(from);
                    self.demand_free(path)?;
                }
                match content {
                    Some(content) => self.write(path, content, file.executable),
                    None => self.put(path, file),
                }
            }
            Operation::Delete => {
                self.file(path)?;
                self.remove(path);
            }
            Operation::Chmod { executable } => {
                let mut file = self.file(path)?.clone();
                file.executable = *executable;
                self.put(path, file);
            }
        }
        Ok(())
    }

    fn file(&self, path: &str) -> Result<&File, String> {
        let file = self.snapshot.files.get(path);
        file.ok_or_else(|| NOT_THERE.to_owned())
    }

    /// Neither is there something of that name, nor is a directory above it a file.
    fn demand_free(&self, path: &str) -> Result<(), String> {
        let is_file = |path: &str| self.snapshot.files.contains_key(path);
        let mut above = path.match_indices('/').map(|(end, _)| &path[..end]);
        if is_file(path) || above.any(is_file) {
            return Err(THERE.to_owned());
        }
        if self.snapshot.has_directory(path) {
            return Err(DIRECTORY.to_owned());
        }
        Ok(())
    }

    fn write(&mut self, path: &str, content: &Content, was_executable: bool) {
        let id = Oid::of_blob(&content.bytes);
        self.blobs.insert(id, content.bytes.clone());
        let file = File {
            id,
            size: content.bytes.len() as u64,
            executable: content.executable.unwrap_or(was_executable),
            // Until the commit has an id.
            last_commit: Oid::NONE,
        };
        self.put(path, file);
    }

    fn put(&mut self, path: &str, file: File) {
        self.touched.insert(path.to_owned());
        self.snapshot.files.insert(path.to_owned(), file);
    }

    fn remove(&mut self, path: &str) {
        self.touched.insert(path.to_owned());
        self.snapshot.files.remove(path);
    }

    /// Notes the commit in every file that it touched.
    pub(super) fn note(&mut self, commit: Oid) {
        for path in &self.touched {
            if let Some(file) = self.snapshot.files.get_mut(path) {
                file.last_commit = commit;
            }
        }
    }
}
