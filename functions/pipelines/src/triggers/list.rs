//! List the triggers of a project.

use axum::extract::State;
use switchyard::error::Result;
use switchyard::http::pagination::{MAX_OFFSET, Offset, Page};
use switchyard::http::{Accepts, App, Endpoint, ProjectAccess, Reader};
use switchyard::policy::Action;
use switchyard::store::belongings::Partition;
use switchyard::trigger::Trigger;

use super::view::TriggerView;

pub(crate) struct ListTriggers(Offset);

impl Endpoint for ListTriggers {
    const ACCEPTS: Accepts = Accepts::SIGNED_IN;
    const ACTION: Action = Action::AdminBuild;

    fn read(reader: &mut Reader<'_>) -> Self {
        Self(Offset::read(reader))
    }
}

/// List the trigger tokens of a project
///
/// For maintainers. In the order of their numbers.
#[utoipa::path(
    get,
    path = "/api/v4/projects/{id}/triggers",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("page" = Option<u64>, Query),
        ("per_page" = Option<u64>, Query, description = "at most 100, 20 by default"),
    ),
    responses((status = 200, body = Vec<TriggerView>)),
)]
pub(crate) async fn list(
    State(app): State<App>,
    access: ProjectAccess<ListTriggers>,
) -> Result<Page<TriggerView>> {
    let ProjectAccess {
        project,
        params: ListTriggers(offset),
        request,
        mut rows,
        ..
    } = access;
    let offset = offset.bounded("Ci::Trigger", MAX_OFFSET)?;
    let all = Partition::Triggers(project.id);
    let (skip, limit) = (offset.skip_rows(), offset.rows());
    let mut triggers: Vec<Trigger> = app.store.rows_in(all, skip, limit + 1).await?;
    let has_more = triggers.len() > limit;
    triggers.truncate(limit);
    let base_url = &request.base_url;
    let views = TriggerView::of_all(&triggers, &mut rows, base_url, &app).await?;
    let total = offset.agreed(project.trigger_count, views.len(), has_more);
    let total = Some(total);
    Ok(Page::by_offset(views, &offset, total, has_more, &request))
}
