//! What a pipeline is made for.

use std::sync::Arc;

use super::Repository;
use crate::variables::Collection;

/// All that is known when a pipeline is made.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    pub source: Source,
    /// The name of the branch or tag.
    pub reference: &'a str,
    pub is_tag: bool,
    /// The full path of the project.
    pub project: &'a str,
    /// Whether the project has a cluster that jobs may deploy to.
    pub kubernetes: bool,
    /// The paths that the commits changed; None when that is not known, as for tags,
    /// schedules and new branches.
    pub changed_paths: Option<&'a [Arc<str>]>,
    pub repository: &'a dyn Repository,
    /// All but those of the configuration and of single jobs.
    pub variables: &'a Collection,
    pub limits: Limits,
}

impl Context<'_> {
    /// Whether it runs for a branch. Pipelines of merge requests run for neither.
    pub(super) fn is_branch(&self) -> bool {
        !self.is_tag && self.source != Source::MergeRequestEvent
    }
}

/// GitLab's settings; 0 means that there is no limit, except for needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub jobs: usize,
    pub needs: usize,
    pub deployments: usize,
}

impl Default for Limits {
    /// As GitLab has them.
    fn default() -> Self {
        Self {
            jobs: 0,
            needs: 50,
            deployments: 500,
        }
    }
}

/// What a pipeline was made by: `CI_PIPELINE_SOURCE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    Push,
    Web,
    Trigger,
    Schedule,
    Api,
    External,
    Pipeline,
    Chat,
    Webide,
    MergeRequestEvent,
    ExternalPullRequestEvent,
    ParentPipeline,
    OndemandDastScan,
    OndemandDastValidation,
    SecurityOrchestrationPolicy,
    ContainerRegistryPush,
    DuoWorkflow,
    PipelineExecutionPolicySchedule,
    DependencyManagementSecurityUpdate,
}

impl Source {
    pub const ALL: [Self; 19] = [
        Self::Push,
        Self::Web,
        Self::Trigger,
        Self::Schedule,
        Self::Api,
        Self::External,
        Self::Pipeline,
        Self::Chat,
        Self::Webide,
        Self::MergeRequestEvent,
        Self::ExternalPullRequestEvent,
        Self::ParentPipeline,
        Self::OndemandDastScan,
        Self::OndemandDastValidation,
        Self::SecurityOrchestrationPolicy,
        Self::ContainerRegistryPush,
        Self::DuoWorkflow,
        Self::PipelineExecutionPolicySchedule,
        Self::DependencyManagementSecurityUpdate,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::Web => "web",
            Self::Trigger => "trigger",
            Self::Schedule => "schedule",
            Self::Api => "api",
            Self::External => "external",
            Self::Pipeline => "pipeline",
            Self::Chat => "chat",
            Self::Webide => "webide",
            Self::MergeRequestEvent => "merge_request_event",
            Self::ExternalPullRequestEvent => "external_pull_request_event",
            Self::ParentPipeline => "parent_pipeline",
            Self::OndemandDastScan => "ondemand_dast_scan",
            Self::OndemandDastValidation => "ondemand_dast_validation",
            Self::SecurityOrchestrationPolicy => "security_orchestration_policy",
            Self::ContainerRegistryPush => "container_registry_push",
            Self::DuoWorkflow => "duo_workflow",
            Self::PipelineExecutionPolicySchedule => "pipeline_execution_policy_schedule",
            Self::DependencyManagementSecurityUpdate => "dependency_management_security_update",
        }
    }

    /// The source of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.as_str() == name)
    }

    /// The word that `only` and `except` have for it, alone or in the plural: `pushes`,
    /// `merge_requests`.
    pub(super) fn is_keyword(self, word: &str) -> bool {
        let name = self.as_str();
        let name = name.strip_suffix("_event").unwrap_or(name);
        let Some(rest) = word.strip_prefix(name) else {
            // Rails makes `policies` of `policy`.
            let stem = name.strip_suffix('y');
            return stem.is_some_and(|stem| word.strip_prefix(stem) == Some("ies"));
        };
        let plural = if name.ends_with("sh") { "es" } else { "s" };
        rest.is_empty() || (rest == plural && !name.ends_with('y'))
    }
}
