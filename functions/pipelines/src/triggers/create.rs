//! Create a trigger.

use axum::extract::State;
use http::StatusCode;
use switchyard::error::Result;
use switchyard::http::{Accepts, App, Endpoint, Json, ProjectAccess, Reader};
use switchyard::ids::TriggerId;
use switchyard::policy::Action;
use switchyard::store::counters::Counter;
use switchyard::time::Time;
use switchyard::token::Secret;
use switchyard::trigger::Trigger;

use super::view::TriggerView;
use super::{ROOM, check_description};

pub(crate) struct CreateTrigger {
    description: String,
    expires_at: Option<Time>,
}

impl Endpoint for CreateTrigger {
    const ACCEPTS: Accepts = Accepts::WRITER;
    const ACTION: Action = Action::AdminBuild;

    fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            description: reader.required("description", Reader::text),
            expires_at: reader.time("expires_at"),
        }
    }
}

/// Create a trigger token
///
/// For maintainers. A project has at most 25,000. Only this answer has the whole token.
#[utoipa::path(
    post,
    path = "/api/v4/projects/{id}/triggers",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("description" = String, Query, description = "here and below: in the query or in the body"),
        ("expires_at" = Option<String>, Query, description = "ISO 8601; never by default"),
    ),
    responses((status = 201, body = TriggerView)),
)]
pub(crate) async fn create(
    State(app): State<App>,
    access: ProjectAccess<CreateTrigger>,
) -> Result<(StatusCode, Json<TriggerView>)> {
    check_description(&access.params.description)?;
    ROOM.demand(&access.project)?;
    let owner = access.caller.signed_in()?;
    let id = TriggerId(app.store.reserve_ids(Counter::Triggers, 1).await?);
    let secret = Secret::trigger_token(access.project.id, id);
    let trigger = Trigger {
        project_id: access.project.id,
        id,
        digest: secret.digest(),
        token_start: Trigger::start_of(&secret),
        description: access.params.description.clone(),
        owner_id: owner.id,
        created_at: access.request.now,
        updated_at: access.request.now,
        last_used: None,
        expires_at: access.params.expires_at,
    };
    ROOM.create(&trigger, access.project.clone(), &app).await?;
    let view = TriggerView::new(&trigger, Some(owner), &access.request.base_url);
    Ok((StatusCode::CREATED, Json(view.with(&secret))))
}
