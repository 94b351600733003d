//! One personal access token.

use axum::extract::State;
use switchyard::error::Result;
use switchyard::http::views::TokenView;
use switchyard::http::{Accepts, App, CallerAccess, Endpoint, Json, Reader};

use super::{managed, not_a_personal_one, of_request};

pub(crate) struct ShowToken;

impl Endpoint for ShowToken {
    const ACCEPTS: Accepts = Accepts::SIGNED_IN;

    fn read(_: &mut Reader<'_>) -> Self {
        Self
    }
}

pub(crate) struct ShowSelf;

impl Endpoint for ShowSelf {
    const ACCEPTS: Accepts = Accepts {
        job_token: true,
        ..Accepts::ANY_TOKEN
    };

    fn read(_: &mut Reader<'_>) -> Self {
        Self
    }
}

/// Get a personal access token
///
/// One's own; administrators see everybody's. Others get 401, whether it exists or not.
#[utoipa::path(
    get,
    path = "/api/v4/personal_access_tokens/{id}",
    params(("id" = u64, Path, description = "number of the token")),
    responses((status = 200, body = TokenView)),
)]
pub(crate) async fn show(
    State(app): State<App>,
    mut access: CallerAccess<ShowToken>,
) -> Result<Json<TokenView>> {
    let token = managed(&app, &mut access).await?;
    Ok(Json(TokenView::new(&token, access.request.now)))
}

/// Get the personal access token of this request
///
/// Whatever its scopes.
#[utoipa::path(
    get,
    path = "/api/v4/personal_access_tokens/self",
    responses((status = 200, body = TokenView)),
)]
pub(crate) async fn show_self(access: CallerAccess<ShowSelf>) -> Result<Json<TokenView>> {
    let token = of_request(access.caller, not_a_personal_one)?;
    Ok(Json(TokenView::new(&token, access.request.now)))
}
