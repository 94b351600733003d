//! List the access tokens of a project or a group.

use axum::extract::State;
use switchyard::error::{Error, Result};
use switchyard::http::pagination::Page;
use switchyard::http::views::ResourceTokenView;
use switchyard::http::{Accepts, App, Endpoint, GroupAccess, ProjectAccess, Reader};
use switchyard::member::Member;
use switchyard::store::Key;
use switchyard::store::tokens::TokensOf;

use super::home::Home;
use crate::personal_access_tokens::{Filter, MAX_ROWS, load};

pub(crate) struct ListTokens(Filter);

impl Endpoint for ListTokens {
    const ACCEPTS: Accepts = Accepts::SIGNED_IN;

    fn read(reader: &mut Reader<'_>) -> Self {
        Self(Filter::read(reader))
    }
}

/// List the access tokens of a project
///
/// For maintainers; others get 401. Of tokens whose bot is no member any more none is shown.
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}/access_tokens",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("revoked" = Option<bool>, Query),
        ("state" = Option<String>, Query, description = "`active` or `inactive`"),
        ("created_before" = Option<String>, Query, description = "ISO 8601, as the other times"),
        ("created_after" = Option<String>, Query),
        ("last_used_before" = Option<String>, Query),
        ("last_used_after" = Option<String>, Query),
        ("expires_before" = Option<String>, Query, description = "a day"),
        ("expires_after" = Option<String>, Query, description = "a day"),
        ("search" = Option<String>, Query, description = "in the name"),
        ("sort" = Option<String>, Query, description = "as for personal access tokens"),
        ("page" = Option<u64>, Query),
        ("per_page" = Option<u64>, Query, description = "at most 100, 20 by default"),
    ),
    responses((status = 200, body = Vec<ResourceTokenView>)),
)]
pub(crate) async fn of_project(
    State(app): State<App>,
    access: ProjectAccess<ListTokens>,
) -> Result<Page<ResourceTokenView>> {
    list(&app, access.into()).await
}

/// List the access tokens of a group
///
/// For owners; others get 401. Of tokens whose bot is no member any more none is shown.
#[utoipa::path(
    get,
    path = "/api/v4/groups/{id}/access_tokens",
    params(
        ("id" = String, Path, description = "number or encoded full path of the group"),
        ("revoked" = Option<bool>, Query),
        ("state" = Option<String>, Query, description = "`active` or `inactive`"),
        ("created_before" = Option<String>, Query, description = "ISO 8601, as the other times"),
        ("created_after" = Option<String>, Query),
        ("last_used_before" = Option<String>, Query),
        ("last_used_after" = Option<String>, Query),
        ("expires_before" = Option<String>, Query, description = "a day"),
        ("expires_after" = Option<String>, Query, description = "a day"),
        ("search" = Option<String>, Query, description = "in the name"),
        ("sort" = Option<String>, Query, description = "as for personal access tokens"),
        ("page" = Option<u64>, Query),
        ("per_page" = Option<u64>, Query, description = "at most 100, 20 by default"),
    ),
    responses((status = 200, body = Vec<ResourceTokenView>)),
)]
pub(crate) async fn of_group(
    State(app): State<App>,
    access: GroupAccess<ListTokens>,
) -> Result<Page<ResourceTokenView>> {
    list(&app, access.into()).await
}

async fn list(app: &App, mut home: Home<ListTokens>) -> Result<Page<ResourceTokenView>> {
    if !home.administered() {
        return Err(Error::Unauthorized);
    }
    let filter = &home.params.0;
    let (source, now) = (home.source(), home.request.now);
    let offset = filter
        .offset
        .bounded("PersonalAccessToken", MAX_ROWS as u64)?;
    let mut digests = app
        .store
        .tokens_of(TokensOf::Source(source), filter.from(), MAX_ROWS + 1)
        .await?;
    let is_all = digests.len() <= MAX_ROWS;
    digests.truncate(MAX_ROWS);

    // Whose the tokens are is known from last time, so that both are read at once.
    let users = &app.store.hints().user_of_token;
    let guessed = digests.iter().filter_map(|digest| users.get(digest));
    let guessed: Vec<Key> = guessed.map(|user| Key::Member(source, user)).collect();
    let keys = digests.iter().cloned().map(Key::Token).chain(guessed);
    home.rows.load(&app.store, keys).await?;
    let mut tokens = load(app, &digests, &mut home.rows).await?;
    for token in &tokens {
        users.learn(token.digest.clone(), token.user_id);
    }
    filter.apply(&mut tokens, now);
    let members = tokens
        .iter()
        .map(|token| Key::Member(source, token.user_id));
    home.rows.load(&app.store, members).await?;
    let mut views = Vec::new();
    for token in &tokens {
        let key = Key::Member(source, token.user_id);
        let member: Option<Member> = home.rows.get(&key)?;
        views.extend(member.map(|member| ResourceTokenView::new(token, member.access_level, now)));
    }

    let page = offset.slice(&views).to_vec();
    let has_more = views.len() > offset.skip_rows() + page.len();
    let total = is_all.then_some(views.len() as u64);
    Ok(Page::by_offset(
        page,
        &offset,
        total,
        has_more,
        &home.request,
    ))
}
