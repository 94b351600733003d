//! List project pipelines.

use axum::extract::State;
use switchyard::error::{Error, Result};
use switchyard::http::pagination::{Offset, Page};
use switchyard::http::views::PipelineListView;
use switchyard::http::{Accepts, App, Endpoint, ProjectAccess, Reader};
use switchyard::ids::{ProjectId, UserId};
use switchyard::job::Status;
use switchyard::pipeline::{Pipeline, Ref, Source};
use switchyard::policy::Action;
use switchyard::project::{DirectoryEntry, DirectoryTarget};
use switchyard::store::pipelines::Among;
use switchyard::store::{Key, Rows};
use switchyard::time::Time;

/// Rows that a list with filters looks at.
const MAX_ROWS: usize = 2_000;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    Running,
    Pending,
    Finished,
    Branches,
    Tags,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum OrderBy {
    Id,
    Status,
    Ref,
    UpdatedAt,
    UserId,
}

pub(crate) struct ListPipelines {
    scope: Option<Scope>,
    status: Option<Status>,
    ref_name: Option<String>,
    sha: Option<String>,
    yaml_errors: Option<bool>,
    username: Option<String>,
    name: Option<String>,
    source: Option<Source>,
    updated_before: Option<Time>,
    updated_after: Option<Time>,
    created_before: Option<Time>,
    created_after: Option<Time>,
    order_by: OrderBy,
    ascending: bool,
    offset: Offset,
}

impl Endpoint for ListPipelines {
    const ACCEPTS: Accepts = Accepts::ANYBODY;
    const ACTION: Action = Action::ReadBuild;

    fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            scope: reader.one_of("scope", |text| match text {
                "running" => Some(Scope::Running),
                "pending" => Some(Scope::Pending),
                "finished" => Some(Scope::Finished),
                "branches" => Some(Scope::Branches),
                "tags" => Some(Scope::Tags),
                _ => None,
            }),
            status: reader.one_of("status", Status::parse),
            ref_name: reader.text("ref"),
            sha: reader.text("sha"),
            yaml_errors: reader.boolean("yaml_errors"),
            username: reader.text("username"),
            name: reader.text("name"),
            updated_before: reader.time("updated_before"),
            updated_after: reader.time("updated_after"),
            created_before: reader.time("created_before"),
            created_after: reader.time("created_after"),
            order_by: reader
                .one_of("order_by", |text| match text {
                    "id" => Some(OrderBy::Id),
                    "status" => Some(OrderBy::Status),
                    "ref" => Some(OrderBy::Ref),
                    "updated_at" => Some(OrderBy::UpdatedAt),
                    "user_id" => Some(OrderBy::UserId),
                    _ => None,
                })
                .unwrap_or(OrderBy::Id),
            ascending: reader
                .one_of("sort", |text| match text {
                    "asc" => Some(true),
                    "desc" => Some(false),
                    _ => None,
                })
                .unwrap_or(false),
            source: reader.one_of("source", Source::parse),
            offset: Offset::read(reader),
        }
    }
}

/// List project pipelines
///
/// Child pipelines are left out unless `source=parent_pipeline`. At most the newest 2,000
/// pipelines that fit `ref`, `status` or `scope` are looked at; a total is told while
/// there are not more.
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}/pipelines",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("scope" = Option<String>, Query, description = "`running`, `pending`, `finished`, `branches` or `tags`"),
        ("status" = Option<Status>, Query), ("ref" = Option<String>, Query), ("sha" = Option<String>, Query),
        ("yaml_errors" = Option<bool>, Query), ("username" = Option<String>, Query), ("name" = Option<String>, Query),
        ("source" = Option<Source>, Query),
        ("updated_before" = Option<String>, Query), ("updated_after" = Option<String>, Query),
        ("created_before" = Option<String>, Query), ("created_after" = Option<String>, Query),
        ("order_by" = Option<String>, Query, description = "`id`, `status`, `ref`, `updated_at` or `user_id`"),
        ("sort" = Option<String>, Query, description = "`desc`, the default, or `asc`"),
        ("page" = Option<u64>, Query), ("per_page" = Option<u64>, Query, description = "at most 100, 20 by default"),
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
    let offset = params.offset;
    if offset.skip_rows() > MAX_ROWS {
        return Err(Error::Validation(
            "page does not have a valid value".to_owned(),
        ));
    }
    let user = match &params.username {
        Some(name) => match user_called(name, &app).await? {
            Some(user) => Some(user),
            None => {
                return Ok(Page::by_offset(
                    Vec::new(),
                    &offset,
                    Some(0),
                    false,
                    &request,
                ));
            }
        },
        None => None,
    };

    let newest_suffice = params.order_by == OrderBy::Id && !params.narrows();
    let needed = offset.skip_rows() + offset.rows() + 1;
    let (pipelines, complete) = if newest_suffice {
        visible(&params, user, project.id, needed, &app).await?
    } else {
        visible(&params, user, project.id, MAX_ROWS, &app).await?
    };
    let mut pipelines = pipelines;
    params.sort(&mut pipelines);
    if matches!(params.scope, Some(Scope::Branches | Scope::Tags)) {
        pipelines = latest_of_existing_refs(pipelines, project.id, &app).await?;
    }

    let project_url = format!("{}/{}", request.base_url, project.full_path);
    let page = offset.slice(&pipelines);
    let views = page
        .iter()
        .map(|pipeline| PipelineListView::new(pipeline, &project_url))
        .collect();
    let total = complete.then_some(pipelines.len() as u64);
    let has_more = pipelines.len() > offset.skip_rows() + page.len();
    Ok(Page::by_offset(views, &offset, total, has_more, &request))
}

/// The pipelines that fit, out of as many rows as it takes to find `needed` of them, at
/// most [`MAX_ROWS`]; and whether these are all.
async fn visible(
    params: &ListPipelines,
    user: Option<UserId>,
    project: ProjectId,
    needed: usize,
    app: &App,
) -> Result<(Vec<Pipeline>, bool)> {
    let among = params.among();
    let oldest_first = params.ascending && params.order_by == OrderBy::Id;
    let mut read = needed.min(MAX_ROWS);
    loop {
        let mut rows = app
            .store
            .pipelines(project, &among, oldest_first, read)
            .await?;
        // An index may have named rows that moved on, so a full answer is one of `read` keys.
        let complete =
            rows.len() < read && among == Among::All || read >= MAX_ROWS && rows.len() < read;
        rows.retain(|pipeline| params.fits(pipeline, user));
        if complete || rows.len() >= needed || read >= MAX_ROWS {
            return Ok((rows, complete));
        }
        read = (read * 4).min(MAX_ROWS);
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
    let mut rows = Rows::default();
    let key = |pipeline: &Pipeline| Key::Ref(project, pipeline.ref_name.clone());
    rows.load(&app.store, pipelines.iter().map(key)).await?;
    let mut newest = std::collections::HashMap::new();
    for pipeline in &pipelines {
        let id = newest
            .entry(pipeline.ref_name.clone())
            .or_insert(pipeline.id);
        *id = pipeline.id.max(*id);
    }
    let mut latest = Vec::new();
    for pipeline in pipelines {
        let exists = rows.get::<Ref>(&key(&pipeline))?.is_some();
        if exists && newest.get(&pipeline.ref_name) == Some(&pipeline.id) {
            latest.push(pipeline);
        }
    }
    Ok(latest)
}

impl ListPipelines {
    /// Whether rows have to be looked at one by one.
    fn narrows(&self) -> bool {
        self.scope.is_some()
            || self.status.is_some()
            || self.ref_name.is_some()
            || self.sha.is_some()
            || self.yaml_errors.is_some()
            || self.username.is_some()
            || self.name.is_some()
            || self.source.is_some()
            || self.updated_before.is_some()
            || self.updated_after.is_some()
            || self.created_before.is_some()
            || self.created_after.is_some()
    }

    fn among(&self) -> Among {
        if let Some(name) = &self.ref_name {
            return Among::OfRef(name.clone());
        }
        match (self.status, self.scope) {
            (Some(status), _) => Among::WithStatus(vec![status]),
            (None, Some(Scope::Running)) => Among::WithStatus(vec![Status::Running]),
            (None, Some(Scope::Pending)) => Among::WithStatus(vec![Status::Pending]),
            (None, Some(Scope::Finished)) => Among::WithStatus(FINISHED.to_vec()),
            (None, Some(Scope::Branches | Scope::Tags) | None) => Among::All,
        }
    }

    fn fits(&self, pipeline: &Pipeline, user: Option<UserId>) -> bool {
        let scope = match self.scope {
            None => true,
            Some(Scope::Running) => pipeline.status == Status::Running,
            Some(Scope::Pending) => pipeline.status == Status::Pending,
            Some(Scope::Finished) => FINISHED.contains(&pipeline.status),
            Some(Scope::Branches) => !pipeline.tag,
            Some(Scope::Tags) => pipeline.tag,
        };
        let source = match self.source {
            Some(source) => pipeline.source == source,
            None => pipeline.source != Source::ParentPipeline,
        };
        scope
            && source
            && !pipeline.building
            && self.status.is_none_or(|status| pipeline.status == status)
            && self
                .ref_name
                .as_ref()
                .is_none_or(|name| pipeline.ref_name == *name)
            && self.sha.as_ref().is_none_or(|sha| pipeline.sha == *sha)
            && self
                .yaml_errors
                .is_none_or(|wanted| pipeline.yaml_errors.is_some() == wanted)
            && user.is_none_or(|user| pipeline.user_id == user)
            && self
                .name
                .as_ref()
                .is_none_or(|name| pipeline.name.as_ref() == Some(name))
            && self
                .updated_before
                .is_none_or(|time| pipeline.updated_at < time)
            && self
                .updated_after
                .is_none_or(|time| pipeline.updated_at > time)
            && self
                .created_before
                .is_none_or(|time| pipeline.created_at < time)
            && self
                .created_after
                .is_none_or(|time| pipeline.created_at > time)
    }

    fn sort(&self, pipelines: &mut [Pipeline]) {
        pipelines.sort_by(|a, b| {
            let order = match self.order_by {
                OrderBy::Id => std::cmp::Ordering::Equal,
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

const FINISHED: [Status; 3] = [Status::Success, Status::Failed, Status::Canceled];
