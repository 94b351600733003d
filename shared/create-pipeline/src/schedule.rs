//! Pipelines of schedules: one for each run, whoever comes to it first.

use ci_config::cron::{self, Cron};
use switchyard::error::Result;
use switchyard::http::App;
use switchyard::pipeline::{Pipeline, Source};
use switchyard::policy::{self, Action, Verdict};
use switchyard::project::Project;
use switchyard::repository::{may_run_on, short_ref_name};
use switchyard::schedule::Schedule;
use switchyard::store::{Key, Write};
use switchyard::time::Time;
use switchyard::user::{User, UserState};
use switchyard::variable::Owner;

use crate::create::{Configuration, Created, Creation, create};
use crate::head::{Head, NoHead};
use crate::process::process;
use crate::sources::{load, standing_of};
use crate::variables::Given;

/// Makes the pipeline of a run that is due, and does what is due in it. The next run is set in
/// the transaction that publishes the pipeline, or alone if there is none. Who may not start
/// pipelines any more has a schedule that is switched off.
pub async fn from_schedule(
    app: &App,
    base_url: &str,
    schedule: &Schedule,
    now: Time,
) -> Result<Option<Pipeline>> {
    let next_run_at = next_run(schedule, now);
    let passed = |active| Schedule {
        active,
        next_run_at: next_run_at.filter(|_| active),
        revision: schedule.revision + 1,
        ..schedule.clone()
    };
    let Some((project, user)) = starter(app, schedule, now).await? else {
        app.store.edit(schedule, &passed(false)).await?;
        return Ok(None);
    };
    let Ok(head) = Head::find(app, &project, &schedule.ref_name, None).await? else {
        app.store.edit(schedule, &passed(true)).await?;
        return Ok(None);
    };
    let run = Run {
        app,
        base_url,
        project: &project,
        user: &user,
        schedule,
        next_run_at,
        now,
    };
    match Box::pin(run.start(head)).await? {
        Created::Pipeline(pipeline) => {
            let (project, id) = (pipeline.project_id, pipeline.id);
            Box::pin(process(app, base_url, project, id, now)).await?;
            Ok(Some(*pipeline))
        }
        Created::Refused(refused) => {
            tracing::info!(schedule = %schedule.id, reason = refused.text(), "a schedule made no pipeline");
            app.store.edit(schedule, &passed(true)).await?;
            Ok(None)
        }
        Created::Forestalled => Ok(None),
    }
}

/// Makes a pipeline of a schedule at once, in the name of `user`; when the next one is due
/// stays as it was. [`Created::Forestalled`] also if the schedule was changed meanwhile.
/// Nothing is done yet in it: that is for [`process`](process()).
pub async fn play_schedule(
    app: &App,
    base_url: &str,
    project: &Project,
    user: &User,
    schedule: &Schedule,
    now: Time,
) -> Result<Result<Created, NoHead>> {
    let head = match Head::find(app, project, &schedule.ref_name, None).await? {
        Ok(head) => head,
        Err(none) => return Ok(Err(none)),
    };
    let run = Run {
        app,
        base_url,
        project,
        user,
        schedule,
        next_run_at: schedule.next_run_at,
        now,
    };
    run.start(head).await.map(Ok)
}

/// One run of a schedule.
struct Run<'a> {
    app: &'a App,
    base_url: &'a str,
    project: &'a Project,
    user: &'a User,
    schedule: &'a Schedule,
    /// When the next one is due, once this one has a pipeline.
    next_run_at: Option<Time>,
    now: Time,
}

impl Run<'_> {
    async fn start(&self, head: Head) -> Result<Created> {
        let schedule = self.schedule;
        let given = match schedule.variable_count {
            0 => Vec::new(),
            _ => {
                let owner = Owner::Schedule(schedule.id);
                self.app.store.ci_variables_of(owner).await?
            }
        };
        let creation = Creation {
            app: self.app,
            base_url: self.base_url,
            project: self.project,
            user: self.user,
            head,
            source: Source::Schedule,
            configuration: Configuration::File,
            given: given.iter().map(Given::of_row).collect(),
            inputs: None,
            upstream: None,
            now: self.now,
        };
        create(&creation, |pipeline| {
            let advanced = schedule.advanced(self.next_run_at, pipeline.id);
            Ok(vec![Write::edit(schedule, &advanced)?])
        })
        .await
    }
}

fn next_run(schedule: &Schedule, now: Time) -> Option<Time> {
    let cron = Cron::parse(&schedule.cron)?;
    let zone = cron::time_zone(&schedule.cron_timezone)?;
    let next = cron.next_after(now.timestamp(), &zone)?;
    Some(Time::from_microseconds(next.as_microsecond()))
}

/// The project, and the owner of the schedule if they may start pipelines of its ref.
async fn starter(app: &App, schedule: &Schedule, now: Time) -> Result<Option<(Project, User)>> {
    let project_key = Key::Project(schedule.project_id);
    let user_key = Key::User(schedule.owner_id);
    let rows = load(app, vec![project_key.clone(), user_key.clone()]).await?;
    let project: Option<Project> = rows.get(&project_key)?;
    let user: Option<User> = rows.get(&user_key)?;
    let user = user.filter(|user| user.exists() && user.state == UserState::Active);
    let Some((project, user)) = project.zip(user) else {
        return Ok(None);
    };
    if project.deleted_at.is_some() {
        return Ok(None);
    }
    let standing = standing_of(app, &user, &project, now).await?;
    let may = policy::may(Action::UpdateBuild, &project, standing) == Verdict::Allowed;
    let name = schedule.ref_name.as_str();
    let (short, tag) = short_ref_name(name);
    let may_ref = may_run_on(&project, short, tag == Some(true), standing);
    Ok((may && may_ref).then_some((project, user)))
}
