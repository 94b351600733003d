//! List a group's projects.

use axum::extract::State;
use futures::future::try_join;
use switchyard::error::Result;
use switchyard::http::pagination::Page;
use switchyard::http::views::ProjectView;
use switchyard::http::{Accepts, App, Endpoint, GroupAccess, Reader};
use switchyard::member::Source;
use switchyard::project::Group;
use switchyard::store::Key;

use super::below::{self, Below};
use super::collection::{Among, Collection, Params, Place, These};

pub(crate) struct ListGroupProjects {
    params: Params,
    include_subgroups: bool,
    include_ancestor_groups: bool,
}

impl Endpoint for ListGroupProjects {
    const ACCEPTS: Accepts = Accepts::ANYBODY;

    fn read(reader: &mut Reader<'_>) -> Self {
        // Projects are not shared here.
        reader.boolean("with_shared");
        Self {
            include_subgroups: reader.boolean("include_subgroups").unwrap_or(false),
            include_ancestor_groups: reader.boolean("include_ancestor_groups").unwrap_or(false),
            params: Params::read(reader),
        }
    }
}

/// List a group's projects
///
/// Those right in the group that the caller sees, with the parameters of the list of all
/// projects.
#[utoipa::path(
    get,
    path = "/api/v4/groups/{id}/projects",
    params(
        ("id" = String, Path, description = "number or encoded full path of the group"),
        ("include_subgroups" = Option<bool>, Query, description = "and in all groups below"),
        ("include_ancestor_groups" = Option<bool>, Query, description = "and in all groups above"),
        ("with_shared" = Option<bool>, Query, description = "no project is shared"),
        ("archived" = Option<bool>, Query),
        ("visibility" = Option<switchyard::project::Visibility>, Query),
        ("search" = Option<String>, Query),
        ("owned" = Option<bool>, Query),
        ("min_access_level" = Option<u8>, Query),
        ("simple" = Option<bool>, Query),
        ("order_by" = Option<String>, Query),
        ("sort" = Option<String>, Query),
        ("pagination" = Option<String>, Query, description = "`keyset`, with `order_by=id`"),
        ("page" = Option<u64>, Query),
        ("per_page" = Option<u64>, Query),
    ),
    responses((status = 200, body = Vec<ProjectView>)),
)]
pub(crate) async fn list(
    State(app): State<App>,
    access: GroupAccess<ListGroupProjects>,
) -> Result<Page<ProjectView>> {
    let GroupAccess {
        caller,
        group,
        params: list,
        request,
        rows,
        ..
    } = access;
    let params = &list.params;
    params.check()?;

    let found = find(&app, &list, &group).await?;
    let user = caller.user().map(|user| user.id);
    let rows_of = |id| {
        let member = user.map(|user| Key::Member(Source::Group(id), user));
        member.into_iter().chain([Key::Group(id)])
    };
    let groups = found.groups.iter().chain(&group.ancestors);
    let along = groups.flat_map(|id| rows_of(*id)).collect();
    let place = Place::InGroups(found.groups, Box::new(group));
    let these = These::new(found.ids, found.is_all, place, params.from());
    let collection = Collection {
        app: &app,
        caller: &caller,
        params,
        request: &request,
        rows,
        memberships: None,
    };
    collection
        .page(Among::These(These { along, ..these }))
        .await
}

/// The projects in the group, and those below and above that count too.
async fn find(app: &App, list: &ListGroupProjects, group: &Group) -> Result<Below> {
    let from = list.params.from();
    let found = below::find(vec![group.id], list.include_subgroups, from, app);
    if !list.include_ancestor_groups {
        return found.await;
    }
    let above = below::find(group.ancestors.clone(), false, from, app);
    let (mut found, above) = try_join(found, above).await?;
    found.groups.extend(above.groups);
    found.ids.extend(above.ids);
    Ok(found)
}
