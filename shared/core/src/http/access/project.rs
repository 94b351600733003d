//! A project, or something in it, that the caller may do the endpoint's action with.

use axum::extract::{FromRequest, Request};
use http::Method;
use http::request::Parts;

use super::lookup::{Question, Resource, Target};
use super::{Caller, Endpoint, PathIds, authenticate, read, sources_of_project, standing};
use crate::error::{Error, Result};
use crate::http::app::App;
use crate::http::path::{self, ProjectRef};
use crate::http::request::RequestInfo;
use crate::http::views::Shown;
use crate::ids::{JobId, PipelineId, ProjectId};
use crate::job::{self, Bridge, Job};
use crate::pipeline::Pipeline;
use crate::policy::{self, Action, Standing, Verdict};
use crate::project::{DirectoryEntry, DirectoryTarget, Project};
use crate::repository::may_run_on;
use crate::store::{Key, Rows};

pub struct ProjectAccess<E> {
    pub caller: Caller,
    pub project: Project,
    pub standing: Standing,
    pub params: E,
    pub request: RequestInfo,
    /// What was read on the way.
    pub rows: Rows,
    /// The numbers that stand in the path besides the project's.
    pub ids: PathIds,
}

impl<E> ProjectAccess<E> {
    /// What views of the project's jobs are made with.
    pub fn shown(&self) -> Shown<'_> {
        self.request.shown(&self.project, &self.rows)
    }

    /// # Errors
    /// 403 unless the caller may do this with the project.
    pub fn demand(&self, action: Action) -> Result<()> {
        match policy::may(action, &self.project, self.standing) {
            Verdict::Allowed => Ok(()),
            Verdict::Forbidden | Verdict::Hidden => Err(Error::Forbidden(None)),
        }
    }
}

impl<E> ProjectAccess<E> {
    /// # Errors
    /// 403 on a protected branch or tag that the caller may not change.
    pub fn demand_on(&self, ref_name: &str, tag: bool) -> Result<()> {
        match may_run_on(&self.project, ref_name, tag, self.standing) {
            true => Ok(()),
            false => Err(Error::Forbidden(None)),
        }
    }
}

/// A job of such a project, and its pipeline is published.
pub struct JobAccess<E> {
    pub job: Job,
    pub project: ProjectAccess<E>,
}

/// A job or a bridge of such a project, and its pipeline, which is published.
pub struct BuildAccess<E> {
    pub build: Build,
    pub pipeline: Pipeline,
    pub project: ProjectAccess<E>,
}

/// What a number may name where jobs and bridges are meant alike.
#[derive(Clone, Debug, PartialEq)]
pub enum Build {
    Job(Job),
    Bridge(Bridge),
}

/// A published pipeline of such a project.
pub struct PipelineAccess<E> {
    pub pipeline: Pipeline,
    pub project: ProjectAccess<E>,
}

impl<E: Endpoint> FromRequest<App> for ProjectAccess<E> {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self> {
        let (parts, request) = RequestInfo::read(request, app).await?;
        project_access(&parts, request, app, Target::None).await
    }
}

impl<E: Endpoint> FromRequest<App> for JobAccess<E> {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self> {
        let (parts, request) = RequestInfo::read(request, app).await?;
        let target = match PathIds::of(&request, false).get("job_id") {
            Ok(id) if E::SHOWS_JOB => Target::Job(id),
            Ok(id) => Target::JobAlone(id),
            Err(_) => Target::None,
        };
        let access = project_access::<E>(&parts, request, app, target).await?;

        let id: JobId = access.ids.get("job_id")?;
        let key = Key::Job(access.project.id, id);
        let job: Job = access.rows.get(&key)?.ok_or(Error::RecordNotFound)?;
        let key = Key::Pipeline(access.project.id, job.build.pipeline_id);
        let pipeline: Option<Pipeline> = access.rows.get(&key)?;
        if pipeline.is_some_and(|pipeline| !pipeline.is_published()) {
            return Err(Error::RecordNotFound);
        }
        if let Some(action) = E::JOB_ACTION {
            access.demand(action)?;
        }
        Ok(Self {
            job,
            project: access,
        })
    }
}

impl<E: Endpoint> FromRequest<App> for BuildAccess<E> {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self> {
        let (parts, request) = RequestInfo::read(request, app).await?;
        let id = PathIds::of(&request, false).get("job_id");
        let target = id.map_or(Target::None, Target::Build);
        let access = project_access::<E>(&parts, request, app, target).await?;

        let id: JobId = access.ids.get("job_id")?;
        let job: Option<Job> = access.rows.get(&Key::Job(access.project.id, id))?;
        let bridge: Option<Bridge> = access.rows.get(&Key::Bridge(access.project.id, id))?;
        let build = job.map(Build::Job).or(bridge.map(Build::Bridge));
        let build = build.ok_or(Error::RecordNotFound)?;
        let key = Key::Pipeline(access.project.id, build.common().pipeline_id);
        let pipeline: Option<Pipeline> = access.rows.get(&key)?;
        let pipeline = pipeline
            .filter(Pipeline::is_published)
            .ok_or(Error::RecordNotFound)?;
        if let Some(action) = E::JOB_ACTION {
            access.demand(action)?;
        }
        Ok(Self {
            build,
            pipeline,
            project: access,
        })
    }
}

impl Build {
    /// What jobs and bridges have in common.
    pub fn common(&self) -> &job::Build {
        match self {
            Self::Job(job) => &job.build,
            Self::Bridge(bridge) => &bridge.build,
        }
    }
}

impl<E: Endpoint> FromRequest<App> for PipelineAccess<E> {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self> {
        let (parts, request) = RequestInfo::read(request, app).await?;
        let id = PathIds::of(&request, false).get("pipeline_id");
        let target = id.map_or(Target::None, Target::Pipeline);
        let access = project_access::<E>(&parts, request, app, target).await?;

        let id: PipelineId = access.ids.get("pipeline_id")?;
        let pipeline: Option<Pipeline> = access.rows.get(&Key::Pipeline(access.project.id, id))?;
        match pipeline {
            Some(pipeline) if pipeline.is_published() => Ok(Self {
                pipeline,
                project: access,
            }),
            Some(_) | None => Err(Error::RecordNotFound),
        }
    }
}

/// Everything up to the project, in GitLab's order of checks.
async fn project_access<E: Endpoint>(
    parts: &Parts,
    request: RequestInfo,
    app: &App,
    target: Target,
) -> Result<ProjectAccess<E>> {
    let wanted = path::project(parts)?;
    let resource = Resource::Project(wanted.clone());
    let question = Question::new(parts, &request, E::ACCEPTS, resource, target)?;
    let rows = question.answer(app).await?;

    let caller = authenticate::<E>(&question, &rows, app, request.now).await?;
    let ids = PathIds::of(&request, E::NUMBER_ONLY);
    let params = read::<E>(&request, &ids)?;

    let not_found = || Error::not_found("Project");
    let (id, moved) = project_id(&wanted, &rows)?.ok_or_else(not_found)?;
    let project: Project = rows.get(&Key::Project(id))?.ok_or_else(not_found)?;
    let sources = sources_of_project(project.id, project.ancestors());
    let standing = standing(&caller, sources, &rows, &request)?;
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
        && !project.admits_job_token_of(source)
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
            ids,
        }),
        Verdict::Forbidden => Err(Error::Forbidden(None)),
        Verdict::Hidden => Err(not_found()),
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
