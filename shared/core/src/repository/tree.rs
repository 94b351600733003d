//! Directories, which are in a snapshot only as parts of paths.

use std::collections::BTreeMap;

use super::snapshot::{File, Snapshot};
use super::{Oid, is_file_path};

/// What stands in a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub id: Oid,
    pub path: String,
    pub kind: EntryKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    Directory,
    File,
    Executable,
}

impl EntryKind {
    /// As git writes it, without leading zeros.
    const fn git_mode(self) -> &'static str {
        match self {
            Self::Directory => "40000",
            Self::File => "100644",
            Self::Executable => "100755",
        }
    }

    /// As the API writes it.
    pub const fn mode(self) -> &'static str {
        match self {
            Self::Directory => "040000",
            Self::File | Self::Executable => self.git_mode(),
        }
    }

    const fn of(file: &File) -> Self {
        if file.executable {
            Self::Executable
        } else {
            Self::File
        }
    }
}

impl Entry {
    /// The last part of its path.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }
}

impl Snapshot {
    /// The id of the commit's root tree.
    pub fn tree_id(&self) -> Oid {
        let files: Vec<(&str, &File)> = pairs(&self.files).collect();
        walk(&files, 0, false, &mut Vec::new())
    }

    /// What stands in a directory, with all below it if `recursive`, directories before
    /// what is in them. Empty where there is no such directory.
    pub fn entries(&self, directory: &str, recursive: bool) -> Vec<Entry> {
        let directory = directory.trim_matches('/');
        if !directory.is_empty() && !is_file_path(directory) {
            return Vec::new();
        }
        let prefix = match directory {
            "" => String::new(),
            directory => format!("{directory}/"),
        };
        let below = pairs(&self.files).filter(|(path, _)| path.starts_with(&prefix));
        let below: Vec<(&str, &File)> = below.collect();
        let mut entries = Vec::new();
        walk(&below, prefix.len(), recursive, &mut entries);
        entries
    }
}

fn pairs(files: &BTreeMap<String, File>) -> impl Iterator<Item = (&str, &File)> {
    files.iter().map(|(path, file)| (path.as_str(), file))
}

/// The id of the tree of these files, whose paths begin with the same `depth` bytes, and
/// its entries. Whole paths in the order of their bytes are in git's order at each level: a
/// directory counts as if its name ended with a slash. As deep as a path has slashes.
fn walk(files: &[(&str, &File)], depth: usize, recursive: bool, found: &mut Vec<Entry>) -> Oid {
    let first = |path: &str| path[depth..].find('/').map(|at| depth + at);
    let mut direct = Vec::new();
    for group in files.chunk_by(|(a, _), (b, _)| match (first(a), first(b)) {
        (Some(end), Some(other)) => a[..end] == b[..other],
        _ => false,
    }) {
        let [(path, file), ..] = group else {
            continue;
        };
        match first(path) {
            Some(end) => {
                let mut below = Vec::new();
                let id = walk(group, end + 1, recursive, &mut below);
                let directory = Entry {
                    id,
                    path: path[..end].to_owned(),
                    kind: EntryKind::Directory,
                };
                direct.push((&path[depth..end], directory.clone()));
                found.push(directory);
                if recursive {
                    found.append(&mut below);
                }
            }
            None => {
                let entry = Entry {
                    id: file.id,
                    path: (*path).to_owned(),
                    kind: EntryKind::of(file),
                };
                direct.push((&path[depth..], entry.clone()));
                found.push(entry);
            }
        }
    }
    Oid::of_tree(
        direct
            .iter()
            .map(|(name, entry)| (entry.kind.git_mode(), *name, entry.id)),
    )
}
