//! Edit a project.

use axum::extract::State;
use switchyard::error::{Error, ModelErrors, Result};
use switchyard::http::views::{Above, ProjectView, Viewer};
use switchyard::http::{Accepts, App, Endpoint, Json, ProjectAccess, Reader};
use switchyard::pipeline::Ref;
use switchyard::policy::Action;
use switchyard::project::{
    DirectoryEntry, DirectoryTarget, Group, Project, ProjectName, Visibility,
};
use switchyard::store::{Key, Rows, Write, Written};

use super::ATTEMPTS;
use super::settings::Settings;

pub(crate) struct EditProject {
    settings: Settings,
}

impl Endpoint for EditProject {
    const ACCEPTS: Accepts = Accepts::WRITER;
    const ACTION: Action = Action::AdminProject;

    fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            settings: Settings::of_change(reader),
        }
    }
}

/// Edit a project
///
/// Takes a maintainer, for the visibility an owner. Its old path leads to it until somebody
/// else takes it.
#[utoipa::path(
    put,
    path = "/api/v4/projects/{id}",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("name" = Option<String>, Query, description = "here and below: in the query or in the body"),
        ("path" = Option<String>, Query),
        ("description" = Option<String>, Query),
        ("visibility" = Option<Visibility>, Query),
        ("default_branch" = Option<String>, Query),
        ("import_url" = Option<String>, Query),
    ),
    responses((status = 200, body = ProjectView)),
)]
pub(crate) async fn edit(
    State(app): State<App>,
    access: ProjectAccess<EditProject>,
) -> Result<Json<ProjectView>> {
    let settings = &access.params.settings;
    if settings.visibility.is_some() {
        access.demand(Action::OwnProject)?;
    }
    let mut project = access.project.clone();
    for _ in 0..ATTEMPTS {
        let mut rows = Rows::default();
        rows.load(&app.store, keys(&project, settings)).await?;
        let above = Above::of(&project, &rows)?;
        let group = group_above(&project, &rows)?;
        settings.faults(group.as_ref()).finish()?;
        check_branch(&project, settings, &rows)?;

        let edited = edited(&project, settings, &access);
        if !super::is_possible(&edited) {
            return Err(Error::invalid("path", super::names::TOO_LONG));
        }
        let (mut writes, new_path, new_name) = writes(&project, &edited, &rows)?;
        if let Some(group) = group.filter(|_| settings.depend_on_group()) {
            let limits = ["visibility", "shared_runners_setting"];
            writes.push(Write::check(&group)?.assuming(&group, &limits)?);
        }
        match app.store.write_all(writes).await? {
            Written::All => {
                let viewer = Viewer {
                    maintainer: true,
                    permissions: None,
                };
                let base_url = &access.request.base_url;
                let view = ProjectView::new(&edited, &above, Some(viewer), base_url);
                return Ok(Json(view));
            }
            Written::Refused(places) => {
                taken(&places, new_path, new_name)?;
                project = super::read_again(&project, &app).await?;
            }
        }
    }
    Err(Error::ResourceLock)
}

/// All rows that the change may touch or ask for.
fn keys(project: &Project, settings: &Settings) -> Vec<Key> {
    let mut keys = Above::keys(project);
    keys.push(Key::Directory(project.full_path.to_lowercase()));
    let branch = settings.default_branch.clone();
    keys.extend(branch.map(|name| Key::Ref(project.id, name)));
    keys
}

fn group_above(project: &Project, rows: &Rows) -> Result<Option<Group>> {
    match project.ancestors().last() {
        Some(id) => rows.get(&Key::Group(*id)),
        None => Ok(None),
    }
}

/// The default branch is one that is there; of code that lives elsewhere nobody knows.
fn check_branch(project: &Project, settings: &Settings, rows: &Rows) -> Result<()> {
    let Some(name) = &settings.default_branch else {
        return Ok(());
    };
    let branch: Option<Ref> = rows.get(&Key::Ref(project.id, name.clone()))?;
    let is_known = branch.is_some_and(|branch| !branch.tag);
    let is_current = project.default_branch.as_ref() == Some(name);
    if is_known || is_current || project.import_url.is_some() {
        return Ok(());
    }
    let text = format!(
        "Could not set the default branch. Do you have a branch named '{name}' in your repository?"
    );
    Err(Error::invalid("base", text))
}

fn edited(project: &Project, settings: &Settings, access: &ProjectAccess<EditProject>) -> Project {
    let mut edited = project.clone();
    settings.apply(&mut edited);
    if let Some(path) = &settings.path {
        edited.path.clone_from(path);
        edited.full_path = match project.full_path.rsplit_once('/') {
            Some((above, _)) => format!("{above}/{path}"),
            None => path.clone(),
        };
    }
    if settings.default_branch.is_some() {
        edited.default_branch.clone_from(&settings.default_branch);
    }
    edited.updated_at = access.request.now;
    edited
}

/// The writes, and the places of those that find a new path and a new name taken.
fn writes(
    old: &Project,
    new: &Project,
    rows: &Rows,
) -> Result<(Vec<Write>, Option<usize>, Option<usize>)> {
    let mut writes = vec![Write::edit(old, new)?];
    let (mut new_path, mut new_name) = (None, None);
    let (from, to) = (old.full_path.to_lowercase(), new.full_path.to_lowercase());
    if from != to {
        let target = DirectoryTarget::Project {
            id: old.id,
            ancestors: old.ancestors().to_vec(),
        };
        new_path = Some(writes.len());
        let entry = DirectoryEntry { path: to, target };
        writes.push(Write::create_over(&entry, "kind", "moved_project")?);
        let entry: Option<DirectoryEntry> = rows.get(&Key::Directory(from))?;
        if let Some(entry) = entry.filter(|entry| super::leads_to(entry, old)) {
            let moved = DirectoryEntry {
                target: DirectoryTarget::MovedProject { id: old.id },
                ..entry.clone()
            };
            writes.push(Write::edit(&entry, &moved)?);
        }
    }
    if old.name != new.name {
        let namespace_id = super::namespace_id(old, rows)?;
        let name = |project: &Project| ProjectName {
            namespace_id,
            name: project.name.clone(),
            project_id: project.id,
        };
        new_name = Some(writes.len());
        writes.push(Write::create(&name(new))?);
        writes.push(Write::delete(&name(old))?);
    }
    Ok((writes, new_path, new_name))
}

fn taken(places: &[usize], new_path: Option<usize>, new_name: Option<usize>) -> Result<()> {
    let mut errors = ModelErrors::default();
    let is_taken = |place: Option<usize>| place.is_some_and(|place| places.contains(&place));
    if is_taken(new_name) {
        errors.add("name", "has already been taken");
    }
    if is_taken(new_path) {
        errors.add("path", "has already been taken");
    }
    errors.finish()
}
