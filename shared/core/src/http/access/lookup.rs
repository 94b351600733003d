//! Which rows a request needs, read in as few rounds as their links allow.
//!
//! `keys` is pure: it names every row that can be named by what was read so far. The
//! first round also follows hints, so a request like an earlier one needs no other.

use http::request::Parts;

use super::{Accepts, sources_of_group, sources_of_project};
use crate::error::{Error, Result};
use crate::http::app::App;
use crate::http::credentials::Credential;
use crate::http::path::{GroupRef, ProjectRef, UserRef};
use crate::http::request::RequestInfo;
use crate::ids::{GroupId, JobId, PipelineId, ProjectId, UserId};
use crate::job::Job;
use crate::member::Source;
use crate::project::{DirectoryEntry, DirectoryTarget, Group, Project};
use crate::store::{Hints, JobRelations, Key, Rows};
use crate::token::AccessToken;

/// What a request is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Resource {
    None,
    Project(ProjectRef),
    Group(GroupRef),
}

/// What a request is about besides its project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    None,
    /// A job, with all that it is shown with.
    Job(JobId),
    /// A job, with no more than the pipeline that tells whether it is published.
    JobAlone(JobId),
    /// A job or a bridge, with all that it is shown with.
    Build(JobId),
    Pipeline(PipelineId),
    /// The job whose token was shown.
    TokensJob,
}

/// All that a request says about the rows it needs.
pub(super) struct Question {
    pub(super) credential: Credential,
    /// In whose place an administrator asks.
    pub(super) sudo: Option<(UserRef, String)>,
    resource: Resource,
    target: Target,
}

impl Question {
    /// # Errors
    /// 401 where no row is needed to know it: for nobody where somebody has to sign in,
    /// and for what cannot be a token.
    pub(super) fn new(
        parts: &Parts,
        request: &RequestInfo,
        accepts: Accepts,
        resource: Resource,
        target: Target,
    ) -> Result<Self> {
        let credential = Credential::of(&parts.headers, &request.params, accepts.job_token);
        match credential {
            Credential::None if accepts.anonymous => {}
            Credential::AccessToken(_) | Credential::JobToken { .. } => {}
            Credential::None | Credential::Malformed => return Err(Error::Unauthorized),
        }
        let header = parts.headers.get("sudo");
        let header = header.and_then(|value| value.to_str().ok());
        let sudo = request.params.text("sudo").or(header);
        Ok(Self {
            credential,
            sudo: sudo
                .filter(|name| !name.is_empty())
                .map(|name| (UserRef::parse(name), name.to_owned())),
            resource,
            target,
        })
    }

    /// Who comes with a job's token and asks for nothing besides; none if it cannot be one.
    pub(super) fn of_job_token(token: &str) -> Option<Self> {
        match Credential::job_token(token) {
            credential @ Credential::JobToken { .. } => Some(Self {
                credential,
                sudo: None,
                resource: Resource::None,
                target: Target::None,
            }),
            Credential::None | Credential::AccessToken(_) | Credential::Malformed => None,
        }
    }

    /// Reads round after round until nothing more can be named. The links form a
    /// chain of fixed length, so this ends.
    pub(super) async fn answer(&self, app: &App) -> Result<Rows> {
        let hints = app.store.hints();
        let mut rows = Rows::default();
        let mut keys = self.keys(&rows, Some(hints))?;
        while !keys.is_empty() {
            rows.load(&app.store, keys).await?;
            keys = self.keys(&rows, None)?;
            keys.retain(|key| !rows.knows(key));
        }
        self.learn(&rows, hints)?;
        Ok(rows)
    }

    fn keys(&self, rows: &Rows, hints: Option<&Hints>) -> Result<Vec<Key>> {
        let mut keys = Vec::new();
        let user = self.user(rows, hints, &mut keys)?;
        let sources = match &self.resource {
            Resource::None => Vec::new(),
            Resource::Project(wanted) => {
                let project = project(wanted, rows, hints, &mut keys)?;
                self.target_keys(project, rows, hints, &mut keys)?;
                match project {
                    Some(id) => {
                        let ancestors = ancestors_of_project(id, wanted, rows, hints)?;
                        sources_of_project(id, &ancestors).collect()
                    }
                    None => Vec::new(),
                }
            }
            Resource::Group(wanted) => match group(wanted, rows, hints, &mut keys)? {
                Some(id) => {
                    let ancestors = ancestors_of_group(id, rows, hints)?;
                    sources_of_group(id, &ancestors).collect::<Vec<Source>>()
                }
                None => Vec::new(),
            },
        };
        if self.resource == Resource::None {
            self.target_keys(None, rows, hints, &mut keys)?;
        }
        if let Some(user) = user {
            keys.extend(sources.into_iter().map(|source| Key::Member(source, user)));
        }
        Ok(keys)
    }

    /// The user in whose name the request is, as soon as they are known.
    fn user(
        &self,
        rows: &Rows,
        hints: Option<&Hints>,
        keys: &mut Vec<Key>,
    ) -> Result<Option<UserId>> {
        let user = match &self.credential {
            Credential::None | Credential::Malformed => None,
            Credential::AccessToken(digest) => {
                let key = Key::Token(digest.clone());
                let token: Option<AccessToken> = rows.get(&key)?;
                keys.push(key);
                let hint = || hints?.user_of_token.get(digest);
                token.map(|token| token.user_id).or_else(hint)
            }
            Credential::JobToken {
                project_id, job_id, ..
            } => {
                let key = Key::Job(*project_id, *job_id);
                let job: Option<Job> = rows.get(&key)?;
                keys.extend([key, Key::Project(*project_id)]);
                let related = (*project_id, *job_id);
                let hint = || Some(hints?.relations_of_job.get(&related)?.user_id);
                job.map(|job| job.build.user_id).or_else(hint)
            }
        };
        keys.extend(user.map(Key::User));
        match &self.sudo {
            None => Ok(user),
            Some((named, _)) => {
                let user = user_named(named, rows, hints, keys)?;
                keys.extend(user.map(Key::User));
                Ok(user)
            }
        }
    }

    fn target_keys(
        &self,
        project: Option<ProjectId>,
        rows: &Rows,
        hints: Option<&Hints>,
        keys: &mut Vec<Key>,
    ) -> Result<()> {
        match (self.target, project, &self.credential) {
            (Target::Job(job), Some(project), _) => {
                let relations = job_relations(project, job, rows, hints, keys)?;
                keys.extend(relations.into_iter().flat_map(|it| it.keys(project)));
            }
            (Target::Build(job), Some(project), _) => {
                let relations = job_relations(project, job, rows, hints, keys)?;
                keys.extend(relations.into_iter().flat_map(|it| it.keys(project)));
                let key = Key::Bridge(project, job);
                let bridge: Option<crate::job::Bridge> = rows.get(&key)?;
                keys.push(key);
                let bridge = bridge.map(|bridge| bridge.build);
                keys.extend(bridge.into_iter().flat_map(|build| {
                    [
                        Key::Pipeline(project, build.pipeline_id),
                        Key::User(build.user_id),
                    ]
                }));
            }
            (Target::JobAlone(job), Some(project), _) => {
                let relations = job_relations(project, job, rows, hints, keys)?;
                keys.extend(relations.map(|it| Key::Pipeline(project, it.pipeline_id)));
            }
            (
                Target::TokensJob,
                _,
                Credential::JobToken {
                    project_id, job_id, ..
                },
            ) => {
                let relations = job_relations(*project_id, *job_id, rows, hints, keys)?;
                keys.extend(relations.into_iter().flat_map(|it| it.keys(*project_id)));
            }
            (Target::Pipeline(pipeline), Some(project), _) => {
                keys.push(Key::Pipeline(project, pipeline));
                // Lists of its jobs have no use for its user, so nothing waits for it here.
                let user = hints.and_then(|hints| hints.user_of_pipeline.get(&(project, pipeline)));
                keys.extend(user.map(Key::User));
            }
            (
                Target::None
                | Target::Job(_)
                | Target::JobAlone(_)
                | Target::Build(_)
                | Target::Pipeline(_)
                | Target::TokensJob,
                _,
                _,
            ) => {}
        }
        Ok(())
    }

    fn learn(&self, rows: &Rows, hints: &Hints) -> Result<()> {
        let nowhere = &mut Vec::new();
        if let Credential::AccessToken(digest) = &self.credential
            && let Some(token) = rows.get::<AccessToken>(&Key::Token(digest.clone()))?
        {
            hints.user_of_token.learn(digest.clone(), token.user_id);
        }
        if let Some((UserRef::Username(name), _)) = &self.sudo
            && let Some(user) = user_named(&UserRef::Username(name.clone()), rows, None, nowhere)?
        {
            hints.user_of_name.learn(name.clone(), user);
        }
        let mut in_project = None;
        match &self.resource {
            Resource::None => {}
            Resource::Project(wanted) => {
                in_project = project(wanted, rows, None, nowhere)?;
                if let (ProjectRef::Path(path), Some(project)) = (wanted, in_project) {
                    hints.project_of_path.learn(path.clone(), project);
                }
                if let Some(project) = in_project
                    && let Some(row) = rows.get::<Project>(&Key::Project(project))?
                {
                    let ancestors = row.ancestors().to_vec();
                    hints.ancestors_of_project.learn(project, ancestors);
                }
            }
            Resource::Group(wanted) => {
                let group = group(wanted, rows, None, nowhere)?;
                if let (GroupRef::Path(path), Some(group)) = (wanted, group) {
                    hints.group_of_path.learn(path.clone(), group);
                }
                if let Some(group) = group
                    && let Some(row) = rows.get::<Group>(&Key::Group(group))?
                {
                    hints.ancestors_of_group.learn(group, row.ancestors);
                }
            }
        }
        let job = match (self.target, in_project, &self.credential) {
            (Target::Job(job) | Target::JobAlone(job) | Target::Build(job), Some(project), _) => {
                Some((project, job))
            }
            (
                _,
                _,
                Credential::JobToken {
                    project_id, job_id, ..
                },
            ) => Some((*project_id, *job_id)),
            _ => None,
        };
        if let Some((project, job)) = job
            && let Some(row) = rows.get::<Job>(&Key::Job(project, job))?
        {
            hints
                .relations_of_job
                .learn((project, job), JobRelations::of(&row));
        }
        Ok(())
    }
}

/// The user of this number or name, as soon as their id is known.
pub(super) fn user_named(
    wanted: &UserRef,
    rows: &Rows,
    hints: Option<&Hints>,
    keys: &mut Vec<Key>,
) -> Result<Option<UserId>> {
    match wanted {
        UserRef::None => Ok(None),
        UserRef::Id(id) => Ok(Some(*id)),
        UserRef::Username(name) => {
            let key = Key::Directory(name.clone());
            let entry: Option<DirectoryEntry> = rows.get(&key)?;
            keys.push(key);
            let hint = || hints?.user_of_name.get(name);
            let user = entry.map(|entry| match entry.target {
                DirectoryTarget::User { id } => Some(id),
                DirectoryTarget::Project { .. }
                | DirectoryTarget::MovedProject { .. }
                | DirectoryTarget::Group { .. } => None,
            });
            Ok(user.unwrap_or_else(hint))
        }
    }
}

/// The project's id, as soon as it is known.
fn project(
    wanted: &ProjectRef,
    rows: &Rows,
    hints: Option<&Hints>,
    keys: &mut Vec<Key>,
) -> Result<Option<ProjectId>> {
    let id = match wanted {
        ProjectRef::None => None,
        ProjectRef::Id(id) => Some(*id),
        ProjectRef::Path(path) => {
            let key = Key::Directory(path.clone());
            let entry: Option<DirectoryEntry> = rows.get(&key)?;
            keys.push(key);
            let hint = || hints?.project_of_path.get(path);
            entry
                .and_then(|entry| target_project(&entry.target))
                .or_else(hint)
        }
    };
    keys.extend(id.map(Key::Project));
    Ok(id)
}

/// The group's id, as soon as it is known.
fn group(
    wanted: &GroupRef,
    rows: &Rows,
    hints: Option<&Hints>,
    keys: &mut Vec<Key>,
) -> Result<Option<GroupId>> {
    let id = match wanted {
        GroupRef::None => None,
        GroupRef::Id(id) => Some(*id),
        GroupRef::Path(path) => {
            let key = Key::Directory(path.clone());
            let entry: Option<DirectoryEntry> = rows.get(&key)?;
            keys.push(key);
            let hint = || hints?.group_of_path.get(path);
            entry
                .and_then(|entry| super::target_group(&entry.target))
                .or_else(hint)
        }
    };
    keys.extend(id.map(Key::Group));
    Ok(id)
}

/// The groups above: from the project's row, before that from a hint.
fn ancestors_of_project(
    project: ProjectId,
    wanted: &ProjectRef,
    rows: &Rows,
    hints: Option<&Hints>,
) -> Result<Vec<GroupId>> {
    if let Some(row) = rows.get::<Project>(&Key::Project(project))? {
        return Ok(row.ancestors().to_vec());
    }
    if let ProjectRef::Path(path) = wanted
        && let Some(entry) = rows.get::<DirectoryEntry>(&Key::Directory(path.clone()))?
        && let DirectoryTarget::Project { ancestors, .. } = entry.target
    {
        return Ok(ancestors);
    }
    Ok(hints
        .and_then(|hints| hints.ancestors_of_project.get(&project))
        .unwrap_or_default())
}

/// The groups above a group: from its row, before that from a hint.
fn ancestors_of_group(group: GroupId, rows: &Rows, hints: Option<&Hints>) -> Result<Vec<GroupId>> {
    if let Some(row) = rows.get::<Group>(&Key::Group(group))? {
        return Ok(row.ancestors);
    }
    Ok(hints
        .and_then(|hints| hints.ancestors_of_group.get(&group))
        .unwrap_or_default())
}

/// A job's key, and as soon as it is known what belongs to the job.
fn job_relations(
    project: ProjectId,
    job: JobId,
    rows: &Rows,
    hints: Option<&Hints>,
    keys: &mut Vec<Key>,
) -> Result<Option<JobRelations>> {
    let key = Key::Job(project, job);
    let row: Option<Job> = rows.get(&key)?;
    keys.push(key);
    let hint = || hints?.relations_of_job.get(&(project, job));
    Ok(row.as_ref().map(JobRelations::of).or_else(hint))
}

fn target_project(target: &DirectoryTarget) -> Option<ProjectId> {
    match target {
        DirectoryTarget::Project { id, .. } | DirectoryTarget::MovedProject { id } => Some(*id),
        DirectoryTarget::Group { .. } | DirectoryTarget::User { .. } => None,
    }
}
