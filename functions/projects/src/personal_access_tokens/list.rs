//! List personal access tokens.

use axum::extract::State;
use switchyard::error::{Error, Result};
use switchyard::http::pagination::Page;
use switchyard::http::views::TokenView;
use switchyard::http::{Accepts, App, CallerAccess, Endpoint, Reader};
use switchyard::ids::{MAX_ID, UserId};
use switchyard::store::tokens::TokensOf;
use switchyard::store::walk::Sequence;
use switchyard::store::{Key, Rows};
use switchyard::token::{Digest, TokenLink};
use switchyard::user::User;

use super::{Filter, MAX_ROWS, load};

pub(crate) struct ListTokens {
    /// Empty, if it was given without a number.
    user_id: Option<Option<i64>>,
    filter: Filter,
}

impl Endpoint for ListTokens {
    const ACCEPTS: Accepts = Accepts::SIGNED_IN;

    fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            user_id: reader.clearable("user_id", |reader, name| reader.integer(name)),
            filter: Filter::read(reader),
        }
    }
}

/// List personal access tokens
///
/// One's own; administrators see everybody's, those of bots too. A request looks at no more
/// than 2,000 tokens, and tells the total if that was all of them.
#[utoipa::path(
    get,
    path = "/api/v4/personal_access_tokens",
    params(
        ("user_id" = Option<u64>, Query),
        ("revoked" = Option<bool>, Query),
        ("state" = Option<String>, Query, description = "`active` or `inactive`"),
        ("created_before" = Option<String>, Query, description = "ISO 8601, as the other times"),
        ("created_after" = Option<String>, Query),
        ("last_used_before" = Option<String>, Query),
        ("last_used_after" = Option<String>, Query),
        ("expires_before" = Option<String>, Query, description = "a day"),
        ("expires_after" = Option<String>, Query, description = "a day"),
        ("search" = Option<String>, Query, description = "in the name"),
        ("sort" = Option<String>, Query, description = "`created_asc`, the default, `created_desc`, and the same for `expires`, `last_used` and `name`"),
        ("page" = Option<u64>, Query),
        ("per_page" = Option<u64>, Query, description = "at most 100, 20 by default"),
    ),
    responses((status = 200, body = Vec<TokenView>)),
)]
pub(crate) async fn list(
    State(app): State<App>,
    access: CallerAccess<ListTokens>,
) -> Result<Page<TokenView>> {
    let CallerAccess {
        caller,
        params,
        request,
        mut rows,
        ..
    } = access;
    let whose = whose(&app, caller.signed_in()?, params.user_id, &mut rows).await?;
    let filter = params.filter;
    let offset = filter
        .offset
        .bounded("PersonalAccessToken", MAX_ROWS as u64)?;
    let (digests, is_all) = candidates(&app, whose, &filter).await?;
    let mut tokens = load(&app, &digests, &mut rows).await?;
    filter.apply(&mut tokens, request.now);

    let page = offset.slice(&tokens);
    let has_more = tokens.len() > offset.skip_rows() + page.len();
    let total = is_all.then_some(tokens.len() as u64);
    let views = page.iter().map(|token| TokenView::new(token, request.now));
    let views = views.collect();
    Ok(Page::by_offset(views, &offset, total, has_more, &request))
}

/// Whose tokens are listed; none means everybody's.
async fn whose(
    app: &App,
    caller: &User,
    user_id: Option<Option<i64>>,
    rows: &mut Rows,
) -> Result<Option<UserId>> {
    let number = match (caller.admin, user_id) {
        (true, None) => return Ok(None),
        (true, Some(None)) => return Err(Error::NotFound),
        (false, None | Some(None)) => return Ok(Some(caller.id)),
        (_, Some(Some(number))) => number,
    };
    let id = u64::try_from(number).ok().filter(|id| *id <= MAX_ID);
    let id = id.map(UserId);
    if !caller.admin {
        let is_own = id == Some(caller.id);
        return is_own.then_some(id).ok_or(Error::Unauthorized);
    }
    let id = id.ok_or(Error::NotFound)?;
    rows.load(&app.store, [Key::User(id)]).await?;
    let user: User = rows.get(&Key::User(id))?.ok_or(Error::NotFound)?;
    match user.deleted_at {
        None => Ok(Some(user.id)),
        Some(_) => Err(Error::NotFound),
    }
}

/// The tokens to look at, and whether there are no more.
async fn candidates(
    app: &App,
    whose: Option<UserId>,
    filter: &Filter,
) -> Result<(Vec<Digest>, bool)> {
    let (from, limit) = (filter.from(), filter.limit());
    match whose {
        Some(user) => {
            let whose = TokensOf::User(user);
            let mut digests = app.store.tokens_of(whose, from, limit + 1).await?;
            let is_all = digests.len() <= limit;
            digests.truncate(limit);
            Ok((digests, is_all))
        }
        None => {
            let walk = app
                .store
                .walk::<TokenLink>(Sequence::TokenLinks, from, limit);
            let walk = walk.await?;
            let digests = walk.rows.into_iter().map(|link| link.digest).collect();
            Ok((digests, walk.rest.is_none()))
        }
    }
}
