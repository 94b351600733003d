//! The caller's own account.

use switchyard::error::{Error, Result};
use switchyard::http::views::CurrentUserView;
use switchyard::http::{Accepts, CallerAccess, Endpoint, Json, Reader};

pub(crate) struct ShowUser;

impl Endpoint for ShowUser {
    const ACCEPTS: Accepts = Accepts::USER_READER;

    fn read(_: &mut Reader<'_>) -> Self {
        Self
    }
}

/// Get the current user
#[utoipa::path(get, path = "/api/v4/user", responses((status = 200, body = CurrentUserView)))]
pub(crate) async fn show(access: CallerAccess<ShowUser>) -> Result<Json<CurrentUserView>> {
    let user = access.caller.user().ok_or(Error::Unauthorized)?;
    Ok(Json(CurrentUserView::new(user, &access.request.base_url)))
}
