//! Revoking: the token is dead on the next request.

use axum::extract::State;
use http::StatusCode;
use switchyard::error::{Error, Result};
use switchyard::http::{Accepts, App, CallerAccess, Endpoint, Reader};
use switchyard::policy;

use super::{not_a_personal_one, of_path, of_request};

pub(crate) struct RevokeToken;

impl Endpoint for RevokeToken {
    const ACCEPTS: Accepts = Accepts::WRITER;

    fn read(_: &mut Reader<'_>) -> Self {
        Self
    }
}

pub(crate) struct RevokeSelf;

impl Endpoint for RevokeSelf {
    const ACCEPTS: Accepts = Accepts {
        job_token: true,
        ..Accepts::ANY_TOKEN
    };

    fn read(_: &mut Reader<'_>) -> Self {
        Self
    }
}

/// Revoke a personal access token
///
/// One's own; administrators everybody's. One that is revoked already stays so.
#[utoipa::path(
    delete,
    path = "/api/v4/personal_access_tokens/{id}",
    params(("id" = u64, Path, description = "number of the token")),
    responses((status = 204)),
)]
pub(crate) async fn revoke(
    State(app): State<App>,
    mut access: CallerAccess<RevokeToken>,
) -> Result<StatusCode> {
    let token = of_path(&app, &mut access).await?;
    let token = token.ok_or(Error::RecordNotFound)?;
    if !policy::may_manage_token(access.caller.signed_in()?, &token) {
        return Err(Error::BadRequest(None));
    }
    access.request.demand_unmodified(token.created_at)?;
    app.store.revoke_token(token).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Revoke the personal access token of this request
///
/// Whatever its scopes.
#[utoipa::path(
    delete,
    path = "/api/v4/personal_access_tokens/self",
    responses((status = 204)),
)]
pub(crate) async fn revoke_self(
    State(app): State<App>,
    access: CallerAccess<RevokeSelf>,
) -> Result<StatusCode> {
    let token = of_request(access.caller, not_a_personal_one)?;
    access.request.demand_unmodified(token.created_at)?;
    app.store.revoke_token(token).await?;
    Ok(StatusCode::NO_CONTENT)
}
