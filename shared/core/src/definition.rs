//! What a job runs: what its runner gets, once for all jobs that run the same.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use sha2::{Digest as _, Sha256};

use crate::error::{Error, Result};
use crate::ids::ProjectId;

/// Bytes of a definition as JSON: what a configuration may have at most.
pub const MAX_SIZE: u64 = 2_000_000;

/// Bytes that a row has room for.
const MAX_STORED: usize = 380_000;

/// A definition in its project, under the checksum of its content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    pub project_id: ProjectId,
    /// The first half of the SHA-256 of its JSON, in hexadecimal digits.
    pub checksum: String,
    /// Its JSON, deflated.
    body: ByteBuf,
}

impl Definition {
    /// None if it is larger than a row can be.
    ///
    /// # Errors
    /// If it is nothing that JSON can be made of.
    pub fn new(project_id: ProjectId, content: &impl Serialize) -> Result<Option<Self>> {
        let json = serde_json::to_vec(content).map_err(broken)?;
        if json.len() as u64 > MAX_SIZE {
            return Ok(None);
        }
        let checksum = hex::encode(&Sha256::digest(&json)[..16]);
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(&json).map_err(broken)?;
        let body = ByteBuf::from(encoder.finish().map_err(broken)?);
        Ok((body.len() <= MAX_STORED).then_some(Self {
            project_id,
            checksum,
            body,
        }))
    }

    /// What it was made of.
    ///
    /// # Errors
    /// If the row is damaged, or of another type.
    pub fn content<T: DeserializeOwned>(&self) -> Result<T> {
        let mut json = Vec::new();
        let decoder = DeflateDecoder::new(self.body.as_slice());
        decoder
            .take(MAX_SIZE)
            .read_to_end(&mut json)
            .map_err(broken)?;
        serde_json::from_slice(&json).map_err(broken)
    }
}

fn broken(error: impl std::fmt::Display) -> Error {
    Error::Internal(format!("a definition cannot be read or written: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_content_is_the_same_row() {
        let content = serde_json::json!({ "script": vec!["make test"; 1_000] });
        let one = Definition::new(ProjectId(1), &content).unwrap().unwrap();
        let two = Definition::new(ProjectId(1), &content).unwrap().unwrap();
        assert_eq!(one, two);
        assert_eq!(one.content::<serde_json::Value>().unwrap(), content);
        assert!(one.body.len() < 200, "{}", one.body.len());
        let other = serde_json::json!({ "script": ["make"] });
        let other = Definition::new(ProjectId(1), &other).unwrap().unwrap();
        assert_ne!(one.checksum, other.checksum);
    }

    #[test]
    fn what_no_row_can_hold_is_refused() {
        let zeros = "0".repeat(2_000_000);
        assert_eq!(Definition::new(ProjectId(1), &zeros).unwrap(), None);
        let mut state = 1_u64;
        let noise: Vec<u64> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(6_364_136_223_846_793_005) + 1;
            state
        })
        .take(60_000)
        .collect();
        assert_eq!(Definition::new(ProjectId(1), &noise).unwrap(), None);
    }
}
