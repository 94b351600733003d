//! List users.

use std::cmp::Ordering;

use axum::extract::State;
use futures::future::try_join_all;
use serde::Serialize;
use switchyard::error::{Error, Result};
use switchyard::http::pagination::{Page, Paging};
use switchyard::http::request::RequestInfo;
use switchyard::http::views::{AdminUserView, BasicUserView};
use switchyard::http::{Accepts, App, CallerAccess, Endpoint, Reader};
use switchyard::store::Rows;
use switchyard::store::jobs::From;
use switchyard::store::walk::{MAX_WALKED, Sequence};
use switchyard::user::User;
use utoipa::ToSchema;

use super::filter::Filter;

/// Queries for memberships that run side by side.
const QUERIES_AT_ONCE: usize = 50;

#[derive(Clone, Copy, PartialEq, Eq)]
enum OrderBy {
    Id,
    Name,
    Username,
    CreatedAt,
    UpdatedAt,
}

pub(crate) struct ListUsers {
    filter: Filter,
    order_by: OrderBy,
    ascending: bool,
    paging: Paging,
}

impl Endpoint for ListUsers {
    const ACCEPTS: Accepts = Accepts {
        anonymous: true,
        ..Accepts::USER_READER
    };

    fn read(reader: &mut Reader<'_>) -> Self {
        let filter = Filter::read(reader);
        let order_by = reader.one_of("order_by", |text| match text {
            "id" => Some(OrderBy::Id),
            "name" => Some(OrderBy::Name),
            "username" => Some(OrderBy::Username),
            "created_at" => Some(OrderBy::CreatedAt),
            "updated_at" => Some(OrderBy::UpdatedAt),
            _ => None,
        });
        let ascending = reader.one_of("sort", |text| match text {
            "asc" => Some(true),
            "desc" => Some(false),
            _ => None,
        });
        Self {
            filter,
            order_by: order_by.unwrap_or(OrderBy::Id),
            ascending: ascending.unwrap_or(false),
            paging: Paging::read(reader),
        }
    }
}

/// A user, with what only administrators see or without.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = ListedUser)]
pub(crate) enum ListedUserView {
    Admin(Box<AdminUserView>),
    User(BasicUserView),
}

/// Users in a row, and how to go on.
struct Found {
    users: Vec<User>,
    /// Where rows begin that were not looked at; none at the end of the list.
    rest: Option<From<u64>>,
}

/// List users
///
/// Nobody in particular may ask for one `username` only. A request looks at no more than
/// 2,000 users, by keyset, which goes on from there, too. `created_after`,
/// `created_before`, `without_projects`, `admins`, `order_by` and `sort` are for
/// administrators, and make no difference for others.
#[utoipa::path(
    get,
    path = "/api/v4/users",
    params(
        ("username" = Option<String>, Query, description = "in any case"),
        ("search" = Option<String>, Query, description = "part of a name or username, or a whole address"),
        ("active" = Option<bool>, Query),
        ("blocked" = Option<bool>, Query),
        ("external" = Option<bool>, Query),
        ("exclude_external" = Option<bool>, Query),
        ("exclude_internal" = Option<bool>, Query, description = "there are none"),
        ("without_project_bots" = Option<bool>, Query),
        ("admins" = Option<bool>, Query),
        ("extern_uid" = Option<String>, Query, description = "with `provider`: nobody has one"),
        ("provider" = Option<String>, Query),
        ("created_after" = Option<String>, Query, description = "ISO 8601, as the other times"),
        ("created_before" = Option<String>, Query),
        ("without_projects" = Option<bool>, Query, description = "members of no project and no group"),
        ("order_by" = Option<String>, Query, description = "`id`, the default, `name`, `username`, `created_at` or `updated_at`"),
        ("sort" = Option<String>, Query, description = "`desc`, the default, or `asc`"),
        ("pagination" = Option<String>, Query, description = "`keyset`, or `offset`, the default"),
        ("cursor" = Option<String>, Query),
        ("page" = Option<u64>, Query),
        ("per_page" = Option<u64>, Query, description = "at most 100, 20 by default"),
    ),
    responses((status = 200, body = Vec<ListedUserView>)),
)]
pub(crate) async fn list(
    State(app): State<App>,
    access: CallerAccess<ListUsers>,
) -> Result<Page<ListedUserView>> {
    let (mut params, request) = (access.params, access.request);
    let viewer = access.caller.user();
    if viewer.is_none() && params.filter.username.is_none() {
        let reason = "Not authorized to access /api/v4/users".to_owned();
        return Err(Error::Forbidden(Some(reason)));
    }
    if !viewer.is_some_and(|viewer| viewer.admin) {
        params.filter.forget_what_is_for_administrators();
        (params.order_by, params.ascending) = (OrderBy::Id, false);
    }
    let walk = Walk {
        app: &app,
        filter: &params.filter,
        viewer,
        request: &request,
    };
    match params.paging {
        Paging::Offset(offset) => {
            let offset = offset.bounded("User", MAX_WALKED as u64)?;
            let in_order = params.order_by == OrderBy::Id;
            let needed = offset.skip_rows() + offset.rows() + 1;
            let from = if in_order && params.ascending {
                From::Above(0)
            } else {
                From::Newest
            };
            let count = if in_order { needed } else { MAX_WALKED };
            let Found { mut users, rest } = walk.find(from, count).await?;
            if !in_order {
                params.sort(&mut users);
            }
            let page = offset.slice(&users);
            let has_more = users.len() > offset.skip_rows() + page.len();
            let total = rest.is_none().then_some(users.len() as u64);
            let views = walk.views(page).await?;
            Ok(Page::by_offset(views, &offset, total, has_more, &request))
        }
        Paging::Keyset(keyset) => {
            let Found { users, rest } = walk.find(keyset.from(), keyset.rows() + 1).await?;
            let page = keyset.cut(users, rest, |user| user.id.0);
            let views = walk.views(&page.items).await?;
            let (next, previous) = (page.next, page.previous);
            Ok(Page::by_key(views, &keyset, next, previous, &request))
        }
        Paging::Unavailable => Err(Error::KeysetUnavailable),
    }
}

impl ListUsers {
    fn sort(&self, users: &mut [User]) {
        users.sort_by(|a, b| {
            let order = match self.order_by {
                OrderBy::Id => Ordering::Equal,
                OrderBy::Name => a.name.to_lowercase().cmp(&b.name.to_lowercase()),
                OrderBy::Username => a.username.to_lowercase().cmp(&b.username.to_lowercase()),
                OrderBy::CreatedAt => a.created_at.cmp(&b.created_at),
                OrderBy::UpdatedAt => a.changed_at().cmp(&b.changed_at()),
            };
            let ascending = order.then(a.id.cmp(&b.id));
            if self.ascending {
                ascending
            } else {
                ascending.reverse()
            }
        });
    }
}

/// What is looked for, and for whom.
struct Walk<'a> {
    app: &'a App,
    filter: &'a Filter,
    viewer: Option<&'a User>,
    request: &'a RequestInfo,
}

impl Walk<'_> {
    /// Looks at users until `count` of them fit, or [`MAX_WALKED`] were looked at. A name
    /// leads straight to its user.
    async fn find(&self, from: From<u64>, count: usize) -> Result<Found> {
        if let Some(name) = &self.filter.username {
            let user = self.app.store.user_called(name).await?;
            let is_there = |user: &User| match from {
                From::Newest => true,
                From::Below(id) => user.id.0 < id,
                From::Above(id) => user.id.0 > id,
            };
            let user = user.filter(is_there).into_iter().collect();
            let users = self.fitting(user).await?;
            return Ok(Found { users, rest: None });
        }
        let mut users = Vec::new();
        let mut rest = Some(from);
        let (mut read, mut left) = (count, MAX_WALKED);
        while let Some(from) = rest {
            if users.len() >= count || left == 0 {
                break;
            }
            let limit = read.min(left);
            let walked = self.app.store.walk(Sequence::Users, from, limit).await?;
            users.extend(self.fitting(walked.rows).await?);
            rest = walked.rest;
            left -= limit;
            // Where few fit, fewer and larger reads find them.
            read *= 4;
        }
        Ok(Found { users, rest })
    }

    async fn fitting(&self, mut users: Vec<User>) -> Result<Vec<User>> {
        users.retain(|user| self.filter.fits(user, self.viewer));
        if !self.filter.without_projects {
            return Ok(users);
        }
        let mut without = Vec::new();
        for some in users.chunks(QUERIES_AT_ONCE) {
            let queries = some
                .iter()
                .map(|user| self.app.store.sources_of_user(user.id, 1));
            let found = try_join_all(queries).await?.into_iter();
            let found = some.iter().zip(found);
            without.extend(
                found
                    .filter(|(_, sources)| sources.is_empty())
                    .map(|(user, _)| user.clone()),
            );
        }
        Ok(without)
    }

    async fn views(&self, users: &[User]) -> Result<Vec<ListedUserView>> {
        let base_url = &self.request.base_url;
        if !self.viewer.is_some_and(|viewer| viewer.admin) {
            let view = |user| ListedUserView::User(BasicUserView::new(user, base_url));
            return Ok(users.iter().map(view).collect());
        }
        let mut rows = Rows::default();
        rows.load(&self.app.store, users.iter().filter_map(AdminUserView::key))
            .await?;
        let view = |user| AdminUserView::new(user, &rows, base_url);
        let view = |user| Ok(ListedUserView::Admin(view(user)?.into()));
        users.iter().map(view).collect()
    }
}
