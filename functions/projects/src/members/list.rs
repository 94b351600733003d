//! List members: those right there, or with those of the groups above.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::State;
use futures::future::try_join_all;
use switchyard::error::Result;
use switchyard::http::pagination::{Offset, Page};
use switchyard::http::views::MemberView;
use switchyard::http::{Accepts, App, Endpoint, GroupAccess, ProjectAccess, Reader};
use switchyard::ids::UserId;
use switchyard::member::{Member, Source};
use switchyard::policy::{Action, GroupAction};
use switchyard::store::Key;
use switchyard::user::User;

use super::place::Place;

/// Members of one project or group that a request looks at.
const MAX_ROWS: usize = 2_000;

pub(crate) struct ListMembers {
    query: Option<String>,
    user_ids: Option<BTreeSet<i64>>,
    skip_users: BTreeSet<i64>,
    offset: Offset,
}

impl Endpoint for ListMembers {
    const ACCEPTS: Accepts = Accepts::SIGNED_IN;
    const ACTION: Action = Action::ReadMembers;
    const GROUP_ACTION: GroupAction = GroupAction::ReadMembers;

    fn read(reader: &mut Reader<'_>) -> Self {
        let user_ids = reader.integers("user_ids");
        let skip_users = reader.integers("skip_users").unwrap_or_default();
        Self {
            query: reader.text("query").map(|text| text.to_lowercase()),
            user_ids: user_ids.map(|ids| ids.into_iter().collect()),
            skip_users: skip_users.into_iter().collect(),
            offset: Offset::read(reader),
        }
    }
}

impl ListMembers {
    fn wants(&self, user: UserId) -> bool {
        let id = i64::try_from(user.0).unwrap_or(i64::MAX);
        self.user_ids.as_ref().is_none_or(|ids| ids.contains(&id)) && !self.skip_users.contains(&id)
    }

    fn finds(&self, user: &User) -> bool {
        let is_found = |query: &String| {
            let names = [&user.name, &user.username];
            names.iter().any(|name| name.to_lowercase().contains(query))
        };
        self.query.as_ref().is_none_or(is_found)
    }
}

/// List the members of a group
///
/// Those right there.
#[utoipa::path(
    get,
    path = "/api/v4/groups/{id}/members",
    params(
        ("id" = String, Path, description = "number or encoded full path of the group"),
        ("query" = Option<String>, Query, description = "in names and usernames"),
        ("user_ids" = Option<Vec<u64>>, Query),
        ("skip_users" = Option<Vec<u64>>, Query),
        ("page" = Option<u64>, Query),
        ("per_page" = Option<u64>, Query, description = "at most 100, 20 by default"),
    ),
    responses((status = 200, body = Vec<MemberView>)),
)]
pub(crate) async fn of_group(
    State(app): State<App>,
    access: GroupAccess<ListMembers>,
) -> Result<Page<MemberView>> {
    let place = Place::from(access);
    let sources = vec![place.of.source()];
    list(place, &sources, &app).await
}

/// List the members of a group
///
/// And those of the groups above: everybody once, with the highest role.
#[utoipa::path(
    get,
    path = "/api/v4/groups/{id}/members/all",
    params(
        ("id" = String, Path, description = "number or encoded full path of the group"),
        ("query" = Option<String>, Query, description = "in names and usernames"),
        ("user_ids" = Option<Vec<u64>>, Query),
        ("skip_users" = Option<Vec<u64>>, Query),
        ("page" = Option<u64>, Query),
        ("per_page" = Option<u64>, Query, description = "at most 100, 20 by default"),
    ),
    responses((status = 200, body = Vec<MemberView>)),
)]
pub(crate) async fn all_of_group(
    State(app): State<App>,
    access: GroupAccess<ListMembers>,
) -> Result<Page<MemberView>> {
    let place = Place::from(access);
    let sources = place.of.sources();
    list(place, &sources, &app).await
}

/// List the members of a project
///
/// Those right there.
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}/members",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("query" = Option<String>, Query, description = "in names and usernames"),
        ("user_ids" = Option<Vec<u64>>, Query),
        ("skip_users" = Option<Vec<u64>>, Query),
        ("page" = Option<u64>, Query),
        ("per_page" = Option<u64>, Query, description = "at most 100, 20 by default"),
    ),
    responses((status = 200, body = Vec<MemberView>)),
)]
pub(crate) async fn of_project(
    State(app): State<App>,
    access: ProjectAccess<ListMembers>,
) -> Result<Page<MemberView>> {
    let place = Place::from(access);
    let sources = vec![place.of.source()];
    list(place, &sources, &app).await
}

/// List the members of a project
///
/// And those of the groups above: everybody once, with the highest role.
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}/members/all",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("query" = Option<String>, Query, description = "in names and usernames"),
        ("user_ids" = Option<Vec<u64>>, Query),
        ("skip_users" = Option<Vec<u64>>, Query),
        ("page" = Option<u64>, Query),
        ("per_page" = Option<u64>, Query, description = "at most 100, 20 by default"),
    ),
    responses((status = 200, body = Vec<MemberView>)),
)]
pub(crate) async fn all_of_project(
    State(app): State<App>,
    access: ProjectAccess<ListMembers>,
) -> Result<Page<MemberView>> {
    let place = Place::from(access);
    let sources = place.of.sources();
    list(place, &sources, &app).await
}

async fn list(
    mut place: Place<ListMembers>,
    sources: &[Source],
    app: &App,
) -> Result<Page<MemberView>> {
    let lists = sources
        .iter()
        .map(|source| app.store.members_of(*source, MAX_ROWS + 1));
    let lists = try_join_all(lists).await?;
    let is_all = lists.iter().all(|list| list.len() <= MAX_ROWS);
    let members = lists.into_iter().flatten();
    let members =
        members.filter(|member| place.counts(member) && place.params.wants(member.user_id));
    let members = highest_of_each(members);

    let users = members.iter().map(|member| member.user_id);
    let granters = members.iter().filter_map(|member| member.created_by);
    let keys: Vec<Key> = users.chain(granters).map(Key::User).collect();
    place.rows.load(&app.store, keys).await?;
    let mut found = Vec::new();
    for member in members {
        let user = place.user(member.user_id)?;
        if let Some(user) = user.filter(|user| place.params.finds(user)) {
            found.push((member, user));
        }
    }
    let offset = place.params.offset;
    let mut views = Vec::new();
    for (member, user) in offset.slice(&found) {
        views.push(place.view(member, user)?);
    }
    let has_more = found.len() > offset.skip_rows().saturating_add(views.len());
    let total = is_all.then_some(found.len() as u64);
    Ok(Page::by_offset(
        views,
        &offset,
        total,
        has_more,
        &place.request,
    ))
}

/// Everybody once, with the highest role, by their numbers.
fn highest_of_each(members: impl Iterator<Item = Member>) -> Vec<Member> {
    let mut highest: BTreeMap<UserId, Member> = BTreeMap::new();
    for member in members {
        let known = highest.get(&member.user_id);
        if known.is_none_or(|known| member.access_level > known.access_level) {
            highest.insert(member.user_id, member);
        }
    }
    highest.into_values().collect()
}

impl<E> Place<E> {
    /// A member with those who are shown with them, as far as they were read.
    pub(super) fn view(&self, member: &Member, user: &User) -> Result<MemberView> {
        let granter = match member.created_by {
            Some(id) => self.user(id)?,
            None => None,
        };
        let base_url = &self.request.base_url;
        Ok(MemberView::new(member, user, granter.as_ref(), base_url))
    }
}
