//! Revoke an access token of a project or a group, and take its bot away.

use axum::extract::State;
use http::StatusCode;
use switchyard::error::{Error, Result};
use switchyard::http::{Accepts, App, Endpoint, GroupAccess, ProjectAccess, Reader};

use super::home::Home;

pub(crate) struct RevokeToken;

impl Endpoint for RevokeToken {
    const ACCEPTS: Accepts = Accepts::WRITER;

    fn read(_: &mut Reader<'_>) -> Self {
        Self
    }
}

/// Revoke an access token of a project
///
/// For maintainers. Its bot goes too, with whatever other tokens it has.
#[utoipa::path(
    delete,
    path = "/api/v4/projects/{id}/access_tokens/{token_id}",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("token_id" = u64, Path, description = "number of the token"),
    ),
    responses((status = 204)),
)]
pub(crate) async fn of_project(
    State(app): State<App>,
    access: ProjectAccess<RevokeToken>,
) -> Result<StatusCode> {
    revoke(&app, access.into()).await
}

/// Revoke an access token of a group
///
/// For owners. Its bot goes too, with whatever other tokens it has.
#[utoipa::path(
    delete,
    path = "/api/v4/groups/{id}/access_tokens/{token_id}",
    params(
        ("id" = String, Path, description = "number or encoded full path of the group"),
        ("token_id" = u64, Path, description = "number of the token"),
    ),
    responses((status = 204)),
)]
pub(crate) async fn of_group(
    State(app): State<App>,
    access: GroupAccess<RevokeToken>,
) -> Result<StatusCode> {
    revoke(&app, access.into()).await
}

async fn revoke(app: &App, mut home: Home<RevokeToken>) -> Result<StatusCode> {
    if !home.administered() {
        return Err(Error::bad_request(format!(
            "User does not have permission to revoke {} access token",
            home.name()
        )));
    }
    let found = home.token(app).await?;
    let found = found.ok_or_else(|| home.no_such_token())?;
    home.request.demand_unmodified(found.token.created_at)?;
    app.store.remove_bot_token(found, home.request.now).await?;
    Ok(StatusCode::NO_CONTENT)
}
