//! List tags.

use axum::extract::State;
use switchyard::error::Result;
use switchyard::http::pagination::{Offset, Page};
use switchyard::http::{Accepts, App, Endpoint, ProjectAccess, Reader};
use switchyard::pipeline::Ref;
use switchyard::policy::Action;
use switchyard::repository::StoredCommit;

use super::TagView;
use crate::request::{CODE_READER, Search, with_commits};

pub(crate) struct ListTags {
    search: Search,
    by_name: bool,
    ascending: bool,
    offset: Offset,
}

impl Endpoint for ListTags {
    const ACCEPTS: Accepts = CODE_READER;
    const ACTION: Action = Action::ReadCode;

    fn read(reader: &mut Reader<'_>) -> Self {
        let order = |text: &str| match text {
            "name" | "version" => Some(true),
            "updated" => Some(false),
            _ => None,
        };
        let sort = |text: &str| match text {
            "asc" => Some(true),
            "desc" => Some(false),
            _ => None,
        };
        Self {
            by_name: reader.one_of("order_by", order).unwrap_or_default(),
            ascending: reader.one_of("sort", sort).unwrap_or_default(),
            search: Search::read(reader),
            offset: Offset::read(reader),
        }
    }
}

/// List the tags of a repository
///
/// By default those of the newest commits first.
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}/repository/tags",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("order_by" = Option<String>, Query, description = "`updated` or `name`"),
        ("sort" = Option<String>, Query, description = "`asc` or `desc`"),
        ("search" = Option<String>, Query, description = "part of a name; `^` before and `$` behind bind it to the ends"),
        ("page" = Option<u64>, Query),
        ("per_page" = Option<u64>, Query, description = "at most 100, 20 by default"),
    ),
    responses((status = 200, body = Vec<TagView>)),
)]
pub(crate) async fn list(
    State(app): State<App>,
    access: ProjectAccess<ListTags>,
) -> Result<Page<TagView>> {
    let (project, params) = (&access.project, &access.params);
    let refs = app.store.refs(project.id).await?.into_iter();
    let tags = refs.filter(|found| found.tag && params.search.finds(&found.name));
    let tags: Vec<Ref> = tags.collect();
    let total = Some(tags.len() as u64);
    let page: Vec<(Ref, Option<StoredCommit>)> = if params.by_name {
        let mut tags = tags;
        if !params.ascending {
            tags.reverse();
        }
        with_commits(project.id, params.offset.slice(&tags), &app).await?
    } else {
        // Their order is only known from all of their commits.
        let mut tags = with_commits(project.id, &tags, &app).await?;
        let time = |(_, commit): &(Ref, Option<StoredCommit>)| {
            commit.as_ref().map(|commit| commit.committed_at)
        };
        tags.sort_by_key(time);
        if !params.ascending {
            tags.reverse();
        }
        params.offset.slice(&tags).to_vec()
    };
    let views = page
        .iter()
        .map(|(tag, commit)| TagView::new(tag, commit.as_ref(), project, &access.request.base_url));
    Ok(Page::by_offset(
        views.collect(),
        &params.offset,
        total,
        false,
        &access.request,
    ))
}
