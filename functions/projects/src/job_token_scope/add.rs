//! Let the job tokens of one more project, or of a group's projects, in.

use std::collections::BTreeSet;

use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use switchyard::error::{Error, Result};
use switchyard::http::access::{seen_group, seen_project};
use switchyard::http::{Accepts, App, Endpoint, Json, ProjectAccess, Reader};
use switchyard::ids::{GroupId, MAX_ID, ProjectId};
use switchyard::policy::Action;
use switchyard::project::{Group, Project};
use switchyard::store::{Key, Rows};
use utoipa::ToSchema;

use super::edit;

/// Projects, and groups, that a project lists at most, as in GitLab: its row stays small.
const MAX_ALLOWED: usize = 200;

/// The project whose job tokens are to come in.
pub(crate) struct AddProject {
    target: Option<ProjectId>,
}

impl Endpoint for AddProject {
    const ACCEPTS: Accepts = Accepts::WRITER;
    const ACTION: Action = Action::AdminProject;
    const NUMBER_ONLY: bool = true;

    fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            target: existing(reader.filled("target_project_id", Reader::integer)),
        }
    }
}

/// The group whose projects' job tokens are to come in.
pub(crate) struct AddGroup {
    target: Option<GroupId>,
}

impl Endpoint for AddGroup {
    const ACCEPTS: Accepts = Accepts::WRITER;
    const ACTION: Action = Action::AdminProject;
    const NUMBER_ONLY: bool = true;

    fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            target: existing(reader.filled("target_group_id", Reader::integer)),
        }
    }
}

/// A number that could be an id.
fn existing<T: From<u64>>(number: i64) -> Option<T> {
    let id = u64::try_from(number).ok();
    id.filter(|id| (1..MAX_ID).contains(id)).map(T::from)
}

#[derive(Serialize, ToSchema)]
#[schema(as = AllowedProjectLink)]
pub(crate) struct ProjectLinkView {
    source_project_id: ProjectId,
    target_project_id: ProjectId,
}

#[derive(Serialize, ToSchema)]
#[schema(as = AllowedGroupLink)]
pub(crate) struct GroupLinkView {
    source_project_id: ProjectId,
    target_group_id: GroupId,
}

/// Add a project to a CI/CD job token inbound allowlist
///
/// One that the caller sees. There may be 200 of them.
#[utoipa::path(
    post,
    path = "/api/v4/projects/{id}/job_token_scope/allowlist",
    params(
        ("id" = u64, Path),
        ("target_project_id" = u64, Query, description = "here, or in the body"),
    ),
    responses((status = 201, body = ProjectLinkView)),
)]
pub(crate) async fn project(
    State(app): State<App>,
    access: ProjectAccess<AddProject>,
) -> Result<(StatusCode, Json<ProjectLinkView>)> {
    let ProjectAccess {
        caller,
        project,
        params,
        request,
        mut rows,
        ..
    } = access;
    let target = match params.target {
        Some(id) => seen_project(id, &caller, &request, &mut rows, &app).await?,
        None => None,
    };
    let not_found = || Error::not_found("target_project_id not found");
    let target = target.ok_or_else(not_found)?.id;
    let source = project.id;
    if target == source {
        return Err(Error::bad_request(
            "Validation failed: Target project can't be the same as the source project",
        ));
    }
    let gone = gone_projects(&project, &app).await?;
    edit(project, &app, |project| {
        add(&mut project.job_token_allowlist, target, &gone, "project")
    })
    .await?;
    let view = ProjectLinkView {
        source_project_id: source,
        target_project_id: target,
    };
    Ok((StatusCode::CREATED, Json(view)))
}

/// Add a group to a CI/CD job token allowlist
///
/// One that the caller sees. There may be 200 of them.
#[utoipa::path(
    post,
    path = "/api/v4/projects/{id}/job_token_scope/groups_allowlist",
    params(
        ("id" = u64, Path),
        ("target_group_id" = u64, Query, description = "here, or in the body"),
    ),
    responses((status = 201, body = GroupLinkView)),
)]
pub(crate) async fn group(
    State(app): State<App>,
    access: ProjectAccess<AddGroup>,
) -> Result<(StatusCode, Json<GroupLinkView>)> {
    let ProjectAccess {
        caller,
        project,
        params,
        request,
        mut rows,
        ..
    } = access;
    let target = match params.target {
        Some(id) => seen_group(id, &caller, &request, &mut rows, &app).await?,
        None => None,
    };
    let not_found = || Error::not_found("target_group_id not found");
    let target = target.ok_or_else(not_found)?.id;
    let source = project.id;
    let gone = gone_groups(&project, &app).await?;
    edit(project, &app, |project| {
        let list = &mut project.job_token_groups_allowlist;
        add(list, target, &gone, "group")
    })
    .await?;
    let view = GroupLinkView {
        source_project_id: source,
        target_group_id: target,
    };
    Ok((StatusCode::CREATED, Json(view)))
}

/// Adds to a list. In a full one those that are `gone` make room.
fn add<T: Ord>(list: &mut BTreeSet<T>, new: T, gone: &BTreeSet<T>, what: &str) -> Result<()> {
    if list.contains(&new) {
        let reason = format!("This {what} is already in the job token allowlist.");
        return Err(Error::bad_request(reason));
    }
    if list.len() >= MAX_ALLOWED {
        list.retain(|listed| !gone.contains(listed));
    }
    if list.len() >= MAX_ALLOWED {
        let reason = format!(
            "Validation failed: Source project exceeds the allowable number of {what} links in this direction"
        );
        return Err(Error::bad_request(reason));
    }
    list.insert(new);
    Ok(())
}

/// What a full list names and is no more.
async fn gone_projects(project: &Project, app: &App) -> Result<BTreeSet<ProjectId>> {
    let list = &project.job_token_allowlist;
    let mut gone = BTreeSet::new();
    if list.len() >= MAX_ALLOWED {
        let mut rows = Rows::default();
        let keys = list.iter().copied().map(Key::Project);
        rows.load(&app.store, keys).await?;
        for id in list {
            let found: Option<Project> = rows.get(&Key::Project(*id))?;
            if found.is_none_or(|project| project.deleted_at.is_some()) {
                gone.insert(*id);
            }
        }
    }
    Ok(gone)
}

/// The same of groups.
async fn gone_groups(project: &Project, app: &App) -> Result<BTreeSet<GroupId>> {
    let list = &project.job_token_groups_allowlist;
    let mut gone = BTreeSet::new();
    if list.len() >= MAX_ALLOWED {
        let mut rows = Rows::default();
        let keys = list.iter().copied().map(Key::Group);
        rows.load(&app.store, keys).await?;
        for id in list {
            let found: Option<Group> = rows.get(&Key::Group(*id))?;
            if !found.is_some_and(|group| group.exists()) {
                gone.insert(*id);
            }
        }
    }
    Ok(gone)
}
