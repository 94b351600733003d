//! Who asks for what, as parameters of handlers.
//!
//! An extractor reads the request with its body, finds out who asks, reads the
//! parameters, loads the resource, asks the policy, and hands over what it loaded. Errors
//! come in GitLab's order: 401 before 400 (parameters) before 404 (project or group)
//! before 403 before 404 (job) before 403 (for that job). A handler that takes none of
//! these is public by sight.

use axum::extract::{FromRequest, Request};

use super::app::App;
use super::credentials::Credential;
use super::params::Reader;
use super::request::RequestInfo;
use super::views::Shown;
use crate::error::{Error, Result};
use crate::ids::{GroupId, ProjectId, UserId};
use crate::job::Job;
use crate::member::{Member, Role, Source};
use crate::policy::{Action, GroupAction, Standing};
use crate::project::{DirectoryTarget, Project};
use crate::store::{Key, Rows};
use crate::time::Time;
use crate::token::AccessToken;
use crate::user::User;

mod caller;
mod group;
mod lookup;
mod path_ids;
mod project;
mod seen;

pub use caller::{Accepts, Caller, RunningJob, running_job};
pub use group::GroupAccess;
use lookup::{Question, Resource, Target};
pub use path_ids::PathIds;
pub use project::{Build, BuildAccess, JobAccess, PipelineAccess, ProjectAccess};
pub use seen::{seen_group, seen_project};

/// The parameters of one endpoint, and whom it admits.
pub trait Endpoint: Sized + Send + 'static {
    const ACCEPTS: Accepts;
    /// What the caller must be allowed to do with the project.
    const ACTION: Action = Action::ReadProject;
    /// What the caller must be allowed to do with the group.
    const GROUP_ACTION: GroupAction = GroupAction::ReadGroup;
    /// What the caller must be allowed to do besides, once the job is found.
    const JOB_ACTION: Option<Action> = None;
    /// Whether a job is read with all that it is shown with: its user, its runner.
    const SHOWS_JOB: bool = true;
    /// Of endpoints without a resource in their path: the parameter that numbers a
    /// namespace, whose rows and the caller's memberships above it are read along.
    const NAMESPACE: Option<&'static str> = None;
    /// Of endpoints without a project or group: whether the path's `id` can only be a number.
    const ID_IS_NUMBER: bool = true;
    /// Whether it rotates access tokens. Who comes there with one that was rotated before
    /// must have got it by stealth, or lost its successor so: then that is revoked too.
    const ROTATES_TOKENS: bool = false;
    /// Whether the project is named by its number only: a path is no integer, 400.
    const NUMBER_ONLY: bool = false;

    fn read(reader: &mut Reader<'_>) -> Self;
}

/// A caller, without any resource.
pub struct CallerAccess<E> {
    pub caller: Caller,
    pub params: E,
    pub request: RequestInfo,
    /// What was read on the way.
    pub rows: Rows,
    /// The numbers that stand in the path.
    pub ids: PathIds,
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

impl<E> JobTokenAccess<E> {
    /// What a view of the job is made with.
    pub fn shown(&self) -> Shown<'_> {
        self.request.shown(&self.project, &self.rows)
    }
}

impl<E: Endpoint> FromRequest<App> for CallerAccess<E> {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self> {
        let (parts, request) = RequestInfo::read(request, app).await?;
        let namespace = E::NAMESPACE.and_then(|name| request.params.text(name));
        let resource = match namespace {
            Some(number) => Resource::Group(super::path::GroupRef::of_number(number)),
            None => Resource::None,
        };
        let question = Question::new(&parts, &request, E::ACCEPTS, resource, Target::None)?;
        let rows = question.answer(app).await?;
        let caller = authenticate::<E>(&question, &rows, app, request.now).await?;
        let ids = PathIds::of(&request, E::ID_IS_NUMBER);
        let params = read::<E>(&request, &ids)?;
        Ok(Self {
            caller,
            params,
            request,
            rows,
            ids,
        })
    }
}

impl<E: Endpoint> FromRequest<App> for JobTokenAccess<E> {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self> {
        let (parts, request) = RequestInfo::read(request, app).await?;
        let (nothing, target) = (Resource::None, Target::TokensJob);
        let question = Question::new(&parts, &request, E::ACCEPTS, nothing, target)?;
        let rows = question.answer(app).await?;
        let caller = caller::prove(&question, &rows, E::ACCEPTS, request.now)?;
        let params = read::<E>(&request, &PathIds::default())?;
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
            Caller::User { .. } => Err(Error::not_found("Job")),
            Caller::Anonymous => Err(Error::Unauthorized),
        }
    }
}

/// Proves who asks.
async fn authenticate<E: Endpoint>(
    question: &Question,
    rows: &Rows,
    app: &App,
    now: Time,
) -> Result<Caller> {
    let caller = caller::prove(question, rows, E::ACCEPTS, now);
    if E::ROTATES_TOKENS
        && let Err(Error::TokenRevoked) = caller
        && let Credential::AccessToken(digest) = &question.credential
        && let Some(token) = rows.get::<AccessToken>(&Key::Token(digest.clone()))?
    {
        app.store.revoke_family(token).await?;
    }
    caller
}

/// Reads the endpoint's parameters; the numbers in the path count among them.
fn read<E: Endpoint>(request: &RequestInfo, ids: &PathIds) -> Result<E> {
    let mut reader = Reader::new(&request.params);
    ids.check(&mut reader);
    let params = E::read(&mut reader);
    reader.finish()?;
    Ok(params)
}

/// How a caller stands where these memberships count.
fn standing(
    caller: &Caller,
    sources: impl Iterator<Item = Source>,
    rows: &Rows,
    request: &RequestInfo,
) -> Result<Standing> {
    let Some(user) = caller.user() else {
        return Ok(Standing::Anonymous);
    };
    if user.admin {
        return Ok(Standing::Administrator);
    }
    Ok(Standing::User(highest_role(
        user.id, sources, rows, request,
    )?))
}

/// A user's highest role in a project, from the memberships that were read.
pub fn role(
    user: UserId,
    project: &Project,
    rows: &Rows,
    request: &RequestInfo,
) -> Result<Option<Role>> {
    let sources = sources_of_project(project.id, project.ancestors());
    highest_role(user, sources, rows, request)
}

/// A user's highest role among these memberships, as far as they were read.
pub fn highest_role(
    user: UserId,
    sources: impl Iterator<Item = Source>,
    rows: &Rows,
    request: &RequestInfo,
) -> Result<Option<Role>> {
    let mut highest = None;
    for source in sources {
        let member: Option<Member> = rows.get(&Key::Member(source, user))?;
        highest = highest.max(member.and_then(|member| member.role(request.now.day())));
    }
    Ok(highest)
}

/// Where memberships and grants of a project come from.
pub fn sources_of_project(
    project: ProjectId,
    ancestors: &[GroupId],
) -> impl Iterator<Item = Source> + '_ {
    std::iter::once(Source::Project(project)).chain(ancestors.iter().copied().map(Source::Group))
}

/// Where memberships of a group come from.
pub fn sources_of_group(
    group: GroupId,
    ancestors: &[GroupId],
) -> impl Iterator<Item = Source> + '_ {
    std::iter::once(group)
        .chain(ancestors.iter().copied())
        .map(Source::Group)
}

fn target_group(target: &DirectoryTarget) -> Option<GroupId> {
    match target {
        DirectoryTarget::Group { id } => Some(*id),
        DirectoryTarget::Project { .. }
        | DirectoryTarget::MovedProject { .. }
        | DirectoryTarget::User { .. } => None,
    }
}
