//! Projects, the groups above them, and the paths that lead to both.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::{GroupId, ProjectId, UserId};
use crate::repository::{ProtectedBranch, ProtectedTag};
use crate::time::Time;

mod settings;

pub use settings::{CiSettings, GitStrategy, OverrideRole};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    Private,
    Internal,
    Public,
}

/// Who may use a feature of a project: nobody, its members, or all who see it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FeatureAccess {
    Disabled,
    Private,
    #[default]
    Enabled,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Project {
    pub id: ProjectId,
    pub name: String,
    pub path: String,
    /// Path with those of all groups above, in the owner's spelling.
    pub full_path: String,
    pub namespace: Namespace,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    pub visibility: Visibility,
    /// Whether all who see the project see its jobs; otherwise from reporter on.
    pub public_jobs: bool,
    #[serde(default)]
    pub builds_access_level: FeatureAccess,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_branch: Option<String>,
    pub creator_id: UserId,
    pub created_at: Time,
    pub updated_at: Time,
    pub last_activity_at: Time,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub archived: bool,
    /// Marked for deletion: nobody sees it any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<Time>,
    /// By when the sweeper looks after the row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Time>,
    /// Published jobs, retried ones included: the total of the job list.
    pub job_count: u64,
    /// Published pipelines, child pipelines left out: the total of the pipeline list.
    #[serde(default)]
    pub pipeline_count: u64,
    /// CI variables of its own.
    #[serde(default, skip_serializing_if = "is_default")]
    pub variable_count: u64,
    #[serde(default, skip_serializing_if = "is_default")]
    pub trigger_count: u64,
    #[serde(default, skip_serializing_if = "is_default")]
    pub schedule_count: u64,
    /// The number of its latest pipeline, child pipelines included.
    #[serde(default, skip_serializing_if = "is_default")]
    pub last_pipeline_iid: u64,
    /// Whether this project's job tokens are confined to an allow list (outbound).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ci_job_token_scope_enabled: bool,
    /// Projects whose job tokens may come in besides the project's own.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub job_token_allowlist: BTreeSet<ProjectId>,
    /// Groups whose projects' job tokens may come in.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub job_token_groups_allowlist: BTreeSet<GroupId>,
    /// Lets the job tokens of all projects in; otherwise only listed ones.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub job_token_inbound_open: bool,
    /// Seconds.
    pub build_timeout: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ci_config_path: Option<String>,
    pub shared_runners_enabled: bool,
    pub group_runners_enabled: bool,
    pub auto_cancel_pending_pipelines: bool,
    /// Where runners clone from. It may hold a user name and a password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub import_url: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub ci: CiSettings,
    /// At most [`MAX_PROTECTED`](crate::repository::MAX_PROTECTED).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub protected_branches: Vec<ProtectedBranch>,
    /// As many.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub protected_tags: Vec<ProtectedTag>,
}

impl Project {
    /// The groups above, outermost first; none for a personal project.
    pub fn ancestors(&self) -> &[GroupId] {
        match &self.namespace {
            Namespace::User { .. } => &[],
            Namespace::Group { ancestors } => ancestors,
        }
    }

    /// Whether it is right in this group: an index may be older than a transfer.
    pub fn is_right_in(&self, group: GroupId) -> bool {
        self.ancestors().last() == Some(&group)
    }

    /// Its own job tokens may always come in; those of others if it is open to them, or
    /// when they or a group above them are listed.
    pub fn admits_job_token_of(&self, source: &Self) -> bool {
        let listed = || {
            let groups = &self.job_token_groups_allowlist;
            self.job_token_allowlist.contains(&source.id)
                || source.ancestors().iter().any(|id| groups.contains(id))
        };
        source.id == self.id || self.job_token_inbound_open || listed()
    }
}

/// Where a project stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Namespace {
    User {
        user_id: UserId,
    },
    /// All groups above, outermost first; the last one is the project's own.
    Group {
        ancestors: Vec<GroupId>,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    pub id: GroupId,
    pub name: String,
    pub path: String,
    pub full_path: String,
    /// The groups above, outermost first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ancestors: Vec<GroupId>,
    pub visibility: Visibility,
    pub created_at: Time,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub project_creation_level: ProjectCreationLevel,
    #[serde(default, skip_serializing_if = "is_default")]
    pub subgroup_creation_level: SubgroupCreationLevel,
    #[serde(default, skip_serializing_if = "is_default")]
    pub shared_runners_setting: SharedRunnersSetting,
    /// Whose personal namespace it is: then it is no group to anybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<UserId>,
    /// Counts how often an owner left or became something less: of two who leave at the
    /// same time one finds it changed.
    #[serde(default, skip_serializing_if = "is_default")]
    pub owners_revision: u64,
    /// Counts what was put right below: who looked at all that is below, to change it with
    /// the group, finds it changed if something has come since.
    #[serde(default, skip_serializing_if = "is_default")]
    pub children_revision: u64,
    /// CI variables of its own.
    #[serde(default, skip_serializing_if = "is_default")]
    pub variable_count: u64,
    /// Marked for deletion: nobody sees it any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<Time>,
    /// By when the sweeper looks after the row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Time>,
}

impl Group {
    /// The attribute to count up when something is put right below.
    pub const CHILDREN: &str = "children_revision";

    /// When anything about it was last changed.
    pub fn changed_at(&self) -> Time {
        self.updated_at.unwrap_or(self.created_at)
    }

    /// Whether it is right below this one: an index may be older than a transfer.
    pub fn is_right_below(&self, group: GroupId) -> bool {
        self.ancestors.last() == Some(&group)
    }

    /// Whether it is a group to anybody: neither deleted nor somebody's personal namespace.
    pub fn exists(&self) -> bool {
        self.deleted_at.is_none() && self.owner.is_none()
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Who may create projects in a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProjectCreationLevel {
    Noone,
    Owner,
    Maintainer,
    #[default]
    Developer,
    Administrator,
}

/// Who may create groups in a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SubgroupCreationLevel {
    Owner,
    #[default]
    Maintainer,
}

/// Whether the projects of a group may use the instance's runners.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SharedRunnersSetting {
    #[default]
    Enabled,
    DisabledAndOverridable,
    DisabledAndUnoverridable,
}

/// Keeps a project's name unique within its namespace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectName {
    pub namespace_id: GroupId,
    pub name: String,
    pub project_id: ProjectId,
}

/// What a full path leads to. Paths are unique whatever their case, so the key is lower case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectoryEntry {
    pub path: String,
    #[serde(flatten)]
    pub target: DirectoryTarget,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DirectoryTarget {
    Project {
        id: ProjectId,
        /// A hint for what to read next, never an answer: the project's own row decides.
        #[serde(default)]
        ancestors: Vec<GroupId>,
    },
    /// The project had this path once.
    MovedProject {
        id: ProjectId,
    },
    Group {
        id: GroupId,
    },
    User {
        id: UserId,
    },
}
