//! List protected tags.

use switchyard::error::Result;
use switchyard::http::pagination::{Offset, Page};
use switchyard::http::{Accepts, Endpoint, ProjectAccess, Reader};
use switchyard::policy::Action;
use switchyard::repository::ProtectedTag;

use super::ProtectedTagView;

pub(crate) struct ListProtectedTags {
    search: Option<String>,
    offset: Offset,
}

impl Endpoint for ListProtectedTags {
    const ACCEPTS: Accepts = Accepts::ANYBODY;
    const ACTION: Action = Action::ReadCode;

    fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            search: reader.text("search"),
            offset: Offset::read(reader),
        }
    }
}

/// List the protected tags of a project
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}/protected_tags",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("search" = Option<String>, Query, description = "part of a name"),
        ("page" = Option<u64>, Query),
        ("per_page" = Option<u64>, Query, description = "at most 100, 20 by default"),
    ),
    responses((status = 200, body = Vec<ProtectedTagView>)),
)]
pub(crate) async fn list(
    access: ProjectAccess<ListProtectedTags>,
) -> Result<Page<ProtectedTagView>> {
    let params = &access.params;
    let fits = |rule: &&ProtectedTag| {
        let search = params.search.as_ref();
        search.is_none_or(|search| rule.name.to_lowercase().contains(&search.to_lowercase()))
    };
    let rules = access.project.protected_tags.iter().filter(fits);
    let rules: Vec<ProtectedTag> = rules.cloned().collect();
    let page = params.offset.slice(&rules).iter();
    Ok(Page::by_offset(
        page.map(ProtectedTagView::new).collect(),
        &params.offset,
        Some(rules.len() as u64),
        false,
        &access.request,
    ))
}
