//! Show an agent.

use axum::extract::State;
use switchyard::agent::Agent;
use switchyard::error::{Error, Result};
use switchyard::http::views::AgentView;
use switchyard::http::{Accepts, App, Endpoint, Json, ProjectAccess, Reader};
use switchyard::ids::AgentId;
use switchyard::policy::Action;
use switchyard::store::Key;

use super::config_project;

pub(crate) struct ShowAgent;

impl Endpoint for ShowAgent {
    const ACCEPTS: Accepts = Accepts::SIGNED_IN;

    fn read(_: &mut Reader<'_>) -> Self {
        Self
    }
}

/// Get details about an agent
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}/cluster_agents/{agent_id}",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("agent_id" = u64, Path),
    ),
    responses((status = 200, body = AgentView)),
)]
pub(crate) async fn show(
    State(app): State<App>,
    access: ProjectAccess<ShowAgent>,
) -> Result<Json<AgentView>> {
    // Whoever may not read it is told that there is none.
    let hidden = |_| Error::RecordNotFound;
    access.demand(Action::ReadClusterAgents).map_err(hidden)?;
    let ProjectAccess {
        project,
        ids,
        mut rows,
        ..
    } = access;
    let id: AgentId = ids.get("agent_id")?;
    let key = Key::Agent(project.id, id);
    rows.load(&app.store, [key.clone()]).await?;
    let agent: Agent = rows.get(&key)?.ok_or(Error::RecordNotFound)?;
    let config_project = config_project(&project, &mut rows, &app).await?;
    Ok(Json(AgentView::new(&agent, config_project)))
}
