//! List the resource groups of a project.

use axum::extract::State;
use switchyard::error::Result;
use switchyard::http::pagination::{MAX_OFFSET, Offset, Page};
use switchyard::http::{Accepts, App, Endpoint, ProjectAccess, Reader};
use switchyard::policy::Action;
use switchyard::resource_group::ResourceGroup;
use switchyard::store::belongings::Partition;

use super::view::ResourceGroupView;

pub(crate) struct ListResourceGroups(Offset);

impl Endpoint for ListResourceGroups {
    const ACCEPTS: Accepts = Accepts::SIGNED_IN;
    const ACTION: Action = Action::ReadResourceGroup;

    fn read(reader: &mut Reader<'_>) -> Self {
        Self(Offset::read(reader))
    }
}

/// List the resource groups of a project
///
/// For reporters. In the order of their keys.
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}/resource_groups",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("page" = Option<u64>, Query),
        ("per_page" = Option<u64>, Query, description = "at most 100, 20 by default"),
    ),
    responses((status = 200, body = Vec<ResourceGroupView>)),
)]
pub(crate) async fn list(
    State(app): State<App>,
    access: ProjectAccess<ListResourceGroups>,
) -> Result<Page<ResourceGroupView>> {
    let ListResourceGroups(offset) = access.params;
    let offset = offset.bounded("Ci::ResourceGroup", MAX_OFFSET)?;
    let all = Partition::ResourceGroups(access.project.id);
    let (skip, limit) = (offset.skip_rows(), offset.rows());
    let mut groups: Vec<ResourceGroup> = app.store.rows_in(all, skip, limit + 1).await?;
    let has_more = groups.len() > limit;
    groups.truncate(limit);
    let views = groups.iter().map(ResourceGroupView::new).collect();
    let request = &access.request;
    Ok(Page::by_offset(views, &offset, None, has_more, request))
}
