//! Rotate an access token of a project or a group; its bot stays.

use axum::extract::State;
use switchyard::error::{Error, Result};
use switchyard::http::access::Caller;
use switchyard::http::views::NewResourceTokenView;
use switchyard::http::{Accepts, App, Endpoint, GroupAccess, Json, ProjectAccess, Reader};
use switchyard::policy;
use switchyard::store::bots::BotToken;
use switchyard::time::Day;

use super::home::Home;
use crate::personal_access_tokens::{put_in_place, unseen};

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

/// Rotate an access token of a project
///
/// For maintainers whose role is not below that of the token; not with a token of a bot.
#[utoipa::path(
    post,
    path = "/api/v4/projects/{id}/access_tokens/{token_id}/rotate",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("token_id" = u64, Path, description = "number of the token"),
        ("expires_at" = Option<String>, Query, description = "a day, at most 365 ahead; a week by default"),
    ),
    responses((status = 200, body = NewResourceTokenView)),
)]
pub(crate) async fn of_project(
    State(app): State<App>,
    access: ProjectAccess<RotateToken>,
) -> Result<Json<NewResourceTokenView>> {
    rotate(&app, access.into()).await
}

/// Rotate an access token of a group
///
/// For owners; not with a token of a bot.
#[utoipa::path(
    post,
    path = "/api/v4/groups/{id}/access_tokens/{token_id}/rotate",
    params(
        ("id" = String, Path, description = "number or encoded full path of the group"),
        ("token_id" = u64, Path, description = "number of the token"),
        ("expires_at" = Option<String>, Query, description = "a day, at most 365 ahead; a week by default"),
    ),
    responses((status = 200, body = NewResourceTokenView)),
)]
pub(crate) async fn of_group(
    State(app): State<App>,
    access: GroupAccess<RotateToken>,
) -> Result<Json<NewResourceTokenView>> {
    rotate(&app, access.into()).await
}

/// Rotate the project access token of this request
///
/// It needs the scope `api` or `self_rotate`.
#[utoipa::path(
    post,
    path = "/api/v4/projects/{id}/access_tokens/self/rotate",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("expires_at" = Option<String>, Query, description = "a day, at most 365 ahead; a week by default"),
    ),
    responses((status = 200, body = NewResourceTokenView)),
)]
pub(crate) async fn self_of_project(
    State(app): State<App>,
    access: ProjectAccess<RotateSelf>,
) -> Result<Json<NewResourceTokenView>> {
    rotate_self(&app, access.into()).await
}

/// Rotate the group access token of this request
///
/// It needs the scope `api` or `self_rotate`.
#[utoipa::path(
    post,
    path = "/api/v4/groups/{id}/access_tokens/self/rotate",
    params(
        ("id" = String, Path, description = "number or encoded full path of the group"),
        ("expires_at" = Option<String>, Query, description = "a day, at most 365 ahead; a week by default"),
    ),
    responses((status = 200, body = NewResourceTokenView)),
)]
pub(crate) async fn self_of_group(
    State(app): State<App>,
    access: GroupAccess<RotateSelf>,
) -> Result<Json<NewResourceTokenView>> {
    rotate_self(&app, access.into()).await
}

async fn rotate(app: &App, mut home: Home<RotateToken>) -> Result<Json<NewResourceTokenView>> {
    let found = match home.issued() {
        true => home.token(app).await?,
        false => None,
    };
    let Some(found) = found else {
        return Err(unseen(home.caller.signed_in()?));
    };
    if !policy::may_hand_on(found.member.access_level, home.standing) {
        let text = "Not eligible to rotate tokens with permissions not held by the user";
        return Err(Error::bad_request(text));
    }
    let expires_at = home.params.expires_at;
    put_in_its_place(app, &home, found, expires_at).await
}

async fn rotate_self(app: &App, mut home: Home<RotateSelf>) -> Result<Json<NewResourceTokenView>> {
    let token = match &home.caller {
        Caller::User { token, .. } => token.as_ref().clone(),
        Caller::Job { .. } => return Err(Error::MethodNotAllowed),
        Caller::Anonymous => return Err(Error::Unauthorized),
    };
    match token.source {
        None => return Err(Error::MethodNotAllowed),
        Some(source) if source != home.source() => return Err(Error::Unauthorized),
        Some(_) => {}
    }
    let found = app.store.bot_of(token, &mut home.rows).await?;
    let found = found.ok_or(Error::Unauthorized)?;
    let expires_at = home.params.expires_at;
    put_in_its_place(app, &home, found, expires_at).await
}

async fn put_in_its_place<E>(
    app: &App,
    home: &Home<E>,
    old: BotToken,
    expires_at: Option<Day>,
) -> Result<Json<NewResourceTokenView>> {
    let now = home.request.now;
    let role = old.member.access_level;
    let (token, secret) = put_in_place(app, old.token, expires_at, now).await?;
    Ok(Json(NewResourceTokenView::new(&token, role, &secret, now)))
}
