//! Trigger a pipeline with a token.

use axum::extract::{Request, State};
use create_pipeline::{Configuration, Creation, Given, Head};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use switchyard::error::{Error, Result};
use switchyard::http::path;
use switchyard::http::request::RequestInfo;
use switchyard::http::views::PipelineDetailsView;
use switchyard::http::{App, Json, Reader};
use utoipa::ToSchema;

use super::payload::{self, payload};
use super::starter::{Starter, Token, project};
use crate::create::{created, demand_ref, missing};
use crate::given;

/// What a webhook of GitLab calls the news of a pipeline.
const PIPELINE_HOOK: &str = "Pipeline Hook";

/// The parameters, when they are JSON.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "it only describes the parameters")]
pub(crate) struct TriggerPipelineRequest {
    #[serde(rename = "ref")]
    ref_name: String,
    /// Of a trigger, or of a running job.
    token: String,
    /// Texts by their names.
    variables: Option<serde_json::Value>,
    inputs: Option<serde_json::Value>,
}

/// The same where the ref is in the path.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "it only describes the parameters")]
pub(crate) struct TriggerPipelineAtRequest {
    token: String,
    variables: Option<serde_json::Value>,
    inputs: Option<serde_json::Value>,
}

/// Trigger a pipeline with a token
///
/// The token is all that is asked for: that of a trigger, whose owner is the pipeline's user,
/// or that of a running job, whose user that is, and whose pipeline is the one above.
#[utoipa::path(
    post,
    path = "/api/v4/projects/{id}/trigger/pipeline",
    params(("id" = String, Path, description = "number or encoded full path of the project")),
    request_body(content = TriggerPipelineRequest),
    responses((status = 201, body = PipelineDetailsView)),
)]
pub(crate) async fn run(
    State(app): State<App>,
    request: Request,
) -> Result<(StatusCode, Json<PipelineDetailsView>)> {
    trigger(&app, request, None).await
}

/// Trigger a pipeline with a token, on the ref of the path
///
/// A slash in the ref is encoded.
#[utoipa::path(
    post,
    path = "/api/v4/projects/{id}/ref/{ref}/trigger/pipeline",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("ref" = String, Path),
    ),
    request_body(content = TriggerPipelineAtRequest),
    responses((status = 201, body = PipelineDetailsView)),
)]
pub(crate) async fn run_at(
    State(app): State<App>,
    request: Request,
) -> Result<(StatusCode, Json<PipelineDetailsView>)> {
    trigger(&app, request, Some("ref")).await
}

async fn trigger(
    app: &App,
    request: Request,
    segment: Option<&str>,
) -> Result<(StatusCode, Json<PipelineDetailsView>)> {
    let (parts, request) = RequestInfo::read(request, app).await?;
    let ref_name = segment
        .map(|name| path::segment(&parts, name))
        .transpose()?;
    let mut reader = Reader::new(&request.params);
    let ref_name = match ref_name {
        Some(name) if name.trim().is_empty() => {
            reader.fault("ref is empty".to_owned());
            name
        }
        Some(name) => name,
        None => reader.filled("ref", Reader::text),
    };
    let token: String = reader.filled("token", Reader::text);
    let variables = payload::variables(&mut reader);
    let inputs = given::inputs(&mut reader);
    reader.finish()?;
    if is_pipeline_hook(&parts.headers) {
        return Err(Error::Forbidden(None));
    }
    let mut given: Vec<Given> = variables.ok_or_else(payload::not_texts)?;
    payload::demand_texts(&request)?;

    let token = Token::prove(app, &token, request.now).await?;
    let project = project(app, &path::project(&parts)?).await?;
    let starter = Starter::new(app, &project, token, request.now).await?;
    starter.demand(&project, &given)?;
    given::check(&given)?;
    given.push(payload(&request)?);
    given::demand_distinct(&given)?;
    let head = Head::find(app, &project, &ref_name, None).await?;
    let head = head.map_err(|none| Error::invalid("base", missing(none)))?;
    demand_ref(&project, &head, starter.standing)?;
    let creation = Creation {
        app,
        base_url: &request.base_url,
        project: &project,
        user: &starter.user,
        head,
        source: starter.source(),
        configuration: Configuration::File,
        given,
        inputs,
        upstream: starter.upstream(),
        now: request.now,
    };
    let pipeline = created(app, &creation).await?;
    starter.note_use(app, request.now).await;
    let (user, path) = (Some(&starter.user), &project.full_path);
    let view = PipelineDetailsView::new(&pipeline, user, path, &request.base_url);
    Ok((StatusCode::CREATED, Json(view)))
}

/// A webhook that tells of pipelines, and starts one each time, would not end.
fn is_pipeline_hook(headers: &HeaderMap) -> bool {
    let event = headers.get("x-gitlab-event");
    event.is_some_and(|event| event.as_bytes() == PIPELINE_HOOK.as_bytes())
}
