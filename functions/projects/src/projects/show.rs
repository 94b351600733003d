//! Get a single project.

use axum::extract::State;
use switchyard::error::Result;
use switchyard::http::views::{Above, AccessView, PermissionsView, ProjectView, Viewer};
use switchyard::http::{Accepts, App, Endpoint, Json, ProjectAccess, Reader};
use switchyard::ids::UserId;
use switchyard::member::{Member, Role, Source};
use switchyard::policy::Standing;
use switchyard::project::Project;
use switchyard::store::{Key, Rows};
use switchyard::time::Day;

pub(crate) struct ShowProject;

impl Endpoint for ShowProject {
    const ACCEPTS: Accepts = Accepts::ANYBODY;

    fn read(reader: &mut Reader<'_>) -> Self {
        // Checked as GitLab does; there is nothing here that they would add.
        for name in ["statistics", "license", "with_custom_attributes"] {
            reader.boolean(name);
        }
        Self
    }
}

/// Get a single project
///
/// Who is not signed in sees the short form of public projects.
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}",
    params(("id" = String, Path, description = "number or encoded full path of the project")),
    responses((status = 200, body = ProjectView)),
)]
pub(crate) async fn show(
    State(app): State<App>,
    access: ProjectAccess<ShowProject>,
) -> Result<Json<ProjectView>> {
    let ProjectAccess {
        caller,
        project,
        standing,
        request,
        mut rows,
        ..
    } = access;
    rows.load(&app.store, Above::keys(&project)).await?;
    let viewer = match caller.user() {
        Some(user) => Some(viewer(
            user.id,
            standing,
            &project,
            &rows,
            request.now.day(),
        )?),
        None => None,
    };
    let above = Above::of(&project, &rows)?;
    Ok(Json(ProjectView::new(
        &project,
        &above,
        viewer,
        &request.base_url,
    )))
}

/// How somebody who is signed in stands towards the project, from the memberships that
/// were read.
pub(super) fn viewer(
    user: UserId,
    standing: Standing,
    project: &Project,
    rows: &Rows,
    today: Day,
) -> Result<Viewer> {
    Ok(Viewer {
        maintainer: is_maintainer(standing),
        permissions: Some(permissions(user, project, rows, today)?),
    })
}

pub(super) fn is_maintainer(standing: Standing) -> bool {
    match standing {
        Standing::Administrator => true,
        Standing::User(role) => role >= Some(Role::Maintainer),
        Standing::Anonymous => false,
    }
}

fn permissions(
    user: UserId,
    project: &Project,
    rows: &Rows,
    today: Day,
) -> Result<PermissionsView> {
    let role = |source| {
        let member: Option<Member> = rows.get(&Key::Member(source, user))?;
        Ok(member.and_then(|member| member.role(today)))
    };
    let mut highest_in_groups = None;
    for group in project.ancestors() {
        highest_in_groups = highest_in_groups.max(role(Source::Group(*group))?);
    }
    Ok(PermissionsView {
        project_access: role(Source::Project(project.id))?.map(AccessView::of),
        group_access: highest_in_groups.map(AccessView::of),
    })
}
