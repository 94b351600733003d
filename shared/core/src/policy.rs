//! Who may do what: one pure table of visibility, settings and roles.
//!
//! The source of each rule is GitLab's project policy, as its request specs show it.

use crate::member::Role;
use crate::project::{FeatureAccess, Project, Visibility};

/// What a caller may want to do with a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    ReadProject,
    /// That a pipeline exists. Alone it opens only the pipeline's job list, which
    /// is then empty, as in GitLab.
    ReadPipeline,
    /// Pipelines, jobs, bridges and logs.
    ReadBuild,
    /// The log of a job that runs in debug mode, which may show secrets.
    ReadDebugTrace,
}

/// How a caller stands towards one project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Anonymous,
    /// Signed in, with the highest role through the project and the groups above it.
    User(Option<Role>),
    Administrator,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Allowed,
    /// Seen, but not allowed: 403.
    Forbidden,
    /// Not to be seen: 404, as if it did not exist.
    Hidden,
}

/// Decides. What a caller may not see is hidden, whatever was asked.
pub fn may(action: Action, project: &Project, standing: Standing) -> Verdict {
    let role = match standing {
        Standing::Administrator => Some(Role::Owner),
        Standing::User(role) => role,
        Standing::Anonymous => None,
    };
    let public_access = match project.visibility {
        Visibility::Private => false,
        Visibility::Internal => standing != Standing::Anonymous,
        Visibility::Public => true,
    };
    if role.is_none() && !public_access {
        return Verdict::Hidden;
    }

    let builds_open = match project.builds_access_level {
        FeatureAccess::Disabled => false,
        FeatureAccess::Private => role.is_some(),
        FeatureAccess::Enabled => true,
    };
    let reporter = role >= Some(Role::Reporter);
    let allowed = match action {
        Action::ReadProject => true,
        Action::ReadPipeline => builds_open && (project.public_jobs || public_access || reporter),
        Action::ReadBuild => builds_open && (project.public_jobs || reporter),
        Action::ReadDebugTrace => builds_open && role >= Some(Role::Developer),
    };
    if allowed {
        Verdict::Allowed
    } else {
        Verdict::Forbidden
    }
}
