//! Rotating: a new token takes the place of one, which is revoked.

use axum::extract::State;
use switchyard::error::{Error, Result};
use switchyard::http::views::NewTokenView;
use switchyard::http::{Accepts, App, CallerAccess, Endpoint, Json, Reader};
use switchyard::ids::TokenId;
use switchyard::store::counters::Counter;
use switchyard::time::{Day, Time};
use switchyard::token::{AccessToken, Secret};

use super::new::{Faults, ROTATION_DAYS, expiry, renewed};
use super::{managed, of_request};

pub(crate) struct RotateToken {
    expires_at: Option<Day>,
}

impl Endpoint for RotateToken {
    const ACCEPTS: Accepts = Accepts::WRITER;
    const ROTATES_TOKENS: bool = true;

    fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            expires_at: reader.day("expires_at"),
        }
    }
}

pub(crate) struct RotateSelf {
    expires_at: Option<Day>,
}

impl Endpoint for RotateSelf {
    const ACCEPTS: Accepts = Accepts::SELF_ROTATOR;
    const ROTATES_TOKENS: bool = true;

    fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            expires_at: reader.day("expires_at"),
        }
    }
}

/// Rotate a personal access token
///
/// One's own; administrators everybody's. Whoever comes with a token that was rotated
/// before loses all that came from it.
#[utoipa::path(
    post,
    path = "/api/v4/personal_access_tokens/{id}/rotate",
    params(
        ("id" = u64, Path, description = "number of the token"),
        ("expires_at" = Option<String>, Query, description = "a day, at most 365 ahead; a week by default"),
    ),
    responses((status = 200, body = NewTokenView)),
)]
pub(crate) async fn rotate(
    State(app): State<App>,
    mut access: CallerAccess<RotateToken>,
) -> Result<Json<NewTokenView>> {
    let token = managed(&app, &mut access).await?;
    let now = access.request.now;
    let (token, secret) = put_in_place(&app, token, access.params.expires_at, now).await?;
    Ok(Json(NewTokenView::new(&token, &secret, now)))
}

/// Rotate the personal access token of this request
///
/// It needs the scope `api` or `self_rotate`. Whoever comes with a token that was rotated
/// before loses all that came from it.
#[utoipa::path(
    post,
    path = "/api/v4/personal_access_tokens/self/rotate",
    params(
        ("expires_at" = Option<String>, Query, description = "a day, at most 365 ahead; a week by default"),
    ),
    responses((status = 200, body = NewTokenView)),
)]
pub(crate) async fn rotate_self(
    State(app): State<App>,
    access: CallerAccess<RotateSelf>,
) -> Result<Json<NewTokenView>> {
    let token = of_request(access.caller, || Error::MethodNotAllowed)?;
    let now = access.request.now;
    let (token, secret) = put_in_place(&app, token, access.params.expires_at, now).await?;
    Ok(Json(NewTokenView::new(&token, &secret, now)))
}

/// Makes a token in the place of `old`, and gives it, also in clear.
pub(crate) async fn put_in_place(
    app: &App,
    old: AccessToken,
    expires_at: Option<Day>,
    now: Time,
) -> Result<(AccessToken, Secret)> {
    let already_revoked = || Error::bad_request("token already revoked");
    if old.revoked {
        return Err(already_revoked());
    }
    let mut faults = Faults::default();
    let expires_at = expiry(expires_at, ROTATION_DAYS, now, &mut faults);
    if let Some(text) = faults.text() {
        return Err(Error::bad_request(text));
    }
    let id = TokenId(app.store.reserve_ids(Counter::Tokens, 1).await?);
    let secret = Secret::personal_access_token();
    let new = renewed(&old, id, &secret, expires_at, now);
    if app.store.rotate_token(old, &new).await? {
        Ok((new, secret))
    } else {
        Err(already_revoked())
    }
}
