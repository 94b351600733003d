//! Environments and pipelines downstream.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::node::Node;

/// Where a job deploys to. Variables in it are replaced when the pipeline is made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Environment {
    pub name: Arc<str>,
    pub url: Option<Arc<str>>,
    pub action: Action,
    /// The job that stops it.
    pub on_stop: Option<Arc<str>>,
    /// In words, or a variable.
    pub auto_stop_in: Option<Arc<str>>,
    pub deployment_tier: Option<Arc<str>>,
    pub kubernetes: Option<Node>,
}

/// What a job does to its environment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Action {
    #[default]
    Start,
    Stop,
    Prepare,
    Verify,
    Access,
}

/// A pipeline that the job starts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trigger {
    pub target: Target,
    pub strategy: Option<Strategy>,
    pub forward: Forward,
    pub inputs: Option<Node>,
}

/// Where it runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Target {
    Project {
        project: Arc<str>,
        branch: Option<Arc<str>>,
    },
    /// In the same project, with what is included.
    Child(Node),
}

/// How the job follows the status of the pipeline it started. Without one it is done when
/// that pipeline exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Strategy {
    Depend,
    Mirror,
}

/// Which variables go along.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forward {
    pub yaml_variables: bool,
    pub pipeline_variables: bool,
}

impl Default for Forward {
    fn default() -> Self {
        Self {
            yaml_variables: true,
            pipeline_variables: false,
        }
    }
}
