//! List a repository's files and directories.

use axum::extract::State;
use serde::Serialize;
use switchyard::error::{Error, Result};
use switchyard::http::pagination::{Offset, Page};
use switchyard::http::{Accepts, App, Endpoint, ProjectAccess, Reader};
use switchyard::policy::Action;
use switchyard::repository::{Entry, EntryKind};
use utoipa::ToSchema;

use crate::request::{CODE_READER, repository, resolve};

pub(crate) struct ListTree {
    name: Option<String>,
    path: String,
    recursive: bool,
    offset: Offset,
}

impl Endpoint for ListTree {
    const ACCEPTS: Accepts = CODE_READER;
    const ACTION: Action = Action::ReadCode;

    fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            name: reader.text("ref"),
            path: reader.text("path").unwrap_or_default(),
            recursive: reader.boolean("recursive").unwrap_or_default(),
            offset: Offset::read(reader),
        }
    }
}

/// A file or a directory.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = TreeEntry)]
pub(crate) struct TreeEntryView {
    id: String,
    name: String,
    #[serde(rename = "type")]
    kind: &'static str,
    path: String,
    mode: &'static str,
}

impl TreeEntryView {
    fn new(entry: &Entry) -> Self {
        Self {
            id: entry.id.to_string(),
            name: entry.name().to_owned(),
            kind: match entry.kind {
                EntryKind::Directory => "tree",
                EntryKind::File | EntryKind::Executable => "blob",
            },
            path: entry.path.clone(),
            mode: entry.kind.mode(),
        }
    }
}

/// List the files and directories of a repository
///
/// Directories first.
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}/repository/tree",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("ref" = Option<String>, Query, description = "branch, tag or commit; the default branch without"),
        ("path" = Option<String>, Query),
        ("recursive" = Option<bool>, Query),
        ("page" = Option<u64>, Query),
        ("per_page" = Option<u64>, Query, description = "at most 100, 20 by default"),
    ),
    responses((status = 200, body = Vec<TreeEntryView>)),
)]
pub(crate) async fn list(
    State(app): State<App>,
    access: ProjectAccess<ListTree>,
) -> Result<Page<TreeEntryView>> {
    let ProjectAccess {
        project,
        params,
        request,
        ..
    } = access;
    let no_tree = || Error::not_found("Tree");
    let repository = repository(&project, &app);
    let resolved = resolve(repository, &project, params.name.as_deref()).await?;
    let resolved = resolved.ok_or_else(no_tree)?;
    let snapshot = repository.snapshot(resolved.commit).await?;
    let snapshot = snapshot.ok_or_else(no_tree)?;
    let mut entries = snapshot.entries(&params.path, params.recursive);
    let is_root = params.path.trim_matches('/').is_empty();
    if entries.is_empty() && !is_root {
        return Err(Error::not_found("invalid revision or path"));
    }
    entries.sort_by_key(|entry| entry.kind != EntryKind::Directory);
    let views = params.offset.slice(&entries).iter().map(TreeEntryView::new);
    let total = Some(entries.len() as u64);
    Ok(Page::by_offset(
        views.collect(),
        &params.offset,
        total,
        false,
        &request,
    ))
}
