//! Show a trigger.

use axum::extract::State;
use switchyard::error::{Error, Result};
use switchyard::http::{Accepts, App, Endpoint, Json, ProjectAccess, Reader};
use switchyard::policy::Action;
use switchyard::trigger::Trigger;

use super::view::TriggerView;

pub(crate) struct ShowTrigger;

impl Endpoint for ShowTrigger {
    const ACCEPTS: Accepts = Accepts::SIGNED_IN;
    const ACTION: Action = Action::AdminBuild;

    fn read(_: &mut Reader<'_>) -> Self {
        Self
    }
}

/// Get a trigger token of a project
///
/// For maintainers.
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}/triggers/{trigger_id}",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("trigger_id" = u64, Path),
    ),
    responses((status = 200, body = TriggerView)),
)]
pub(crate) async fn show(
    State(app): State<App>,
    access: ProjectAccess<ShowTrigger>,
) -> Result<Json<TriggerView>> {
    let trigger = super::trigger(&access, &app).await?;
    shown(&trigger, access, &app).await
}

/// A trigger as its own endpoints show it.
pub(super) async fn shown<E>(
    trigger: &Trigger,
    mut access: ProjectAccess<E>,
    app: &App,
) -> Result<Json<TriggerView>> {
    let base_url = &access.request.base_url;
    let one = std::slice::from_ref(trigger);
    let views = TriggerView::of_all(one, &mut access.rows, base_url, app).await?;
    let view = views.into_iter().next();
    let view = view.ok_or_else(|| Error::Internal("a trigger has no view".to_owned()))?;
    Ok(Json(view))
}
