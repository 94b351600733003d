//! Why there is no pipeline.

use crate::fault::Fault;

/// Why no pipeline is made, in GitLab's words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("The pipeline did not run. Review the workflow:rules configuration for the pipeline.")]
    FilteredByWorkflowRules,
    #[error(
        "The resulting pipeline would have been empty. Review the rules configuration for the relevant jobs."
    )]
    FilteredByRules,
    /// Something is wrong that shows only now.
    #[error("{}", joined(.0))]
    ConfigError(Vec<Fault>),
    #[error(
        "The number of jobs has exceeded the limit of {limit}. Try splitting the configuration with parent-child-pipelines"
    )]
    SizeLimitExceeded { limit: usize },
    #[error("Pipeline has too many deployments! Requested {requested}, but the limit is {limit}.")]
    DeploymentsLimitExceeded { requested: usize, limit: usize },
}

fn joined(faults: &[Fault]) -> String {
    let texts: Vec<_> = faults.iter().map(|fault| fault.text.as_str()).collect();
    texts.join("\n")
}

impl Refusal {
    /// The `failure_reason` of a pipeline.
    pub const fn failure_reason(&self) -> &'static str {
        match self {
            Self::FilteredByWorkflowRules => "filtered_by_workflow_rules",
            Self::FilteredByRules => "filtered_by_rules",
            Self::ConfigError(_) => "config_error",
            Self::SizeLimitExceeded { .. } => "size_limit_exceeded",
            Self::DeploymentsLimitExceeded { .. } => "deployments_limit_exceeded",
        }
    }

    /// One by one, with their places.
    pub fn into_faults(self) -> Vec<Fault> {
        match self {
            Self::ConfigError(faults) => faults,
            Self::FilteredByWorkflowRules
            | Self::FilteredByRules
            | Self::SizeLimitExceeded { .. }
            | Self::DeploymentsLimitExceeded { .. } => vec![Fault::new(self.to_string())],
        }
    }
}
