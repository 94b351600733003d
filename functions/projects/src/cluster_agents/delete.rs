//! Delete an agent.

use axum::extract::State;
use http::StatusCode;
use switchyard::agent::Agent;
use switchyard::error::{Error, Result};
use switchyard::http::{Accepts, App, Endpoint, ProjectAccess, Reader};
use switchyard::ids::AgentId;
use switchyard::policy::Action;
use switchyard::store::{Key, Rows};

/// How often it is tried when the agent is granted to others at the same time.
const ATTEMPTS: u32 = 6;

pub(crate) struct DeleteAgent;

impl Endpoint for DeleteAgent {
    const ACCEPTS: Accepts = Accepts::WRITER;
    const ACTION: Action = Action::AdminClusterAgents;

    fn read(_: &mut Reader<'_>) -> Self {
        Self
    }
}

/// Delete a registered agent
///
/// What it was granted to loses it too.
#[utoipa::path(
    delete,
    path = "/api/v4/projects/{id}/cluster_agents/{agent_id}",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("agent_id" = u64, Path),
    ),
    responses((status = 204)),
)]
pub(crate) async fn delete(
    State(app): State<App>,
    access: ProjectAccess<DeleteAgent>,
) -> Result<StatusCode> {
    let id: AgentId = access.ids.get("agent_id")?;
    let key = Key::Agent(access.project.id, id);
    for _ in 0..ATTEMPTS {
        let mut rows = Rows::default();
        rows.load(&app.store, [key.clone()]).await?;
        let agent: Agent = rows.get(&key)?.ok_or(Error::RecordNotFound)?;
        access.request.demand_unmodified(agent.created_at)?;
        if app.store.delete_agent(&agent).await? {
            return Ok(StatusCode::NO_CONTENT);
        }
    }
    Err(Error::ResourceLock)
}
