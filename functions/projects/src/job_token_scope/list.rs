//! List the projects and groups whose job tokens may come in.

use axum::extract::State;
use serde::Serialize;
use switchyard::error::Result;
use switchyard::http::pagination::{Offset, Page};
use switchyard::http::views::{Above, ProjectView};
use switchyard::http::{Accepts, App, Endpoint, ProjectAccess, Reader};
use switchyard::ids::GroupId;
use switchyard::policy::Action;
use switchyard::project::{Group, Project};
use switchyard::store::Key;
use utoipa::ToSchema;

pub(crate) struct ListAllowed {
    offset: Offset,
}

impl Endpoint for ListAllowed {
    const ACCEPTS: Accepts = Accepts::SIGNED_IN;
    const ACTION: Action = Action::AdminProject;

    fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            offset: Offset::read(reader),
        }
    }
}

/// A group, by its name.
#[derive(Serialize, ToSchema)]
#[schema(as = AllowedGroup)]
pub(crate) struct AllowedGroupView {
    id: GroupId,
    web_url: String,
    name: String,
}

/// Get a project's CI/CD job token inbound allowlist
///
/// The project itself is among them. Those that are gone are left out.
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}/job_token_scope/allowlist",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("page" = Option<u64>, Query),
        ("per_page" = Option<u64>, Query, description = "at most 100, 20 by default"),
    ),
    responses((status = 200, body = Vec<ProjectView>)),
)]
pub(crate) async fn projects(
    State(app): State<App>,
    access: ProjectAccess<ListAllowed>,
) -> Result<Page<ProjectView>> {
    let ProjectAccess {
        project,
        params,
        request,
        mut rows,
        ..
    } = access;
    let mut ids = project.job_token_allowlist;
    ids.insert(project.id);
    let keys = ids.iter().copied().map(Key::Project);
    rows.load(&app.store, keys).await?;
    let mut listed = Vec::new();
    for id in ids {
        let found: Option<Project> = rows.get(&Key::Project(id))?;
        listed.extend(found.filter(|project| project.deleted_at.is_none()));
    }

    let page = params.offset.slice(&listed);
    let above = page.iter().flat_map(Above::keys);
    rows.load(&app.store, above).await?;
    let views = page
        .iter()
        .map(|project| {
            let above = Above::of(project, &rows)?;
            Ok(ProjectView::new(project, &above, None, &request.base_url))
        })
        .collect::<Result<_>>()?;
    let total = Some(listed.len() as u64);
    Ok(Page::by_offset(
        views,
        &params.offset,
        total,
        false,
        &request,
    ))
}

/// Get a project's CI/CD job token allowlist of groups
///
/// Those that are gone are left out.
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}/job_token_scope/groups_allowlist",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("page" = Option<u64>, Query),
        ("per_page" = Option<u64>, Query, description = "at most 100, 20 by default"),
    ),
    responses((status = 200, body = Vec<AllowedGroupView>)),
)]
pub(crate) async fn groups(
    State(app): State<App>,
    access: ProjectAccess<ListAllowed>,
) -> Result<Page<AllowedGroupView>> {
    let ProjectAccess {
        project,
        params,
        request,
        mut rows,
        ..
    } = access;
    let ids = project.job_token_groups_allowlist;
    let keys = ids.iter().copied().map(Key::Group);
    rows.load(&app.store, keys).await?;
    let mut listed = Vec::new();
    for id in ids {
        let found: Option<Group> = rows.get(&Key::Group(id))?;
        listed.extend(found.filter(Group::exists));
    }

    let page = params.offset.slice(&listed).iter();
    let views = page.map(|group| AllowedGroupView {
        id: group.id,
        web_url: format!("{}/groups/{}", request.base_url, group.full_path),
        name: group.name.clone(),
    });
    let total = Some(listed.len() as u64);
    Ok(Page::by_offset(
        views.collect(),
        &params.offset,
        total,
        false,
        &request,
    ))
}
