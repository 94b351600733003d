//! How schedules are shown.

use serde::Serialize;
use switchyard::error::Result;
use switchyard::http::views::{BasicUserView, PipelineListView};
use switchyard::http::{App, ProjectAccess};
use switchyard::ids::ScheduleId;
use switchyard::schedule::Schedule;
use switchyard::store::belongings::Partition;
use switchyard::store::{Key, Rows};
use switchyard::user::User;
use switchyard::variable::{CiVariable, Owner};
use utoipa::ToSchema;

use super::is_editor;
use super::pipelines::last;
use super::variables::MAX_VARIABLES;
use crate::variables::PipelineVariableView;

/// A schedule in a list.
#[derive(Clone, Serialize, ToSchema)]
#[schema(as = PipelineSchedule)]
pub(crate) struct ScheduleView {
    id: ScheduleId,
    description: String,
    #[serde(rename = "ref")]
    ref_name: String,
    cron: String,
    cron_timezone: String,
    next_run_at: Option<String>,
    active: bool,
    created_at: String,
    updated_at: String,
    /// Null once the user is gone.
    owner: Option<BasicUserView>,
}

impl ScheduleView {
    /// A schedule whose owner was read.
    pub(super) fn new(schedule: &Schedule, rows: &Rows, base_url: &str) -> Result<Self> {
        let owner: Option<User> = rows.get(&Key::User(schedule.owner_id))?;
        let owner = owner.filter(|user| user.deleted_at.is_none());
        Ok(Self {
            id: schedule.id,
            description: schedule.description.clone(),
            ref_name: schedule.ref_name.clone(),
            cron: schedule.cron.clone(),
            cron_timezone: schedule.cron_timezone.clone(),
            next_run_at: schedule.next_run_at.map(|time| time.to_string()),
            active: schedule.active,
            created_at: schedule.created_at.to_string(),
            updated_at: schedule.updated_at.to_string(),
            owner: owner.map(|owner| BasicUserView::new(&owner, base_url)),
        })
    }
}

/// A schedule alone.
#[derive(Clone, Serialize, ToSchema)]
#[schema(as = PipelineScheduleDetails)]
pub(crate) struct ScheduleDetailsView {
    #[serde(flatten)]
    schedule: ScheduleView,
    last_pipeline: Option<PipelineListView>,
    /// For those who may change the schedule.
    #[serde(skip_serializing_if = "Option::is_none")]
    variables: Option<Vec<PipelineVariableView>>,
}

impl ScheduleDetailsView {
    pub(super) async fn of<E>(
        schedule: &Schedule,
        access: &mut ProjectAccess<E>,
        app: &App,
    ) -> Result<Self> {
        let variables = if is_editor(access, schedule) {
            let all = Partition::Variables(Owner::Schedule(schedule.id));
            let limit = usize::try_from(MAX_VARIABLES).unwrap_or(usize::MAX);
            let variables: Vec<CiVariable> = app.store.rows_in(all, 0, limit).await?;
            Some(variables.iter().map(PipelineVariableView::from).collect())
        } else {
            None
        };
        let owner = Key::User(schedule.owner_id);
        access.rows.load(&app.store, [owner]).await?;
        let last = last(schedule, &mut access.rows, app).await?;
        let base_url = &access.request.base_url;
        let project_url = format!("{base_url}/{}", access.project.full_path);
        Ok(Self {
            schedule: ScheduleView::new(schedule, &access.rows, base_url)?,
            last_pipeline: last.map(|pipeline| PipelineListView::new(&pipeline, &project_url)),
            variables,
        })
    }
}
