//! Which jobs a job waits for, in few bytes: every row of a large pipeline has this.

use serde::{Deserialize, Serialize};

/// Jobs and bridges, by their places among those that the pipeline was born with, counted
/// from 0; places and not ids, so that a retry stands for the job it replaced. At most
/// fifty, as in GitLab. Stored as two bytes each, the higher one first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needs(pub Vec<u16>);

impl Serialize for Needs {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let bytes: Vec<u8> = self
            .0
            .iter()
            .flat_map(|place| place.to_be_bytes())
            .collect();
        serializer.serialize_bytes(&bytes)
    }
}

impl<'de> Deserialize<'de> for Needs {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = serde_bytes::ByteBuf::deserialize(deserializer)?;
        let (places, rest) = bytes.as_chunks::<2>();
        if !rest.is_empty() {
            return Err(serde::de::Error::custom("half a place"));
        }
        Ok(Self(
            places.iter().copied().map(u16::from_be_bytes).collect(),
        ))
    }
}
