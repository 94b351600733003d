//! List namespaces.

use axum::extract::State;
use switchyard::error::Result;
use switchyard::http::pagination::{Offset, Page};
use switchyard::http::views::NamespaceView;
use switchyard::http::{Accepts, App, CallerAccess, Endpoint, Reader};
use switchyard::member::{Member, Role, Source};
use switchyard::policy::may_read_namespace;
use switchyard::project::Group;
use switchyard::store::jobs::From;
use switchyard::store::walk::{MAX_WALKED, Sequence};
use switchyard::store::{Key, Rows};
use switchyard::time::Day;
use switchyard::user::User;

pub(crate) struct ListNamespaces {
    /// In lower case.
    search: Option<String>,
    full_path_search: bool,
    owned_only: bool,
    top_level_only: bool,
    offset: Offset,
}

impl Endpoint for ListNamespaces {
    const ACCEPTS: Accepts = Accepts::SIGNED_IN;

    fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            search: reader.text("search").map(|text| text.to_lowercase()),
            full_path_search: reader.boolean("full_path_search").unwrap_or(false),
            owned_only: reader.boolean("owned_only").unwrap_or(false),
            top_level_only: reader.boolean("top_level_only").unwrap_or(false),
            offset: Offset::read(reader),
        }
    }
}

/// List namespaces
///
/// The caller's own and the groups that the caller is a direct member of; for
/// administrators all, of which a request looks at no more than 2,000, the oldest first.
#[utoipa::path(
    get,
    path = "/api/v4/namespaces",
    params(
        ("search" = Option<String>, Query, description = "part of a name or path"),
        ("full_path_search" = Option<bool>, Query, description = "search in the paths above too"),
        ("owned_only" = Option<bool>, Query, description = "makes no difference for administrators"),
        ("top_level_only" = Option<bool>, Query),
        ("page" = Option<u64>, Query),
        ("per_page" = Option<u64>, Query, description = "at most 100, 20 by default"),
    ),
    responses((status = 200, body = Vec<NamespaceView>)),
)]
pub(crate) async fn list(
    State(app): State<App>,
    access: CallerAccess<ListNamespaces>,
) -> Result<Page<NamespaceView>> {
    let viewer = access.caller.signed_in()?;
    let (params, request) = (&access.params, &access.request);
    let offset = params.offset.bounded("Namespace", MAX_WALKED as u64)?;
    let (namespaces, is_all) = if viewer.admin {
        let needed = offset.skip_rows() + offset.rows() + 1;
        all(&app, params, viewer, needed).await?
    } else {
        let of_caller = of_member(&app, params, viewer, request.now.day()).await?;
        (of_caller, true)
    };
    let page = offset.slice(&namespaces);
    let has_more = namespaces.len() > offset.skip_rows() + page.len();
    let total = is_all.then_some(namespaces.len() as u64);
    let views = page
        .iter()
        .map(|namespace| NamespaceView::of_group(namespace, &request.base_url));
    let views = views.collect();
    Ok(Page::by_offset(views, &offset, total, has_more, request))
}

impl ListNamespaces {
    fn fits(&self, namespace: &Group) -> bool {
        let path = if self.full_path_search {
            &namespace.full_path
        } else {
            &namespace.path
        };
        let is_found = |text: &String| {
            namespace.name.to_lowercase().contains(text) || path.to_lowercase().contains(text)
        };
        self.search.as_ref().is_none_or(is_found)
            && (!self.top_level_only || namespace.ancestors.is_empty())
    }
}

/// The first `count` of all that fit, and whether that is all of them.
async fn all(
    app: &App,
    params: &ListNamespaces,
    viewer: &User,
    count: usize,
) -> Result<(Vec<Group>, bool)> {
    let mut found = Vec::new();
    let mut rest = Some(From::Above(0));
    let (mut read, mut left) = (count, MAX_WALKED);
    while let Some(from) = rest {
        if found.len() >= count || left == 0 {
            break;
        }
        let limit = read.min(left);
        let walked = app.store.walk(Sequence::Groups, from, limit).await?;
        let fitting = walked.rows.into_iter();
        found.extend(fitting.filter(|namespace| {
            may_read_namespace(namespace, viewer, None) && params.fits(namespace)
        }));
        rest = walked.rest;
        left -= limit;
        read *= 4;
    }
    Ok((found, rest.is_none()))
}

/// Those of an ordinary caller. Where they are a member the index says, the rows decide.
async fn of_member(
    app: &App,
    params: &ListNamespaces,
    viewer: &User,
    today: Day,
) -> Result<Vec<Group>> {
    let sources = app.store.sources_of_user(viewer.id, MAX_WALKED).await?;
    let groups = sources.into_iter().filter_map(|source| match source {
        Source::Group(id) => Some(id),
        Source::Project(_) => None,
    });
    let mut ids: Vec<_> = groups.chain([viewer.namespace_id]).collect();
    ids.sort();
    ids.dedup();
    let membership = |id| Key::Member(Source::Group(id), viewer.id);
    let mut rows = Rows::default();
    let keys = ids.iter().flat_map(|id| [Key::Group(*id), membership(*id)]);
    rows.load(&app.store, keys).await?;
    let mut found = Vec::new();
    for id in ids {
        let member: Option<Member> = rows.get(&membership(id))?;
        let role = member.and_then(|member| member.role(today));
        let namespace: Option<Group> = rows.get(&Key::Group(id))?;
        found.extend(namespace.filter(|namespace| {
            let is_owned = namespace.owner.is_some() || role == Some(Role::Owner);
            may_read_namespace(namespace, viewer, role)
                && (!params.owned_only || is_owned)
                && params.fits(namespace)
        }));
    }
    Ok(found)
}
