//! Secret values: CI variables, and those that a manual job is played with.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ids::{GroupId, JobId, PipelineId, ProjectId, ScheduleId};

mod ci;

pub use ci::{CiVariable, VariableType, key_faults};

/// Whose variable it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Owner {
    Instance,
    Group(GroupId),
    Project(ProjectId),
    /// A pipeline schedule: what its pipelines are given.
    Schedule(ScheduleId),
    /// What a pipeline was given when it was started.
    Pipeline(PipelineId),
    Job(JobId),
}

impl Owner {
    fn parse(text: &str) -> Option<Self> {
        let Some((kind, id)) = text.split_once('#') else {
            return (text == "instance").then_some(Self::Instance);
        };
        let id = id.parse().ok()?;
        match kind {
            "group" => Some(Self::Group(GroupId(id))),
            "project" => Some(Self::Project(ProjectId(id))),
            "schedule" => Some(Self::Schedule(ScheduleId(id))),
            "pipeline" => Some(Self::Pipeline(PipelineId(id))),
            "job" => Some(Self::Job(JobId(id))),
            _ => None,
        }
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Instance => f.write_str("instance"),
            Self::Group(id) => write!(f, "group#{id}"),
            Self::Project(id) => write!(f, "project#{id}"),
            Self::Schedule(id) => write!(f, "schedule#{id}"),
            Self::Pipeline(id) => write!(f, "pipeline#{id}"),
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
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("no owner of variables"))
    }
}

/// One value by its name: what a job is played with.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners_read_as_they_are_written() {
        for owner in [
            Owner::Instance,
            Owner::Group(GroupId(1)),
            Owner::Project(ProjectId(1)),
            Owner::Schedule(ScheduleId(1)),
            Owner::Pipeline(PipelineId(1)),
            Owner::Job(JobId(1)),
        ] {
            assert_eq!(Owner::parse(&owner.to_string()), Some(owner));
        }
        for text in ["", "job", "job#", "job#x", "user#1", "instance#1"] {
            assert_eq!(Owner::parse(text), None, "{text}");
        }
    }
}
