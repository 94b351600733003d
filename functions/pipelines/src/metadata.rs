//! Give a pipeline another name.

use axum::extract::State;
use switchyard::error::{Error, Result};
use switchyard::http::views::PipelineDetailsView;
use switchyard::http::{Accepts, App, Endpoint, Json, PipelineAccess, Reader};
use switchyard::pipeline::Pipeline;
use switchyard::policy::Action;
use switchyard::store::{Key, Rows, Write};

use crate::show;

/// Characters, as in GitLab.
const MAX_NAME: usize = 255;

/// How often a change is decided anew when others change the same at the same time.
const ATTEMPTS: u32 = 10;

pub(crate) struct UpdateMetadata {
    name: String,
}

impl Endpoint for UpdateMetadata {
    const ACCEPTS: Accepts = Accepts {
        job_token: true,
        ..Accepts::WRITER
    };
    const ACTION: Action = Action::ReadBuild;

    fn read(reader: &mut Reader<'_>) -> Self {
        let name: String = reader.required("name", Reader::text);
        Self {
            name: name.trim().to_owned(),
        }
    }
}

/// Update the metadata of a pipeline
///
/// Its name. For developers who may run pipelines on its branch or tag, and for jobs of
/// theirs.
#[utoipa::path(
    put,
    path = "/api/v4/projects/{id}/pipelines/{pipeline_id}/metadata",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("pipeline_id" = u64, Path),
        ("name" = String, Query, description = "in the query or in the body, at most 255 characters"),
    ),
    responses((status = 200, body = PipelineDetailsView)),
)]
pub(crate) async fn update(
    State(app): State<App>,
    access: PipelineAccess<UpdateMetadata>,
) -> Result<Json<PipelineDetailsView>> {
    let PipelineAccess {
        mut pipeline,
        project: access,
    } = access;
    access.demand(Action::UpdateBuild)?;
    access.demand_on(&pipeline.ref_name, pipeline.tag)?;
    check(&access.params.name)?;
    for _ in 0..ATTEMPTS {
        let renamed = Pipeline {
            name: Some(access.params.name.clone()),
            ..pipeline.clone()
        };
        let edit = Write::edit(&pipeline, &renamed)?;
        if app.store.write(edit).await? {
            return show::details(&app, access, &renamed).await;
        }
        let key = Key::Pipeline(pipeline.project_id, pipeline.id);
        let mut rows = Rows::default();
        rows.load(&app.store, [key.clone()]).await?;
        let now: Option<Pipeline> = rows.get(&key)?;
        let now = now.filter(Pipeline::is_published);
        pipeline = now.ok_or(Error::RecordNotFound)?;
    }
    Err(Error::ResourceLock)
}

/// # Errors
/// 400 for what is no name, in GitLab's words.
fn check(name: &str) -> Result<()> {
    let reason = if name.is_empty() {
        "Name is too short (minimum is 1 character)".to_owned()
    } else if name.chars().count() > MAX_NAME {
        format!("Name is too long (maximum is {MAX_NAME} characters)")
    } else {
        return Ok(());
    };
    let text = format!("Failed to update pipeline - {reason}");
    Err(Error::Refused(text))
}
