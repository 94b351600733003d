//! Which rows a request needs, read in as few rounds as their links allow.
//!
//! `keys` is pure: it names every row that can be named by what was read so far. The
//! first round also follows hints, so a request like an earlier one needs no other.

use http::request::Parts;

use super::{Accepts, sources};
use crate::error::{Error, Result};
use crate::http::app::App;
use crate::http::credentials::Credential;
use crate::http::path::ProjectRef;
use crate::http::request::RequestInfo;
use crate::ids::{GroupId, JobId, PipelineId, ProjectId};
use crate::job::Job;
use crate::project::{DirectoryEntry, DirectoryTarget, Project};
use crate::store::{Hints, JobRelations, Key, Rows};
use crate::token::AccessToken;

/// What a request is about besides its project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    None,
    /// A job, with all that it is shown with.
    Job(JobId),
    /// A job, with no more than the pipeline that tells whether it is published.
    JobAlone(JobId),
    Pipeline(PipelineId),
    /// The job whose token was shown.
    TokensJob,
}

/// All that a request says about the rows it needs.
pub(super) struct Question {
    pub(super) credential: Credential,
    project: Option<ProjectRef>,
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
        project: Option<ProjectRef>,
        target: Target,
    ) -> Result<Self> {
        let credential = Credential::of(&parts.headers, &request.params, accepts.job_token);
        match credential {
            Credential::None if accepts.anonymous => {}
            Credential::AccessToken(_) | Credential::JobToken { .. } => {}
            Credential::None | Credential::Malformed => return Err(Error::Unauthorized),
        }
        Ok(Self {
            credential,
            project,
            target,
        })
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
                let hint = || {
                    Some(
                        hints?
                            .relations_of_job
                            .get(&(*project_id, *job_id))?
                            .user_id,
                    )
                };
                job.map(|job| job.build.user_id).or_else(hint)
            }
        };
        keys.extend(user.map(Key::User));

        let project = self.project(rows, hints, &mut keys)?;
        match (self.target, project, &self.credential) {
            (Target::Job(job), Some(project), _) => {
                let relations = job_relations(project, job, rows, hints, &mut keys)?;
                keys.extend(relations.into_iter().flat_map(|it| it.keys(project)));
            }
            (Target::JobAlone(job), Some(project), _) => {
                let relations = job_relations(project, job, rows, hints, &mut keys)?;
                keys.extend(relations.map(|it| Key::Pipeline(project, it.pipeline_id)));
            }
            (
                Target::TokensJob,
                _,
                Credential::JobToken {
                    project_id, job_id, ..
                },
            ) => {
                let relations = job_relations(*project_id, *job_id, rows, hints, &mut keys)?;
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
                | Target::Pipeline(_)
                | Target::TokensJob,
                _,
                _,
            ) => {}
        }
        if let (Some(user), Some(project)) = (user, project) {
            let ancestors = self.ancestors(project, rows, hints)?;
            keys.extend(sources(project, &ancestors).map(|source| Key::Member(source, user)));
        }
        Ok(keys)
    }

    /// The project's id, as soon as it is known.
    fn project(
        &self,
        rows: &Rows,
        hints: Option<&Hints>,
        keys: &mut Vec<Key>,
    ) -> Result<Option<ProjectId>> {
        let id = match &self.project {
            None | Some(ProjectRef::None) => None,
            Some(ProjectRef::Id(id)) => Some(*id),
            Some(ProjectRef::Path(path)) => {
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

    /// The groups above: from the project's row, before that from a hint.
    fn ancestors(
        &self,
        project: ProjectId,
        rows: &Rows,
        hints: Option<&Hints>,
    ) -> Result<Vec<GroupId>> {
        if let Some(row) = rows.get::<Project>(&Key::Project(project))? {
            return Ok(row.ancestors().to_vec());
        }
        if let Some(ProjectRef::Path(path)) = &self.project
            && let Some(entry) = rows.get::<DirectoryEntry>(&Key::Directory(path.clone()))?
            && let DirectoryTarget::Project { ancestors, .. } = entry.target
        {
            return Ok(ancestors);
        }
        Ok(hints
            .and_then(|hints| hints.ancestors_of_project.get(&project))
            .unwrap_or_default())
    }

    fn learn(&self, rows: &Rows, hints: &Hints) -> Result<()> {
        if let Credential::AccessToken(digest) = &self.credential
            && let Some(token) = rows.get::<AccessToken>(&Key::Token(digest.clone()))?
        {
            hints.user_of_token.learn(digest.clone(), token.user_id);
        }
        let project = self.project(rows, None, &mut Vec::new())?;
        if let (Some(ProjectRef::Path(path)), Some(project)) = (&self.project, project) {
            hints.project_of_path.learn(path.clone(), project);
        }
        if let Some(project) = project
            && let Some(row) = rows.get::<Project>(&Key::Project(project))?
        {
            hints
                .ancestors_of_project
                .learn(project, row.ancestors().to_vec());
        }
        let job = match (self.target, project, &self.credential) {
            (Target::Job(job) | Target::JobAlone(job), Some(project), _) => Some((project, job)),
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
