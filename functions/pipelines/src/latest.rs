//! Get the latest pipeline of a branch or tag.

use axum::extract::State;
use futures::future::try_join;
use switchyard::error::{Error, Result};
use switchyard::http::views::PipelineDetailsView;
use switchyard::http::{Accepts, App, Endpoint, Json, ProjectAccess, Reader};
use switchyard::pipeline::{Ref, Source};
use switchyard::policy::Action;
use switchyard::store::Key;
use switchyard::store::jobs::From;
use switchyard::store::pipelines::{Among, Walked};
use switchyard::user::User;

/// How many of a ref's newest pipelines are looked at, and how many of them at first:
/// nearly always the newest one is it.
const LOOKED_AT: usize = 100;
const LOOKED_AT_FIRST: usize = 5;

pub(crate) struct ShowLatest {
    ref_name: Option<String>,
}

impl Endpoint for ShowLatest {
    const ACCEPTS: Accepts = Accepts::ANYBODY;
    const ACTION: Action = Action::ReadBuild;

    fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            ref_name: reader.text("ref"),
        }
    }
}

/// Get the latest pipeline
///
/// The newest one of the head commit of `ref`, by default of the default branch; child
/// pipelines left out. Where a project's code lives elsewhere its heads are not known,
/// and the newest pipeline of the ref is meant. None is a 403, as in GitLab.
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}/pipelines/latest",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("ref" = Option<String>, Query, description = "branch or tag"),
    ),
    responses((status = 200, body = PipelineDetailsView)),
)]
pub(crate) async fn show(
    State(app): State<App>,
    access: ProjectAccess<ShowLatest>,
) -> Result<Json<PipelineDetailsView>> {
    let ProjectAccess {
        project,
        params,
        request,
        mut rows,
        ..
    } = access;
    let none = || Error::Forbidden(None);
    let name = params
        .ref_name
        .or_else(|| project.default_branch.clone())
        .ok_or_else(none)?;

    let key = Key::Ref(project.id, name.clone());
    let among = Among::OfRef(name);
    let newest = app
        .store
        .pipelines(project.id, &among, From::Newest, LOOKED_AT_FIRST);
    let (newest, ()) = try_join(newest, rows.load(&app.store, [key.clone()])).await?;
    let head: Option<Ref> = rows.get(&key)?;
    let sha = match (head, &project.import_url) {
        (Some(head), _) => Some(head.sha),
        (None, Some(_)) => None,
        (None, None) => return Err(none()),
    };

    let latest = |walked: Walked| {
        let mut pipelines = walked.pipelines.into_iter();
        pipelines.find(|pipeline| {
            pipeline.is_published()
                && pipeline.source != Source::ParentPipeline
                && sha.as_ref().is_none_or(|sha| pipeline.sha == *sha)
        })
    };
    let rest = newest.rest;
    let mut found = latest(newest);
    if let (None, Some(rest)) = (&found, rest) {
        let older = LOOKED_AT - LOOKED_AT_FIRST;
        let walked = app.store.pipelines(project.id, &among, rest, older);
        found = latest(walked.await?);
    }
    let pipeline = found.ok_or_else(none)?;
    rows.load(&app.store, [Key::User(pipeline.user_id)]).await?;
    let user: Option<User> = rows.get(&Key::User(pipeline.user_id))?;
    let (path, base_url) = (&project.full_path, &request.base_url);
    Ok(Json(PipelineDetailsView::new(
        &pipeline,
        user.as_ref(),
        path,
        base_url,
    )))
}
