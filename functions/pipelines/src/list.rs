//! List project pipelines.

use std::cmp::Ordering;
use std::collections::HashMap;

use axum::extract::State;
use switchyard::error::{Error, Result};
use switchyard::http::pagination::{Page, Paging};
use switchyard::http::views::PipelineListView;
use switchyard::http::{Accepts, App, Endpoint, ProjectAccess, Reader};
use switchyard::ids::{PipelineId, ProjectId, UserId};
use switchyard::pipeline::{Pipeline, Ref, Source};
use switchyard::policy::Action;
use switchyard::project::{DirectoryEntry, DirectoryTarget};
use switchyard::store::jobs::From;
use switchyard::store::{Key, Rows};

use crate::filter::Filter;
use crate::walk::{Found, MAX_ROWS, Walk};

#[derive(Clone, Copy, PartialEq, Eq)]
enum OrderBy {
    Id,
    Status,
    Ref,
    UpdatedAt,
    UserId,
}

pub(crate) struct ListPipelines {
    filter: Filter,
    order_by: OrderBy,
    ascending: bool,
    paging: Paging,
}

impl Endpoint for ListPipelines {
    const ACCEPTS: Accepts = Accepts::ANYBODY;
    const ACTION: Action = Action::ReadBuild;

    fn read(reader: &mut Reader<'_>) -> Self {
        let order_by = reader.one_of("order_by", |text| match text {
            "id" => Some(OrderBy::Id),
            "status" => Some(OrderBy::Status),
            "ref" => Some(OrderBy::Ref),
            "updated_at" => Some(OrderBy::UpdatedAt),
            "user_id" => Some(OrderBy::UserId),
            _ => None,
        });
        let ascending = reader.one_of("sort", |text| match text {
            "asc" => Some(true),
            "desc" => Some(false),
            _ => None,
        });
        Self {
            order_by: order_by.unwrap_or(OrderBy::Id),
            ascending: ascending.unwrap_or(false),
            filter: Filter::read(reader),
            paging: Paging::read(reader),
        }
    }
}

/// List project pipelines
///
/// Child pipelines are left out unless `source=parent_pipeline`. A request looks at no more
/// than 2,000 pipelines of the project, or of those that `ref`, `status` or `scope` name;
/// by keyset, which goes beyond GitLab, the next page goes on from there. A list with
/// filters tells its total if all of it was looked at.
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}/pipelines",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("scope" = Option<String>, Query, description = "`running`, `pending`, `finished`, `branches` or `tags`"),
        ("status" = Option<switchyard::job::Status>, Query),
        ("ref" = Option<String>, Query),
        ("sha" = Option<String>, Query),
        ("yaml_errors" = Option<bool>, Query),
        ("username" = Option<String>, Query),
        ("name" = Option<String>, Query),
        ("source" = Option<Source>, Query),
        ("updated_before" = Option<String>, Query, description = "ISO 8601, as the other times"),
        ("updated_after" = Option<String>, Query),
        ("created_before" = Option<String>, Query),
        ("created_after" = Option<String>, Query),
        ("order_by" = Option<String>, Query, description = "`id`, `status`, `ref`, `updated_at` or `user_id`"),
        ("sort" = Option<String>, Query, description = "`desc`, the default, or `asc`"),
        ("pagination" = Option<String>, Query, description = "`keyset`, or `offset`, the default"),
        ("cursor" = Option<String>, Query),
        ("page" = Option<u64>, Query),
        ("per_page" = Option<u64>, Query, description = "at most 100, 20 by default"),
    ),
    responses((status = 200, body = Vec<PipelineListView>)),
)]
pub(crate) async fn list(
    State(app): State<App>,
    access: ProjectAccess<ListPipelines>,
) -> Result<Page<PipelineListView>> {
    let ProjectAccess {
        project,
        params,
        request,
        ..
    } = access;
    let filter = &params.filter;
    let user = match &filter.username {
        // Id 0 is nobody's: no pipeline is of a user who does not exist.
        Some(name) => Some(user_called(name, &app).await?.unwrap_or(UserId(0))),
        None => None,
    };
    let of_refs = filter.is_of_refs();
    let before_latest = filter.before_latest();
    let walk = Walk {
        app: &app,
        project: project.id,
        filter: if of_refs { &before_latest } else { filter },
        user: user.filter(|_| !of_refs),
    };
    let project_url = format!("{}/{}", request.base_url, project.full_path);
    let views = |pipelines: &[Pipeline]| {
        let view = |pipeline| PipelineListView::new(pipeline, &project_url);
        pipelines.iter().map(view).collect()
    };
    match params.paging {
        Paging::Offset(offset) => {
            let offset = offset.bounded("Ci::Pipeline", MAX_ROWS as u64)?;
            let in_order = params.order_by == OrderBy::Id && !of_refs;
            let needed = offset.skip_rows() + offset.rows() + 1;
            let from = if in_order && params.ascending {
                From::Above(PipelineId(0))
            } else {
                From::Newest
            };
            let Found {
                mut pipelines,
                rest,
            } = walk
                .find(from, if in_order { needed } else { MAX_ROWS })
                .await?;
            params.sort(&mut pipelines);
            if of_refs {
                pipelines = latest_of_existing_refs(pipelines, project.id, &app).await?;
                pipelines.retain(|pipeline| filter.fits(pipeline, user));
            }
            let page = offset.slice(&pipelines);
            let has_more = pipelines.len() > offset.skip_rows() + page.len();
            let total = match (filter.narrows(), rest) {
                // Rows beyond those that were looked at are known by their number alone.
                (false, Some(_)) if !has_more => Some(project.pipeline_count),
                (false, _) => Some(offset.agreed(project.pipeline_count, page.len(), has_more)),
                (true, None) => Some(pipelines.len() as u64),
                (true, Some(_)) => None,
            };
            Ok(Page::by_offset(
                views(page),
                &offset,
                total,
                has_more,
                &request,
            ))
        }
        // Which pipeline is the latest of its ref, a page alone does not tell.
        Paging::Keyset(_) if of_refs => Err(Error::KeysetUnavailable),
        Paging::Keyset(keyset) => {
            let page = walk.by_key(&keyset).await?;
            let views = views(&page.items);
            Ok(Page::by_key(
                views,
                &keyset,
                page.next,
                page.previous,
                &request,
            ))
        }
        Paging::Unavailable => Err(Error::KeysetUnavailable),
    }
}

impl ListPipelines {
    fn sort(&self, pipelines: &mut [Pipeline]) {
        pipelines.sort_by(|a, b| {
            let order = match self.order_by {
                OrderBy::Id => Ordering::Equal,
                OrderBy::Status => a.status.as_str().cmp(b.status.as_str()),
                OrderBy::Ref => a.ref_name.cmp(&b.ref_name),
                OrderBy::UpdatedAt => a.updated_at.cmp(&b.updated_at),
                OrderBy::UserId => a.user_id.cmp(&b.user_id),
            };
            let ascending = order.then(a.id.cmp(&b.id));
            if self.ascending {
                ascending
            } else {
                ascending.reverse()
            }
        });
    }
}

async fn user_called(name: &str, app: &App) -> Result<Option<UserId>> {
    let key = Key::Directory(name.to_lowercase());
    let mut rows = Rows::default();
    rows.load(&app.store, [key.clone()]).await?;
    let entry: Option<DirectoryEntry> = rows.get(&key)?;
    Ok(match entry.map(|entry| entry.target) {
        Some(DirectoryTarget::User { id }) => Some(id),
        Some(
            DirectoryTarget::Project { .. }
            | DirectoryTarget::MovedProject { .. }
            | DirectoryTarget::Group { .. },
        )
        | None => None,
    })
}

/// One pipeline for each branch or tag that still exists.
async fn latest_of_existing_refs(
    pipelines: Vec<Pipeline>,
    project: ProjectId,
    app: &App,
) -> Result<Vec<Pipeline>> {
    let mut newest: HashMap<String, PipelineId> = HashMap::new();
    for pipeline in &pipelines {
        let id = newest
            .entry(pipeline.ref_name.clone())
            .or_insert(pipeline.id);
        *id = pipeline.id.max(*id);
    }
    let key = |name: &String| Key::Ref(project, name.clone());
    let mut rows = Rows::default();
    rows.load(&app.store, newest.keys().map(key)).await?;
    let mut latest = Vec::new();
    for pipeline in pipelines {
        let is_newest = newest.get(&pipeline.ref_name) == Some(&pipeline.id);
        if is_newest && rows.get::<Ref>(&key(&pipeline.ref_name))?.is_some() {
            latest.push(pipeline);
        }
    }
    Ok(latest)
}
