//! Changing a user: with the name and the address move the rows that keep them, and with
//! the name the paths of the personal projects.

use super::{email_of, entry_of, personal_namespace};
use crate::error::Result;
use crate::ids::ProjectId;
use crate::project::{DirectoryEntry, DirectoryTarget, Group, Project};
use crate::store::{Key, Rows, Store, Write, Written};
use crate::user::User;

/// Personal projects that move with their owner in one transaction: three rows each.
pub const MAX_MOVED_PROJECTS: usize = 25;

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserEdited {
    Yes,
    /// The address belongs to somebody.
    EmailTaken,
    /// The name belongs to somebody, or to a group.
    UsernameTaken,
    /// Something was not as it was read.
    MovedOn,
}

/// What a write of the transaction is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Email,
    Username,
    Other,
}

impl Store {
    /// Writes what differs between `old` and `new`, with all that has to agree with it, or
    /// nothing: the rows that keep name and address, the personal namespace, and where the
    /// name changes the paths of `projects`. Assumes that all are as they were read.
    pub async fn edit_user(
        &self,
        old: &User,
        new: &User,
        projects: &[Project],
    ) -> Result<UserEdited> {
        let mut writes = vec![(Part::Other, Write::edit(old, new)?)];
        let (old_email, new_email) = (email_of(old), email_of(new));
        if old_email.email != new_email.email {
            writes.push((Part::Email, Write::create(&new_email)?));
            writes.push((Part::Other, Write::delete(&old_email)?));
        }
        let (old_entry, new_entry) = (entry_of(old), entry_of(new));
        if old_entry.path != new_entry.path {
            writes.push((Part::Username, Write::create(&new_entry)?));
            writes.push((Part::Other, Write::delete(&old_entry)?));
        }
        if (&old.name, &old.username) != (&new.name, &new.username) {
            let mut rows = Rows::default();
            let key = Key::Group(old.namespace_id);
            rows.load(self, [key.clone()]).await?;
            if let Some(namespace) = rows.get::<Group>(&key)? {
                let fresh = personal_namespace(new);
                let renamed = Group {
                    name: fresh.name,
                    path: fresh.path,
                    full_path: fresh.full_path,
                    ..namespace.clone()
                };
                writes.push((Part::Other, Write::edit(&namespace, &renamed)?));
            }
        }
        if old.username != new.username {
            let moves = self.moves(&new.username, projects).await?;
            writes.extend(moves.into_iter().map(|write| (Part::Other, write)));
        }
        let (parts, writes): (Vec<Part>, Vec<Write>) = writes.into_iter().unzip();
        Ok(match self.write_all(writes).await? {
            Written::All => UserEdited::Yes,
            Written::Refused(places) => {
                let refused = |part| places.iter().any(|place| parts.get(*place) == Some(&part));
                if refused(Part::Email) {
                    UserEdited::EmailTaken
                } else if refused(Part::Username) {
                    UserEdited::UsernameTaken
                } else {
                    UserEdited::MovedOn
                }
            }
        })
    }

    /// Gives one personal project the path that its owner's name calls for. Answers whether
    /// all was as it was read.
    pub async fn move_project(&self, owner: &User, project: &Project) -> Result<bool> {
        let mut writes = self
            .moves(&owner.username, std::slice::from_ref(project))
            .await?;
        if writes.is_empty() {
            return Ok(true);
        }
        writes.push(Write::check(owner)?);
        Ok(self.write_all(writes).await? == Written::All)
    }

    /// The writes that give these personal projects paths that begin with the name. The old
    /// paths lead on to them; a path that led to another project once may be taken.
    async fn moves(&self, username: &str, projects: &[Project]) -> Result<Vec<Write>> {
        let key = |path: &str| Key::Directory(path.to_lowercase());
        let mut rows = Rows::default();
        let old_paths = projects.iter().map(|project| key(&project.full_path));
        rows.load(self, old_paths).await?;
        let mut writes = Vec::new();
        for project in projects {
            let full_path = format!("{username}/{}", project.path);
            if project.full_path == full_path {
                continue;
            }
            let moved = Project {
                full_path,
                ..project.clone()
            };
            writes.push(Write::edit(project, &moved)?);
            let (old_key, new_key) = (key(&project.full_path), key(&moved.full_path));
            if old_key == new_key {
                continue;
            }
            if let Some(entry) = rows.get::<DirectoryEntry>(&old_key)?
                && leads_to(&entry, project.id)
            {
                let target = DirectoryTarget::MovedProject { id: project.id };
                let path = entry.path.clone();
                writes.push(Write::edit(&entry, &DirectoryEntry { path, target })?);
            }
            let target = DirectoryTarget::Project {
                id: project.id,
                ancestors: Vec::new(),
            };
            let path = moved.full_path.to_lowercase();
            let entry = DirectoryEntry { path, target };
            writes.push(Write::create_over(&entry, "kind", "moved_project")?);
        }
        Ok(writes)
    }

    /// All personal projects that are not marked for deletion, as far as the index knows
    /// by now, unless there are more than `limit`. The rows are read strongly.
    pub async fn personal_projects(
        &self,
        owner: &User,
        limit: usize,
    ) -> Result<Option<Vec<Project>>> {
        let mut projects = Vec::new();
        let mut after = ProjectId(0);
        loop {
            let ids = self.personal_project_ids(owner.id, after, 100).await?;
            let Some(last) = ids.last() else {
                return Ok(Some(projects));
            };
            after = *last;
            let mut rows = Rows::default();
            rows.load(self, ids.iter().copied().map(Key::Project))
                .await?;
            for id in ids {
                let project: Option<Project> = rows.get(&Key::Project(id))?;
                projects.extend(project.filter(|project| project.deleted_at.is_none()));
            }
            if projects.len() > limit {
                return Ok(None);
            }
        }
    }
}

fn leads_to(entry: &DirectoryEntry, project: ProjectId) -> bool {
    match &entry.target {
        DirectoryTarget::Project { id, .. } => *id == project,
        DirectoryTarget::MovedProject { .. }
        | DirectoryTarget::Group { .. }
        | DirectoryTarget::User { .. } => false,
    }
}
