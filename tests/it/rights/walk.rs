//! The walk through everything that the functions do.

use http::Method;
use switchyard::agent::AgentGrant;
use switchyard::ids::{AgentId, GroupId, JobId, PipelineId, ProjectId, RunnerId, UserId};
use switchyard::job::{Downstream, Job, Status};
use switchyard::member::{Role, Source};
use switchyard::pipeline::Pipeline;
use switchyard::project::{Namespace, Visibility};
use switchyard::runner::{Runner, RunnerManager, RunnerType};
use switchyard::token::Secret;
use switchyard_local::seed::{self, at};
use switchyard_tests::world::{ROOT, job};
use switchyard_tests::{Caller, TestApp};

use crate::access::place::furnish;

/// A group's project 1, a personal project 2, and a project 3 with many jobs, all furnished.
pub(super) struct World<'a> {
    app: &'a TestApp,
    member: Caller,
    job: Caller,
}

impl<'a> World<'a> {
    pub(super) async fn prepare(app: &'a TestApp) -> Self {
        let group = seed::group(10, &[], "group");
        app.seed.put_group(&group).await.unwrap();
        let project = seed::project(1, &[GroupId(10)], "group/project");
        app.seed.put_project(&project).await.unwrap();
        let member = app
            .add_member(5, Source::Project(project.id), Role::Maintainer)
            .await;
        let mut personal = seed::project(2, &[], "user5/personal");
        personal.namespace = Namespace::User { user_id: UserId(5) };
        app.seed.put_project(&personal).await.unwrap();
        app.replace(&seed::member(
            Source::Project(personal.id),
            UserId(5),
            Role::Owner,
        ));
        app.administrator().await;
        let job = furnish(app, &project, ROOT).await;
        furnish(app, &personal, ROOT).await;
        add_runner(app).await;
        grant_agent(app).await;
        Self { app, member, job }
    }

    /// Makes every function use all that it uses.
    pub(super) async fn walk(&self) {
        self.walk_jobs().await;
        self.walk_job_token().await;
        self.walk_traces().await;
        self.walk_pipelines().await;
        self.walk_projects().await;
        super::projects::walk(self.app, &self.member).await;
        super::steering::walk(self.app, &self.member).await;
        super::errands::walk(self.app, &self.member).await;
        super::creation::walk(self.app, &self.member).await;
        super::steering::leave(self.app).await;
        super::groups::walk(self.app).await;
        super::users::walk(self.app).await;
        super::deletion::leave(self.app).await;
        super::scope::walk(self.app, &self.member).await;
        super::repository::walk(self.app, &self.member, &self.job).await;
        super::variables::walk(self.app).await;
        super::schedules::walk(self.app, &self.member).await;
        super::triggers::walk(self.app, &self.member).await;
        super::project_lists::walk(self.app, &self.member).await;
        super::steering::delete(self.app).await;
        self.app.sweep().await;
    }

    async fn get(&self, path: &str, caller: &Caller, status: u16) {
        let answer = self.app.get(&format!("/api/v4{path}"), caller).await;
        assert_eq!(answer.status, status, "{path}: {answer:?}");
    }

    /// Gets paths below the project, by its number and by its path.
    async fn get_in_project(&self, paths: &[&str]) {
        for project in ["1", "group%2Fproject"] {
            for path in paths {
                let path = format!("/projects/{project}{path}");
                self.get(&path, &self.member, 200).await;
            }
        }
    }

    async fn walk_jobs(&self) {
        add_bridges(self.app).await;
        let many = add_many_jobs(self.app).await;
        self.get_in_project(&[
            "/jobs",
            "/jobs?scope[]=success&scope[]=failed",
            "/jobs?pagination=keyset&per_page=1",
            "/jobs?name=test&created_after=2015-01-01T00:00:00Z",
            "/jobs/101",
            "/jobs/109",
            "/pipelines/100/jobs",
            "/pipelines/100/jobs?include_retried=true&scope=running",
            "/pipelines/100/bridges",
            "/pipelines/110/bridges",
            "/pipelines/110/bridges?scope=success",
        ])
        .await;
        // So deep that old rows are skipped on the keys of an index.
        for query in ["page=12&per_page=100", "scope=success&page=12&per_page=100"] {
            let path = format!("/projects/{many}/jobs?{query}");
            self.get(&path, &self.member, 200).await;
        }
        self.get("/projects/1/jobs", &self.job, 200).await;
    }

    async fn walk_job_token(&self) {
        for path in ["/job", "/job/allowed_agents"] {
            self.get(path, &self.job, 200).await;
            self.get(path, &self.member, 404).await;
        }
        // A job that a runner took, in a personal project.
        let pipeline = seed::pipeline(ProjectId(2), 210, 211, 1);
        self.app.seed.put(&pipeline).await.unwrap();
        let secret = Secret::job_token(pipeline.project_id, JobId(211));
        let mut job = taken(&pipeline, 211);
        job.token_digest = Some(secret.digest().as_str().to_owned());
        self.app.seed.put(&job).await.unwrap();
        let token = Caller::job_token(&secret);
        for path in ["/job", "/job/allowed_agents"] {
            self.get(path, &token, 200).await;
        }
    }

    async fn walk_traces(&self) {
        add_logs(self.app).await;
        self.get_in_project(&["/jobs/101/trace", "/jobs/109/trace", "/jobs/123/trace"])
            .await;
        for (job, redirected) in [(121, true), (122, true), (123, false)] {
            let path = format!("/api/v4/projects/1/jobs/{job}/trace");
            // The first request joins a snapshot, the second one finds it.
            for _ in 0..2 {
                let answer = self.app.get(&path, &self.member).await;
                assert_eq!(answer.status == 302, redirected, "{answer:?}");
                if let Some(location) = answer.header("location") {
                    // What is signed here is done with the function's own rights.
                    let (_, key) = location.split_once("/switchyard/").unwrap();
                    let (key, _) = key.split_once('?').unwrap();
                    let tape = self.app.wire.tape();
                    tape.record("traces", "s3:GetObject", key);
                }
            }
            let mut headers = self.member.headers();
            headers.push(("range", "bytes=2000000-2000099"));
            let answer = self.app.request(Method::GET, &path, &headers, "").await;
            assert_eq!(answer.status == 206, redirected, "{answer:?}");
            let head = self.app.request(Method::HEAD, &path, &headers, "").await;
            assert_eq!(head.status, answer.status);
        }
    }

    async fn walk_pipelines(&self) {
        self.get_in_project(&[
            "/pipelines",
            "/pipelines?ref=main",
            "/pipelines?status=pending",
            "/pipelines?scope=finished&username=user5",
            "/pipelines?scope=branches",
            "/pipelines?scope=tags&order_by=updated_at&sort=asc",
            "/pipelines?order_by=id&sort=asc&name=x",
            "/pipelines/latest",
            "/pipelines/latest?ref=main",
            "/pipelines/100",
        ])
        .await;
    }

    async fn walk_projects(&self) {
        self.get_in_project(&[""]).await;
        for path in [
            "/projects/2",
            "/version",
            "/metadata",
            "/user",
            "/personal_access_tokens/self",
        ] {
            self.get(path, &self.member, 200).await;
        }
        // A job token is looked up before it is told that it is no access token.
        self.get("/personal_access_tokens/self", &self.job, 400)
            .await;
    }
}

/// A running job that a machine of runner 1 took.
fn taken(pipeline: &Pipeline, id: u64) -> Job {
    job(pipeline, id, Status::Running, |job| {
        job.runner_id = Some(RunnerId(1));
        job.system_id = Some("s_1".to_owned());
    })
}

async fn add_runner(app: &TestApp) {
    let created_at = at("2015-12-20T00:00:00.000Z");
    let runner = Runner {
        id: RunnerId(1),
        description: "runner".to_owned(),
        runner_type: RunnerType::InstanceType,
        paused: false,
        name: None,
        created_at,
        contacted_at: None,
    };
    let manager = RunnerManager {
        runner_id: runner.id,
        system_id: "s_1".to_owned(),
        id: 1,
        version: "17.11.0".to_owned(),
        revision: "abc".to_owned(),
        platform: "linux".to_owned(),
        architecture: "amd64".to_owned(),
        created_at,
        contacted_at: None,
        ip_address: None,
        cancel_gracefully: false,
    };
    app.seed.put(&runner).await.unwrap();
    app.seed.put(&manager).await.unwrap();
    let pipeline = seed::pipeline(ProjectId(1), 109, 109, 1);
    app.seed.put(&pipeline).await.unwrap();
    app.seed.put(&taken(&pipeline, 109)).await.unwrap();
}

/// Grants agent 2, of the personal project, to the group; agent 1 is the project's own.
async fn grant_agent(app: &TestApp) {
    let grant = AgentGrant {
        source: Source::Group(GroupId(10)),
        agent_id: AgentId(2),
        config_project_id: ProjectId(2),
        configuration: None,
        environments: Vec::new(),
    };
    app.seed.put(&grant).await.unwrap();
}

/// Pipeline 110 with so many bridges that they are read as a range.
async fn add_bridges(app: &TestApp) {
    let mut pipeline = seed::pipeline(ProjectId(1), 110, 111, 5);
    pipeline.bridges = (111..=115).map(JobId).collect();
    app.seed.put(&pipeline).await.unwrap();
    for id in &pipeline.bridges {
        let bridge = seed::bridge(
            seed::build(&pipeline, id.0, "deploy", Status::Success),
            Some(Downstream {
                project_id: ProjectId(2),
                pipeline_id: PipelineId(200),
            }),
        );
        app.seed.put(&bridge).await.unwrap();
    }
}

/// A public project with more jobs than a list counts on rows; its number is given.
async fn add_many_jobs(app: &TestApp) -> ProjectId {
    let project = app
        .add_project(3, |project| {
            project.visibility = Visibility::Public;
            project.job_count = 1_300;
        })
        .await;
    let pipeline = seed::pipeline(project.id, 300, 10_001, 1_300);
    app.seed.put(&pipeline).await.unwrap();
    for id in 10_001..=11_300 {
        app.replace(&job(&pipeline, id, Status::Success, |_| {}));
    }
    project.id
}

/// Job 121 with a large archived log, job 122 with a large one that grows, job 123 with a
/// small one that grows.
async fn add_logs(app: &TestApp) {
    let pipeline = seed::pipeline(ProjectId(1), 120, 121, 3);
    app.seed.put(&pipeline).await.unwrap();
    let noise = noise(1_500_000);
    let mut archived = job(&pipeline, 121, Status::Success, |_| {});
    let log = noise.repeat(3);
    app.seed.archive_log(&mut archived, &log).await.unwrap();
    app.seed.put(&archived).await.unwrap();

    let chunks: [&[u8]; 4] = [&noise, &noise, &noise, &noise];
    for (id, chunks) in [(122, &chunks[..]), (123, &[&b"a line\n"[..]])] {
        let running = job(&pipeline, id, Status::Running, |_| {});
        app.seed.put(&running).await.unwrap();
        let mut end = 0;
        for chunk in chunks {
            end = app.seed.append_log(&running, end, chunk).await.unwrap();
        }
    }
}

/// Bytes that do not compress, so that a chunk of them becomes an object.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let bytes = std::iter::repeat_with(|| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        state.to_be_bytes()[0]
    });
    bytes.take(length).collect()
}
