//! Create a pipeline.

use axum::extract::State;
use ci_config::Node;
use create_pipeline::{Configuration, Created, Creation, Given, Head, NoHead, Refused, process};
use http::StatusCode;
use serde::Deserialize;
use switchyard::error::{Error, Result};
use switchyard::http::views::PipelineDetailsView;
use switchyard::http::{Accepts, App, Endpoint, Json, ProjectAccess, Reader};
use switchyard::pipeline::{Pipeline, Source};
use switchyard::policy::{Action, Standing};
use switchyard::project::Project;
use switchyard::repository::{Oid, may_run_on};
use switchyard::time::Time;
use utoipa::ToSchema;

use crate::{given, show};

pub(crate) struct CreatePipeline {
    ref_name: String,
    sha: Option<String>,
    given: Vec<Given>,
    inputs: Option<Node>,
}

/// The body, when it is JSON.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "it only describes the parameters")]
pub(crate) struct CreatePipelineRequest {
    #[serde(rename = "ref")]
    ref_name: String,
    /// Of projects with an `import_url`: the commit that runners check out.
    sha: Option<String>,
    variables: Option<Vec<given::GivenVariable>>,
    inputs: Option<serde_json::Value>,
}

impl Endpoint for CreatePipeline {
    const ACCEPTS: Accepts = Accepts::WRITER;
    const ACTION: Action = Action::CreatePipeline;

    fn read(reader: &mut Reader<'_>) -> Self {
        let sha = reader.text("sha").filter(|sha| !sha.is_empty());
        if sha.as_ref().is_some_and(|sha| Oid::parse(sha).is_none()) {
            reader.fault("sha is invalid".to_owned());
        }
        Self {
            ref_name: reader.filled("ref", Reader::text),
            sha,
            given: given::variables(reader),
            inputs: given::inputs(reader),
        }
    }
}

/// Create a pipeline
///
/// From the configuration at a branch or tag. Nothing is saved if it is wrong, or if there is
/// nothing to run.
#[utoipa::path(
    post,
    path = "/api/v4/projects/{id}/pipeline",
    params(("id" = String, Path, description = "number or encoded full path of the project")),
    request_body(content = CreatePipelineRequest),
    responses((status = 201, body = PipelineDetailsView)),
)]
pub(crate) async fn create(
    State(app): State<App>,
    mut access: ProjectAccess<CreatePipeline>,
) -> Result<(StatusCode, Json<PipelineDetailsView>)> {
    let given = std::mem::take(&mut access.params.given);
    if !given.is_empty() {
        access.demand(Action::SetPipelineVariables)?;
        given::check(&given)?;
    }
    let (project, params) = (&access.project, &access.params);
    if params.sha.is_some() && project.import_url.is_none() {
        let text = "sha is for projects whose code is imported";
        return Err(Error::invalid("base", text));
    }
    let head = Head::find(&app, project, &params.ref_name, params.sha.as_deref()).await?;
    let head = head.map_err(|none| Error::invalid("base", missing(none)))?;
    demand_ref(project, &head, access.standing)?;
    let creation = Creation {
        app: &app,
        base_url: &access.request.base_url,
        project,
        user: access.caller.signed_in()?,
        head,
        source: Source::Api,
        configuration: Configuration::File,
        given,
        inputs: params.inputs.clone(),
        upstream: None,
        now: access.request.now,
    };
    let pipeline = created(&app, &creation).await?;
    let details = show::details(&app, access, &pipeline).await?;
    Ok((StatusCode::CREATED, details))
}

/// Makes it, and does what is due in it.
///
/// # Errors
/// 400 with what is wrong with it.
pub(crate) async fn created(app: &App, creation: &Creation<'_>) -> Result<Pipeline> {
    let created = create_pipeline::create(creation, |_| Ok(Vec::new()));
    let created = Box::pin(created).await?;
    let pipeline = match created {
        Created::Pipeline(pipeline) => *pipeline,
        Created::Refused(refused) => return Err(refusal(&refused)),
        Created::Forestalled => return Err(Error::not_found("Project")),
    };
    Ok(begun(app, creation.base_url, pipeline, creation.now).await)
}

/// Does what is due in a pipeline that is there now, whatever comes of that.
pub(crate) async fn begun(app: &App, base_url: &str, pipeline: Pipeline, now: Time) -> Pipeline {
    let (project, id) = (pipeline.project_id, pipeline.id);
    match Box::pin(process(app, base_url, project, id, now)).await {
        Ok(picture) => picture.map_or(pipeline, |picture| picture.pipeline),
        Err(error) => {
            tracing::warn!(%error, %project, pipeline = %id, "what follows is left to the sweeper");
            pipeline
        }
    }
}

pub(crate) fn refusal(refused: &Refused) -> Error {
    Error::invalid("base", refused.text())
}

pub(crate) const fn missing(none: NoHead) -> &'static str {
    match none {
        NoHead::NoReference => "Reference not found",
        NoHead::NoCommit => "Commit not found",
    }
}

/// # Errors
/// 400 on a protected branch or tag that the caller may not change.
pub(crate) fn demand_ref(project: &Project, head: &Head, standing: Standing) -> Result<()> {
    match ref_refusal(project, head, standing) {
        None => Ok(()),
        Some(text) => Err(Error::invalid("base", text)),
    }
}

/// What is said to whom may not run pipelines on a protected branch or tag.
pub(crate) fn ref_refusal(project: &Project, head: &Head, standing: Standing) -> Option<String> {
    let name = &head.ref_name;
    if may_run_on(project, name, head.tag, standing) {
        return None;
    }
    Some(format!(
        "You do not have sufficient permission to run a pipeline on '{name}'. Please select a \
         different branch or contact your administrator for assistance."
    ))
}
