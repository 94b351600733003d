//! Projects and where they stand.

use serde::Serialize;
use utoipa::ToSchema;

use super::BasicUserView;
use crate::error::Result;
use crate::ids::{ProjectId, UserId};
use crate::member::Role;
use crate::project::{
    FeatureAccess, GitStrategy, Group, Namespace, OverrideRole, Project, Visibility,
};
use crate::store::{Key, Rows};
use crate::user::User;

/// The names above a project, read from the rows of its groups or its owner.
#[derive(Clone, Debug)]
pub struct Above {
    groups: Vec<Group>,
    owner: Option<User>,
}

impl Above {
    /// The keys of the rows that [`Above::of`] needs.
    pub fn keys(project: &Project) -> Vec<Key> {
        match &project.namespace {
            Namespace::User { user_id } => vec![Key::User(*user_id)],
            Namespace::Group { ancestors } => ancestors.iter().copied().map(Key::Group).collect(),
        }
    }

    pub fn of(project: &Project, rows: &Rows) -> Result<Self> {
        let mut above = Self {
            groups: Vec::new(),
            owner: None,
        };
        match &project.namespace {
            Namespace::User { user_id } => above.owner = rows.get(&Key::User(*user_id))?,
            Namespace::Group { ancestors } => {
                for id in ancestors {
                    above.groups.extend(rows.get::<Group>(&Key::Group(*id))?);
                }
            }
        }
        Ok(above)
    }

    fn full_name(&self, project: &Project) -> String {
        let groups = self.groups.iter().map(|group| group.name.as_str());
        let owner = self.owner.iter().map(|owner| owner.name.as_str());
        let names: Vec<&str> = groups.chain(owner).chain([project.name.as_str()]).collect();
        names.join(" / ")
    }
}

/// A project as an agent's configuration shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ConfigProject)]
pub struct ConfigProjectView {
    pub id: ProjectId,
    pub description: Option<String>,
    pub name: String,
    pub name_with_namespace: String,
    pub path: String,
    pub path_with_namespace: String,
    pub created_at: String,
}

impl ConfigProjectView {
    pub fn new(project: &Project, above: &Above) -> Self {
        Self {
            id: project.id,
            description: project.description.clone(),
            name: project.name.clone(),
            name_with_namespace: above.full_name(project),
            path: project.path.clone(),
            path_with_namespace: project.full_path.clone(),
            created_at: project.created_at.to_string(),
        }
    }
}

/// The group or the user that a project belongs to.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Namespace)]
pub struct NamespaceView {
    pub id: u64,
    pub name: String,
    pub path: String,
    pub kind: &'static str,
    pub full_path: String,
    pub parent_id: Option<u64>,
    pub avatar_url: Option<String>,
    pub web_url: String,
}

impl NamespaceView {
    fn new(above: &Above, base_url: &str) -> Option<Self> {
        if let Some(owner) = &above.owner {
            return Some(Self::of_user(owner, base_url));
        }
        let group = above.groups.last()?;
        Some(Self::of_group(group, base_url))
    }

    fn of_user(owner: &User, base_url: &str) -> Self {
        Self {
            id: owner.namespace_id.0,
            name: owner.name.clone(),
            path: owner.username.clone(),
            kind: "user",
            full_path: owner.username.clone(),
            parent_id: None,
            avatar_url: owner.avatar_url.clone(),
            web_url: format!("{base_url}/{}", owner.username),
        }
    }

    /// A group, or a personal namespace by its own row.
    pub fn of_group(group: &Group, base_url: &str) -> Self {
        let (kind, below) = match group.owner {
            Some(_) => ("user", ""),
            None => ("group", "/groups"),
        };
        Self {
            id: group.id.0,
            name: group.name.clone(),
            path: group.path.clone(),
            kind,
            full_path: group.full_path.clone(),
            parent_id: group.ancestors.last().map(|id| id.0),
            avatar_url: None,
            web_url: format!("{base_url}{below}/{}", group.full_path),
        }
    }
}

/// A project. Strangers without an account see the first part only.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Project)]
pub struct ProjectView {
    #[serde(flatten)]
    pub basic: ConfigProjectView,
    pub default_branch: Option<String>,
    pub tag_list: Vec<String>,
    pub topics: Vec<String>,
    pub ssh_url_to_repo: Option<String>,
    pub http_url_to_repo: String,
    pub web_url: String,
    pub readme_url: Option<String>,
    pub forks_count: u64,
    pub avatar_url: Option<String>,
    pub star_count: u64,
    pub last_activity_at: String,
    pub namespace: Option<NamespaceView>,
    #[serde(flatten)]
    pub signed_in: Option<ProjectSettingsView>,
}

/// What a project shows to those who are signed in.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ProjectSettings)]
pub struct ProjectSettingsView {
    #[serde(rename = "_links")]
    pub links: LinksView,
    pub visibility: Visibility,
    pub archived: bool,
    pub empty_repo: bool,
    pub creator_id: UserId,
    pub updated_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<BasicUserView>,
    pub jobs_enabled: bool,
    /// There are none here; clients want to be told.
    pub issues_enabled: bool,
    /// There are none here; clients want to be told.
    pub merge_requests_enabled: bool,
    pub builds_access_level: FeatureAccess,
    pub public_jobs: bool,
    pub shared_runners_enabled: bool,
    pub ci_config_path: Option<String>,
    pub import_status: &'static str,
    /// Megabytes.
    pub max_artifacts_size: Option<u64>,
    /// Only for maintainers.
    #[serde(flatten)]
    pub maintainer: Option<MaintainerSettingsView>,
    /// The caller's memberships, where a project is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permissions: Option<PermissionsView>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ProjectLinks)]
pub struct LinksView {
    #[serde(rename = "self")]
    pub itself: String,
}

/// What a project shows to its maintainers.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ProjectMaintainerSettings)]
pub struct MaintainerSettingsView {
    pub import_url: Option<String>,
    pub ci_job_token_scope_enabled: bool,
    pub group_runners_enabled: bool,
    pub auto_cancel_pending_pipelines: &'static str,
    /// Seconds.
    pub build_timeout: u64,
    pub build_git_strategy: GitStrategy,
    pub ci_default_git_depth: Option<u64>,
    pub ci_forward_deployment_enabled: bool,
    pub ci_forward_deployment_rollback_allowed: bool,
    pub ci_separated_caches: bool,
    pub ci_allow_fork_pipelines_to_run_in_parent_project: bool,
    pub ci_push_repository_for_job_token_allowed: bool,
    pub ci_id_token_sub_claim_components: Vec<String>,
    pub ci_pipeline_variables_minimum_override_role: OverrideRole,
    pub restrict_user_defined_variables: bool,
    pub ci_delete_pipelines_in_seconds: Option<u64>,
    pub keep_latest_artifact: bool,
}

impl MaintainerSettingsView {
    fn new(project: &Project) -> Self {
        let ci = &project.ci;
        Self {
            import_url: project.import_url.as_deref().map(without_credentials),
            ci_job_token_scope_enabled: project.ci_job_token_scope_enabled,
            group_runners_enabled: project.group_runners_enabled,
            auto_cancel_pending_pipelines: if project.auto_cancel_pending_pipelines {
                "enabled"
            } else {
                "disabled"
            },
            build_timeout: project.build_timeout,
            build_git_strategy: ci.build_git_strategy,
            ci_default_git_depth: ci.ci_default_git_depth,
            ci_forward_deployment_enabled: ci.ci_forward_deployment_enabled,
            ci_forward_deployment_rollback_allowed: ci.ci_forward_deployment_rollback_allowed,
            ci_separated_caches: ci.ci_separated_caches,
            ci_allow_fork_pipelines_to_run_in_parent_project: ci
                .ci_allow_fork_pipelines_to_run_in_parent_project,
            ci_push_repository_for_job_token_allowed: ci.ci_push_repository_for_job_token_allowed,
            ci_id_token_sub_claim_components: ci.ci_id_token_sub_claim_components.clone(),
            ci_pipeline_variables_minimum_override_role: ci
                .ci_pipeline_variables_minimum_override_role,
            restrict_user_defined_variables: ci
                .ci_pipeline_variables_minimum_override_role
                .is_restricted(),
            ci_delete_pipelines_in_seconds: ci.ci_delete_pipelines_in_seconds,
            keep_latest_artifact: ci.keep_latest_artifact,
        }
    }
}

/// An address without the user name and the password that may stand before its host.
fn without_credentials(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let (authority, path) = match rest.find(['/', '?', '#']) {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    let host = authority.rsplit('@').next().unwrap_or(authority);
    format!("{scheme}://{host}{path}")
}

/// The caller's own memberships.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = ProjectPermissions)]
pub struct PermissionsView {
    pub project_access: Option<AccessView>,
    pub group_access: Option<AccessView>,
}

#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = ProjectAccess)]
pub struct AccessView {
    pub access_level: u8,
    pub notification_level: u8,
}

impl AccessView {
    pub fn of(role: Role) -> Self {
        Self {
            access_level: role.into(),
            notification_level: 3,
        }
    }
}

/// How the caller stands towards the project that is shown.
#[derive(Clone, Copy, Debug)]
pub struct Viewer {
    pub maintainer: bool,
    /// None where the project was just changed: GitLab shows them on reading only.
    pub permissions: Option<PermissionsView>,
}

impl ProjectView {
    /// Without a viewer it is the short form for callers who are not signed in.
    pub fn new(project: &Project, above: &Above, viewer: Option<Viewer>, base_url: &str) -> Self {
        let web_url = format!("{base_url}/{}", project.full_path);
        Self {
            basic: ConfigProjectView::new(project, above),
            default_branch: Some(project.default_branch.clone().unwrap_or("main".to_owned())),
            tag_list: project.topics.clone(),
            topics: project.topics.clone(),
            ssh_url_to_repo: None,
            http_url_to_repo: format!("{web_url}.git"),
            web_url,
            readme_url: None,
            forks_count: 0,
            avatar_url: None,
            star_count: 0,
            last_activity_at: project.last_activity_at.to_string(),
            namespace: NamespaceView::new(above, base_url),
            signed_in: viewer
                .map(|viewer| ProjectSettingsView::new(project, above, viewer, base_url)),
        }
    }
}

impl ProjectSettingsView {
    fn new(project: &Project, above: &Above, viewer: Viewer, base_url: &str) -> Self {
        let mirrored = project.import_url.is_some();
        Self {
            links: LinksView {
                itself: format!("{base_url}/api/v4/projects/{}", project.id),
            },
            visibility: project.visibility,
            archived: project.archived,
            empty_repo: project.default_branch.is_none(),
            creator_id: project.creator_id,
            updated_at: project.updated_at.to_string(),
            owner: above
                .owner
                .as_ref()
                .map(|owner| BasicUserView::new(owner, base_url)),
            jobs_enabled: project.builds_access_level != FeatureAccess::Disabled,
            issues_enabled: false,
            merge_requests_enabled: false,
            builds_access_level: project.builds_access_level,
            public_jobs: project.public_jobs,
            shared_runners_enabled: project.shared_runners_enabled,
            ci_config_path: project.ci_config_path.clone(),
            import_status: if mirrored { "finished" } else { "none" },
            max_artifacts_size: project.ci.max_artifacts_size,
            maintainer: viewer
                .maintainer
                .then(|| MaintainerSettingsView::new(project)),
            permissions: viewer.permissions,
        }
    }
}
