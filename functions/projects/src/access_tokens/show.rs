//! One access token of a project or a group.

use axum::extract::State;
use switchyard::error::{Error, Result};
use switchyard::http::views::ResourceTokenView;
use switchyard::http::{Accepts, App, Endpoint, GroupAccess, Json, ProjectAccess, Reader};

use super::home::Home;

pub(crate) struct ShowToken;

impl Endpoint for ShowToken {
    const ACCEPTS: Accepts = Accepts::SIGNED_IN;

    fn read(_: &mut Reader<'_>) -> Self {
        Self
    }
}

/// Get an access token of a project
///
/// For maintainers; others get 401.
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}/access_tokens/{token_id}",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("token_id" = u64, Path, description = "number of the token"),
    ),
    responses((status = 200, body = ResourceTokenView)),
)]
pub(crate) async fn of_project(
    State(app): State<App>,
    access: ProjectAccess<ShowToken>,
) -> Result<Json<ResourceTokenView>> {
    show(&app, access.into()).await
}

/// Get an access token of a group
///
/// For owners; others get 401.
#[utoipa::path(
    get,
    path = "/api/v4/groups/{id}/access_tokens/{token_id}",
    params(
        ("id" = String, Path, description = "number or encoded full path of the group"),
        ("token_id" = u64, Path, description = "number of the token"),
    ),
    responses((status = 200, body = ResourceTokenView)),
)]
pub(crate) async fn of_group(
    State(app): State<App>,
    access: GroupAccess<ShowToken>,
) -> Result<Json<ResourceTokenView>> {
    show(&app, access.into()).await
}

async fn show(app: &App, mut home: Home<ShowToken>) -> Result<Json<ResourceTokenView>> {
    if !home.administered() {
        return Err(Error::Unauthorized);
    }
    let found = home.token(app).await?;
    let found = found.ok_or_else(|| home.no_such_token())?;
    let role = found.member.access_level;
    let view = ResourceTokenView::new(&found.token, role, home.request.now);
    Ok(Json(view))
}
