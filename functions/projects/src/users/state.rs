//! Block, ban and deactivate users, and let them in again.

use axum::extract::State;
use http::StatusCode;
use switchyard::error::{Error, Result};
use switchyard::http::{Accepts, App, CallerAccess, Endpoint, Json, Reader};
use switchyard::user::{StateChange, StateEvent, User};

use super::{id_of, not_found};

/// How often a change that met another one is decided anew.
const ATTEMPTS: u32 = 5;

pub(crate) struct ChangeState;

impl Endpoint for ChangeState {
    const ACCEPTS: Accepts = Accepts::WRITER;

    fn read(_: &mut Reader<'_>) -> Self {
        Self
    }
}

type Answer = Result<(StatusCode, Json<Option<bool>>)>;

/// Block a user
///
/// For administrators, as what follows. `true`, or `null` if the user was blocked before.
#[utoipa::path(post, path = "/api/v4/users/{id}/block", params(("id" = u64, Path)), responses((status = 201, body = Option<bool>)))]
pub(crate) async fn block(State(app): State<App>, access: CallerAccess<ChangeState>) -> Answer {
    change(&app, &access, StateEvent::Block).await
}

/// Unblock a user
///
/// `true`, or `false` if the user was not blocked.
#[utoipa::path(post, path = "/api/v4/users/{id}/unblock", params(("id" = u64, Path)), responses((status = 201, body = Option<bool>)))]
pub(crate) async fn unblock(State(app): State<App>, access: CallerAccess<ChangeState>) -> Answer {
    change(&app, &access, StateEvent::Unblock).await
}

/// Ban a user
#[utoipa::path(post, path = "/api/v4/users/{id}/ban", params(("id" = u64, Path)), responses((status = 201, body = Option<bool>)))]
pub(crate) async fn ban(State(app): State<App>, access: CallerAccess<ChangeState>) -> Answer {
    change(&app, &access, StateEvent::Ban).await
}

/// Unban a user
#[utoipa::path(post, path = "/api/v4/users/{id}/unban", params(("id" = u64, Path)), responses((status = 201, body = Option<bool>)))]
pub(crate) async fn unban(State(app): State<App>, access: CallerAccess<ChangeState>) -> Answer {
    change(&app, &access, StateEvent::Unban).await
}

/// Activate a user
///
/// `true`, or `false` if the user was active before.
#[utoipa::path(post, path = "/api/v4/users/{id}/activate", params(("id" = u64, Path)), responses((status = 201, body = Option<bool>)))]
pub(crate) async fn activate(State(app): State<App>, access: CallerAccess<ChangeState>) -> Answer {
    change(&app, &access, StateEvent::Activate).await
}

/// Deactivate a user
///
/// `true`, or `null` if the user was deactivated before.
#[utoipa::path(post, path = "/api/v4/users/{id}/deactivate", params(("id" = u64, Path)), responses((status = 201, body = Option<bool>)))]
pub(crate) async fn deactivate(
    State(app): State<App>,
    access: CallerAccess<ChangeState>,
) -> Answer {
    change(&app, &access, StateEvent::Deactivate).await
}

async fn change(app: &App, access: &CallerAccess<ChangeState>, event: StateEvent) -> Answer {
    let administrator = access.caller.administrator()?;
    let id = id_of(&access.ids)?;
    for _ in 0..ATTEMPTS {
        let user = app.store.user(id).await?.ok_or_else(not_found)?;
        if user.id == administrator.id {
            refuse_own(event)?;
        }
        let state = match user.state.after(event) {
            StateChange::To(state) => state,
            StateChange::Nothing => return Ok((StatusCode::CREATED, Json(None))),
            StateChange::Impossible => return Ok((StatusCode::CREATED, Json(Some(false)))),
            StateChange::Refused(reason) => return Err(Error::Forbidden(Some(reason))),
        };
        let changed = User {
            state,
            updated_at: Some(access.request.now),
            ..user.clone()
        };
        if app.store.edit(&user, &changed).await? {
            return Ok((StatusCode::CREATED, Json(Some(true))));
        }
    }
    Err(Error::ResourceLock)
}

/// Administrators do not lock themselves out.
fn refuse_own(event: StateEvent) -> Result<()> {
    let done = match event {
        StateEvent::Block => "blocked",
        StateEvent::Ban => "banned",
        StateEvent::Deactivate => "deactivated",
        StateEvent::Unblock | StateEvent::Unban | StateEvent::Activate => return Ok(()),
    };
    let reason = format!("The API initiating user cannot be {done} by the API");
    Err(Error::Forbidden(Some(reason)))
}
