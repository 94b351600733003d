//! Projects that have one of everything that an endpoint could be asked for.

use std::collections::BTreeSet;

use switchyard::ids::{JobId, ProjectId, UserId};
use switchyard::job::{Bridge, Status};
use switchyard::pipeline::Pipeline;
use switchyard::project::Project;
use switchyard::token::Secret;
use switchyard_local::seed;
use switchyard_tests::world::{ROOT, job};
use switchyard_tests::{Caller, TestApp};

/// What stands in the place of a path's variables.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) project: String,
    pub(crate) pipeline: u64,
    pub(crate) job: u64,
}

impl Place {
    /// What [`furnish`] puts into a project.
    pub(crate) fn of(project: ProjectId) -> Self {
        Self {
            project: project.to_string(),
            pipeline: project.0 * 100,
            job: project.0 * 100 + 1,
        }
    }
}

/// The job whose log may show secrets.
pub(crate) fn debug_job(project: ProjectId) -> u64 {
    project.0 * 100 + 2
}

/// Gives a project a pipeline at the head of `main` with a job, a job in debug mode and
/// a bridge, and a running job in the name of `user`, whose token is given.
pub(crate) async fn furnish(app: &TestApp, project: &Project, user: UserId) -> Caller {
    let id = project.id.0 * 100;
    let mut pipeline = seed::pipeline(project.id, id, id + 1, 4);
    pipeline.bridges = BTreeSet::from([JobId(id + 4)]);
    app.seed.put(&pipeline).await.unwrap();
    let head = seed::branch(project.id, "main", &pipeline.sha);
    app.seed.put(&head).await.unwrap();
    for (job_id, debug) in [(id + 1, false), (id + 2, true)] {
        let mut job = job(&pipeline, job_id, Status::Success, |job| job.debug = debug);
        app.seed.archive_log(&mut job, b"a log\n").await.unwrap();
        app.seed.put(&job).await.unwrap();
    }
    let bridge = Bridge {
        build: seed::build(&pipeline, id + 4, "deploy", Status::Success),
        downstream: None,
    };
    app.seed.put(&bridge).await.unwrap();
    running_job(app, &pipeline, id + 3, user).await
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
    let project = app.add_project(1, |_| {}).await;
    let job = furnish(app, &project, ROOT).await;
    (root, job)
}
