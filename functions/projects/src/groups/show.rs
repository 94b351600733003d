//! Get a single group.

use axum::extract::State;
use switchyard::error::Result;
use switchyard::http::access::{highest_role, sources_of_project};
use switchyard::http::views::{Above, GroupDetailsView, GroupView, ProjectView};
use switchyard::http::{Accepts, App, Endpoint, GroupAccess, Json, Reader};
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

async fn projects(access: &mut GroupAccess<ShowGroup>, app: &App) -> Result<Vec<Project>> {
    let ids = app.store.project_ids_in(access.group.id, MAX_ROWS).await?;
    let user = access.caller.user().map(|user| user.id);
    let keys = ids.iter().flat_map(|id| {
        let member = user.map(|user| Key::Member(Source::Project(*id), user));
        [Key::Project(*id)].into_iter().chain(member)
    });
    let keys = keys.chain([Key::Group(access.group.id)]);
    access
        .rows
        .load(&app.store, keys.collect::<Vec<_>>())
        .await?;
    let mut seen = Vec::new();
    for id in ids {
        let project: Option<Project> = access.rows.get(&Key::Project(id))?;
        let is_in_group = |project: &Project| {
            project.deleted_at.is_none() && project.ancestors().last() == Some(&access.group.id)
        };
        let Some(project) = project.filter(is_in_group) else {
            continue;
        };
        let standing = match (access.standing, user) {
            (Standing::User(_), Some(user)) => {
                let sources = sources_of_project(project.id, project.ancestors());
                let role = highest_role(user, sources, &access.rows, &access.request)?;
                Standing::User(role)
            }
            (standing, _) => standing,
        };
        if may(Action::ReadProject, &project, standing) == Verdict::Allowed {
            seen.push(project);
        }
        if seen.len() == MAX_PROJECTS {
            break;
        }
    }
    Ok(seen)
}
