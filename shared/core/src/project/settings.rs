//! What can be set for a project's pipelines and jobs, in the names of GitLab's API.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::member::Role;

/// What differs from these defaults is stored; a project without any stores nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CiSettings {
    pub build_git_strategy: GitStrategy,
    /// Commits; none means all.
    pub ci_default_git_depth: Option<u64>,
    pub ci_forward_deployment_enabled: bool,
    pub ci_forward_deployment_rollback_allowed: bool,
    pub ci_separated_caches: bool,
    pub ci_allow_fork_pipelines_to_run_in_parent_project: bool,
    pub ci_push_repository_for_job_token_allowed: bool,
    pub ci_id_token_sub_claim_components: Vec<String>,
    pub ci_pipeline_variables_minimum_override_role: OverrideRole,
    /// Seconds; none means that pipelines are kept.
    pub ci_delete_pipelines_in_seconds: Option<u64>,
    pub keep_latest_artifact: bool,
    /// Megabytes; none means the instance's limit.
    pub max_artifacts_size: Option<u64>,
}

impl Default for CiSettings {
    fn default() -> Self {
        let components = ["project_path", "ref_type", "ref"];
        Self {
            build_git_strategy: GitStrategy::Fetch,
            ci_default_git_depth: Some(20),
            ci_forward_deployment_enabled: true,
            ci_forward_deployment_rollback_allowed: true,
            ci_separated_caches: true,
            ci_allow_fork_pipelines_to_run_in_parent_project: true,
            ci_push_repository_for_job_token_allowed: false,
            ci_id_token_sub_claim_components: components.map(str::to_owned).to_vec(),
            ci_pipeline_variables_minimum_override_role: OverrideRole::Developer,
            ci_delete_pipelines_in_seconds: None,
            keep_latest_artifact: true,
            max_artifacts_size: None,
        }
    }
}

/// How runners get the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GitStrategy {
    Fetch,
    Clone,
}

/// From which role on somebody may give a pipeline or a job variables of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OverrideRole {
    NoOneAllowed,
    Developer,
    Maintainer,
    Owner,
}

impl OverrideRole {
    /// What the older `restrict_user_defined_variables` sets.
    pub const fn when_restricted(self, restricted: bool) -> Self {
        match (restricted, self) {
            (false, _) => Self::Developer,
            (true, Self::Developer) => Self::Maintainer,
            (true, Self::NoOneAllowed | Self::Maintainer | Self::Owner) => self,
        }
    }

    /// What the older `restrict_user_defined_variables` shows.
    pub fn is_restricted(self) -> bool {
        self != Self::Developer
    }

    /// None means nobody, administrators included.
    pub const fn role(self) -> Option<Role> {
        match self {
            Self::NoOneAllowed => None,
            Self::Developer => Some(Role::Developer),
            Self::Maintainer => Some(Role::Maintainer),
            Self::Owner => Some(Role::Owner),
        }
    }
}
