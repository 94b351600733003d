//! The token that a request was made with.

use switchyard::error::{Error, Result};
use switchyard::http::access::Caller;
use switchyard::http::views::TokenView;
use switchyard::http::{Accepts, CallerAccess, Endpoint, Json, Reader};

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

/// Get the personal access token of this request
///
/// Whatever its scopes.
#[utoipa::path(
    get,
    path = "/api/v4/personal_access_tokens/self",
    responses((status = 200, body = TokenView)),
)]
pub(crate) async fn show_self(access: CallerAccess<ShowSelf>) -> Result<Json<TokenView>> {
    match access.caller {
        Caller::User { token, .. } => Ok(Json(TokenView::new(&token, access.request.now))),
        Caller::Job { .. } => Err(Error::bad_request(
            "This endpoint requires token type to be a personal access token",
        )),
        Caller::Anonymous => Err(Error::Unauthorized),
    }
}
