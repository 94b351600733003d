//! Where the user of a token is a member.

use std::collections::HashMap;

use axum::extract::State;
use serde::Serialize;
use switchyard::error::{Error, Result};
use switchyard::http::pagination::Offset;
use switchyard::http::{Accepts, App, CallerAccess, Endpoint, Json, Reader};
use switchyard::ids::{GroupId, ProjectId, UserId};
use switchyard::member::{Member, Role, Source};
use switchyard::project::{Group, Project, Visibility};
use switchyard::store::{Key, Rows};
use switchyard::time::Day;
use utoipa::ToSchema;

use super::{MAX_ROWS, not_a_personal_one};

pub(crate) struct ShowAssociations {
    min_access_level: Option<Role>,
    offset: Offset,
}

impl Endpoint for ShowAssociations {
    const ACCEPTS: Accepts = Accepts {
        job_token: true,
        ..Accepts::ANY_TOKEN
    };

    fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            min_access_level: role(reader, "min_access_level"),
            offset: Offset::read(reader),
        }
    }
}

/// An access level, by its number.
pub(crate) fn role(reader: &mut Reader<'_>, name: &str) -> Option<Role> {
    let level = reader.integer(name)?;
    let role = u8::try_from(level)
        .ok()
        .and_then(|level| Role::try_from(level).ok());
    if role.is_none() {
        reader.fault(format!("{name} does not have a valid value"));
    }
    role
}

#[derive(Serialize, ToSchema)]
#[schema(as = PersonalAccessTokenAssociations)]
pub(crate) struct AssociationsView {
    groups: Vec<AssociatedGroupView>,
    projects: Vec<AssociatedProjectView>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = AssociatedGroup)]
struct AssociatedGroupView {
    id: GroupId,
    web_url: String,
    name: String,
    parent_id: Option<GroupId>,
    access_levels: u8,
    visibility: Visibility,
}

#[derive(Serialize, ToSchema)]
#[schema(as = AssociatedProject)]
struct AssociatedProjectView {
    id: ProjectId,
    description: Option<String>,
    name: String,
    path: String,
    path_with_namespace: String,
    created_at: String,
    access_levels: AccessLevelsView,
    visibility: Visibility,
    web_url: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = AssociatedAccessLevels)]
struct AccessLevelsView {
    project_access_level: Option<u8>,
    group_access_level: Option<u8>,
}

/// List the groups and projects that the token of this request is associated with
///
/// Those where its user is a direct member, of at most 2,000 memberships, in the order of
/// their numbers; `page` counts for both lists. Whatever the token's scopes.
#[utoipa::path(
    get,
    path = "/api/v4/personal_access_tokens/self/associations",
    params(
        ("min_access_level" = Option<u8>, Query),
        ("page" = Option<u64>, Query),
        ("per_page" = Option<u64>, Query, description = "at most 100, 20 by default"),
    ),
    responses((status = 200, body = AssociationsView)),
)]
pub(crate) async fn show(
    State(app): State<App>,
    access: CallerAccess<ShowAssociations>,
) -> Result<Json<AssociationsView>> {
    let CallerAccess {
        caller,
        params,
        request,
        mut rows,
        ..
    } = access;
    if matches!(caller, switchyard::http::access::Caller::Job { .. }) {
        return Err(not_a_personal_one());
    }
    let user = caller.user().ok_or(Error::Unauthorized)?.id;
    let listed = app.store.memberships_of(user, MAX_ROWS).await?;
    let roles = roles(&app, user, &listed, request.now.day(), &mut rows).await?;
    let mut groups = Vec::new();
    let mut projects = Vec::new();
    for (source, role) in &roles {
        match source {
            Source::Group(id) if Some(*role) >= params.min_access_level => {
                let group: Option<Group> = rows.get(&Key::Group(*id))?;
                let group = group.filter(Group::exists);
                groups.extend(group.map(|group| group_view(&group, *role, &request.base_url)));
            }
            Source::Project(id) => {
                let project: Option<Project> = rows.get(&Key::Project(*id))?;
                let project = project.filter(|project| project.deleted_at.is_none());
                let view = project.map(|project| project_view(&project, &roles, &request.base_url));
                projects.extend(view.filter(|view| view.highest() >= params.min_access_level));
            }
            Source::Group(_) => {}
        }
    }
    groups.sort_by_key(|group| group.id);
    projects.sort_by_key(|project| project.id);
    Ok(Json(AssociationsView {
        groups: page(groups, &params.offset),
        projects: page(projects, &params.offset),
    }))
}

type Roles = HashMap<Source, Role>;

/// The roles that the memberships give, read anew along with what they are in.
async fn roles(
    app: &App,
    user: UserId,
    listed: &[Member],
    today: Day,
    rows: &mut Rows,
) -> Result<Roles> {
    let keys = listed.iter().flat_map(|member| {
        let source = match member.source {
            Source::Project(id) => Key::Project(id),
            Source::Group(id) => Key::Group(id),
        };
        [Key::Member(member.source, user), source]
    });
    rows.load(&app.store, keys).await?;
    let mut roles = Roles::new();
    for member in listed {
        let member: Option<Member> = rows.get(&Key::Member(member.source, user))?;
        let role = member.and_then(|member| Some((member.source, member.role(today)?)));
        roles.extend(role);
    }
    Ok(roles)
}

fn group_view(group: &Group, role: Role, base_url: &str) -> AssociatedGroupView {
    AssociatedGroupView {
        id: group.id,
        web_url: format!("{base_url}/groups/{}", group.full_path),
        name: group.name.clone(),
        parent_id: group.ancestors.last().copied(),
        access_levels: role.into(),
        visibility: group.visibility,
    }
}

fn project_view(project: &Project, roles: &Roles, base_url: &str) -> AssociatedProjectView {
    let in_groups = project.ancestors().iter();
    let in_groups = in_groups.filter_map(|group| roles.get(&Source::Group(*group)));
    AssociatedProjectView {
        id: project.id,
        description: project.description.clone(),
        name: project.name.clone(),
        path: project.path.clone(),
        path_with_namespace: project.full_path.clone(),
        created_at: project.created_at.to_string(),
        access_levels: AccessLevelsView {
            project_access_level: roles
                .get(&Source::Project(project.id))
                .map(|role| (*role).into()),
            group_access_level: in_groups.max().map(|role| (*role).into()),
        },
        visibility: project.visibility,
        web_url: format!("{base_url}/{}", project.full_path),
    }
}

impl AssociatedProjectView {
    fn highest(&self) -> Option<Role> {
        let levels = &self.access_levels;
        let level = levels.project_access_level.max(levels.group_access_level);
        level.and_then(|level| Role::try_from(level).ok())
    }
}

/// A page of a list that is all there.
fn page<T>(mut all: Vec<T>, offset: &Offset) -> Vec<T> {
    let start = offset.skip_rows().min(all.len());
    let mut page = all.split_off(start);
    page.truncate(offset.rows());
    page
}
