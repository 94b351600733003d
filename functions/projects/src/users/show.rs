//! Get a single user.

use axum::extract::State;
use serde::Serialize;
use switchyard::error::{Error, Result};
use switchyard::http::views::{AdminUserView, UserView};
use switchyard::http::{Accepts, App, CallerAccess, Endpoint, Json, Reader};
use switchyard::store::Rows;
use utoipa::ToSchema;

use super::{id_of, not_found};

pub(crate) struct ShowUser;

impl Endpoint for ShowUser {
    // Who is nobody gets another refusal than elsewhere.
    const ACCEPTS: Accepts = Accepts {
        anonymous: true,
        ..Accepts::USER_READER
    };

    fn read(reader: &mut Reader<'_>) -> Self {
        reader.boolean("with_custom_attributes");
        Self
    }
}

/// A user, with what only administrators see or without.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = UserDetails)]
pub(crate) enum UserDetailsView {
    Admin(Box<AdminUserView>),
    User(Box<UserView>),
}

/// Get a user
///
/// Administrators see more of it. Others do not see when somebody with a private profile
/// was created.
#[utoipa::path(
    get,
    path = "/api/v4/users/{id}",
    params(("id" = u64, Path)),
    responses((status = 200, body = UserDetailsView)),
)]
pub(crate) async fn show(
    State(app): State<App>,
    access: CallerAccess<ShowUser>,
) -> Result<Json<UserDetailsView>> {
    let Some(viewer) = access.caller.user() else {
        return Err(Error::Forbidden(Some("Not authorized!".to_owned())));
    };
    let base_url = &access.request.base_url;
    let id = id_of(&access.ids)?;
    let user = app.store.user(id).await?.ok_or_else(not_found)?;
    if viewer.admin {
        let mut rows = Rows::default();
        rows.load(&app.store, AdminUserView::key(&user)).await?;
        let view = AdminUserView::new(&user, &rows, base_url)?;
        return Ok(Json(UserDetailsView::Admin(view.into())));
    }
    let view = if viewer.id == user.id {
        UserView::new(&user, base_url)
    } else {
        UserView::of_stranger(&user, base_url)
    };
    Ok(Json(UserDetailsView::User(view.into())))
}
