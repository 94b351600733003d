//! A project with one of everything that can be read, and the addresses to read it by.

use std::collections::BTreeSet;

use switchyard::agent::{Agent, AgentGrant};
use switchyard::ids::{AgentId, GroupId, JobId, PipelineId, ProjectId, RunnerId, UserId};
use switchyard::job::{Downstream, Job, Status};
use switchyard::member::{Role, Source};
use switchyard::pipeline::{Block, Pipeline};
use switchyard::project::Project;
use switchyard::runner::{Runner, RunnerManager, RunnerType};
use switchyard::token::Secret;
use switchyard_local::seed::{self, at};
use switchyard_tests::bulk::{Change as _, block};
use switchyard_tests::{Caller, TestApp};

/// The user whose token asks: developer in the outermost group.
pub(crate) const DEVELOPER: UserId = UserId(2);
/// Who started the pipelines, and who the jobs run for: nobody else needs their rows.
const AUTHOR: UserId = UserId(3);
const OPERATOR: UserId = UserId(4);

pub(crate) const OUTER: GroupId = GroupId(10);
pub(crate) const INNER: GroupId = GroupId(11);
pub(crate) const RUNNER: RunnerId = RunnerId(1);

/// Jobs of each pipeline; their statuses are always the same.
const STATUSES: [Status; 4] = [
    Status::Success,
    Status::Failed,
    Status::Running,
    Status::Pending,
];

/// A project's things. Ids have six digits, so that rows are as large in one project as
/// in another.
pub(crate) struct Things {
    pub(crate) project: Project,
    /// The newest pipeline, with bridges of its own.
    pub(crate) pipeline: Pipeline,
    /// A job of it that runs and has a log that grows.
    pub(crate) running: Job,
    /// A job of it that has ended, with its log in one object.
    pub(crate) ended: Job,
    pub(crate) developer: Caller,
    pub(crate) job_token: Caller,
    /// Leads behind the first page of jobs.
    cursor: String,
}

impl Things {
    /// The address for a pattern such as `projects/{project}/jobs/{running}`.
    pub(crate) fn path(&self, pattern: &str) -> String {
        let project = self.project.full_path.replace('/', "%2F");
        let path = pattern
            .replace("{project}", &project)
            .replace("{pipeline}", &self.pipeline.id.to_string())
            .replace("{running}", &self.running.build.id.to_string())
            .replace("{ended}", &self.ended.build.id.to_string())
            .replace("{cursor}", &self.cursor);
        format!("/api/v4/{path}")
    }

    /// Who asks there.
    pub(crate) fn caller(&self, pattern: &str) -> &Caller {
        if pattern == "job" || pattern.starts_with("job/") {
            &self.job_token
        } else {
            &self.developer
        }
    }
}

/// Adds what projects share: groups, people, a runner.
pub(crate) async fn surroundings(app: &TestApp) -> Caller {
    let outer = seed::group(OUTER.0, &[], "outer");
    let inner = seed::group(INNER.0, &[&outer], "inner");
    let foreign = seed::group(12, &[], "foreign");
    for group in [outer, inner, foreign] {
        app.seed.put_group(&group).await.unwrap();
    }
    for (id, name) in [(AUTHOR, "author"), (OPERATOR, "operator")] {
        app.seed.put_user(&seed::user(id.0, name)).await.unwrap();
    }
    let agents = seed::project(9, &[GroupId(12)], "foreign/agents");
    app.seed.put_project(&agents).await.unwrap();
    app.replace(&runner(RUNNER));
    app.replace(&manager(RUNNER));
    let (project_id, id) = (agents.id, AgentId(2));
    app.replace(&agent(project_id, id));
    app.replace(&AgentGrant {
        source: Source::Group(OUTER),
        agent_id: id,
        config_project_id: project_id,
        configuration: None,
        environments: Vec::new(),
    });
    app.add_member(DEVELOPER.0, Source::Group(OUTER), Role::Developer)
        .await
}

/// Adds a project with as many jobs, four to a pipeline.
pub(crate) async fn project(app: &TestApp, id: u64, jobs: u64, developer: Caller) -> Things {
    let (first_job, first_pipeline) = (id * 200_000, id * 200_000);
    let pipelines = jobs / 4;
    let path = format!("outer/inner/project{id}");
    let mut project = seed::project(id, &[OUTER, INNER], &path);
    project.job_count = jobs;
    project.pipeline_count = pipelines;
    app.seed.put_project(&project).await.unwrap();

    let mut pattern = seed::pipeline(project.id, first_pipeline, first_job, 4);
    pattern.status = Status::Running;
    pattern.user_id = AUTHOR;
    app.load(&[pattern.clone()], pipelines, |place, item| {
        item.number("id", first_pipeline + place);
        item.insert("blocks".to_owned(), block(first_job + place * 4, 4));
    });
    let patterns: Vec<Job> = (0..).zip(STATUSES).map(|job| made(&pattern, job)).collect();
    app.load(&patterns, jobs, |place, item| {
        item.number("id", first_job + place);
        item.number("pipeline_id", first_pipeline + place / 4);
    });

    let pipeline = newest_pipeline(app, &pattern, first_pipeline + pipelines - 1).await;
    let first = pipeline.blocks[0].first.0;
    let mut running = made(&pipeline, (2, Status::Running));
    running.build.id = JobId(first + 2);
    let secret = Secret::job_token(project.id, running.build.id);
    running.token_digest = Some(secret.digest().as_str().to_owned());
    app.replace(&running);
    let log = b"$ make\n";
    app.seed.append_log(&running, 0, log).await.unwrap();
    let mut ended = made(&pipeline, (1, Status::Failed));
    ended.build.id = JobId(first + 1);
    app.seed.archive_log(&mut ended, log).await.unwrap();
    app.replace(&ended);
    app.replace(&seed::branch(project.id, "main", &pipeline.sha));
    app.replace(&agent(project.id, AgentId(id + 100)));

    let mut things = Things {
        project,
        pipeline,
        running,
        ended,
        developer,
        job_token: Caller::job_token(&secret),
        cursor: String::new(),
    };
    let first_page = things.path("projects/{project}/jobs?pagination=keyset");
    let answer = app.get(&first_page, &things.developer).await;
    things.cursor = answer.header("x-next-cursor").unwrap().replace('=', "%3D");
    things
}

/// The job at a place in its pipeline. Those that run or have run did so on a machine.
fn made(pipeline: &Pipeline, (place, status): (usize, Status)) -> Job {
    let first = pipeline.blocks[0].first.0;
    let name = ["build", "rspec", "lint", "deploy"][place];
    let mut job = seed::job(pipeline, first + place as u64, name, status);
    job.build.user_id = OPERATOR;
    if status != Status::Pending {
        job.runner_id = Some(RUNNER);
        job.system_id = Some("s_1".to_owned());
    }
    job
}

async fn newest_pipeline(app: &TestApp, pattern: &Pipeline, id: u64) -> Pipeline {
    let mut pipeline = pattern.clone();
    let first_job = pattern.blocks[0].first.0 + (id - pattern.id.0) * 4;
    let bridges = [1, 2, 3].map(|place| JobId(first_job + 10 + place));
    pipeline.id = PipelineId(id);
    let blocks = [(first_job, 4), (bridges[0].0, 3)];
    pipeline.blocks = blocks
        .map(|(first, count)| Block {
            first: JobId(first),
            count,
        })
        .to_vec();
    pipeline.bridges = BTreeSet::from(bridges);
    pipeline.retried = BTreeSet::from([JobId(first_job)]);
    app.replace(&pipeline);
    for bridge in bridges {
        app.replace(&seed::bridge(
            seed::build(&pipeline, bridge.0, "trigger", Status::Success),
            Some(Downstream {
                project_id: pipeline.project_id,
                pipeline_id: pattern.id,
            }),
        ));
    }
    pipeline
}

pub(crate) fn runner(id: RunnerId) -> Runner {
    Runner {
        id,
        description: format!("runner {id}"),
        runner_type: RunnerType::InstanceType,
        paused: false,
        name: None,
        created_at: at("2015-12-22T09:00:00.000Z"),
        contacted_at: None,
    }
}

pub(crate) fn manager(runner_id: RunnerId) -> RunnerManager {
    RunnerManager {
        runner_id,
        system_id: "s_1".to_owned(),
        id: runner_id.0,
        version: "17.9.0".to_owned(),
        revision: "c4cbe9dd".to_owned(),
        platform: "linux".to_owned(),
        architecture: "amd64".to_owned(),
        created_at: at("2015-12-22T09:00:00.000Z"),
        contacted_at: None,
        ip_address: None,
        cancel_gracefully: false,
    }
}

fn agent(project_id: ProjectId, id: AgentId) -> Agent {
    Agent {
        created_at: at("2022-11-16T14:51:50.579Z"),
        ..seed::agent(project_id, id.0, "production")
    }
}
