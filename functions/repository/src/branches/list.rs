//! List branches.

use axum::extract::State;
use switchyard::error::Result;
use switchyard::http::pagination::{Offset, Page};
use switchyard::http::{Accepts, App, Endpoint, ProjectAccess, Reader};
use switchyard::pipeline::Ref;
use switchyard::policy::Action;

use super::BranchView;
use crate::request::{CODE_READER, Search, with_commits};

pub(crate) struct ListBranches {
    search: Search,
    offset: Offset,
}

impl Endpoint for ListBranches {
    const ACCEPTS: Accepts = CODE_READER;
    const ACTION: Action = Action::ReadCode;

    fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            search: Search::read(reader),
            offset: Offset::read(reader),
        }
    }
}

/// List the branches of a repository
///
/// In the order of their names.
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}/repository/branches",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("search" = Option<String>, Query, description = "part of a name; `^` before and `$` behind bind it to the ends"),
        ("page" = Option<u64>, Query),
        ("per_page" = Option<u64>, Query, description = "at most 100, 20 by default"),
    ),
    responses((status = 200, body = Vec<BranchView>)),
)]
pub(crate) async fn list(
    State(app): State<App>,
    access: ProjectAccess<ListBranches>,
) -> Result<Page<BranchView>> {
    let (project, params) = (&access.project, &access.params);
    let refs = app.store.refs(project.id).await?.into_iter();
    let branches = refs.filter(|found| !found.tag && params.search.finds(&found.name));
    let branches: Vec<Ref> = branches.collect();
    let page = params.offset.slice(&branches);
    let commits = with_commits(project.id, page, &app).await?;
    let views = commits.iter().map(|(branch, commit)| {
        let base_url = &access.request.base_url;
        BranchView::new(branch, commit.as_ref(), project, access.standing, base_url)
    });
    let total = Some(branches.len() as u64);
    Ok(Page::by_offset(
        views.collect(),
        &params.offset,
        total,
        false,
        &access.request,
    ))
}
