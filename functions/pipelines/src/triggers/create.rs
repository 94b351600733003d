//! Create a trigger.

use axum::extract::State;
use http::StatusCode;
use switchyard::error::{Error, Result};
use switchyard::http::{Accepts, App, Endpoint, Json, ProjectAccess, Reader};
use switchyard::ids::TriggerId;
use switchyard::policy::Action;
use switchyard::project::Project;
use switchyard::store::counters::Counter;
use switchyard::store::{Key, Rows, Write, Written};
use switchyard::time::Time;
use switchyard::token::Secret;
use switchyard::trigger::Trigger;

use super::view::TriggerView;
use super::{ATTEMPTS, COUNT, check_description};

/// Triggers that a project may have, as in GitLab.
const MAX_TRIGGERS: u64 = 25_000;

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
    demand_room(&access.project)?;
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
    put(&trigger, access.project.clone(), &app).await?;
    let view = TriggerView::new(&trigger, Some(owner), &access.request.base_url);
    Ok((StatusCode::CREATED, Json(view.with(&secret))))
}

async fn put(trigger: &Trigger, mut project: Project, app: &App) -> Result<()> {
    for _ in 0..ATTEMPTS {
        demand_room(&project)?;
        let counted = Write::count_up(&project, COUNT)?.below(COUNT, MAX_TRIGGERS)?;
        let writes = vec![Write::create(trigger)?, counted];
        match app.store.write_all(writes).await? {
            Written::All => return Ok(()),
            Written::Refused(_) => project = read_again(&project, app).await?,
        }
    }
    Err(Error::ResourceLock)
}

/// # Errors
/// 404 if the project was deleted.
async fn read_again(project: &Project, app: &App) -> Result<Project> {
    let key = Key::Project(project.id);
    let mut rows = Rows::default();
    rows.load(&app.store, [key.clone()]).await?;
    let found: Option<Project> = rows.get(&key)?;
    found
        .filter(|project| project.deleted_at.is_none())
        .ok_or_else(|| Error::not_found("Project"))
}

/// # Errors
/// 400 if there is no room for one more.
fn demand_room(project: &Project) -> Result<()> {
    if project.trigger_count < MAX_TRIGGERS {
        return Ok(());
    }
    let text = format!("Maximum number of pipeline triggers ({MAX_TRIGGERS}) exceeded");
    Err(Error::invalid("base", text))
}
