//! Update a trigger.

use axum::extract::State;
use switchyard::error::{Error, Result};
use switchyard::http::{Accepts, App, Endpoint, Json, ProjectAccess, Reader};
use switchyard::policy::Action;
use switchyard::store::{Write, Written};
use switchyard::trigger::Trigger;

use super::show::shown;
use super::view::TriggerView;
use super::{ATTEMPTS, check_description, trigger};

pub(crate) struct UpdateTrigger {
    description: Option<String>,
}

impl Endpoint for UpdateTrigger {
    const ACCEPTS: Accepts = Accepts::WRITER;
    const ACTION: Action = Action::AdminBuild;

    fn read(reader: &mut Reader<'_>) -> Self {
        let description = reader.clearable("description", Reader::text);
        Self {
            description: description.map(Option::unwrap_or_default),
        }
    }
}

/// Update a trigger token
///
/// For its owner, if that is a maintainer still, and administrators.
#[utoipa::path(
    put,
    path = "/api/v4/projects/{id}/triggers/{trigger_id}",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("trigger_id" = u64, Path),
        ("description" = Option<String>, Query, description = "here, or in the body"),
    ),
    responses((status = 200, body = TriggerView)),
)]
pub(crate) async fn update(
    State(app): State<App>,
    access: ProjectAccess<UpdateTrigger>,
) -> Result<Json<TriggerView>> {
    let caller = access.caller.signed_in()?.id;
    for _ in 0..ATTEMPTS {
        let old = trigger(&access, &app).await?;
        if old.owner_id != caller && !access.caller.is_administrator() {
            return Err(Error::Forbidden(None));
        }
        let wanted = access.params.description.as_ref();
        let Some(description) = wanted.filter(|text| **text != old.description) else {
            return shown(&old, access, &app).await;
        };
        check_description(description)?;
        let new = Trigger {
            description: description.clone(),
            updated_at: access.request.now,
            ..old.clone()
        };
        let edit = Write::edit(&old, &new)?;
        if app.store.write_all(vec![edit]).await? == Written::All {
            return shown(&new, access, &app).await;
        }
    }
    Err(Error::ResourceLock)
}
