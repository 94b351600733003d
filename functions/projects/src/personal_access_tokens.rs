//! Personal access tokens.

mod associations;
mod create;
mod filter;
mod list;
mod new;
mod revoke;
mod rotate;
mod show;

use axum::Router;
use axum::routing::{delete, get, post};
use switchyard::error::{Error, Result};
use switchyard::http::{App, CallerAccess, access::Caller};
use switchyard::ids::TokenId;
use switchyard::policy;
use switchyard::token::AccessToken;
use switchyard::user::User;
use utoipa::OpenApi;

pub(crate) use associations::role;
pub(crate) use filter::{Filter, MAX_ROWS, load};
pub(crate) use new::{MAX_DAYS, NewToken, expiry};
pub(crate) use rotate::put_in_place;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/api/v4/personal_access_tokens", get(list::list))
        .route(
            "/api/v4/personal_access_tokens/self",
            get(show::show_self).merge(delete(revoke::revoke_self)),
        )
        .route(
            "/api/v4/personal_access_tokens/self/associations",
            get(associations::show),
        )
        .route(
            "/api/v4/personal_access_tokens/self/rotate",
            post(rotate::rotate_self),
        )
        .route(
            "/api/v4/personal_access_tokens/{id}",
            get(show::show).merge(delete(revoke::revoke)),
        )
        .route(
            "/api/v4/personal_access_tokens/{id}/rotate",
            post(rotate::rotate),
        )
        .route(
            "/api/v4/user/personal_access_tokens",
            post(create::create_own),
        )
        .route(
            "/api/v4/users/{id}/personal_access_tokens",
            post(create::create),
        )
}

#[derive(OpenApi)]
#[openapi(paths(
    list::list,
    show::show,
    show::show_self,
    associations::show,
    revoke::revoke,
    revoke::revoke_self,
    rotate::rotate,
    rotate::rotate_self,
    create::create,
    create::create_own
))]
pub(crate) struct ApiDoc;

/// The token that the request came with, for endpoints about just that.
fn of_request(caller: Caller, otherwise: impl FnOnce() -> Error) -> Result<AccessToken> {
    match caller {
        Caller::User { token, .. } => Ok(*token),
        Caller::Job { .. } => Err(otherwise()),
        Caller::Anonymous => Err(Error::Unauthorized),
    }
}

fn not_a_personal_one() -> Error {
    Error::bad_request("This endpoint requires token type to be a personal access token")
}

/// The token of the number in the path, whosever it is.
async fn of_path<E>(app: &App, access: &mut CallerAccess<E>) -> Result<Option<AccessToken>> {
    match access.ids.get::<TokenId>("id") {
        Ok(id) => app.store.token(id, &mut access.rows).await,
        Err(Error::RecordNotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The same, if the caller may manage it. Only administrators are told whether it exists.
async fn managed<E>(app: &App, access: &mut CallerAccess<E>) -> Result<AccessToken> {
    let token = of_path(app, access).await?;
    let user = access.caller.signed_in()?;
    token
        .filter(|token| policy::may_manage_token(user, token))
        .ok_or_else(|| unseen(user))
}

/// What those get who ask for a token that is not there, or not for them.
pub(crate) fn unseen(user: &User) -> Error {
    if user.admin {
        Error::NotFound
    } else {
        Error::Unauthorized
    }
}
