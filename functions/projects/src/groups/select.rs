//! Which groups belong into a list: what is asked for, and what the caller sees of it.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use switchyard::error::{Error, Result};
use switchyard::http::access::{highest_role, sources_of_group};
use switchyard::http::pagination::{Offset, Page};
use switchyard::http::request::RequestInfo;
use switchyard::http::views::GroupView;
use switchyard::http::{Accepts, App, Endpoint, Reader};
use switchyard::ids::GroupId;
use switchyard::member::{Role, Source};
use switchyard::policy::{GroupAction, Standing, Verdict, may_in_group};
use switchyard::project::{Group, Visibility};
use switchyard::store::jobs::From;
use switchyard::store::walk::{Sequence, Walk};
use switchyard::store::{Key, Rows};
use switchyard::user::User;

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

/// Groups that belong into the list, and whether all of them were looked for.
pub(super) struct Found {
    pub(super) groups: Vec<Group>,
    pub(super) is_all: bool,
}

pub(super) struct List<'a> {
    pub(super) params: &'a ListGroups,
    pub(super) user: Option<&'a User>,
    pub(super) request: &'a RequestInfo,
    pub(super) app: &'a App,
    pub(super) rows: Rows,
}

impl List<'_> {
    /// Walks over all groups, and stops early where their order is that of the list.
    pub(super) async fn walk(&mut self) -> Result<Found> {
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
    pub(super) async fn fitting(&mut self, mut groups: Vec<Group>) -> Result<Vec<Group>> {
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
    pub(super) async fn page(mut self, found: Found) -> Result<Page<GroupView>> {
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
    pub(super) fn is_about_memberships(&self, user: &User) -> bool {
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
