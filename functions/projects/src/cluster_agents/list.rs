//! List the agents of a project.

use axum::extract::State;
use switchyard::error::{Error, Result};
use switchyard::http::pagination::{Offset, Page};
use switchyard::http::views::AgentView;
use switchyard::http::{Accepts, App, Endpoint, ProjectAccess, Reader};
use switchyard::policy::Action;

use super::config_project;

pub(crate) struct ListAgents {
    offset: Offset,
}

impl Endpoint for ListAgents {
    const ACCEPTS: Accepts = Accepts::SIGNED_IN;

    fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            offset: Offset::read(reader),
        }
    }
}

/// List the agents for a project
///
/// In the order of their names.
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}/cluster_agents",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("page" = Option<u64>, Query),
        ("per_page" = Option<u64>, Query, description = "at most 100, 20 by default"),
    ),
    responses((status = 200, body = Vec<AgentView>)),
)]
pub(crate) async fn list(
    State(app): State<App>,
    access: ProjectAccess<ListAgents>,
) -> Result<Page<AgentView>> {
    // Whoever may not read them is told that there are none.
    let hidden = |_| Error::not_found("ClusterAgents");
    access.demand(Action::ReadClusterAgents).map_err(hidden)?;
    let ProjectAccess {
        project,
        params,
        request,
        mut rows,
        ..
    } = access;
    let mut agents = app.store.agents_of(project.id).await?;
    agents.sort_by(|a, b| a.name.cmp(&b.name));
    let config_project = config_project(&project, &mut rows, &app).await?;
    let page = params.offset.slice(&agents).iter();
    let views = page.map(|agent| AgentView::new(agent, config_project.clone()));
    let total = Some(agents.len() as u64);
    Ok(Page::by_offset(
        views.collect(),
        &params.offset,
        total,
        false,
        &request,
    ))
}
