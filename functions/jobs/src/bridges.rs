//! List pipeline trigger jobs.

use std::collections::BTreeSet;

use axum::extract::State;
use switchyard::error::Result;
use switchyard::http::pagination::{Offset, Page};
use switchyard::http::params::Hash;
use switchyard::http::views::BridgeView;
use switchyard::http::{Accepts, App, Endpoint, PipelineAccess, ProjectAccess, Reader};
use switchyard::job::Status;
use switchyard::policy::Action;
use switchyard::store::Key;

use crate::page;

pub(crate) struct ListBridges {
    scope: BTreeSet<Status>,
    offset: Offset,
}

impl Endpoint for ListBridges {
    const ACCEPTS: Accepts = Accepts::ANYBODY;
    const ACTION: Action = Action::ReadBuild;

    fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            scope: reader.scope(Hash::Refused),
            offset: Offset::read(reader),
        }
    }
}

/// List pipeline trigger jobs
///
/// Newest first, without retried ones. The downstream pipeline may be in another project.
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}/pipelines/{pipeline_id}/bridges",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("pipeline_id" = u64, Path),
        ("scope[]" = Option<Vec<Status>>, Query, description = "statuses; also as `scope`"),
        ("page" = Option<u64>, Query), ("per_page" = Option<u64>, Query, description = "at most 100, 20 by default"),
    ),
    responses((status = 200, body = Vec<BridgeView>)),
)]
pub(crate) async fn list(
    State(app): State<App>,
    access: PipelineAccess<ListBridges>,
) -> Result<Page<BridgeView>> {
    let PipelineAccess {
        pipeline,
        project: access,
    } = access;
    let ProjectAccess {
        project,
        params,
        request,
        mut rows,
        ..
    } = access;
    let ListBridges { scope, offset } = params;

    let ids = pipeline.bridge_ids();
    let read = app
        .store
        .bridges_by_id(project.id, page::to_read(&ids, &scope, &offset))
        .await?;
    let (bridges, total) = page::cut(read, &ids, &scope, &offset, |bridge| &bridge.build);

    let keys = bridges.iter().flat_map(|bridge| {
        let downstream = bridge.downstream.into_iter().flat_map(|to| {
            [
                Key::Pipeline(to.project_id, to.pipeline_id),
                Key::Project(to.project_id),
            ]
        });
        downstream.chain([
            Key::Pipeline(project.id, bridge.build.pipeline_id),
            Key::User(bridge.build.user_id),
        ])
    });
    rows.load(&app.store, keys).await?;
    let shown = request.shown(&project, &rows);
    let views = bridges
        .iter()
        .map(|bridge| BridgeView::new(bridge, &shown))
        .collect::<Result<_>>()?;
    Ok(Page::by_offset(
        views,
        &offset,
        Some(total),
        false,
        &request,
    ))
}
