//! List groups: all, those right below a group, and all below it.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use axum::extract::State;
use switchyard::error::{Error, Result};
use switchyard::http::access::{highest_role, sources_of_group};
use switchyard::http::pagination::{Offset, Page};
use switchyard::http::request::RequestInfo;
use switchyard::http::views::GroupView;
use switchyard::http::{Accepts, App, CallerAccess, Endpoint, GroupAccess, Reader};
use switchyard::ids::GroupId;
use switchyard::member::{Role, Source};
use switchyard::policy::{GroupAction, Standing, Verdict, may_in_group};
use switchyard::project::{Group, Visibility};
use switchyard::store::jobs::From;
use switchyard::store::namespaces::MAX_CHILDREN;
use switchyard::store::walk::{Sequence, Walk};
use switchyard::store::{Key, Rows};
use switchyard::user::User;

use super::mine;
use super::settings::word;

/// Rows that one request looks at.
pub(super) const MAX_ROWS: usize = 2_000;

/// Rows that are read at once while a list in the order of ids is not full.
const ROWS_AT_ONCE: usize = 500;

#[derive(Clone, Copy, PartialEq, Eq)]
enum OrderBy {
    Name,
    Path,
    Id,
    Similarity,
}

pub(crate) struct ListGroups {
    skip_groups: BTreeSet<i64>,
    all_available: Option<bool>,
    visibility: Option<Visibility>,
    search: Option<String>,
    owned: bool,
    min_access_level: Option<Role>,
    top_level_only: bool,
    order_by: OrderBy,
    descending: bool,
    offset: Offset,
    keyset: bool,
}

impl Endpoint for ListGroups {
    const ACCEPTS: Accepts = Accepts::ANYBODY;

    fn read(reader: &mut Reader<'_>) -> Self {
        let skip_groups = reader.integers("skip_groups").unwrap_or_default();
        let order_by = reader.one_of("order_by", |text| match text {
            "name" => Some(OrderBy::Name),
            "path" => Some(OrderBy::Path),
            "id" => Some(OrderBy::Id),
            "similarity" => Some(OrderBy::Similarity),
            _ => None,
        });
        let descending = reader.one_of("sort", |text| match text {
            "asc" => Some(false),
            "desc" => Some(true),
            _ => None,
        });
        let keyset = reader.one_of("pagination", |text| match text {
            "keyset" => Some(true),
            "offset" | "legacy" => Some(false),
            _ => None,
        });
        for name in ["statistics", "with_custom_attributes"] {
            reader.boolean(name);
        }
        Self {
            skip_groups: skip_groups.into_iter().collect(),
            all_available: reader.boolean("all_available"),
            visibility: reader.one_of("visibility", word),
            search: reader.text("search").map(|text| text.to_lowercase()),
            owned: reader.boolean("owned").unwrap_or(false),
            min_access_level: reader.one_of("min_access_level", |text| {
                text.parse().ok().and_then(Role::of_level)
            }),
            top_level_only: reader.boolean("top_level_only").unwrap_or(false),
            order_by: order_by.unwrap_or(OrderBy::Name),
            descending: descending.unwrap_or(false),
            offset: Offset::read(reader),
            keyset: keyset.unwrap_or(false),
        }
    }
}

/// List groups
///
/// Who is not signed in sees public groups. Others see those that they are members of, and
/// with `all_available` all that they may see; administrators see all by default. A request
/// looks at no more than 2,000 groups and personal namespaces, the newest, or at 2,000 groups
/// of the caller; the total is told if that was all.
#[utoipa::path(
    get,
    path = "/api/v4/groups",
    params(
        ("skip_groups" = Option<Vec<u64>>, Query),
        ("all_available" = Option<bool>, Query, description = "by default true for administrators only"),
        ("visibility" = Option<Visibility>, Query),
        ("search" = Option<String>, Query, description = "in names and paths"),
        ("owned" = Option<bool>, Query),
        ("min_access_level" = Option<u8>, Query),
        ("top_level_only" = Option<bool>, Query),
        ("order_by" = Option<String>, Query, description = "`name`, the default, `path`, `id` or `similarity`"),
        ("sort" = Option<String>, Query, description = "`asc`, the default, or `desc`"),
        ("page" = Option<u64>, Query),
        ("per_page" = Option<u64>, Query, description = "at most 100, 20 by default"),
    ),
    responses((status = 200, body = Vec<GroupView>)),
)]
pub(crate) async fn list(
    State(app): State<App>,
    access: CallerAccess<ListGroups>,
) -> Result<Page<GroupView>> {
    let CallerAccess {
        caller,
        params,
        request,
        rows,
        ..
    } = access;
    let mut list = List {
        params: &params,
        user: caller.user(),
        request: &request,
        app: &app,
        rows,
    };
    let found = match list.user {
        Some(user) if params.is_about_memberships(user) => {
            let (groups, is_all) = mine::groups_of(user.id, &app).await?;
            Found {
                groups: list.fitting(groups).await?,
                is_all,
            }
        }
        Some(_) | None => list.walk().await?,
    };
    list.page(found).await
}

/// List the groups right below a group
///
/// With the parameters of the list of all groups.
#[utoipa::path(
    get,
    path = "/api/v4/groups/{id}/subgroups",
    params(
        ("id" = String, Path, description = "number or encoded full path of the group"),
        ("all_available" = Option<bool>, Query),
        ("search" = Option<String>, Query),
        ("order_by" = Option<String>, Query),
        ("sort" = Option<String>, Query),
        ("page" = Option<u64>, Query),
        ("per_page" = Option<u64>, Query),
    ),
    responses((status = 200, body = Vec<GroupView>)),
)]
pub(crate) async fn subgroups(
    State(app): State<App>,
    access: GroupAccess<ListGroups>,
) -> Result<Page<GroupView>> {
    let ids = app
        .store
        .subgroup_ids(access.group.id, MAX_CHILDREN)
        .await?;
    let is_all = ids.len() < MAX_CHILDREN;
    let groups = app.store.groups(&ids).await?;
    below(&app, access, groups, is_all).await
}

/// List all groups below a group
///
/// With the parameters of the list of all groups.
#[utoipa::path(
    get,
    path = "/api/v4/groups/{id}/descendant_groups",
    params(
        ("id" = String, Path, description = "number or encoded full path of the group"),
        ("all_available" = Option<bool>, Query),
        ("search" = Option<String>, Query),
        ("order_by" = Option<String>, Query),
        ("sort" = Option<String>, Query),
        ("page" = Option<u64>, Query),
        ("per_page" = Option<u64>, Query),
    ),
    responses((status = 200, body = Vec<GroupView>)),
)]
pub(crate) async fn descendants(
    State(app): State<App>,
    access: GroupAccess<ListGroups>,
) -> Result<Page<GroupView>> {
    let found = app.store.groups_below(&[access.group.id], MAX_ROWS).await?;
    below(&app, access, found.groups, found.is_all).await
}

async fn below(
    app: &App,
    access: GroupAccess<ListGroups>,
    groups: Vec<Group>,
    is_all: bool,
) -> Result<Page<GroupView>> {
    let mut list = List {
        params: &access.params,
        user: access.caller.user(),
        request: &access.request,
        app,
        rows: access.rows,
    };
    let groups = list.fitting(groups).await?;
    list.page(Found { groups, is_all }).await
}

/// Groups that belong into the list, and whether all of them were looked for.
struct Found {
    groups: Vec<Group>,
    is_all: bool,
}

struct List<'a> {
    params: &'a ListGroups,
    user: Option<&'a User>,
    request: &'a RequestInfo,
    app: &'a App,
    rows: Rows,
}

impl List<'_> {
    /// Walks over all groups, and stops early where their order is that of the list.
    async fn walk(&mut self) -> Result<Found> {
        let in_order = self.params.order_by == OrderBy::Id;
        let offset = &self.params.offset;
        let needed = offset.skip_rows().saturating_add(offset.rows() + 1);
        let mut from = Some(if in_order && !self.params.descending {
            From::Above(0)
        } else {
            From::Newest
        });
        let (mut groups, mut left) = (Vec::new(), MAX_ROWS);
        while let Some(start) = from {
            if left == 0 || (in_order && groups.len() >= needed) {
                break;
            }
            let limit = if in_order { ROWS_AT_ONCE } else { MAX_ROWS };
            let walked: Walk<Group> = self.app.store.walk(Sequence::Groups, start, limit).await?;
            groups.extend(self.fitting(walked.rows).await?);
            from = walked.rest;
            left -= limit;
        }
        Ok(Found {
            groups,
            is_all: from.is_none(),
        })
    }

    /// Those that are asked for and that the caller sees.
    async fn fitting(&mut self, mut groups: Vec<Group>) -> Result<Vec<Group>> {
        groups.retain(|group| group.exists() && self.params.fits(group));
        let by_role = self
            .user
            .is_some_and(|user| self.params.is_about_memberships(user));
        if let Some(user) = self.user.filter(|user| by_role || !user.admin) {
            let depend = |group: &&Group| by_role || group.visibility == Visibility::Private;
            let sources = groups.iter().filter(depend).flat_map(sources);
            let keys = sources.map(|source| Key::Member(source, user.id));
            self.rows
                .load(&self.app.store, keys.collect::<Vec<_>>())
                .await?;
        }
        let mut fitting = Vec::new();
        for group in groups {
            if self.is_seen(&group, by_role)? {
                fitting.push(group);
            }
        }
        Ok(fitting)
    }

    fn is_seen(&self, group: &Group, by_role: bool) -> Result<bool> {
        let Some(user) = self.user else {
            return Ok(is_readable(group, Standing::Anonymous));
        };
        let role = highest_role(
            user.id,
            sources(group).into_iter(),
            &self.rows,
            self.request,
        )?;
        let least = if self.params.owned {
            Some(Role::Owner)
        } else {
            self.params.min_access_level
        };
        if by_role && (role.is_none() || role < least) {
            return Ok(false);
        }
        let standing = if user.admin {
            Standing::Administrator
        } else {
            Standing::User(role)
        };
        Ok(is_readable(group, standing))
    }

    /// The page, in order, with the names above.
    async fn page(mut self, found: Found) -> Result<Page<GroupView>> {
        let params = self.params;
        if params.keyset {
            return Err(Error::KeysetUnavailable);
        }
        let Found { mut groups, is_all } = found;
        groups.sort_by(|a, b| params.order(a, b));
        let page = params.offset.slice(&groups);
        let keys: Vec<Key> = page.iter().flat_map(GroupView::keys).collect();
        self.rows.load(&self.app.store, keys).await?;
        let views = page
            .iter()
            .map(|group| GroupView::new(group, &self.rows, &self.request.base_url));
        let has_more = groups.len() > params.offset.skip_rows().saturating_add(page.len());
        let total = is_all.then_some(groups.len() as u64);
        let views = views.collect::<Result<_>>()?;
        Ok(Page::by_offset(
            views,
            &params.offset,
            total,
            has_more,
            self.request,
        ))
    }
}

fn sources(group: &Group) -> Vec<Source> {
    sources_of_group(group.id, &group.ancestors).collect()
}

fn is_readable(group: &Group, standing: Standing) -> bool {
    may_in_group(GroupAction::ReadGroup, group, standing) == Verdict::Allowed
}

impl ListGroups {
    /// Whether only groups count that the user is a member of, there or above.
    fn is_about_memberships(&self, user: &User) -> bool {
        self.owned || self.min_access_level.is_some() || !self.all_available.unwrap_or(user.admin)
    }

    fn fits(&self, group: &Group) -> bool {
        let is_found = |text: &str| {
            let found = |name: &str| name.to_lowercase().contains(text);
            found(&group.name) || found(&group.path)
        };
        !self.is_skipped(group.id)
            && self.visibility.is_none_or(|it| it == group.visibility)
            && (!self.top_level_only || group.ancestors.is_empty())
            && self.search.as_deref().is_none_or(is_found)
    }

    fn is_skipped(&self, id: GroupId) -> bool {
        i64::try_from(id.0).is_ok_and(|id| self.skip_groups.contains(&id))
    }

    fn order(&self, a: &Group, b: &Group) -> Ordering {
        let by_name = || a.name.to_lowercase().cmp(&b.name.to_lowercase());
        let order = match self.order_by {
            OrderBy::Id => Ordering::Equal,
            OrderBy::Name => by_name(),
            OrderBy::Path => a.path.to_lowercase().cmp(&b.path.to_lowercase()),
            // The most alike come first, whatever `sort` says.
            OrderBy::Similarity => {
                let by_rank = self.distance(a).cmp(&self.distance(b));
                return by_rank.then_with(by_name).then(a.id.cmp(&b.id));
            }
        };
        let ascending = order.then(a.id.cmp(&b.id));
        if self.descending {
            ascending.reverse()
        } else {
            ascending
        }
    }

    /// How far a group is from what is searched: the same, a beginning, a part.
    fn distance(&self, group: &Group) -> u8 {
        let Some(search) = &self.search else {
            return 0;
        };
        let names = [group.name.to_lowercase(), group.path.to_lowercase()];
        if names.contains(search) {
            0
        } else if names.iter().any(|name| name.starts_with(search)) {
            1
        } else {
            2
        }
    }
}
