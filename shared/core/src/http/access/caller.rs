//! Who asks: which credentials an endpoint takes, and the proof that they are good.

use super::lookup::{Question, user_named};
use crate::error::{Error, Result};
use crate::http::app::App;
use crate::http::credentials::Credential;
use crate::ids::UserId;
use crate::job::Job;
use crate::project::Project;
use crate::store::{Key, Rows};
use crate::time::Time;
use crate::token::{AccessToken, Scope};
use crate::user::{User, UserState};

/// Which credentials an endpoint takes.
#[derive(Clone, Copy, Debug)]
pub struct Accepts {
    pub anonymous: bool,
    pub job_token: bool,
    /// Scopes of which an access token needs one; none means that any token will do.
    pub scopes: &'static [Scope],
}

impl Accepts {
    /// Somebody signed in, for reading.
    pub const SIGNED_IN: Self = Self {
        anonymous: false,
        job_token: false,
        scopes: &[Scope::Api, Scope::ReadApi],
    };
    /// Anybody; the project's visibility decides.
    pub const ANYBODY: Self = Self {
        anonymous: true,
        ..Self::SIGNED_IN
    };
    /// Somebody signed in, or a running job.
    pub const JOBS_TOO: Self = Self {
        job_token: true,
        ..Self::SIGNED_IN
    };
    /// Anybody, or a running job.
    pub const ANYBODY_AND_JOBS: Self = Self {
        job_token: true,
        ..Self::ANYBODY
    };
    /// Somebody signed in whose token may at least read the user.
    pub const USER_READER: Self = Self {
        scopes: &[Scope::Api, Scope::ReadApi, Scope::ReadUser],
        ..Self::SIGNED_IN
    };
    /// Somebody signed in, for changing something.
    pub const WRITER: Self = Self {
        scopes: &[Scope::Api],
        ..Self::SIGNED_IN
    };
    /// A token that may at least put another one in its place.
    pub const SELF_ROTATOR: Self = Self {
        job_token: true,
        scopes: &[Scope::Api, Scope::SelfRotate],
        ..Self::SIGNED_IN
    };
    /// Any token at all.
    pub const ANY_TOKEN: Self = Self {
        scopes: &[],
        ..Self::SIGNED_IN
    };
}

/// Who asks.
#[derive(Clone, Debug)]
pub enum Caller {
    Anonymous,
    User {
        user: Box<User>,
        token: Box<AccessToken>,
    },
    /// A running job, in the name of its user.
    Job {
        user: Box<User>,
        job: Box<Job>,
        project: Box<Project>,
    },
}

impl Caller {
    /// The user, on endpoints that do not admit nobody.
    pub fn signed_in(&self) -> Result<&User> {
        self.user().ok_or(Error::Unauthorized)
    }

    /// The administrator, on endpoints that admit nobody else.
    ///
    /// # Errors
    /// 401 for nobody, 403 for others.
    pub fn administrator(&self) -> Result<&User> {
        let user = self.signed_in()?;
        if user.admin {
            Ok(user)
        } else {
            Err(Error::Forbidden(None))
        }
    }

    pub fn is_administrator(&self) -> bool {
        self.user().is_some_and(|user| user.admin)
    }

    pub fn user(&self) -> Option<&User> {
        match self {
            Self::Anonymous => None,
            Self::User { user, .. } | Self::Job { user, .. } => Some(user),
        }
    }
}

/// A running job, in the name of its user.
#[derive(Clone, Debug)]
pub struct RunningJob {
    pub user: User,
    pub job: Job,
    pub project: Project,
}

/// The running job of a token that is shown as a parameter, to one endpoint alone.
///
/// # Errors
/// 401 for any other token, so that nobody learns which jobs there are, and 403 in the name
/// of somebody who is not active.
pub async fn running_job(token: &str, app: &App, now: Time) -> Result<RunningJob> {
    let question = Question::of_job_token(token).ok_or(Error::JobNotRunning)?;
    let rows = question.answer(app).await?;
    match prove(&question, &rows, Accepts::JOBS_TOO, now) {
        Ok(Caller::Job { user, job, project }) => Ok(RunningJob {
            user: *user,
            job: *job,
            project: *project,
        }),
        Ok(Caller::User { .. } | Caller::Anonymous) | Err(Error::Unauthorized) => {
            Err(Error::JobNotRunning)
        }
        Err(error) => Err(error),
    }
}

/// Proves who asks, from the rows.
pub(super) fn prove(
    question: &Question,
    rows: &Rows,
    accepts: Accepts,
    now: Time,
) -> Result<Caller> {
    let caller = prove_credential(&question.credential, rows, accepts, now)?;
    match &question.sudo {
        None => Ok(caller),
        Some((wanted, name)) => {
            let user = user_named(wanted, rows, None, &mut Vec::new())?;
            let user = match user {
                Some(id) => rows.get::<User>(&Key::User(id))?,
                None => None,
            };
            in_place_of(caller, user.filter(|user| user.deleted_at.is_none()), name)
        }
    }
}

/// Lets an administrator ask in somebody's place.
fn in_place_of(caller: Caller, user: Option<User>, name: &str) -> Result<Caller> {
    let refused = |reason: &str| Err(Error::Forbidden(Some(reason.to_owned())));
    let caller_user = caller.signed_in()?;
    if !caller_user.admin {
        return refused("Must be admin to use sudo");
    }
    match caller {
        Caller::User { token, .. } => {
            if !token.scopes.contains(&Scope::Sudo) {
                return Err(Error::InsufficientScope {
                    acceptable: Scope::Sudo.as_str().to_owned(),
                });
            }
            let not_found = || Error::not_found(format!("User with ID or username '{name}'"));
            let user = user.ok_or_else(not_found)?;
            check_state(&user)?;
            Ok(Caller::User {
                user: Box::new(user),
                token,
            })
        }
        Caller::Job { .. } | Caller::Anonymous => {
            refused("Must be authenticated using an OAuth or personal access token to use sudo")
        }
    }
}

fn prove_credential(
    credential: &Credential,
    rows: &Rows,
    accepts: Accepts,
    now: Time,
) -> Result<Caller> {
    match credential {
        Credential::None if accepts.anonymous => Ok(Caller::Anonymous),
        Credential::None | Credential::Malformed => Err(Error::Unauthorized),
        Credential::AccessToken(digest) => {
            let token: AccessToken = rows
                .get(&Key::Token(digest.clone()))?
                .ok_or(Error::Unauthorized)?;
            if !digest.equals(token.digest.as_str()) {
                return Err(Error::Unauthorized);
            }
            if token.is_expired(now.day()) {
                return Err(Error::TokenExpired);
            }
            if token.revoked {
                return Err(Error::TokenRevoked);
            }
            let user = active_user(token.user_id, rows)?;
            let suffices = accepts.scopes.is_empty()
                || token
                    .scopes
                    .iter()
                    .any(|scope| accepts.scopes.contains(scope));
            if !suffices {
                let acceptable = accepts.scopes.iter().map(|scope| scope.as_str());
                return Err(Error::InsufficientScope {
                    acceptable: acceptable.collect::<Vec<_>>().join(" "),
                });
            }
            Ok(Caller::User {
                user: Box::new(user),
                token: Box::new(token),
            })
        }
        Credential::JobToken {
            project_id,
            job_id,
            digest,
        } => {
            let job: Job = rows
                .get(&Key::Job(*project_id, *job_id))?
                .ok_or(Error::Unauthorized)?;
            let is_its_token = job
                .token_digest
                .as_deref()
                .is_some_and(|expected| digest.equals(expected));
            if !is_its_token || !job.build.status.is_executing() || job.build.erased_at.is_some() {
                return Err(Error::Unauthorized);
            }
            let project: Project = rows
                .get(&Key::Project(*project_id))?
                .ok_or(Error::Unauthorized)?;
            if project.deleted_at.is_some() {
                return Err(Error::Unauthorized);
            }
            let user = active_user(job.build.user_id, rows)?;
            Ok(Caller::Job {
                user: Box::new(user),
                job: Box::new(job),
                project: Box::new(project),
            })
        }
    }
}

fn active_user(id: UserId, rows: &Rows) -> Result<User> {
    let user: User = rows.get(&Key::User(id))?.ok_or(Error::Unauthorized)?;
    if user.deleted_at.is_some() {
        return Err(Error::Unauthorized);
    }
    check_state(&user)?;
    Ok(user)
}

/// Who is not active may nothing, not even through an administrator.
fn check_state(user: &User) -> Result<()> {
    let reason = match user.state {
        UserState::Active => return Ok(()),
        UserState::Blocked => "Your account has been blocked.",
        UserState::Banned => "Your account has been banned.",
        UserState::Deactivated => "Your account has been deactivated by your administrator.",
    };
    Err(Error::Forbidden(Some(reason.to_owned())))
}
