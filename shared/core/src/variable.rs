//! Secret values: CI variables, and those that a manual job is played with.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ids::JobId;

/// Whose variable it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Owner {
    Job(JobId),
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Job(id) => write!(f, "job#{id}"),
        }
    }
}

impl Serialize for Owner {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Owner {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let job = text.strip_prefix("job#").and_then(|id| id.parse().ok());
        job.map(|id| Self::Job(JobId(id)))
            .ok_or_else(|| serde::de::Error::custom("no owner of variables"))
    }
}

/// One value by its name.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variable {
    pub owner: Owner,
    pub key: String,
    pub value: String,
}

impl fmt::Debug for Variable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Variable({}, {}, …)", self.owner, self.key)
    }
}
