//! List projects.

use axum::extract::State;
use futures::future::try_join;
use switchyard::error::Result;
use switchyard::http::pagination::Page;
use switchyard::http::views::ProjectView;
use switchyard::http::{Accepts, App, CallerAccess, Endpoint, Reader};
use switchyard::project::Visibility;
use switchyard::store::walk::Sequence;

use super::collection::{Among, Collection, Params};
use super::mine;

pub(crate) struct ListProjects(Params);

impl Endpoint for ListProjects {
    const ACCEPTS: Accepts = Accepts::ANYBODY;

    fn read(reader: &mut Reader<'_>) -> Self {
        // Repositories lie in one place here.
        reader.text("repository_storage");
        Self(Params::read(reader))
    }
}

/// List projects
///
/// All that the caller sees; who is not signed in sees the short form of public projects.
/// With `membership`, `owned` or `min_access_level` those that the caller is a member of, there
/// or above. A request looks at no more than 2,000 projects; keyset paging, which takes
/// `order_by=id`, goes on from there.
#[utoipa::path(
    get,
    path = "/api/v4/projects",
    params(
        ("archived" = Option<bool>, Query),
        ("visibility" = Option<Visibility>, Query),
        ("search" = Option<String>, Query, description = "words in name, path or description"),
        ("search_namespaces" = Option<bool>, Query, description = "searches the full path too"),
        ("owned" = Option<bool>, Query),
        ("membership" = Option<bool>, Query),
        ("min_access_level" = Option<u8>, Query),
        ("imported" = Option<bool>, Query),
        ("simple" = Option<bool>, Query, description = "the short form"),
        ("id_after" = Option<u64>, Query),
        ("id_before" = Option<u64>, Query),
        ("last_activity_after" = Option<String>, Query, description = "ISO 8601, as the other times"),
        ("last_activity_before" = Option<String>, Query),
        ("updated_after" = Option<String>, Query, description = "only with `order_by=updated_at`"),
        ("updated_before" = Option<String>, Query, description = "only with `order_by=updated_at`"),
        ("starred" = Option<bool>, Query, description = "no project is, nor has topics, languages, issues or merge requests"),
        ("topic" = Option<String>, Query),
        ("topic_id" = Option<u64>, Query),
        ("with_programming_language" = Option<String>, Query),
        ("with_issues_enabled" = Option<bool>, Query),
        ("with_merge_requests_enabled" = Option<bool>, Query),
        ("order_by" = Option<String>, Query, description = "`created_at`, the default, `id`, `name`, `path`, `updated_at`, `last_activity_at`, `similarity` or `star_count`"),
        ("sort" = Option<String>, Query, description = "`desc`, the default, or `asc`"),
        ("pagination" = Option<String>, Query, description = "`keyset`, with `order_by=id`"),
        ("page" = Option<u64>, Query),
        ("per_page" = Option<u64>, Query, description = "at most 100, 20 by default"),
    ),
    responses((status = 200, body = Vec<ProjectView>)),
)]
pub(crate) async fn list(
    State(app): State<App>,
    access: CallerAccess<ListProjects>,
) -> Result<Page<ProjectView>> {
    let CallerAccess {
        caller,
        params: ListProjects(params),
        request,
        rows,
        ..
    } = access;
    params.check()?;
    let last = app.store.last_of(Sequence::Projects);
    let by_membership = params.filter.is_about_memberships();
    let (among, memberships) = match caller.user() {
        None if by_membership => (Among::nothing(), None),
        None => (Among::All { last: last.await? }, None),
        Some(user) => {
            let memberships = mine::memberships(user.id, &app);
            let (last, memberships) = try_join(last, memberships).await?;
            let among = match &memberships {
                Some(memberships) if by_membership => {
                    let from = params.from();
                    Among::These(mine::projects(memberships, user.id, from, &app).await?)
                }
                Some(_) | None => Among::All { last },
            };
            (among, memberships)
        }
    };
    let list = Collection {
        app: &app,
        caller: &caller,
        params: &params,
        request: &request,
        rows,
        memberships,
    };
    list.page(among).await
}
