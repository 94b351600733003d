//! Who asks for what, as parameters of handlers.
//!
//! An extractor finds out who asks, reads the parameters, loads the resource, asks
//! the policy, and hands over what it loaded. Errors come in GitLab's order: 401
//! before 400 (parameters) before 404 (project) before 403 before 404 (job).
//! A handler that takes none of these is public by sight.

use axum::extract::FromRequestParts;
use http::Method;
use http::request::Parts;

use super::app::App;
use super::params::Reader;
use super::path::{self, Id, ProjectRef};
use super::request::RequestInfo;
use crate::error::{Error, Result};
use crate::ids::{JobId, PipelineId, ProjectId, UserId};
use crate::job::Job;
use crate::member::{Member, Role, Source};
use crate::pipeline::Pipeline;
use crate::policy::{self, Action, Standing, Verdict};
use crate::project::{DirectoryEntry, DirectoryTarget, Project};
use crate::store::{Key, Rows};
use crate::user::User;

mod caller;
mod lookup;

pub use caller::{Accepts, Caller};
use lookup::{Question, Target};

/// The parameters of one endpoint, and whom it admits.
pub trait Endpoint: Sized + Send + 'static {
    const ACCEPTS: Accepts;
    /// What the caller must be allowed to do with the project.
    const ACTION: Action = Action::ReadProject;
    /// Whether a job is read with all that it is shown with: its user, its runner.
    const SHOWS_JOB: bool = true;

    fn read(reader: &mut Reader<'_>) -> Self;
}

/// A caller, without any resource.
pub struct CallerAccess<E> {
    pub caller: Caller,
    pub params: E,
    pub request: RequestInfo,
}

/// A project that the caller may do the endpoint's action with.
pub struct ProjectAccess<E> {
    pub caller: Caller,
    pub project: Project,
    pub standing: Standing,
    pub params: E,
    pub request: RequestInfo,
    /// What was read on the way.
    pub rows: Rows,
}

/// A job of such a project, and its pipeline is published.
pub struct JobAccess<E> {
    pub job: Job,
    pub project: ProjectAccess<E>,
}

/// A published pipeline of such a project.
pub struct PipelineAccess<E> {
    pub pipeline: Pipeline,
    pub project: ProjectAccess<E>,
}

/// The running job whose token was shown.
pub struct JobTokenAccess<E> {
    pub job: Job,
    pub user: User,
    pub project: Project,
    pub params: E,
    pub request: RequestInfo,
    pub rows: Rows,
}

impl<E: Endpoint> FromRequestParts<App> for CallerAccess<E> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let request = RequestInfo::of(parts, app)?;
        let question = Question::new(parts, &request, E::ACCEPTS, None, Target::None)?;
        let rows = question.answer(app).await?;
        let caller = caller::prove(&question.credential, &rows, E::ACCEPTS, request.now)?;
        let params = read::<E>(&request, None)?;
        Ok(Self {
            caller,
            params,
            request,
        })
    }
}

impl<E: Endpoint> FromRequestParts<App> for ProjectAccess<E> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        project_access(parts, app, Target::None, None).await
    }
}

impl<E: Endpoint> FromRequestParts<App> for JobAccess<E> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let id = path::id(parts, "job_id")?;
        let target = match known(id).map(JobId) {
            Some(id) if E::SHOWS_JOB => Target::Job(id),
            Some(id) => Target::JobAlone(id),
            None => Target::None,
        };
        let access = project_access::<E>(parts, app, target, Some(("job_id", id))).await?;

        let id = known(id).map(JobId).ok_or(Error::RecordNotFound)?;
        let key = Key::Job(access.project.id, id);
        let job: Job = access.rows.get(&key)?.ok_or(Error::RecordNotFound)?;
        let key = Key::Pipeline(access.project.id, job.build.pipeline_id);
        let pipeline: Option<Pipeline> = access.rows.get(&key)?;
        if pipeline.is_some_and(|pipeline| pipeline.building) {
            return Err(Error::RecordNotFound);
        }
        Ok(Self {
            job,
            project: access,
        })
    }
}

impl<E: Endpoint> FromRequestParts<App> for PipelineAccess<E> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let id = path::id(parts, "pipeline_id")?;
        let target = known(id).map_or(Target::None, |id| Target::Pipeline(PipelineId(id)));
        let access = project_access::<E>(parts, app, target, Some(("pipeline_id", id))).await?;

        let id = known(id).map(PipelineId).ok_or(Error::RecordNotFound)?;
        let pipeline: Option<Pipeline> = access.rows.get(&Key::Pipeline(access.project.id, id))?;
        match pipeline {
            Some(pipeline) if !pipeline.building => Ok(Self {
                pipeline,
                project: access,
            }),
            Some(_) | None => Err(Error::RecordNotFound),
        }
    }
}

impl<E: Endpoint> FromRequestParts<App> for JobTokenAccess<E> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let request = RequestInfo::of(parts, app)?;
        let question = Question::new(parts, &request, E::ACCEPTS, None, Target::TokensJob)?;
        let rows = question.answer(app).await?;
        let caller = caller::prove(&question.credential, &rows, E::ACCEPTS, request.now)?;
        let params = read::<E>(&request, None)?;
        match caller {
            Caller::Job { user, job, project } => {
                let (user, job, project) = (*user, *job, *project);
                Ok(Self {
                    job,
                    user,
                    project,
                    params,
                    request,
                    rows,
                })
            }
            Caller::User { .. } => Err(Error::ResourceNotFound("Job")),
            Caller::Anonymous => Err(Error::Unauthorized),
        }
    }
}

/// Everything up to the project, in GitLab's order of checks.
async fn project_access<E: Endpoint>(
    parts: &Parts,
    app: &App,
    target: Target,
    id: Option<(&str, Id)>,
) -> Result<ProjectAccess<E>> {
    let request = RequestInfo::of(parts, app)?;
    let wanted = path::project(parts)?;
    let question = Question::new(parts, &request, E::ACCEPTS, Some(wanted.clone()), target)?;
    let rows = question.answer(app).await?;

    let caller = caller::prove(&question.credential, &rows, E::ACCEPTS, request.now)?;
    let params = read::<E>(&request, id)?;

    let not_found = || Error::ResourceNotFound("Project");
    let (id, moved) = project_id(&wanted, &rows)?.ok_or_else(not_found)?;
    let project: Project = rows.get(&Key::Project(id))?.ok_or_else(not_found)?;
    let standing = standing(&caller, &project, &rows, &request)?;
    let hidden = policy::may(Action::ReadProject, &project, standing) == Verdict::Hidden;
    if project.deleted_at.is_some() || hidden {
        return Err(not_found());
    }
    if moved {
        return Err(moved_error(&project, parts, &request));
    }
    if let Caller::Job {
        project: source, ..
    } = &caller
        && !project.admits_job_token_of(source.id)
    {
        return Err(Error::Forbidden(Some(format!(
            "Authentication by CI/CD job token not allowed from {} to {}.",
            source.full_path, project.full_path
        ))));
    }
    match policy::may(E::ACTION, &project, standing) {
        Verdict::Allowed => Ok(ProjectAccess {
            caller,
            project,
            standing,
            params,
            request,
            rows,
        }),
        Verdict::Forbidden => Err(Error::Forbidden(None)),
        Verdict::Hidden => Err(not_found()),
    }
}

/// Reads the endpoint's parameters; the id in the path counts as one of them.
fn read<E: Endpoint>(request: &RequestInfo, id: Option<(&str, Id)>) -> Result<E> {
    let mut reader = Reader::new(&request.params);
    if let Some((name, Id::Invalid)) = id {
        reader.fault(format!("{name} is invalid"));
    }
    let params = E::read(&mut reader);
    reader.finish()?;
    Ok(params)
}

fn known(id: Id) -> Option<u64> {
    match id {
        Id::Known(id) => Some(id),
        Id::Impossible | Id::Invalid => None,
    }
}

/// The project that is meant, and whether it was asked for by a path that it had once.
fn project_id(wanted: &ProjectRef, rows: &Rows) -> Result<Option<(ProjectId, bool)>> {
    Ok(match wanted {
        ProjectRef::None => None,
        ProjectRef::Id(id) => Some((*id, false)),
        ProjectRef::Path(path) => {
            let entry: Option<DirectoryEntry> = rows.get(&Key::Directory(path.clone()))?;
            match entry.map(|entry| entry.target) {
                Some(DirectoryTarget::Project { id, .. }) => Some((id, false)),
                Some(DirectoryTarget::MovedProject { id }) => Some((id, true)),
                Some(DirectoryTarget::Group { .. } | DirectoryTarget::User { .. }) | None => None,
            }
        }
    })
}

/// The highest role over the project and the groups above it.
fn standing(
    caller: &Caller,
    project: &Project,
    rows: &Rows,
    request: &RequestInfo,
) -> Result<Standing> {
    let Some(user) = caller.user() else {
        return Ok(Standing::Anonymous);
    };
    if user.admin {
        return Ok(Standing::Administrator);
    }
    Ok(Standing::User(role(user.id, project, rows, request)?))
}

/// A user's highest role in a project, from the memberships that were read.
pub fn role(
    user: UserId,
    project: &Project,
    rows: &Rows,
    request: &RequestInfo,
) -> Result<Option<Role>> {
    let mut highest = None;
    for source in sources(project.id, project.ancestors()) {
        let member: Option<Member> = rows.get(&Key::Member(source, user))?;
        highest = highest.max(member.and_then(|member| member.role(request.now.day())));
    }
    Ok(highest)
}

/// Where memberships and grants of a project come from.
pub fn sources(
    project: ProjectId,
    ancestors: &[crate::ids::GroupId],
) -> impl Iterator<Item = Source> + '_ {
    std::iter::once(Source::Project(project)).chain(ancestors.iter().copied().map(Source::Group))
}

fn moved_error(project: &Project, parts: &Parts, request: &RequestInfo) -> Error {
    if !matches!(parts.method, Method::GET | Method::HEAD) {
        return Error::ProjectMovedNotGet;
    }
    let mut segments: Vec<String> = request.path.split('/').map(str::to_owned).collect();
    let number = project.id.to_string();
    if let Some(at) = segments.iter().position(|segment| segment == "projects")
        && let Some(segment) = segments.get_mut(at + 1)
    {
        *segment = number;
    }
    let query = parts
        .uri
        .query()
        .map(|query| format!("?{query}"))
        .unwrap_or_default();
    Error::ProjectMoved {
        location: format!("{}{}{query}", request.base_url, segments.join("/")),
    }
}
