//! Update a group.

use axum::extract::State;
use switchyard::error::{Error, ModelErrors, Result};
use switchyard::http::views::{GroupDetailsView, GroupView};
use switchyard::http::{Accepts, App, Endpoint, GroupAccess, Json, Reader};
use switchyard::policy::GroupAction;
use switchyard::project::{
    Group, Project, ProjectCreationLevel, SharedRunnersSetting, SubgroupCreationLevel, Visibility,
};
use switchyard::store::namespaces::MAX_CHILDREN;
use switchyard::store::{Key, Rows, Write, Written};

use super::ATTEMPTS;
use super::relocate::{Fault, relocate};
use super::settings::{Settings, visibility};

pub(crate) struct UpdateGroup(Settings);

impl Endpoint for UpdateGroup {
    const ACCEPTS: Accepts = Accepts::WRITER;
    const GROUP_ACTION: GroupAction = GroupAction::AdminGroup;

    fn read(reader: &mut Reader<'_>) -> Self {
        let name = reader.clearable("name", Reader::text);
        let path = reader.clearable("path", Reader::text);
        let (name, path) = (
            name.map(Option::unwrap_or_default),
            path.map(Option::unwrap_or_default),
        );
        Self(Settings::read(reader, name, path))
    }
}

/// Update a group
///
/// Another `path` changes the paths of all that stands below: of at most 25 subgroups and
/// projects. Projects are still found by those that they had.
#[utoipa::path(
    put,
    path = "/api/v4/groups/{id}",
    params(
        ("id" = String, Path, description = "number or encoded full path of the group"),
        ("name" = Option<String>, Query, description = "here and below: in the query or in the body"),
        ("path" = Option<String>, Query),
        ("description" = Option<String>, Query),
        ("visibility" = Option<Visibility>, Query),
        ("project_creation_level" = Option<ProjectCreationLevel>, Query),
        ("subgroup_creation_level" = Option<SubgroupCreationLevel>, Query),
        ("shared_runners_setting" = Option<SharedRunnersSetting>, Query),
    ),
    responses((status = 200, body = GroupDetailsView)),
)]
pub(crate) async fn update(
    State(app): State<App>,
    access: GroupAccess<UpdateGroup>,
) -> Result<Json<GroupDetailsView>> {
    let GroupAccess {
        group: mut old,
        params: UpdateGroup(settings),
        request,
        ..
    } = access;
    for _ in 0..ATTEMPTS {
        let mut rows = Rows::default();
        rows.load(&app.store, GroupView::keys(&old)).await?;
        let parent: Option<Group> = match old.ancestors.last() {
            Some(id) => rows.get(&Key::Group(*id))?,
            None => None,
        };
        let mut new = settings.applied_to(&old);
        let mut faults = settings.faults(&new, parent.as_ref());
        if new.visibility < old.visibility {
            new.children_revision += 1;
            faults_of_those_below(&new, &mut faults, &app).await?;
        }
        faults.finish()?;
        if new != old {
            new.updated_at = Some(request.now);
        }
        let written = if new.path == old.path {
            edit(&old, &new, parent.as_ref(), &app)
                .await?
                .then_some(new)
        } else {
            rename(&old, new, &app).await?
        };
        if let Some(new) = written {
            let view = GroupView::new(&new, &rows, &request.base_url)?;
            return Ok(Json(GroupDetailsView::new(view, None)));
        }
        let found = app.store.groups(&[old.id]).await?.pop();
        old = found.ok_or_else(|| Error::not_found("Group"))?;
    }
    Err(Error::ResourceLock)
}

/// Gives the group and all that is below it other paths, if nothing moved on meanwhile.
async fn rename(old: &Group, new: Group, app: &App) -> Result<Option<Group>> {
    let full_path = match old.full_path.rsplit_once('/') {
        Some((above, _)) => format!("{above}/{}", new.path),
        None => new.path.clone(),
    };
    let new = Group { full_path, ..new };
    match relocate(old, new, Vec::new(), app).await {
        Ok(renamed) => Ok(renamed),
        Err(Fault::Obstacle(obstacle)) => Err(Error::invalid("path", obstacle.to_string())),
        Err(Fault::Other(error)) => Err(error),
    }
}

/// Writes what differs, if the group is as it was read, and its parent no less visible.
async fn edit(old: &Group, new: &Group, parent: Option<&Group>, app: &App) -> Result<bool> {
    if new == old {
        return Ok(true);
    }
    let edit = Write::edit(old, new)?;
    match parent.filter(|_| new.visibility > old.visibility) {
        Some(parent) => {
            let writes = vec![edit, Write::check(parent)?];
            Ok(app.store.write_all(writes).await? == Written::All)
        }
        None => app.store.write(edit).await,
    }
}

/// Whether what stands below would be more visible than the group.
async fn faults_of_those_below(new: &Group, faults: &mut ModelErrors, app: &App) -> Result<()> {
    let (groups, projects) = futures::try_join!(
        app.store.subgroup_ids(new.id, MAX_CHILDREN),
        app.store.project_ids_in(new.id, MAX_CHILDREN)
    )?;
    let level = visibility(new.visibility);
    if groups.len() == MAX_CHILDREN || projects.len() == MAX_CHILDREN {
        let text = format!("{level} is not allowed while so many groups or projects are below.");
        faults.add("visibility_level", text);
        return Ok(());
    }
    let mut rows = Rows::default();
    let keys = groups.iter().copied().map(Key::Group);
    let keys = keys.chain(projects.iter().copied().map(Key::Project));
    rows.load(&app.store, keys).await?;
    for id in projects {
        let project: Option<Project> = rows.get(&Key::Project(id))?;
        let is_there = |it: &Project| it.deleted_at.is_none() && it.is_right_in(new.id);
        let project = project.filter(is_there);
        if project.is_some_and(|project| project.visibility > new.visibility) {
            let text = format!(
                "{level} is not allowed since this group contains projects with higher visibility."
            );
            faults.add("visibility_level", text);
            break;
        }
    }
    for id in groups {
        let group: Option<Group> = rows.get(&Key::Group(id))?;
        let group = group.filter(|group| group.exists() && group.is_right_below(new.id));
        if group.is_some_and(|group| group.visibility > new.visibility) {
            let text = format!(
                "{level} is not allowed since there are sub-groups with higher visibility."
            );
            faults.add("visibility_level", text);
            break;
        }
    }
    Ok(())
}
