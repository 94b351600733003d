//! In whose name a token starts pipelines.

use create_pipeline::{Given, find_project, standing_of};
use switchyard::error::{Error, Result};
use switchyard::http::App;
use switchyard::http::access::{RunningJob, running_job};
use switchyard::http::path::ProjectRef;
use switchyard::pipeline::{Source, Upstream};
use switchyard::policy::{self, Action, Standing, Verdict};
use switchyard::project::Project;
use switchyard::store::{Key, Rows};
use switchyard::time::Time;
use switchyard::token::JOB_TOKEN_PREFIX;
use switchyard::trigger::Trigger;
use switchyard::user::{User, UserState};

/// What opens the door.
pub(super) enum Token {
    Trigger(Box<Trigger>),
    Job(Box<RunningJob>),
}

/// Somebody who starts a pipeline of a project.
pub(super) struct Starter {
    pub(super) user: User,
    pub(super) standing: Standing,
    token: Token,
}

/// The project that the path names, whoever asks.
///
/// # Errors
/// 404 if there is none.
pub(super) async fn project(app: &App, wanted: &ProjectRef) -> Result<Project> {
    let project = match wanted {
        ProjectRef::None => None,
        ProjectRef::Path(path) => find_project(app, path).await?,
        ProjectRef::Id(id) => {
            let key = Key::Project(*id);
            let mut rows = Rows::default();
            rows.load(&app.store, [key.clone()]).await?;
            let project: Option<Project> = rows.get(&key)?;
            project.filter(|project| project.deleted_at.is_none())
        }
    };
    project.ok_or(Error::NotFound)
}

impl Token {
    /// Proves it before any project is looked for: who has none does not learn which there are.
    ///
    /// # Errors
    /// 404 for what is no token, 401 for that of a job that does not run.
    pub(super) async fn prove(app: &App, token: &str, now: Time) -> Result<Self> {
        if token.starts_with(JOB_TOKEN_PREFIX) {
            let job = running_job(token, app, now).await?;
            return Ok(Self::Job(Box::new(job)));
        }
        let trigger = app.store.trigger_of(token).await?;
        let trigger = trigger.filter(|trigger| !trigger.is_expired(now));
        let trigger = trigger.ok_or(Error::NotFound)?;
        Ok(Self::Trigger(Box::new(trigger)))
    }
}

impl Starter {
    /// # Errors
    /// 404 if the token does not open this project.
    pub(super) async fn new(app: &App, project: &Project, token: Token, now: Time) -> Result<Self> {
        let user = match &token {
            Token::Trigger(trigger) if trigger.project_id != project.id => {
                return Err(Error::NotFound);
            }
            Token::Trigger(trigger) => owner(app, trigger).await?,
            Token::Job(job) => job.user.clone(),
        };
        let standing = standing_of(app, &user, project, now).await?;
        if let Token::Job(job) = &token {
            let is_seen = policy::may(Action::ReadProject, project, standing) == Verdict::Allowed;
            if !is_seen || !project.admits_job_token_of(&job.project) {
                return Err(Error::NotFound);
            }
        }
        Ok(Self {
            user,
            standing,
            token,
        })
    }

    /// # Errors
    /// 400 unless they may start pipelines, and give them variables if there are any.
    pub(super) fn demand(&self, project: &Project, given: &[Given]) -> Result<()> {
        let may = |action| policy::may(action, project, self.standing) == Verdict::Allowed;
        if !may(Action::CreatePipeline) {
            return Err(not_allowed());
        }
        if !given.is_empty() && !may(Action::SetPipelineVariables) {
            let text = "Insufficient permissions to set pipeline variables";
            return Err(Error::invalid("base", text));
        }
        Ok(())
    }

    pub(super) const fn source(&self) -> Source {
        match self.token {
            Token::Trigger(_) => Source::Trigger,
            Token::Job(_) => Source::Pipeline,
        }
    }

    pub(super) fn upstream(&self) -> Option<Upstream> {
        match &self.token {
            Token::Trigger(_) => None,
            Token::Job(job) => Some(Upstream {
                project_id: job.project.id,
                pipeline_id: job.job.build.pipeline_id,
                bridge_id: job.job.build.id,
                follows: false,
            }),
        }
    }

    /// Notes that a trigger was used. The pipeline is there, so nothing fails any more.
    pub(super) async fn note_use(&self, app: &App, now: Time) {
        match &self.token {
            Token::Trigger(trigger) => {
                if let Err(error) = app.store.trigger_used(trigger, now).await {
                    let (project, id) = (trigger.project_id, trigger.id);
                    tracing::warn!(%error, %project, trigger = %id, "its use was not noted");
                }
            }
            Token::Job(_) => {}
        }
    }
}

/// The user in whose name a trigger starts pipelines.
async fn owner(app: &App, trigger: &Trigger) -> Result<User> {
    let key = Key::User(trigger.owner_id);
    let mut rows = Rows::default();
    rows.load(&app.store, [key.clone()]).await?;
    let owner: Option<User> = rows.get(&key)?;
    let owner = owner.filter(|owner| owner.exists() && owner.state == UserState::Active);
    owner.ok_or_else(not_allowed)
}

fn not_allowed() -> Error {
    Error::invalid("base", "Insufficient permissions to create a new pipeline")
}
