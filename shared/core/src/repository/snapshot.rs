//! All files of a commit in one list, which lies beside the commit.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use serde::{Deserialize, Serialize};

use super::{MAX_FILES, Oid};
use crate::error::{Error, Result};

/// Bytes that the longest list has when it is not deflated.
const MAX_BYTES: u64 = 1_200 * MAX_FILES as u64;

/// Bytes of the paths that one commit may change.
pub(super) const MAX_PATH_BYTES: usize = 256 * 1024;

/// The files of a commit by their paths, whose order is git's own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    pub files: BTreeMap<String, File>,
}

/// A file in a commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    pub id: Oid,
    pub size: u64,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub executable: bool,
    /// The commit that changed it last.
    pub last_commit: Oid,
}

impl Snapshot {
    /// Whether there is a directory of this path.
    pub fn has_directory(&self, path: &str) -> bool {
        let below = format!("{path}/");
        let next = self.files.range(below.clone()..).next();
        next.is_some_and(|(name, _)| name.starts_with(&below))
    }

    /// The paths at which this and another commit differ, in git's order.
    pub fn changed_paths(&self, other: &Self) -> Vec<String> {
        let differs = |path: &&String| {
            let content = |files: &BTreeMap<String, File>| {
                files.get(*path).map(|file| (file.id, file.executable))
            };
            content(&self.files) != content(&other.files)
        };
        let mut paths: Vec<String> = self.files.keys().filter(differs).cloned().collect();
        let added = other.files.keys();
        paths.extend(
            added
                .filter(|path| !self.files.contains_key(*path))
                .cloned(),
        );
        paths.sort_unstable();
        paths
    }

    /// As it is stored.
    ///
    /// # Errors
    /// None that can be caused from outside.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        deflate(&serde_json::to_vec(self).map_err(broken)?)
    }

    /// # Errors
    /// If the object is damaged.
    pub fn of_bytes(bytes: &[u8]) -> Result<Self> {
        serde_json::from_slice(&inflate(bytes, MAX_BYTES)?).map_err(broken)
    }
}

/// Paths as a commit's row has them.
pub(super) fn deflate_paths(paths: &[&str]) -> Result<Vec<u8>> {
    deflate(paths.join("\0").as_bytes())
}

pub(super) fn inflate_paths(bytes: &[u8]) -> Result<Vec<String>> {
    if bytes.is_empty() {
        return Ok(Vec::new());
    }
    let text = inflate(bytes, 2 * MAX_PATH_BYTES as u64)?;
    let text = String::from_utf8(text).map_err(broken)?;
    let paths = text.split('\0').filter(|path| !path.is_empty());
    Ok(paths.map(str::to_owned).collect())
}

fn deflate(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).map_err(broken)?;
    encoder.finish().map_err(broken)
}

fn inflate(bytes: &[u8], limit: u64) -> Result<Vec<u8>> {
    let mut inflated = Vec::new();
    let decoder = DeflateDecoder::new(bytes);
    decoder
        .take(limit)
        .read_to_end(&mut inflated)
        .map_err(broken)?;
    Ok(inflated)
}

fn broken(error: impl std::fmt::Display) -> Error {
    Error::Internal(format!("a commit cannot be read or written: {error}"))
}
