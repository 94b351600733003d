//! Who may do what: one pure table of visibility, settings and roles.
//!
//! The source of each rule is GitLab's project policy, as its request specs show it.

use crate::member::Role;
use crate::project::{FeatureAccess, Project, Visibility};

mod access_token;
mod group;
mod user;

pub use access_token::{may_hand_on, may_issue_tokens, may_manage_token};
pub use group::{GroupAction, may_create_groups, may_in_group};
pub use user::{may_list_user, may_read_namespace, standing_of};

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
    /// Retry and play.
    UpdateBuild,
    /// To start one; protected branches and tags ask for more.
    CreatePipeline,
    /// To give a job or a pipeline variables of one's own.
    SetPipelineVariables,
    CancelBuild,
    /// Not to wait for the runner that was asked to stop.
    ForceCancelBuild,
    EraseBuild,
    /// To erase a job that the caller started.
    EraseOwnBuild,
    DestroyPipeline,
    /// Files, commits, branches and tags.
    ReadCode,
    /// To move or make a branch or a tag; protected ones ask for more.
    PushCode,
    /// A pipeline schedule, and to change one of one's own.
    CreateSchedule,
    /// Who waits for a resource group.
    ReadResourceGroup,
    /// To choose who gets one next.
    UpdateResourceGroup,
    ReadMembers,
    AdminMembers,
    AdminProject,
    /// Who may see the project, whether it is archived, and whether it is there at all.
    OwnProject,
    AdminAccessTokens,
    /// CI variables and trigger tokens, and pipeline schedules of others.
    AdminBuild,
    ReadClusterAgents,
    AdminClusterAgents,
}

/// How a caller stands towards one project or group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Anonymous,
    /// Signed in, with the highest role through the project and the groups above it.
    User(Option<Role>),
    Administrator,
}

impl Standing {
    /// The role that counts: administrators may all that owners may.
    pub fn role(self) -> Option<Role> {
        match self {
            Self::Administrator => Some(Role::Owner),
            Self::User(role) => role,
            Self::Anonymous => None,
        }
    }
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
    let role = standing.role();
    let public_access = is_open(project.visibility, standing);
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
        Action::UpdateBuild
        | Action::CreatePipeline
        | Action::CancelBuild
        | Action::EraseOwnBuild
        | Action::CreateSchedule
        | Action::UpdateResourceGroup => {
            builds_open && !project.archived && role >= Some(Role::Developer)
        }
        Action::ReadResourceGroup => builds_open && reporter,
        Action::SetPipelineVariables => {
            let minimum = project
                .ci
                .ci_pipeline_variables_minimum_override_role
                .role();
            builds_open && !project.archived && minimum.is_some() && role >= minimum
        }
        Action::ForceCancelBuild | Action::EraseBuild | Action::AdminBuild => {
            builds_open && !project.archived && role >= Some(Role::Maintainer)
        }
        Action::DestroyPipeline => builds_open && !project.archived && role >= Some(Role::Owner),
        Action::ReadCode => public_access || reporter,
        Action::PushCode => !project.archived && role >= Some(Role::Developer),
        Action::ReadMembers => standing != Standing::Anonymous,
        Action::ReadClusterAgents => role >= Some(Role::Developer),
        Action::AdminMembers
        | Action::AdminProject
        | Action::AdminAccessTokens
        | Action::AdminClusterAgents => role >= Some(Role::Maintainer),
        Action::OwnProject => role >= Some(Role::Owner),
    };
    if allowed {
        Verdict::Allowed
    } else {
        Verdict::Forbidden
    }
}

/// Whether the caller sees it without being a member.
fn is_open(visibility: Visibility, standing: Standing) -> bool {
    match visibility {
        Visibility::Private => false,
        Visibility::Internal => standing != Standing::Anonymous,
        Visibility::Public => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ACTIONS: [Action; 4] = [
        Action::ReadProject,
        Action::ReadPipeline,
        Action::ReadBuild,
        Action::ReadDebugTrace,
    ];

    /// The columns of the table: those who are treated alike.
    const COLUMNS: [&[Standing]; 6] = [
        &[Standing::Anonymous],
        &[Standing::User(None)],
        &[
            Standing::User(Some(Role::Guest)),
            Standing::User(Some(Role::Planner)),
        ],
        &[Standing::User(Some(Role::Reporter))],
        &[
            Standing::User(Some(Role::Developer)),
            Standing::User(Some(Role::Maintainer)),
            Standing::User(Some(Role::Owner)),
        ],
        &[Standing::Administrator],
    ];

    fn project(
        visibility: Visibility,
        public_jobs: bool,
        builds_access_level: FeatureAccess,
    ) -> Project {
        serde_json::from_value(json!({
            "id": 1,
            "name": "project",
            "path": "project",
            "full_path": "group/project",
            "namespace": { "kind": "group", "ancestors": [1] },
            "visibility": visibility,
            "public_jobs": public_jobs,
            "builds_access_level": builds_access_level,
            "creator_id": 1,
            "created_at": 0,
            "updated_at": 0,
            "last_activity_at": 0,
            "job_count": 0,
            "build_timeout": 3600,
            "shared_runners_enabled": true,
            "group_runners_enabled": true,
            "auto_cancel_pending_pipelines": true,
        }))
        .unwrap()
    }

    /// `+` allowed, `x` forbidden, `-` hidden: one mark for each column, one text for
    /// each action.
    #[test]
    fn the_truth_table() {
        use FeatureAccess::{Disabled, Enabled, Private as Members};
        use Visibility::{Internal, Private, Public};
        #[rustfmt::skip]
        let table = [
            // visibility, public_jobs, builds   project   pipeline  build     debug trace
            (Private,  true,  Enabled,  ["--++++", "--++++", "--++++", "--xx++"]),
            (Private,  false, Enabled,  ["--++++", "--x+++", "--x+++", "--xx++"]),
            (Private,  true,  Members,  ["--++++", "--++++", "--++++", "--xx++"]),
            (Private,  false, Members,  ["--++++", "--x+++", "--x+++", "--xx++"]),
            (Private,  true,  Disabled, ["--++++", "--xxxx", "--xxxx", "--xxxx"]),
            (Private,  false, Disabled, ["--++++", "--xxxx", "--xxxx", "--xxxx"]),
            (Internal, true,  Enabled,  ["-+++++", "-+++++", "-+++++", "-xxx++"]),
            (Internal, false, Enabled,  ["-+++++", "-+++++", "-xx+++", "-xxx++"]),
            (Internal, true,  Members,  ["-+++++", "-x++++", "-x++++", "-xxx++"]),
            (Internal, false, Members,  ["-+++++", "-x++++", "-xx+++", "-xxx++"]),
            (Internal, true,  Disabled, ["-+++++", "-xxxxx", "-xxxxx", "-xxxxx"]),
            (Internal, false, Disabled, ["-+++++", "-xxxxx", "-xxxxx", "-xxxxx"]),
            (Public,   true,  Enabled,  ["++++++", "++++++", "++++++", "xxxx++"]),
            (Public,   false, Enabled,  ["++++++", "++++++", "xxx+++", "xxxx++"]),
            (Public,   true,  Members,  ["++++++", "xx++++", "xx++++", "xxxx++"]),
            (Public,   false, Members,  ["++++++", "xx++++", "xxx+++", "xxxx++"]),
            (Public,   true,  Disabled, ["++++++", "xxxxxx", "xxxxxx", "xxxxxx"]),
            (Public,   false, Disabled, ["++++++", "xxxxxx", "xxxxxx", "xxxxxx"]),
        ];
        for (visibility, public_jobs, builds, rows) in table {
            let project = project(visibility, public_jobs, builds);
            for (action, row) in ACTIONS.into_iter().zip(rows) {
                assert_eq!(row.len(), COLUMNS.len());
                for (standings, mark) in COLUMNS.into_iter().zip(row.chars()) {
                    for standing in standings {
                        let found = match may(action, &project, *standing) {
                            Verdict::Allowed => '+',
                            Verdict::Forbidden => 'x',
                            Verdict::Hidden => '-',
                        };
                        assert_eq!(
                            found, mark,
                            "{action:?} as {standing:?}: {visibility:?}, {public_jobs}, {builds:?}"
                        );
                    }
                }
            }
        }
    }
}
