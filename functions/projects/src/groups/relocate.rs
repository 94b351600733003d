//! Another place for a group, and with it for all that stands below: another path, or
//! another group above.

use std::collections::HashMap;
use std::fmt;

use switchyard::error::{Error, Result};
use switchyard::http::App;
use switchyard::ids::{GroupId, ProjectId};
use switchyard::project::{DirectoryEntry, DirectoryTarget, Group, Namespace, Project};
use switchyard::store::namespaces::MAX_CHILDREN;
use switchyard::store::{Key, Rows, Write, Written};

use super::path::{TOO_LONG_IN_FULL, is_too_long_in_full};
use super::settings::MAX_ABOVE;

/// Subgroups and projects below a group that can be moved with it: three rows each, three
/// of the group itself, and some of the group that it comes to are one transaction.
const MAX_BELOW: usize = 25;

/// What keeps a group where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Obstacle {
    Taken,
    TooLong,
    TooDeep,
    TooManyBelow,
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Taken => f.write_str("has already been taken"),
            Self::TooLong => f.write_str(TOO_LONG_IN_FULL),
            Self::TooDeep => f.write_str("has too deep level of nesting"),
            Self::TooManyBelow => write!(
                f,
                "cannot be changed while more than {MAX_BELOW} subgroups and projects are below the group"
            ),
        }
    }
}

pub(super) enum Fault {
    Obstacle(Obstacle),
    Other(Error),
}

impl From<Obstacle> for Fault {
    fn from(obstacle: Obstacle) -> Self {
        Self::Obstacle(obstacle)
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

/// Writes the new group, with its full path and the groups above it, and the new places of
/// all that is below; `along` with them. Nothing of it becomes more visible than the group.
/// Answers with the group, or with nothing if a row has moved on.
pub(super) async fn relocate(
    old: &Group,
    new: Group,
    along: Vec<Write>,
    app: &App,
) -> Result<Option<Group>, Fault> {
    let (groups, projects) = below(old, app).await?;
    if groups.iter().any(|group| new.ancestors.contains(&group.id)) {
        // What it was to come below has come below it.
        return Ok(None);
    }
    let new = Group {
        children_revision: old.children_revision + 1,
        ..new
    };
    let mut moves = Moves {
        moved: HashMap::new(),
        rows: Rows::default(),
        writes: along,
        new_entries: Vec::new(),
    };
    let paths = groups.iter().map(|group| &group.full_path);
    let paths = paths.chain(projects.iter().map(|project| &project.full_path));
    let keys = paths.chain([&old.full_path]);
    let keys = keys.map(|path| Key::Directory(path.to_lowercase()));
    moves.rows.load(&app.store, keys).await?;

    moves.group(old, new.clone())?;
    for group in &groups {
        let (full_path, ancestors) = moves.place_below(group.ancestors.last(), &group.path)?;
        let moved = Group {
            full_path,
            ancestors,
            visibility: group.visibility.min(new.visibility),
            children_revision: group.children_revision + 1,
            ..group.clone()
        };
        moves.group(group, moved)?;
    }
    for project in &projects {
        let (full_path, ancestors) =
            moves.place_below(project.ancestors().last(), &project.path)?;
        let moved = Project {
            full_path,
            namespace: Namespace::Group { ancestors },
            visibility: project.visibility.min(new.visibility),
            ..project.clone()
        };
        moves.project(project, &moved)?;
    }
    match app.store.write_all(moves.writes).await? {
        Written::All => Ok(Some(new)),
        Written::Refused(places) if places.iter().any(|it| moves.new_entries.contains(it)) => {
            Err(Obstacle::Taken.into())
        }
        Written::Refused(_) => Ok(None),
    }
}

/// All groups below, parents first, and all projects below.
async fn below(group: &Group, app: &App) -> Result<(Vec<Group>, Vec<Project>), Fault> {
    let found = app.store.groups_below(&[group.id], MAX_BELOW).await?;
    if !found.is_all {
        return Err(Obstacle::TooManyBelow.into());
    }
    let groups = found.groups;
    let parents = groups.iter().map(|group| group.id).chain([group.id]);
    let ids = parents.map(|id| app.store.project_ids_in(id, MAX_CHILDREN));
    let ids = futures::future::try_join_all(ids).await?;
    if ids.iter().any(|ids| ids.len() == MAX_CHILDREN) {
        return Err(Obstacle::TooManyBelow.into());
    }
    let ids: Vec<ProjectId> = ids.concat();
    let mut rows = Rows::default();
    rows.load(&app.store, ids.iter().copied().map(Key::Project))
        .await?;
    let mut projects = Vec::new();
    for id in ids {
        projects.extend(rows.get::<Project>(&Key::Project(id))?);
    }
    let is_below = |it: &Project| {
        let above = it.ancestors().last();
        above.is_some_and(|id| *id == group.id || groups.iter().any(|group| group.id == *id))
    };
    projects.retain(|project| project.deleted_at.is_none() && is_below(project));
    if groups.len() + projects.len() > MAX_BELOW {
        return Err(Obstacle::TooManyBelow.into());
    }
    Ok((groups, projects))
}

/// The writes, as they are gathered.
struct Moves {
    /// The groups that were moved already, as they are now.
    moved: HashMap<GroupId, Group>,
    /// The entries of the old paths.
    rows: Rows,
    writes: Vec<Write>,
    /// The places of writes that find a path taken.
    new_entries: Vec<usize>,
}

impl Moves {
    /// The full path of what is right below a group that was moved, and the groups above it.
    fn place_below(&self, parent: Option<&GroupId>, path: &str) -> Result<(String, Vec<GroupId>)> {
        let above = parent.and_then(|id| self.moved.get(id));
        let above =
            above.ok_or_else(|| Error::Internal(format!("{path} is not below the group")))?;
        let mut ancestors = above.ancestors.clone();
        ancestors.push(above.id);
        Ok((format!("{}/{path}", above.full_path), ancestors))
    }

    fn group(&mut self, old: &Group, new: Group) -> Result<(), Fault> {
        if is_too_long_in_full(&new.full_path) {
            return Err(Obstacle::TooLong.into());
        }
        if new.ancestors.len() > MAX_ABOVE {
            return Err(Obstacle::TooDeep.into());
        }
        self.writes.push(Write::edit(old, &new)?);
        let target = DirectoryTarget::Group { id: old.id };
        if let Some(entry) = self.entry(old.id, &old.full_path, &new.full_path, target)? {
            self.writes.push(Write::delete(&entry)?);
        }
        self.moved.insert(new.id, new);
        Ok(())
    }

    fn project(&mut self, old: &Project, new: &Project) -> Result<(), Fault> {
        self.writes.push(Write::edit(old, new)?);
        let target = DirectoryTarget::Project {
            id: old.id,
            ancestors: new.ancestors().to_vec(),
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
    ) -> Result<Option<DirectoryEntry>, Fault> {
        let (old, new) = (old.to_lowercase(), new.to_lowercase());
        if old == new {
            return Ok(None);
        }
        let entry = DirectoryEntry { path: new, target };
        if !Key::Directory(entry.path.clone()).is_possible() {
            return Err(Obstacle::TooLong.into());
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
