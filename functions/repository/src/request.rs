//! What the endpoints of a repository have in common.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use switchyard::error::{Error, Result};
use switchyard::http::access::Caller;
use switchyard::http::request::RequestInfo;
use switchyard::http::{Accepts, App, ProjectAccess, Reader};
use switchyard::ids::ProjectId;
use switchyard::pipeline::Ref;
use switchyard::project::Project;
use switchyard::repository::{
    Change, MAX_FILE_BYTES, MAX_MESSAGE_BYTES, MAX_PROTECTED, NewCommit, RefAccess, Repository,
    Resolved, Signature, Start, StoredCommit,
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

/// A `search` for branches or tags.
pub(crate) struct Search {
    text: String,
    at_start: bool,
    at_end: bool,
}

impl Search {
    pub(crate) fn read(reader: &mut Reader<'_>) -> Self {
        let text = reader.text("search").unwrap_or_default();
        let (text, at_start) = match text.strip_prefix('^') {
            Some(rest) => (rest, true),
            None => (text.as_str(), false),
        };
        let (text, at_end) = match text.strip_suffix('$') {
            Some(rest) => (rest, true),
            None => (text, false),
        };
        Self {
            text: text.to_lowercase(),
            at_start,
            at_end,
        }
    }

    pub(crate) fn finds(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        (!self.at_start || name.starts_with(&self.text))
            && (!self.at_end || name.ends_with(&self.text))
            && name.contains(&self.text)
    }
}

/// These refs, each with its commit where that is here.
pub(crate) async fn with_commits(
    project: ProjectId,
    refs: &[Ref],
    app: &App,
) -> Result<Vec<(Ref, Option<StoredCommit>)>> {
    let key = |found: &Ref| Key::Commit(project, found.sha.clone());
    let mut rows = Rows::default();
    rows.load(&app.store, refs.iter().map(key)).await?;
    let refs = refs.iter();
    refs.map(|found| Ok((found.clone(), rows.get(&key(found))?)))
        .collect()
}

/// The commit that a name leads to.
pub(crate) async fn commit_at(
    project: &Project,
    name: &str,
    app: &App,
) -> Result<Option<StoredCommit>> {
    let repository = repository(project, app);
    match resolve(repository, project, Some(name)).await? {
        Some(resolved) => repository.commit_row(resolved.commit).await,
        None => Ok(None),
    }
}

/// # Errors
/// 412 if a branch or tag is only meant as it was before its commit.
pub(crate) async fn demand_unmodified(found: &Ref, request: &RequestInfo, app: &App) -> Result<()> {
    if request.unmodified_since.is_none() {
        return Ok(());
    }
    let commits = with_commits(found.project_id, std::slice::from_ref(found), app).await?;
    let commit = commits.into_iter().find_map(|(_, commit)| commit);
    match commit {
        Some(commit) => request.demand_unmodified(commit.committed_at),
        None => Ok(()),
    }
}

/// Bytes of the name of a rule.
const MAX_RULE_NAME: usize = 255;

/// One of GitLab's access levels, maintainers where none is given.
pub(crate) fn access_level(reader: &mut Reader<'_>, name: &str) -> RefAccess {
    let level = reader.integer(name);
    let access = level.map(|level| (level, RefAccess::of_level(level)));
    match access {
        None => RefAccess::Maintainer,
        Some((_, Some(access))) => access,
        Some((_, None)) => {
            reader.fault(format!("{name} does not have a valid value"));
            RefAccess::Maintainer
        }
    }
}

/// # Errors
/// 422 with what is wrong with a new rule where there are so many already.
pub(crate) fn check_rule_name(name: &str, rules: usize) -> Result<()> {
    let mut wrong = Vec::new();
    if name.trim().is_empty() {
        wrong.push("Name can't be blank".to_owned());
    }
    if name.len() > MAX_RULE_NAME {
        wrong.push(format!(
            "Name is too long (maximum is {MAX_RULE_NAME} characters)"
        ));
    }
    if rules >= MAX_PROTECTED {
        wrong.push(format!(
            "There are too many rules (maximum is {MAX_PROTECTED})"
        ));
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(Error::UnprocessableModel(wrong))
    }
}

/// A number that no rule of the project has.
pub(crate) fn next_rule_id(ids: impl Iterator<Item = u64>) -> u64 {
    ids.max().unwrap_or_default() + 1
}
