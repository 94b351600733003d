//! Get a single group.

use axum::extract::State;
use switchyard::error::Result;
use switchyard::http::access::{highest_role, sources_of_project};
use switchyard::http::views::{Above, GroupDetailsView, GroupView, ProjectView};
use switchyard::http::{Accepts, App, Endpoint, GroupAccess, Json, Reader};
use switchyard::ids::UserId;
use switchyard::member::Source;
use switchyard::policy::{Action, Standing, Verdict, may};
use switchyard::project::Project;
use switchyard::store::Key;

/// Projects that are shown with their group.
const MAX_PROJECTS: usize = 100;

/// Projects that are looked at for these: some may be hidden, or just deleted.
const MAX_ROWS: usize = 500;

pub(crate) struct ShowGroup {
    with_projects: bool,
}

impl Endpoint for ShowGroup {
    const ACCEPTS: Accepts = Accepts::ANYBODY;

    fn read(reader: &mut Reader<'_>) -> Self {
        reader.boolean("with_custom_attributes");
        Self {
            with_projects: reader.boolean("with_projects").unwrap_or(true),
        }
    }
}

/// Get a single group
///
/// With at most 100 of its own projects, the newest first, of those that the caller sees.
#[utoipa::path(
    get,
    path = "/api/v4/groups/{id}",
    params(
        ("id" = String, Path, description = "number or encoded full path of the group"),
        ("with_projects" = Option<bool>, Query, description = "true by default"),
    ),
    responses((status = 200, body = GroupDetailsView)),
)]
pub(crate) async fn show(
    State(app): State<App>,
    mut access: GroupAccess<ShowGroup>,
) -> Result<Json<GroupDetailsView>> {
    let keys = GroupView::keys(&access.group);
    access.rows.load(&app.store, keys).await?;
    let base_url = &access.request.base_url;
    let view = GroupView::new(&access.group, &access.rows, base_url)?;
    let projects = if access.params.with_projects {
        let projects = projects(&mut access, &app).await?;
        let views = projects.iter().map(|project| {
            let above = Above::of(project, &access.rows)?;
            Ok(ProjectView::new(
                project,
                &above,
                None,
                &access.request.base_url,
            ))
        });
        Some(views.collect::<Result<_>>()?)
    } else {
        None
    };
    Ok(Json(GroupDetailsView::new(view, projects)))
}

/// The first of the group's projects that the caller sees.
async fn projects(access: &mut GroupAccess<ShowGroup>, app: &App) -> Result<Vec<Project>> {
    let ids = app.store.project_ids_in(access.group.id, MAX_ROWS).await?;
    // Who has a role in the group has it in all of its projects.
    let user = access.caller.user().map(|user| user.id);
    let user = user.filter(|_| access.standing.role().is_none());
    let keys = [Key::Group(access.group.id)];
    access.rows.load(&app.store, keys).await?;
    let mut seen = Vec::new();
    for ids in ids.chunks(MAX_PROJECTS) {
        let keys = ids.iter().flat_map(|id| {
            let member = user.map(|user| Key::Member(Source::Project(*id), user));
            [Key::Project(*id)].into_iter().chain(member)
        });
        access
            .rows
            .load(&app.store, keys.collect::<Vec<_>>())
            .await?;
        for id in ids {
            let project: Option<Project> = access.rows.get(&Key::Project(*id))?;
            let is_there =
                |it: &Project| it.deleted_at.is_none() && it.is_right_in(access.group.id);
            if let Some(project) = project.filter(is_there)
                && is_seen(&project, user, access)?
            {
                seen.push(project);
            }
        }
        if seen.len() >= MAX_PROJECTS {
            break;
        }
    }
    seen.truncate(MAX_PROJECTS);
    Ok(seen)
}

/// Whether the caller sees a project: somebody who has no role in the group may have one
/// right there.
fn is_seen(
    project: &Project,
    user: Option<UserId>,
    access: &GroupAccess<ShowGroup>,
) -> Result<bool> {
    let standing = match user {
        Some(user) => {
            let sources = sources_of_project(project.id, project.ancestors());
            let role = highest_role(user, sources, &access.rows, &access.request)?;
            Standing::User(role)
        }
        None => access.standing,
    };
    Ok(may(Action::ReadProject, project, standing) == Verdict::Allowed)
}
