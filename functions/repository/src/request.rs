//! What the endpoints of a repository have in common.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use switchyard::error::{Error, Result};
use switchyard::http::access::Caller;
use switchyard::http::request::RequestInfo;
use switchyard::http::{Accepts, App, ProjectAccess, Reader};
use switchyard::project::Project;
use switchyard::repository::{
    Change, MAX_FILE_BYTES, MAX_MESSAGE_BYTES, NewCommit, Push, Repository, Resolved, Signature,
    Start,
};
use switchyard::store::{Key, Rows};
use switchyard::token::Scope;

/// How often a change of the project's row is tried when others change it too.
pub(crate) const ATTEMPTS: u32 = 6;

const READ_SCOPES: &[Scope] = &[Scope::Api, Scope::ReadApi, Scope::ReadRepository];

/// Anybody who may read code; a token that may only read repositories suffices.
pub(crate) const CODE_READER: Accepts = Accepts {
    scopes: READ_SCOPES,
    ..Accepts::ANYBODY
};

/// The same for a running job too.
pub(crate) const CODE_READER_OR_JOB: Accepts = Accepts {
    scopes: READ_SCOPES,
    ..Accepts::ANYBODY_AND_JOBS
};

/// The repository of a project.
pub(crate) const fn repository<'a>(project: &Project, app: &'a App) -> Repository<'a> {
    Repository::new(project.id, &app.store, &app.blobs)
}

/// Makes the pipeline of a push. When that cannot be done now the sweeper does it: what was
/// pushed is there all the same.
pub(crate) async fn follow_up(app: &App, push: &Push, request: &RequestInfo) {
    let made = create_pipeline::from_push(app, &request.base_url, push, request.now);
    if let Err(error) = Box::pin(made).await {
        let (project, id) = (push.project_id, push.id);
        tracing::warn!(%error, %project, push = %id, "its pipeline is left to the sweeper");
    }
}

/// A name that stands in the path.
///
/// # Errors
/// If the route has none of that name.
pub(crate) fn route_param<'a>(request: &'a RequestInfo, name: &str) -> Result<&'a str> {
    let found = request.route_params.iter().find(|(known, _)| known == name);
    let (_, text) = found.ok_or_else(|| Error::Internal(format!("the route has no {name}")))?;
    Ok(text)
}

/// The commit that a name leads to; `HEAD`, and none, is the default branch.
pub(crate) async fn resolve(
    repository: Repository<'_>,
    project: &Project,
    name: Option<&str>,
) -> Result<Option<Resolved>> {
    let name = match name.filter(|name| *name != "HEAD") {
        Some(name) => name,
        None => match &project.default_branch {
            Some(name) => name,
            None => return Ok(None),
        },
    };
    repository.resolve(name).await
}

/// The project as it is now; 404 if it was deleted.
pub(crate) async fn read_again(project: &Project, app: &App) -> Result<Project> {
    let key = Key::Project(project.id);
    let mut rows = Rows::default();
    rows.load(&app.store, [key.clone()]).await?;
    let found: Option<Project> = rows.get(&key)?;
    let found = found.filter(|project| project.deleted_at.is_none());
    found.ok_or_else(|| Error::not_found("Project"))
}

/// What every endpoint that makes a commit takes.
#[derive(Default)]
pub(crate) struct CommitParams {
    pub(crate) branch: String,
    pub(crate) message: String,
    pub(crate) start_branch: Option<String>,
    author_name: Option<String>,
    author_email: Option<String>,
}

impl CommitParams {
    /// With faults in the words of the files API.
    pub(crate) fn read(reader: &mut Reader<'_>) -> Self {
        let params = Self {
            branch: reader.filled("branch", Reader::text),
            message: reader.filled("commit_message", Reader::text),
            ..Self::read_plainly(reader)
        };
        if params.message.len() > MAX_MESSAGE_BYTES {
            reader.fault(TOO_LONG.to_owned());
        }
        params
    }

    /// Hands them over, and leaves none behind.
    pub(crate) fn take(&mut self) -> Self {
        std::mem::take(self)
    }

    /// Without faults of what is missing.
    pub(crate) fn read_plainly(reader: &mut Reader<'_>) -> Self {
        Self {
            branch: reader.text("branch").unwrap_or_default(),
            message: reader.text("commit_message").unwrap_or_default(),
            start_branch: reader.text("start_branch"),
            author_name: reader.text("author_name"),
            author_email: reader.text("author_email"),
        }
    }

    /// The commit as the caller wants it, made by them or in somebody's name.
    ///
    /// # Errors
    /// 401 for nobody.
    pub(crate) fn into_commit<E>(
        self,
        changes: Vec<Change>,
        access: &ProjectAccess<E>,
    ) -> Result<NewCommit> {
        let user = Caller::signed_in(&access.caller)?;
        let now = access.request.now;
        let (name, email) = (self.author_name.as_ref(), self.author_email.as_ref());
        let own = |name: &str| Signature::new(name, email.unwrap_or(&user.email), now);
        let mut author = own(name.unwrap_or(&user.name));
        if author.name.is_empty() {
            author = own(&user.username);
        }
        let mut committer = Signature::new(&user.name, &user.email, now);
        if committer.name.is_empty() {
            committer.name.clone_from(&user.username);
        }
        let start = match self.start_branch {
            Some(start) if start != self.branch => Start::Other(start),
            Some(_) | None => Start::Branch,
        };
        Ok(NewCommit {
            branch: self.branch,
            start,
            message: self.message,
            author,
            committer,
            changes,
            force: false,
            user_id: user.id,
            standing: access.standing,
            now,
        })
    }
}

pub(crate) const TOO_LONG: &str = "commit_message is too long (maximum is 65536 bytes)";

/// How a file's content is written in a parameter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Encoding {
    #[default]
    Text,
    Base64,
}

impl Encoding {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "text" => Some(Self::Text),
            "base64" => Some(Self::Base64),
            _ => None,
        }
    }

    /// # Errors
    /// 400 for what is no base64, and for what is too large.
    pub(crate) fn decode(self, content: String) -> Result<Bytes> {
        let bytes = match self {
            Self::Text => content.into_bytes(),
            Self::Base64 => {
                let text: Vec<u8> = content
                    .into_bytes()
                    .into_iter()
                    .filter(|byte| !byte.is_ascii_whitespace())
                    .collect();
                let decoded = ENGINE.decode(text);
                decoded.map_err(|_| Error::Validation("content is invalid".to_owned()))?
            }
        };
        if bytes.len() > MAX_FILE_BYTES {
            let text = format!("A file may have at most {MAX_FILE_BYTES} bytes");
            return Err(Error::Refused(text));
        }
        Ok(bytes.into())
    }
}

/// Takes base64 with and without padding, as Ruby does.
const ENGINE: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);
