//! Edit a schedule.

use axum::extract::State;
use switchyard::error::{Error, Result};
use switchyard::http::{Accepts, App, Endpoint, Json, ProjectAccess, Reader};
use switchyard::policy::Action;
use switchyard::schedule::Schedule;
use switchyard::store::{Write, Written};

use super::settings::Settings;
use super::view::ScheduleDetailsView;
use super::{ATTEMPTS, demand_editor, demand_ref, schedule};

pub(crate) struct EditSchedule(Settings);

impl Endpoint for EditSchedule {
    const ACCEPTS: Accepts = Accepts::WRITER;
    const ACTION: Action = Action::ReadBuild;

    fn read(reader: &mut Reader<'_>) -> Self {
        Self(Settings::optional(reader))
    }
}

/// Edit a pipeline schedule
///
/// For maintainers, and its owner, if that is a developer still. When it runs next is
/// counted anew if `cron`, `cron_timezone` or `active` change.
#[utoipa::path(
    put,
    path = "/api/v4/projects/{id}/pipeline_schedules/{pipeline_schedule_id}",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("pipeline_schedule_id" = u64, Path),
        ("description" = Option<String>, Query, description = "here and below: in the query or in the body"),
        ("ref" = Option<String>, Query),
        ("cron" = Option<String>, Query),
        ("cron_timezone" = Option<String>, Query),
        ("active" = Option<bool>, Query),
    ),
    responses((status = 200, body = ScheduleDetailsView)),
)]
pub(crate) async fn edit(
    State(app): State<App>,
    mut access: ProjectAccess<EditSchedule>,
) -> Result<Json<ScheduleDetailsView>> {
    let now = access.request.now;
    for _ in 0..ATTEMPTS {
        let old = schedule(&access, &app).await?;
        demand_editor(&access, &old)?;
        let mut new = access.params.0.applied(&old, now, &app).await?;
        if new.ref_name != old.ref_name {
            demand_ref(&access, &new.ref_name)?;
        }
        if new != old {
            new = Schedule {
                updated_at: now,
                revision: old.revision + 1,
                ..new
            };
            let edit = Write::edit(&old, &new)?;
            if app.store.write_all(vec![edit]).await? != Written::All {
                continue;
            }
        }
        let view = ScheduleDetailsView::of(&new, &mut access, &app).await?;
        return Ok(Json(view));
    }
    Err(Error::ResourceLock)
}
