//! Making personal access tokens.

use axum::extract::State;
use http::StatusCode;
use switchyard::error::{Error, Result};
use switchyard::http::views::NewTokenView;
use switchyard::http::{Accepts, App, CallerAccess, Endpoint, Json, Reader};
use switchyard::ids::{TokenId, UserId};
use switchyard::policy;
use switchyard::store::counters::Counter;
use switchyard::store::{Key, Write};
use switchyard::time::Time;
use switchyard::token::{AccessToken, Scope, Secret};
use switchyard::user::User;

use super::new::{MAX_DAYS, NewToken, expiry};

/// Days that a token lives which somebody made for themselves.
const OWN_DAYS: u16 = 1;

/// Scopes of tokens that people may make for themselves.
const OWN_SCOPES: [Scope; 2] = [Scope::K8sProxy, Scope::SelfRotate];

pub(crate) struct CreateToken(NewToken);

impl Endpoint for CreateToken {
    const ACCEPTS: Accepts = Accepts::WRITER;

    fn read(reader: &mut Reader<'_>) -> Self {
        Self(NewToken::read(reader, &Scope::ALL))
    }
}

pub(crate) struct CreateOwnToken(NewToken);

impl Endpoint for CreateOwnToken {
    const ACCEPTS: Accepts = Accepts::WRITER;

    fn read(reader: &mut Reader<'_>) -> Self {
        Self(NewToken::read(reader, &OWN_SCOPES))
    }
}

/// Create a personal access token for a user
///
/// For administrators. The scopes `sudo` and `admin_mode` are for tokens of administrators.
#[utoipa::path(
    post,
    path = "/api/v4/users/{id}/personal_access_tokens",
    params(
        ("id" = u64, Path, description = "number of the user"),
        ("name" = String, Query),
        ("scopes" = Vec<Scope>, Query),
        ("description" = Option<String>, Query),
        ("expires_at" = Option<String>, Query, description = "a day, at most 365 ahead, which is the default"),
    ),
    responses((status = 201, body = NewTokenView)),
)]
pub(crate) async fn create(
    State(app): State<App>,
    mut access: CallerAccess<CreateToken>,
) -> Result<(StatusCode, Json<NewTokenView>)> {
    if !access.caller.is_administrator() {
        return Err(Error::Forbidden(None));
    }
    let not_found = || Error::not_found("User");
    let id: UserId = access.ids.get("id").map_err(|_| not_found())?;
    let key = Key::User(id);
    access.rows.load(&app.store, [key.clone()]).await?;
    let user: User = access.rows.get(&key)?.ok_or_else(not_found)?;
    if user.deleted_at.is_some() {
        return Err(not_found());
    }
    let new = access.params.0;
    make(&app, &user, new, MAX_DAYS, access.request.now).await
}

/// Create a personal access token for oneself
///
/// Only with the scopes `k8s_proxy` and `self_rotate`.
#[utoipa::path(
    post,
    path = "/api/v4/user/personal_access_tokens",
    params(
        ("name" = String, Query),
        ("scopes" = Vec<Scope>, Query),
        ("description" = Option<String>, Query),
        ("expires_at" = Option<String>, Query, description = "a day, at most 365 ahead; tomorrow by default"),
    ),
    responses((status = 201, body = NewTokenView)),
)]
pub(crate) async fn create_own(
    State(app): State<App>,
    access: CallerAccess<CreateOwnToken>,
) -> Result<(StatusCode, Json<NewTokenView>)> {
    let user = access.caller.signed_in()?;
    if !policy::may_issue_tokens(user) {
        return Err(Error::Unprocessable("Not permitted to create".to_owned()));
    }
    make(&app, user, access.params.0, OWN_DAYS, access.request.now).await
}

async fn make(
    app: &App,
    user: &User,
    new: NewToken,
    days: u16,
    now: Time,
) -> Result<(StatusCode, Json<NewTokenView>)> {
    let mut faults = new.faults();
    let needs_administrator = |scope: &Scope| matches!(scope, Scope::Sudo | Scope::AdminMode);
    if !user.admin && new.scopes.iter().any(needs_administrator) {
        faults.add("Scopes can only contain available scopes");
    }
    let expires_at = expiry(new.expires_at, days, now, &mut faults);
    if let Some(text) = faults.text() {
        return Err(Error::Unprocessable(text));
    }
    let secret = Secret::personal_access_token();
    let token = AccessToken {
        digest: secret.digest(),
        id: TokenId(app.store.reserve_ids(Counter::Tokens, 1).await?),
        user_id: user.id,
        name: new.name,
        description: new.description,
        scopes: new.scopes,
        revoked: false,
        created_at: now,
        last_used_at: None,
        expires_at: Some(expires_at),
        source: None,
        family: None,
        replaced_by: None,
    };
    if !app
        .store
        .create_token(&token, vec![Write::check(user)?])
        .await?
    {
        return Err(Error::ResourceLock);
    }
    let view = NewTokenView::new(&token, &secret, now);
    Ok((StatusCode::CREATED, Json(view)))
}
