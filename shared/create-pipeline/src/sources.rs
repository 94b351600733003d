//! Files that a configuration asks for, in this project and in others.

use std::collections::HashMap;
use std::sync::Arc;

use ci_config::include::{Answer, Found, Missing, Place, Source};
use switchyard::error::Result;
use switchyard::http::App;
use switchyard::http::access::sources_of_project;
use switchyard::ids::ProjectId;
use switchyard::member::Member;
use switchyard::policy::{self, Action, Standing, Verdict};
use switchyard::project::{DirectoryEntry, DirectoryTarget, Project};
use switchyard::repository::{Oid, Repository, Snapshot};
use switchyard::store::{Key, Rows};
use switchyard::time::Time;
use switchyard::user::User;

/// Lists of files that are kept while one pipeline is made.
const MAX_SNAPSHOTS: usize = 20;

/// Reads what one user, or nobody in particular, may read.
pub(crate) struct Sources<'a> {
    app: &'a App,
    user: Option<&'a User>,
    now: Time,
    /// Projects by their full paths in lower case, if the user may read their code.
    projects: HashMap<String, Option<Project>>,
    snapshots: HashMap<(ProjectId, Oid), Arc<Snapshot>>,
}

impl<'a> Sources<'a> {
    /// `project` is the one that the pipeline is made for: its files are there for it,
    /// whoever starts it.
    pub(crate) fn new(app: &'a App, user: Option<&'a User>, project: &Project, now: Time) -> Self {
        let own = (project.full_path.to_lowercase(), Some(project.clone()));
        Self {
            app,
            user,
            now,
            projects: HashMap::from([own]),
            snapshots: HashMap::new(),
        }
    }

    /// What there is for each, in their order.
    pub(crate) async fn fetch(&mut self, wanted: Vec<Source>) -> Result<Vec<(Source, Answer)>> {
        let mut answers = Vec::with_capacity(wanted.len());
        for source in wanted {
            let answer = self.answer(&source).await?;
            answers.push((source, answer));
        }
        Ok(answers)
    }

    async fn answer(&mut self, source: &Source) -> Result<Answer> {
        match source {
            Source::Local {
                place: Place { project, sha },
                path,
            } => {
                let Some(project) = self.project(project).await? else {
                    return Ok(Err(Missing::Project));
                };
                let text = self.file(project.id, sha, path).await?;
                Ok(text.map(Found::Text).ok_or(Missing::File))
            }
            Source::Project {
                project,
                reference,
                file,
            } => {
                let Some(project) = self.project(project).await? else {
                    return Ok(Err(Missing::Project));
                };
                let Some(sha) = self.commit(&project, reference.as_deref()).await? else {
                    return Ok(Err(Missing::Reference));
                };
                let sha: Arc<str> = sha.to_string().into();
                let path = file.strip_prefix('/').unwrap_or(file);
                let text = self.file(project.id, &sha, path).await?;
                Ok(text
                    .map(|text| Found::Project { sha, text })
                    .ok_or(Missing::File))
            }
            Source::Paths { project, reference } => {
                let Some(project) = self.project(project).await? else {
                    return Ok(Err(Missing::Project));
                };
                let Some(commit) = self.commit(&project, reference.as_deref()).await? else {
                    return Ok(Err(Missing::Reference));
                };
                let paths = self.paths(project.id, commit).await?;
                Ok(paths.map(Found::Paths).ok_or(Missing::Reference))
            }
            // Only those that come with the compiler.
            Source::Template { .. } => Ok(Err(Missing::File)),
            Source::Remote { .. } | Source::Component { .. } | Source::Artifact { .. } => {
                Ok(Err(Missing::Unsupported))
            }
        }
    }

    /// A project whose code the user may read, by its full path.
    pub(crate) async fn project(&mut self, path: &str) -> Result<Option<Project>> {
        let path = path.to_lowercase();
        if let Some(known) = self.projects.get(&path) {
            return Ok(known.clone());
        }
        let found = find_project(self.app, &path).await?;
        let mut readable = None;
        if let Some(project) = found {
            let standing = match self.user {
                Some(user) => standing_of(self.app, user, &project, self.now).await?,
                None => Standing::Anonymous,
            };
            let may = policy::may(Action::ReadCode, &project, standing);
            readable = (may == Verdict::Allowed).then_some(project);
        }
        self.projects.insert(path, readable.clone());
        Ok(readable)
    }

    /// The commit of a ref; without one, that of the default branch.
    pub(crate) async fn commit(
        &self,
        project: &Project,
        reference: Option<&str>,
    ) -> Result<Option<Oid>> {
        let reference = reference.filter(|name| *name != "HEAD");
        let Some(name) = reference.or(project.default_branch.as_deref()) else {
            return Ok(None);
        };
        let repository = Repository::new(project.id, &self.app.store, &self.app.blobs);
        let resolved = repository.resolve(name).await?;
        Ok(resolved.map(|resolved| resolved.commit))
    }

    /// The paths of all files at a commit.
    pub(crate) async fn paths(
        &mut self,
        project: ProjectId,
        commit: Oid,
    ) -> Result<Option<Arc<[Arc<str>]>>> {
        let snapshot = self.snapshot(project, commit).await?;
        Ok(snapshot.map(|snapshot| {
            let paths = snapshot.files.keys();
            paths.map(|path| Arc::from(path.as_str())).collect()
        }))
    }

    /// The paths at which two commits differ.
    pub(crate) async fn changed_paths(
        &mut self,
        project: ProjectId,
        from: Oid,
        to: Oid,
    ) -> Result<Option<Arc<[Arc<str>]>>> {
        let before = self.snapshot(project, from).await?;
        let after = self.snapshot(project, to).await?;
        Ok(before.zip(after).map(|(before, after)| {
            let paths = before.changed_paths(&after).into_iter();
            paths.map(Arc::from).collect()
        }))
    }

    /// A file's content.
    pub(crate) async fn file(
        &mut self,
        project: ProjectId,
        sha: &str,
        path: &str,
    ) -> Result<Option<Arc<[u8]>>> {
        let Some(commit) = Oid::parse(sha) else {
            return Ok(None);
        };
        let Some(snapshot) = self.snapshot(project, commit).await? else {
            return Ok(None);
        };
        let Some(file) = snapshot.files.get(path) else {
            return Ok(None);
        };
        let repository = Repository::new(project, &self.app.store, &self.app.blobs);
        let content = repository.content(file).await?;
        Ok(Some(Arc::from(content.as_ref())))
    }

    async fn snapshot(&mut self, project: ProjectId, commit: Oid) -> Result<Option<Arc<Snapshot>>> {
        let key = (project, commit);
        if let Some(known) = self.snapshots.get(&key) {
            return Ok(Some(Arc::clone(known)));
        }
        let repository = Repository::new(project, &self.app.store, &self.app.blobs);
        let Some(snapshot) = repository.snapshot(commit).await? else {
            return Ok(None);
        };
        let snapshot = Arc::new(snapshot);
        if self.snapshots.len() < MAX_SNAPSHOTS {
            self.snapshots.insert(key, Arc::clone(&snapshot));
        }
        Ok(Some(snapshot))
    }
}

/// The project of a full path, whoever may see it.
pub async fn find_project(app: &App, path: &str) -> Result<Option<Project>> {
    let key = Key::Directory(path.to_lowercase());
    let mut rows = Rows::default();
    rows.load(&app.store, [key.clone()]).await?;
    let entry: Option<DirectoryEntry> = rows.get(&key)?;
    let id = match entry.map(|entry| entry.target) {
        Some(DirectoryTarget::Project { id, .. } | DirectoryTarget::MovedProject { id }) => id,
        Some(DirectoryTarget::Group { .. } | DirectoryTarget::User { .. }) | None => {
            return Ok(None);
        }
    };
    let key = Key::Project(id);
    rows.load(&app.store, [key.clone()]).await?;
    let project: Option<Project> = rows.get(&key)?;
    Ok(project.filter(|project| project.deleted_at.is_none()))
}

/// How a user stands towards a project.
pub async fn standing_of(app: &App, user: &User, project: &Project, now: Time) -> Result<Standing> {
    if user.admin {
        return Ok(Standing::Administrator);
    }
    let sources = sources_of_project(project.id, project.ancestors());
    let keys: Vec<Key> = sources.map(|source| Key::Member(source, user.id)).collect();
    let mut rows = Rows::default();
    rows.load(&app.store, keys.iter().cloned()).await?;
    let mut highest = None;
    for key in &keys {
        let member: Option<Member> = rows.get(key)?;
        highest = highest.max(member.and_then(|member| member.role(now.day())));
    }
    Ok(Standing::User(highest))
}

/// Rows of several projects, users or pipelines by their keys.
pub(crate) async fn load(app: &App, keys: Vec<Key>) -> Result<Rows> {
    let mut rows = Rows::default();
    rows.load(&app.store, keys).await?;
    Ok(rows)
}
