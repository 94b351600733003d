//! Projects that have one of everything that an endpoint could be asked for.

use std::collections::BTreeSet;

use switchyard::ids::{GroupId, JobId, ProjectId, UserId};
use switchyard::job::{Status, When};
use switchyard::member::{Role, Source};
use switchyard::pipeline::Pipeline;
use switchyard::project::Project;
use switchyard::store::counters::Counter;
use switchyard::token::{Scope, Secret};
use switchyard::user::UserState;
use switchyard_local::seed;
use switchyard_tests::world::{ROOT, job};
use switchyard_tests::{Caller, TestApp};

/// What stands in the place of a path's variables.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) project: String,
    pub(crate) pipeline: u64,
    /// Below the ids of its jobs, which count from 1 on.
    pub(crate) jobs: u64,
    pub(crate) group: String,
    pub(crate) user: u64,
    pub(crate) banned: u64,
    pub(crate) token: u64,
    /// Of the project, and of the group.
    pub(crate) project_token: u64,
    pub(crate) group_token: u64,
    pub(crate) agent: u64,
    pub(crate) trigger: u64,
    pub(crate) schedule: u64,
}

impl Place {
    /// What [`furnish`] puts into a project.
    pub(crate) fn of(project: ProjectId) -> Self {
        Self {
            project: project.to_string(),
            pipeline: project.0 * 100,
            jobs: project.0 * 100,
            group: project.to_string(),
            user: FELLOW.0,
            banned: BANNED.0,
            token: 1000 + FELLOW.0,
            project_token: 2000 + 2 * project.0,
            group_token: 2001 + 2 * project.0,
            agent: project.0,
            trigger: project.0,
            schedule: project.0,
        }
    }
}

/// Somebody who is there to be shown and changed, a reporter of every furnished project.
pub(crate) const FELLOW: UserId = UserId(80);

/// Somebody who is banned.
pub(crate) const BANNED: UserId = UserId(81);

/// Adds these two.
pub(crate) async fn add_fellows(app: &TestApp) {
    app.add_user(&seed::user(FELLOW.0, "fellow")).await;
    let mut banned = seed::user(BANNED.0, "banned");
    banned.state = UserState::Banned;
    app.add_user(&banned).await;
}

/// The job whose log may show secrets.
pub(crate) const DEBUG_JOB: u64 = 2;
/// A job that runs.
pub(crate) const RUNNING_JOB: u64 = 3;
/// A bridge that is done.
pub(crate) const BRIDGE: u64 = 4;
/// A job that waits for somebody to play it.
pub(crate) const MANUAL_JOB: u64 = 5;

/// Who comes with an access token of a furnished project, or of the group of that number.
pub(crate) fn bot_of(source: Source) -> Caller {
    Caller::token(&Secret::chosen(format!("glpat-of-{source}")))
}

/// Gives a project and the group of that number a bot each, a reporter, with a token.
async fn add_bots(app: &TestApp, project: &Project) {
    let place = Place::of(project.id);
    let group = GroupId(project.id.0);
    for (source, number) in [
        (Source::Project(project.id), place.project_token),
        (Source::Group(group), place.group_token),
    ] {
        let mut bot = seed::user(number, &format!("bot{number}"));
        bot.bot = true;
        app.seed.put_user(&bot).await.unwrap();
        let membership = seed::member(source, bot.id, Role::Reporter);
        app.seed.put(&membership).await.unwrap();
        let secret = Secret::chosen(format!("glpat-of-{source}"));
        let mut token = seed::access_token(number, bot.id, &secret, &[Scope::Api]);
        token.source = Some(source);
        app.seed.put_token(&token).await.unwrap();
    }
}

/// Gives a project a pipeline at the head of `main` with the jobs named above, of which
/// the running one is in the name of `user`, and its token is given.
pub(crate) async fn furnish(app: &TestApp, project: &Project, user: UserId) -> Caller {
    add_bots(app, project).await;
    let id = project.id.0 * 100;
    let mut pipeline = seed::pipeline(project.id, id, id + 1, 5);
    pipeline.bridges = BTreeSet::from([JobId(id + BRIDGE)]);
    app.seed.put(&pipeline).await.unwrap();
    let store = &app.seed.store;
    store.skip_ids(Counter::Jobs, id + 99).await.unwrap();
    store.skip_ids(Counter::Pipelines, id).await.unwrap();
    let head = seed::branch(project.id, "main", &pipeline.sha);
    app.seed.put(&head).await.unwrap();
    for (job_id, debug) in [(id + 1, false), (id + DEBUG_JOB, true)] {
        let mut job = job(&pipeline, job_id, Status::Success, |job| job.debug = debug);
        app.seed.archive_log(&mut job, b"a log\n").await.unwrap();
        app.seed.put(&job).await.unwrap();
    }
    let bridge = seed::bridge(
        seed::build(&pipeline, id + BRIDGE, "deploy", Status::Success),
        None,
    );
    app.seed.put(&bridge).await.unwrap();
    let mut manual = job(&pipeline, id + MANUAL_JOB, Status::Manual, |job| {
        job.build.when = When::Manual;
        job.build.allow_failure = true;
    });
    manual.build.stage = "deploy".to_owned();
    app.seed.put(&manual).await.unwrap();
    let source = Source::Project(project.id);
    let user_row = seed::user(FELLOW.0, "fellow");
    app.seed.put_user(&user_row).await.unwrap();
    let fellow = seed::member(source, FELLOW, Role::Reporter);
    app.seed.put(&fellow).await.unwrap();
    let project = crate::endpoints::repository::furnish(app, project).await;
    crate::endpoints::resource_groups::furnish(app, &project).await;
    crate::endpoints::scope::furnish(app, &project).await;
    crate::endpoints::variables::furnish(app, &project).await;
    crate::endpoints::triggers::furnish(app, &project).await;
    crate::endpoints::schedules::furnish(app, &project).await;
    running_job(app, &pipeline, id + RUNNING_JOB, user).await
}

/// Adds a running job in somebody's name, and gives its token.
pub(crate) async fn running_job(
    app: &TestApp,
    pipeline: &Pipeline,
    id: u64,
    user: UserId,
) -> Caller {
    let secret = Secret::job_token(pipeline.project_id, JobId(id));
    let job = job(pipeline, id, Status::Running, |job| {
        job.build.user_id = user;
        job.token_digest = Some(secret.digest().as_str().to_owned());
    });
    app.seed.put(&job).await.unwrap();
    Caller::job_token(&secret)
}

/// A furnished project 1, the administrator, and the token of a job that the
/// administrator started there.
pub(crate) async fn one_project(app: &TestApp) -> (Caller, Caller) {
    let root = app.administrator().await;
    add_fellows(app).await;
    let project = app.add_project(1, |_| {}).await;
    let in_group = seed::member(Source::Group(GroupId(1)), FELLOW, Role::Reporter);
    app.seed.put(&in_group).await.unwrap();
    let job = furnish(app, &project, ROOT).await;
    (root, job)
}
