//! Groups.

use serde::Serialize;
use utoipa::ToSchema;

use super::ProjectView;
use crate::error::Result;
use crate::ids::GroupId;
use crate::project::{
    Group, ProjectCreationLevel, SharedRunnersSetting, SubgroupCreationLevel, Visibility,
};
use crate::store::{Key, Rows};

/// A group as lists show it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Group)]
pub struct GroupView {
    pub id: GroupId,
    pub web_url: String,
    pub name: String,
    pub path: String,
    pub description: String,
    pub visibility: Visibility,
    pub full_name: String,
    pub full_path: String,
    pub created_at: String,
    pub parent_id: Option<GroupId>,
    pub avatar_url: Option<String>,
    pub project_creation_level: ProjectCreationLevel,
    pub subgroup_creation_level: SubgroupCreationLevel,
    pub shared_runners_setting: SharedRunnersSetting,
    pub marked_for_deletion_on: Option<String>,
}

impl GroupView {
    /// The keys of the rows that [`GroupView::new`] needs: the groups above.
    pub fn keys(group: &Group) -> impl Iterator<Item = Key> + '_ {
        group.ancestors.iter().copied().map(Key::Group)
    }

    pub fn new(group: &Group, rows: &Rows, base_url: &str) -> Result<Self> {
        let mut names = Vec::new();
        for id in &group.ancestors {
            let above: Option<Group> = rows.get(&Key::Group(*id))?;
            names.extend(above.map(|above| above.name));
        }
        names.push(group.name.clone());
        Ok(Self {
            id: group.id,
            web_url: format!("{base_url}/groups/{}", group.full_path),
            name: group.name.clone(),
            path: group.path.clone(),
            description: group.description.clone().unwrap_or_default(),
            visibility: group.visibility,
            full_name: names.join(" / "),
            full_path: group.full_path.clone(),
            created_at: group.created_at.to_string(),
            parent_id: group.ancestors.last().copied(),
            avatar_url: None,
            project_creation_level: group.project_creation_level,
            subgroup_creation_level: group.subgroup_creation_level,
            shared_runners_setting: group.shared_runners_setting,
            marked_for_deletion_on: None,
        })
    }
}

/// A group by itself.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = GroupDetails)]
pub struct GroupDetailsView {
    #[serde(flatten)]
    pub group: GroupView,
    /// Groups are not shared here.
    pub shared_with_groups: Vec<String>,
    /// Absent with `with_projects=false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub projects: Option<Vec<ProjectView>>,
    /// Projects are not shared here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shared_projects: Option<Vec<String>>,
}

impl GroupDetailsView {
    pub fn new(group: GroupView, projects: Option<Vec<ProjectView>>) -> Self {
        Self {
            group,
            shared_with_groups: Vec::new(),
            shared_projects: projects.is_some().then(Vec::new),
            projects,
        }
    }
}
