//! What may be done with a group.

use super::{Standing, Verdict, is_open};
use crate::member::Role;
use crate::project::{Group, ProjectCreationLevel, SubgroupCreationLevel};
use crate::user::User;

/// What a caller may want to do with a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupAction {
    ReadGroup,
    ReadMembers,
    AdminMembers,
    AdminGroup,
    RemoveGroup,
    AdminAccessTokens,
    AdminVariables,
    CreateSubgroup,
    CreateProjects,
}

/// Whether somebody may create groups that stand below no other.
pub fn may_create_groups(user: &User) -> bool {
    user.admin || user.can_create_group
}

/// Decides. What a caller may not see is hidden, whatever was asked.
pub fn may_in_group(action: GroupAction, group: &Group, standing: Standing) -> Verdict {
    let role = standing.role();
    if role.is_none() && !is_open(group.visibility, standing) {
        return Verdict::Hidden;
    }
    let allowed = match action {
        GroupAction::ReadGroup => true,
        GroupAction::ReadMembers => standing != Standing::Anonymous,
        GroupAction::AdminMembers
        | GroupAction::AdminGroup
        | GroupAction::RemoveGroup
        | GroupAction::AdminAccessTokens
        | GroupAction::AdminVariables => role >= Some(Role::Owner),
        GroupAction::CreateSubgroup => {
            let least = match group.subgroup_creation_level {
                SubgroupCreationLevel::Owner => Role::Owner,
                SubgroupCreationLevel::Maintainer => Role::Maintainer,
            };
            role >= Some(least)
        }
        GroupAction::CreateProjects => match group.project_creation_level {
            ProjectCreationLevel::Noone => false,
            ProjectCreationLevel::Administrator => standing == Standing::Administrator,
            ProjectCreationLevel::Owner => role >= Some(Role::Owner),
            ProjectCreationLevel::Maintainer => role >= Some(Role::Maintainer),
            ProjectCreationLevel::Developer => role >= Some(Role::Developer),
        },
    };
    if allowed {
        Verdict::Allowed
    } else {
        Verdict::Forbidden
    }
}
