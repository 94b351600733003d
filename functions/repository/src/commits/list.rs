//! List commits.

use axum::extract::State;
use switchyard::error::{Error, Result};
use switchyard::http::pagination::{Offset, Page};
use switchyard::http::views::CommitView;
use switchyard::http::{Accepts, App, Endpoint, ProjectAccess, Reader};
use switchyard::policy::Action;
use switchyard::repository::{StoredCommit, is_ref_name, short_ref_name};
use switchyard::time::Time;

use crate::request::{CODE_READER, repository, resolve};

/// Commits that a list can skip.
const MAX_SKIPPED: u64 = 10_000;

pub(crate) struct ListCommits {
    name: Option<String>,
    filter: Filter,
    offset: Offset,
}

/// Which commits are listed.
struct Filter {
    path: Option<String>,
    author: Option<String>,
    since: Option<Time>,
    until: Option<Time>,
}

impl Endpoint for ListCommits {
    const ACCEPTS: Accepts = CODE_READER;
    const ACTION: Action = Action::ReadCode;

    fn read(reader: &mut Reader<'_>) -> Self {
        for name in ["all", "with_stats", "first_parent", "trailers"] {
            reader.boolean(name);
        }
        reader.one_of("order", |text| {
            matches!(text, "default" | "topo").then_some(())
        });
        Self {
            name: reader.text("ref_name"),
            filter: Filter {
                path: reader.text("path"),
                author: reader.text("author"),
                since: reader.time("since"),
                until: reader.time("until"),
            },
            offset: Offset::read(reader),
        }
    }
}

impl Filter {
    fn is_empty(&self) -> bool {
        let Self {
            path,
            author,
            since,
            until,
        } = self;
        path.is_none() && author.is_none() && since.is_none() && until.is_none()
    }

    fn fits(&self, commit: &StoredCommit) -> Result<bool> {
        let at = commit.committed_at;
        let in_time = self.since.is_none_or(|since| at >= since)
            && self.until.is_none_or(|until| at <= until);
        let author = || {
            format!(
                "{} <{}>",
                commit.commit.author_name, commit.commit.author_email
            )
        };
        let by_author = self
            .author
            .as_ref()
            .is_none_or(|wanted| author().contains(wanted));
        if !in_time || !by_author {
            return Ok(false);
        }
        let Some(wanted) = self.path.as_deref().map(|path| path.trim_matches('/')) else {
            return Ok(true);
        };
        let is_below = |path: &String| {
            let rest = path.strip_prefix(wanted);
            wanted.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        Ok(commit.paths()?.iter().any(is_below))
    }
}

/// List the commits of a repository
///
/// Newest first. With `path`, `author`, `since` or `until` the newest 2,000 commits are looked
/// at. There are no totals.
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}/repository/commits",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("ref_name" = Option<String>, Query, description = "branch, tag or commit; the default branch without"),
        ("path" = Option<String>, Query, description = "of a file or a directory"),
        ("author" = Option<String>, Query),
        ("since" = Option<String>, Query), ("until" = Option<String>, Query),
        ("page" = Option<u64>, Query),
        ("per_page" = Option<u64>, Query, description = "at most 100, 20 by default"),
    ),
    responses((status = 200, body = Vec<CommitView>)),
)]
pub(crate) async fn list(
    State(app): State<App>,
    access: ProjectAccess<ListCommits>,
) -> Result<Page<CommitView>> {
    let ProjectAccess {
        project,
        params,
        request,
        ..
    } = access;
    let offset = params.offset.bounded("Commit", MAX_SKIPPED)?;
    let name = params.name.as_deref();
    let is_name = |name: &str| is_ref_name(name) || name == "HEAD" || is_long(name);
    if !name.is_none_or(is_name) {
        return Err(Error::Refused("ref_name is invalid".to_owned()));
    }
    let repository = repository(&project, &app);
    let commits = match resolve(repository, &project, name).await? {
        Some(resolved) => {
            let (head, filter) = (resolved.commit, &params.filter);
            let (skip, limit) = (offset.skip_rows(), offset.rows());
            if filter.is_empty() {
                repository.commits_from(head, skip, limit).await?
            } else {
                let fits = |commit: &StoredCommit| filter.fits(commit);
                repository.commits_that(head, skip, limit, fits).await?
            }
        }
        None => Vec::new(),
    };
    // As in GitLab: a full page announces another one, which may be empty.
    let has_more = commits.len() == offset.rows();
    let project_url = format!("{}/{}", request.base_url, project.full_path);
    let views = commits
        .iter()
        .map(|commit| CommitView::new(&commit.commit, &project_url));
    Ok(Page::by_offset(
        views.collect(),
        &offset,
        None,
        has_more,
        &request,
    ))
}

/// A full reference, or a commit's whole id.
fn is_long(name: &str) -> bool {
    let (short, tag) = short_ref_name(name);
    let is_sha = name.len() == 40 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_sha || (tag.is_some() && is_ref_name(short))
}
