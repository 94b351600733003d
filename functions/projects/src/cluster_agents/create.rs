//! Register an agent.

use axum::extract::State;
use http::StatusCode;
use switchyard::agent::Agent;
use switchyard::error::{Error, Result};
use switchyard::http::views::AgentView;
use switchyard::http::{Accepts, App, Endpoint, Json, ProjectAccess, Reader};
use switchyard::ids::AgentId;
use switchyard::policy::Action;
use switchyard::store::agents::{AgentCreated, MAX_AGENTS};
use switchyard::store::counters::Counter;

use super::config_project;

/// Characters of a name, as in GitLab.
const MAX_NAME: usize = 63;

pub(crate) struct CreateAgent {
    name: String,
}

impl Endpoint for CreateAgent {
    const ACCEPTS: Accepts = Accepts::WRITER;
    const ACTION: Action = Action::AdminClusterAgents;

    fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            name: reader.required("name", Reader::text),
        }
    }
}

/// Register an agent with a project
///
/// A project has at most 500 agents.
#[utoipa::path(
    post,
    path = "/api/v4/projects/{id}/cluster_agents",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("name" = String, Query, description = "here, or in the body: at most 63 of `a-z`, `0-9` and `-`, which neither begins nor ends it"),
    ),
    responses((status = 201, body = AgentView)),
)]
pub(crate) async fn create(
    State(app): State<App>,
    access: ProjectAccess<CreateAgent>,
) -> Result<(StatusCode, Json<AgentView>)> {
    let ProjectAccess {
        caller,
        project,
        params,
        request,
        mut rows,
        ..
    } = access;
    check(&params.name)?;
    if app.store.agents_of(project.id).await?.len() >= MAX_AGENTS {
        let text = format!("Project has too many agents (maximum is {MAX_AGENTS})");
        return Err(refused(&[text]));
    }
    let agent = Agent {
        project_id: project.id,
        id: AgentId(app.store.reserve_ids(Counter::Agents, 1).await?),
        name: params.name,
        created_at: request.now,
        created_by_user_id: caller.user().map(|user| user.id),
        granted_to: Default::default(),
    };
    match app.store.create_agent(&agent, &project).await? {
        AgentCreated::Yes => {}
        AgentCreated::NameTaken => {
            return Err(refused(&["Name has already been taken".to_owned()]));
        }
        AgentCreated::ProjectGone => return Err(Error::not_found("Project")),
    }
    let config_project = config_project(&project, &mut rows, &app).await?;
    let view = AgentView::new(&agent, config_project);
    Ok((StatusCode::CREATED, Json(view)))
}

/// # Errors
/// 400 with everything that is wrong with a name.
fn check(name: &str) -> Result<()> {
    let mut wrong = Vec::new();
    if name.trim().is_empty() {
        wrong.push("Name can't be blank".to_owned());
    }
    if name.chars().count() > MAX_NAME {
        wrong.push(format!(
            "Name is too long (maximum is {MAX_NAME} characters)"
        ));
    }
    if !is_label(name) {
        wrong.push(
            "Name can contain only lowercase letters, digits, and '-', but cannot start or end with '-'"
                .to_owned(),
        );
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(refused(&wrong))
    }
}

fn is_label(name: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !name.is_empty() && name.bytes().all(is_inner) && !name.starts_with('-') && !name.ends_with('-')
}

/// The texts as a list of Ruby prints them.
fn refused(texts: &[String]) -> Error {
    Error::bad_request(format!("{texts:?}"))
}
