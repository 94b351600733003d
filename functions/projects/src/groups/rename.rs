//! Another path for a group, and with it for all that stands below.

use std::collections::HashMap;

use switchyard::error::{Error, Result};
use switchyard::http::App;
use switchyard::ids::{GroupId, ProjectId};
use switchyard::project::{DirectoryEntry, DirectoryTarget, Group, Project};
use switchyard::store::namespaces::MAX_CHILDREN;
use switchyard::store::{Key, Rows, Write, Written};

use super::path::{TOO_LONG_IN_FULL, is_too_long_in_full};

/// Subgroups and projects below a group that can be moved with it: three rows each, and
/// three of the group itself, are one transaction.
const MAX_BELOW: usize = 25;

/// Writes the new group and the new paths. Answers with the group, or with nothing if a
/// row has moved on.
pub(super) async fn rename(old: &Group, new: &Group, app: &App) -> Result<Option<Group>> {
    let (groups, projects) = below(old, app).await?;
    let new = Group {
        full_path: beside(&old.full_path, &new.path),
        children_revision: old.children_revision + 1,
        ..new.clone()
    };
    let mut moves = Moves {
        full_paths: HashMap::from([(old.id, new.full_path.clone())]),
        rows: Rows::default(),
        writes: Vec::new(),
        new_entries: Vec::new(),
    };
    let paths = groups.iter().map(|group| &group.full_path);
    let paths = paths.chain(projects.iter().map(|project| &project.full_path));
    let keys = paths.chain([&old.full_path]);
    let keys = keys.map(|path| Key::Directory(path.to_lowercase()));
    moves.rows.load(&app.store, keys).await?;

    moves.group(old, &new)?;
    for group in &groups {
        let full_path = moves.path_below(group.ancestors.last(), &group.path)?;
        moves.full_paths.insert(group.id, full_path.clone());
        let moved = Group {
            full_path,
            children_revision: group.children_revision + 1,
            ..group.clone()
        };
        moves.group(group, &moved)?;
    }
    for project in &projects {
        let full_path = moves.path_below(project.ancestors().last(), &project.path)?;
        let moved = Project {
            full_path,
            ..project.clone()
        };
        moves.project(project, &moved)?;
    }
    match app.store.write_all(moves.writes).await? {
        Written::All => Ok(Some(new)),
        Written::Refused(places) if places.iter().any(|it| moves.new_entries.contains(it)) => {
            Err(Error::invalid("path", "has already been taken"))
        }
        Written::Refused(_) => Ok(None),
    }
}

/// All groups below, parents first, and all projects below.
async fn below(group: &Group, app: &App) -> Result<(Vec<Group>, Vec<Project>)> {
    let too_many = || {
        let text = format!(
            "cannot be changed while more than {MAX_BELOW} subgroups and projects are below the group"
        );
        Error::invalid("path", text)
    };
    let found = app.store.groups_below(&[group.id], MAX_BELOW).await?;
    if !found.is_all {
        return Err(too_many());
    }
    let groups = found.groups;
    let parents = groups.iter().map(|group| group.id).chain([group.id]);
    let ids = parents.map(|id| app.store.project_ids_in(id, MAX_CHILDREN));
    let ids = futures::future::try_join_all(ids).await?;
    if ids.iter().any(|ids| ids.len() == MAX_CHILDREN) {
        return Err(too_many());
    }
    let ids: Vec<ProjectId> = ids.concat();
    let mut rows = Rows::default();
    rows.load(&app.store, ids.iter().copied().map(Key::Project))
        .await?;
    let mut projects = Vec::new();
    for id in ids {
        projects.extend(rows.get::<Project>(&Key::Project(id))?);
    }
    projects.retain(|project| project.deleted_at.is_none());
    if groups.len() + projects.len() > MAX_BELOW {
        return Err(too_many());
    }
    Ok((groups, projects))
}

/// The writes of a rename, as they are gathered.
struct Moves {
    /// Of groups that were moved already.
    full_paths: HashMap<GroupId, String>,
    /// The entries of the old paths.
    rows: Rows,
    writes: Vec<Write>,
    /// The places of writes that find a path taken.
    new_entries: Vec<usize>,
}

impl Moves {
    fn path_below(&self, parent: Option<&GroupId>, path: &str) -> Result<String> {
        let above = parent.and_then(|id| self.full_paths.get(id));
        let above =
            above.ok_or_else(|| Error::Internal(format!("{path} is not below the group")))?;
        Ok(format!("{above}/{path}"))
    }

    fn group(&mut self, old: &Group, new: &Group) -> Result<()> {
        if is_too_long_in_full(&new.full_path) {
            return Err(Error::invalid("path", TOO_LONG_IN_FULL));
        }
        self.writes.push(Write::edit(old, new)?);
        let target = DirectoryTarget::Group { id: old.id };
        if let Some(entry) = self.entry(old.id, &old.full_path, &new.full_path, target)? {
            self.writes.push(Write::delete(&entry)?);
        }
        Ok(())
    }

    fn project(&mut self, old: &Project, new: &Project) -> Result<()> {
        self.writes.push(Write::edit(old, new)?);
        let target = DirectoryTarget::Project {
            id: old.id,
            ancestors: old.ancestors().to_vec(),
        };
        if let Some(entry) = self.entry(old.id, &old.full_path, &new.full_path, target)? {
            let moved = DirectoryEntry {
                path: entry.path.clone(),
                target: DirectoryTarget::MovedProject { id: old.id },
            };
            self.writes.push(Write::edit(&entry, &moved)?);
        }
        Ok(())
    }

    /// Adds the entry of a new path, and gives that of the old one, if the one is not the
    /// other in another case.
    fn entry(
        &mut self,
        id: impl Into<u64>,
        old: &str,
        new: &str,
        target: DirectoryTarget,
    ) -> Result<Option<DirectoryEntry>> {
        let (old, new) = (old.to_lowercase(), new.to_lowercase());
        if old == new {
            return Ok(None);
        }
        let entry = DirectoryEntry { path: new, target };
        if !Key::Directory(entry.path.clone()).is_possible() {
            return Err(Error::invalid("path", TOO_LONG_IN_FULL));
        }
        self.new_entries.push(self.writes.len());
        self.writes
            .push(Write::create_over(&entry, "kind", "moved_project")?);
        let id = id.into();
        let entry: Option<DirectoryEntry> = self.rows.get(&Key::Directory(old))?;
        Ok(entry.filter(|entry| match &entry.target {
            DirectoryTarget::Group { id: found } => found.0 == id,
            DirectoryTarget::Project { id: found, .. } => found.0 == id,
            DirectoryTarget::MovedProject { .. } | DirectoryTarget::User { .. } => false,
        }))
    }
}

/// The full path with another last name.
fn beside(full_path: &str, path: &str) -> String {
    match full_path.rsplit_once('/') {
        Some((above, _)) => format!("{above}/{path}"),
        None => path.to_owned(),
    }
}
