//! What branches and tags have in common.

use switchyard::error::Result;
use switchyard::http::request::RequestInfo;
use switchyard::http::{App, Reader};
use switchyard::ids::ProjectId;
use switchyard::pipeline::Ref;
use switchyard::project::Project;
use switchyard::repository::StoredCommit;
use switchyard::store::{Key, Rows};

use crate::request::{repository, resolve};

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
