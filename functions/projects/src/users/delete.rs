//! Delete a user.

use axum::extract::State;
use http::StatusCode;
use switchyard::error::{Error, Result};
use switchyard::http::{Accepts, App, CallerAccess, Endpoint, Reader};
use switchyard::store::users::Ownership;

use super::{id_of, not_found};

/// How often a deletion that met another change is decided anew.
const ATTEMPTS: u32 = 5;

pub(crate) struct DeleteUser;

impl Endpoint for DeleteUser {
    const ACCEPTS: Accepts = Accepts::WRITER;

    fn read(reader: &mut Reader<'_>) -> Self {
        reader.boolean("hard_delete");
        Self
    }
}

/// Delete a user
///
/// For administrators. Name, address and tokens are gone at once; memberships and personal
/// projects follow within minutes.
#[utoipa::path(
    delete,
    path = "/api/v4/users/{id}",
    params(
        ("id" = u64, Path),
        ("hard_delete" = Option<bool>, Query, description = "accepted; it makes no difference"),
    ),
    responses((status = 204)),
)]
pub(crate) async fn delete(
    State(app): State<App>,
    access: CallerAccess<DeleteUser>,
) -> Result<StatusCode> {
    access.caller.administrator()?;
    let id = id_of(&access.ids)?;
    let now = access.request.now;
    for _ in 0..ATTEMPTS {
        let user = app.store.user(id).await?.ok_or_else(not_found)?;
        access.request.demand_unmodified(user.changed_at())?;
        let also_as_read = match app.store.ownership(id, now.day()).await? {
            Ownership::Shared(owners) => owners,
            Ownership::Sole(_) => {
                let text = "User cannot be removed while is the sole-owner of a group";
                return Err(Error::Conflict(text.to_owned()));
            }
        };
        if app
            .store
            .mark_user_deleted(&user, now, also_as_read)
            .await?
        {
            return Ok(StatusCode::NO_CONTENT);
        }
    }
    Err(Error::ResourceLock)
}
