//! Get the agents that a job may use.

use std::collections::BTreeMap;

use axum::extract::State;
use futures::future::{try_join, try_join_all};
use serde::Serialize;
use switchyard::agent::{Agent, AgentGrant};
use switchyard::error::Result;
use switchyard::http::access::{role, sources_of_project};
use switchyard::http::views::{Above, BasicUserView, ConfigProjectView};
use switchyard::http::{Accepts, App, Endpoint, JobTokenAccess, Json, Reader};
use switchyard::ids::{AgentId, GroupId, JobId, PipelineId, ProjectId};
use switchyard::job::Environment;
use switchyard::member::Role;
use switchyard::project::Project;
use switchyard::store::{Key, Rows};
use utoipa::ToSchema;

pub(crate) struct ListAllowedAgents;

impl Endpoint for ListAllowedAgents {
    const ACCEPTS: Accepts = Accepts::JOBS_TOO;

    fn read(_: &mut Reader<'_>) -> Self {
        Self
    }
}

/// The agents that a job may use, with the job's surroundings.
#[derive(Serialize, ToSchema)]
#[schema(as = AllowedAgents)]
pub(crate) struct AllowedAgentsView {
    allowed_agents: Vec<AllowedAgentView>,
    job: WithId<JobId>,
    pipeline: WithId<PipelineId>,
    project: AgentProjectView,
    user: AgentUserView,
    /// Only for jobs with an environment.
    #[serde(skip_serializing_if = "Option::is_none")]
    environment: Option<AgentEnvironmentView>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = AllowedAgent)]
struct AllowedAgentView {
    id: AgentId,
    config_project: ConfigProjectView,
    #[schema(value_type = Object)]
    configuration: serde_json::Value,
}

#[derive(Serialize, ToSchema)]
struct WithId<T> {
    id: T,
}

#[derive(Serialize, ToSchema)]
#[schema(as = AllowedAgentsProject)]
struct AgentProjectView {
    id: ProjectId,
    groups: Vec<WithId<GroupId>>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = AllowedAgentsUser)]
struct AgentUserView {
    #[serde(flatten)]
    user: BasicUserView,
    roles_in_project: Vec<&'static str>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = AllowedAgentsEnvironment)]
struct AgentEnvironmentView {
    slug: String,
    tier: String,
}

/// Get the agents that a job may use
///
/// Those that the job's project configures, and those that were granted to it or to one
/// of its groups, as far as the job's environment matches. At most 500 of each.
#[utoipa::path(
    get,
    path = "/api/v4/job/allowed_agents",
    params(("job_token" = Option<String>, Query)),
    responses((status = 200, body = AllowedAgentsView)),
)]
pub(crate) async fn list(
    State(app): State<App>,
    access: JobTokenAccess<ListAllowedAgents>,
) -> Result<Json<AllowedAgentsView>> {
    let JobTokenAccess {
        job,
        user,
        project,
        request,
        mut rows,
        ..
    } = access;

    let chosen = chosen_agents(&app, &project, job.environment.as_ref()).await?;
    let mut keys: Vec<Key> = sources_of_project(project.id, project.ancestors())
        .map(|source| Key::Member(source, user.id))
        .collect();
    for grant in chosen.values().flatten() {
        let config = grant.config_project_id;
        keys.extend([Key::Agent(config, grant.agent_id), Key::Project(config)]);
    }
    rows.load(&app.store, keys).await?;

    let configured = configured(chosen, &project, &rows)?;
    let above = configured
        .values()
        .flat_map(|(config, _)| Above::keys(config));
    rows.load(&app.store, above).await?;
    let allowed_agents = configured
        .into_iter()
        .map(|(id, (config, configuration))| {
            let config_project = ConfigProjectView::new(&config, &Above::of(&config, &rows)?);
            Ok(AllowedAgentView {
                id,
                config_project,
                configuration,
            })
        })
        .collect::<Result<_>>()?;

    let highest = if user.admin {
        Some(Role::Owner)
    } else {
        role(user.id, &project, &rows, &request)?
    };
    let roles = Role::ALL.into_iter().filter(|role| Some(*role) <= highest);
    let groups = project.ancestors().iter().map(|id| WithId { id: *id });
    Ok(Json(AllowedAgentsView {
        allowed_agents,
        job: WithId { id: job.build.id },
        pipeline: WithId {
            id: job.build.pipeline_id,
        },
        project: AgentProjectView {
            id: project.id,
            groups: groups.collect(),
        },
        user: AgentUserView {
            user: BasicUserView::new(&user, &request.base_url),
            roles_in_project: roles.map(Role::name).collect(),
        },
        environment: job.environment.map(|environment| AgentEnvironmentView {
            slug: environment.slug,
            tier: environment.tier,
        }),
    }))
}

/// The agents that a job of this project and environment may use, each with the grant
/// that says so, or with none because the project configures it itself.
async fn chosen_agents(
    app: &App,
    project: &Project,
    environment: Option<&Environment>,
) -> Result<BTreeMap<AgentId, Option<AgentGrant>>> {
    let grants = try_join_all(
        sources_of_project(project.id, project.ancestors())
            .map(|source| app.store.agent_grants_to(source)),
    );
    let (own, grants) = try_join(app.store.agents_of(project.id), grants).await?;
    let mut chosen = choose(own, grants);
    let admits = |grant: &AgentGrant| grant.admits(environment);
    chosen.retain(|_, grant| grant.as_ref().is_none_or(admits));
    Ok(chosen)
}

/// The project that configures each agent, with the configuration to hand out. Agents and
/// projects that are gone are left out.
fn configured(
    chosen: BTreeMap<AgentId, Option<AgentGrant>>,
    project: &Project,
    rows: &Rows,
) -> Result<BTreeMap<AgentId, (Project, serde_json::Value)>> {
    let mut configured = BTreeMap::new();
    for (id, grant) in chosen {
        let Some(grant) = grant else {
            configured.insert(id, (project.clone(), serde_json::json!({})));
            continue;
        };
        let agent: Option<Agent> = rows.get(&Key::Agent(grant.config_project_id, id))?;
        let config: Option<Project> = rows.get(&Key::Project(grant.config_project_id))?;
        let config = config.filter(|config| config.deleted_at.is_none());
        if let (Some(agent), Some(config)) = (agent, config) {
            let text = grant.configuration.as_deref().unwrap_or("{}");
            let configuration =
                serde_json::from_str(text).unwrap_or_else(|_| serde_json::json!({}));
            configured.insert(agent.id, (config, configuration));
        }
    }
    Ok(configured)
}

/// Chooses one entry for each agent: the grant to the project, else none because the
/// project configures the agent itself, else the grant to the closest group. What the
/// chosen entry does not admit no other entry admits instead.
fn choose(
    own: Vec<Agent>,
    mut grants: Vec<Vec<AgentGrant>>,
) -> BTreeMap<AgentId, Option<AgentGrant>> {
    // As `sources` names them: the project first, then its groups, the closest one last.
    let to_groups = grants.split_off(grants.len().min(1));
    let mut chosen = BTreeMap::new();
    for grant in grants.into_iter().flatten() {
        chosen.entry(grant.agent_id).or_insert(Some(grant));
    }
    for agent in own {
        chosen.entry(agent.id).or_insert(None);
    }
    for grant in to_groups.into_iter().rev().flatten() {
        chosen.entry(grant.agent_id).or_insert(Some(grant));
    }
    chosen
}
