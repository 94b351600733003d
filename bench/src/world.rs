//! The world that is measured: a project with 200 jobs, read by a developer whose role
//! comes from the group above, through a project of a nested group.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use axum::Router;
use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};
use switchyard::aws;
use switchyard::blobs::Blobs;
use switchyard::http::{App, Clock};
use switchyard::ids::{JobId, PipelineId, ProjectId, RunnerId, UserId};
use switchyard::job::{Artifact, Downstream, FileFormat, FileType, Job, Status};
use switchyard::member::{Role, Source};
use switchyard::pipeline::Pipeline;
use switchyard::runner::{Runner, RunnerManager, RunnerType};
use switchyard::store::Store;
use switchyard::token::{Scope, Secret};
use switchyard_local::gateway::Gateway;
use switchyard_local::invoke::Invoker;
use switchyard_local::seed::{self, Seed, at};
use switchyard_local::stack::Stack;
use switchyard_local::{demo, template::Template};

use crate::Error;

const PROJECT: ProjectId = ProjectId(1);
const DEVELOPER: UserId = UserId(7);
const PIPELINES: u64 = 20;
/// Jobs in each pipeline; the ids of all of them count from 1.
const JOBS: u64 = 10;
/// Ended, and has a log of 2 KB.
const FINISHED: u64 = 150;
/// Ended, and has the largest log that is answered without a redirect.
const VERBOSE: u64 = 151;
/// Still runs; it wrote a few lines.
const RUNNING: u64 = PIPELINES * JOBS;

/// The stack, and who asks.
pub struct World {
    pub stack: Stack,
    seed: Seed,
    gateway: Gateway,
    /// The last event that the gateway made, and for whom.
    made: Arc<Mutex<Option<(String, Value)>>>,
    token: Secret,
    job_token: Secret,
}

/// One request, ready to be handed to its function.
#[derive(Clone, Debug)]
pub struct Read {
    pub what: &'static str,
    pub function: String,
    pub event: Bytes,
}

impl World {
    pub async fn new() -> Result<Self, Error> {
        let stack = Stack::memory(Template::of_repository()?)?;
        let made = Arc::new(Mutex::new(None));
        let maker = Arc::clone(&made);
        let invoker = Invoker::in_process(move |function, event| {
            let event = (function.to_owned(), event);
            *maker.lock().unwrap_or_else(PoisonError::into_inner) = Some(event);
            Box::pin(async { Ok(json!({ "statusCode": 200 })) })
        });
        // Of the stage `$default` a function takes no notice, whatever its variables say.
        let gateway = Gateway::new(&stack.template, invoker)?.with_stage("$default");
        let world = Self {
            seed: Seed::new(&stack)?,
            stack,
            gateway,
            made,
            token: Secret::personal_access_token(),
            job_token: Secret::job_token(PROJECT, JobId(RUNNING)),
        };
        world.load().await?;
        Ok(world)
    }

    /// A function in this process, which reaches its stores through this client.
    pub fn app(&self, function: &str, http: SharedHttpClient) -> Result<App, Error> {
        let config = seed::config(&self.stack, function)?;
        Ok(App {
            store: Store::new(aws::dynamodb(&config, http.clone()), config.tables.clone()),
            blobs: Blobs::new(aws::s3(&config, http), &config.bucket),
            clock: Clock::System,
            config: config.into(),
        })
    }

    /// The client with which functions reach the stores.
    pub fn http_client(&self) -> Result<SharedHttpClient, Error> {
        aws::http_client(&seed::config(&self.stack, "jobs")?)
    }

    pub async fn show_job(&self) -> Result<Read, Error> {
        let path = format!("/api/v4/projects/1/jobs/{FINISHED}");
        self.read("show job", &path, &[]).await
    }

    /// A request that no handler takes: 405.
    pub async fn refused(&self) -> Result<Read, Error> {
        let request = Request::post("/api/v4/projects/1/jobs");
        self.event("405, no call", request, [].iter()).await
    }

    pub async fn version(&self) -> Result<Read, Error> {
        self.read("version", "/api/v4/version", &[]).await
    }

    pub async fn list_jobs(&self) -> Result<Read, Error> {
        self.read("list jobs, page of 20", "/api/v4/projects/1/jobs", &[])
            .await
    }

    pub async fn list_100_jobs(&self) -> Result<Read, Error> {
        let path = "/api/v4/projects/1/jobs?per_page=100";
        self.read("list jobs, page of 100", path, &[]).await
    }

    pub async fn job_of_token(&self) -> Result<Read, Error> {
        self.read_as_job("GET /job", "/api/v4/job").await
    }

    /// A log of a job that ended, all of it.
    pub async fn trace(&self) -> Result<Read, Error> {
        let path = format!("/api/v4/projects/1/jobs/{FINISHED}/trace");
        self.read("log of 2 KB, job ended", &path, &[]).await
    }

    pub async fn live_trace(&self) -> Result<Read, Error> {
        let path = format!("/api/v4/projects/1/jobs/{RUNNING}/trace");
        self.read("log of 2 KB, job runs", &path, &[]).await
    }

    pub async fn large_trace(&self) -> Result<Read, Error> {
        let path = format!("/api/v4/projects/1/jobs/{VERBOSE}/trace");
        self.read("log of 4 MB", &path, &[]).await
    }

    /// A poll for a log that has not grown since the answer with this tag.
    pub async fn trace_poll(&self, etag: &str) -> Result<Read, Error> {
        let path = format!("/api/v4/projects/1/jobs/{RUNNING}/trace");
        let headers = [("if-none-match", etag)];
        self.read("the same, nothing new (304)", &path, &headers)
            .await
    }

    /// What each function is asked while its memory is watched, and what is priced.
    pub async fn reads(&self) -> Result<Vec<Read>, Error> {
        let pipeline = PIPELINES;
        let of_pipeline = |list: &str| format!("/api/v4/projects/1/pipelines/{pipeline}/{list}");
        let by_path = format!("/api/v4/projects/acme%2Fapps%2Fshop/jobs/{FINISHED}");
        Ok(vec![
            self.show_job().await?,
            self.read("show job, project by path", &by_path, &[])
                .await?,
            self.job_of_token().await?,
            self.read_as_job("GET /job/allowed_agents", "/api/v4/job/allowed_agents")
                .await?,
            self.list_jobs().await?,
            self.list_100_jobs().await?,
            self.read(
                "list jobs, scope=failed",
                "/api/v4/projects/1/jobs?scope=failed",
                &[],
            )
            .await?,
            self.read("pipeline jobs (10)", &of_pipeline("jobs"), &[])
                .await?,
            self.read("bridges (2)", &of_pipeline("bridges"), &[])
                .await?,
            self.trace().await?,
            self.live_trace().await?,
            self.read(
                "list pipelines, page of 20",
                "/api/v4/projects/1/pipelines",
                &[],
            )
            .await?,
            self.read("show project", "/api/v4/projects/1", &[]).await?,
            self.version().await?,
        ])
    }

    async fn read(
        &self,
        what: &'static str,
        path: &str,
        headers: &[(&str, &str)],
    ) -> Result<Read, Error> {
        let token = [("private-token", self.token.reveal())];
        let request = Request::get(path);
        self.event(what, request, token.iter().chain(headers)).await
    }

    async fn read_as_job(&self, what: &'static str, path: &str) -> Result<Read, Error> {
        let token = [("job-token", self.job_token.reveal())];
        self.event(what, Request::get(path), token.iter()).await
    }

    /// What the gateway makes of a request.
    async fn event<'a>(
        &self,
        what: &'static str,
        request: http::request::Builder,
        headers: impl Iterator<Item = &'a (&'a str, &'a str)>,
    ) -> Result<Read, Error> {
        let mut request = request
            .header("host", "ci.example.com")
            .header("accept", "*/*")
            .header("user-agent", "python-gitlab/8.6.0");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.made_of(what, request.body(Bytes::new())?).await
    }

    /// A commit of a configuration to the repository of the third project.
    pub async fn commit(&self, configuration: &str) -> Result<Read, Error> {
        let path = "/api/v4/projects/3/repository/files/%2Egitlab-ci%2Eyml";
        let body = json!({
            "branch": "main",
            "commit_message": "Begin [skip ci]",
            "content": configuration,
        });
        self.write("commit", path, &body).await
    }

    /// A pipeline of that.
    pub async fn create_pipeline(&self) -> Result<Read, Error> {
        let path = "/api/v4/projects/3/pipeline";
        let body = json!({ "ref": "main" });
        self.write("create a pipeline", path, &body).await
    }

    async fn write(&self, what: &'static str, path: &str, body: &Value) -> Result<Read, Error> {
        let request = Request::post(path)
            .header("host", "ci.example.com")
            .header("content-type", "application/json")
            .header("private-token", self.token.reveal());
        let request = request.body(Bytes::from(body.to_string()))?;
        self.made_of(what, request).await
    }

    async fn made_of(&self, what: &'static str, request: Request<Bytes>) -> Result<Read, Error> {
        self.gateway.handle(request).await;
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let (function, event) = made.take().ok_or("the gateway refused a request")?;
        Ok(Read {
            what,
            function,
            event: event.to_string().into(),
        })
    }

    async fn load(&self) -> Result<(), Error> {
        let seed = &self.seed;
        let developer = seed::user(DEVELOPER.0, "developer");
        seed.put_user(&developer).await?;
        let token = seed::access_token(1, DEVELOPER, &self.token, &[Scope::Api]);
        seed.put_token(&token).await?;

        let acme = seed::group(1, &[], "acme");
        let apps = seed::group(2, &[&acme], "apps");
        let member = seed::member(Source::Group(acme.id), DEVELOPER, Role::Developer);
        seed.put(&member).await?;
        let mut shop = seed::project(PROJECT.0, &[acme.id, apps.id], "acme/apps/shop");
        shop.job_count = PIPELINES * JOBS;
        shop.pipeline_count = PIPELINES;
        let depot = seed::project(2, &[acme.id, apps.id], "acme/apps/depot");
        for group in [&acme, &apps] {
            seed.put_group(group).await?;
        }
        let mut fresh = seed::project(3, &[acme.id, apps.id], "acme/apps/fresh");
        fresh.default_branch = None;
        let source = Source::Project(fresh.id);
        seed.put(&seed::member(source, DEVELOPER, Role::Maintainer))
            .await?;
        for project in [&shop, &depot, &fresh] {
            seed.put_project(project).await?;
        }
        self.load_runner().await?;
        for id in 1..=PIPELINES {
            self.load_pipeline(id).await?;
        }
        self.load_bridges(depot.id).await
    }

    async fn load_runner(&self) -> Result<(), Error> {
        let created_at = at("2015-12-22T09:00:00.000Z");
        let runner = Runner {
            id: RunnerId(1),
            description: "a runner in the cellar".to_owned(),
            runner_type: RunnerType::InstanceType,
            paused: false,
            name: Some("gitlab-runner".to_owned()),
            created_at,
            contacted_at: Some(created_at),
        };
        self.seed.put(&runner).await?;
        let manager = RunnerManager {
            runner_id: runner.id,
            system_id: "s_0123456789ab".to_owned(),
            id: 1,
            version: "17.9.0".to_owned(),
            revision: "c4cbe9dd".to_owned(),
            platform: "linux".to_owned(),
            architecture: "amd64".to_owned(),
            created_at,
            contacted_at: Some(created_at),
            ip_address: Some("127.0.0.1".to_owned()),
            cancel_gracefully: false,
        };
        self.seed.put(&manager).await
    }

    async fn load_pipeline(&self, id: u64) -> Result<(), Error> {
        let first = (id - 1) * JOBS + 1;
        let mut pipeline = seed::pipeline(PROJECT, id, first, JOBS);
        pipeline.commit = Some(demo::commit(&pipeline.sha));
        pipeline.user_id = DEVELOPER;
        if id == PIPELINES {
            pipeline.bridges = BTreeSet::from([JobId(RUNNING + 1), JobId(RUNNING + 2)]);
        }
        self.seed.put(&pipeline).await?;
        for id in first..first + JOBS {
            self.load_job(&pipeline, id).await?;
        }
        Ok(())
    }

    async fn load_job(&self, pipeline: &Pipeline, id: u64) -> Result<(), Error> {
        let status = match id {
            RUNNING => Status::Running,
            FINISHED | VERBOSE => Status::Success,
            _ if id.is_multiple_of(5) => Status::Failed,
            _ => Status::Success,
        };
        let mut job = self.job(pipeline, id, status);
        match id {
            FINISHED => self.seed.archive_log(&mut job, &log(2_000)).await?,
            VERBOSE => self.seed.archive_log(&mut job, &log(4_000_000)).await?,
            RUNNING => {
                job.token_digest = Some(self.job_token.digest().as_str().to_owned());
                self.seed.append_log(&job, 0, &log(1_000)).await?;
                self.seed.append_log(&job, 1_000, &log(1_000)).await?;
            }
            _ => {}
        }
        self.seed.put(&job).await
    }

    fn job(&self, pipeline: &Pipeline, id: u64, status: Status) -> Job {
        let mut job = seed::job(pipeline, id, &format!("rspec {id}/{RUNNING}"), status);
        job.build.user_id = DEVELOPER;
        job.runner_id = Some(RunnerId(1));
        job.system_id = Some("s_0123456789ab".to_owned());
        job.tag_list = vec!["docker".to_owned(), "linux".to_owned()];
        job.artifacts = vec![Artifact {
            file_type: FileType::Archive,
            size: 1000,
            filename: "artifacts.zip".to_owned(),
            file_format: Some(FileFormat::Zip),
        }];
        job
    }

    async fn load_bridges(&self, project: ProjectId) -> Result<(), Error> {
        let from = seed::pipeline(PROJECT, PIPELINES, RUNNING, 1);
        for (bridge, pipeline) in [(RUNNING + 1, 101), (RUNNING + 2, 102)] {
            let downstream = seed::pipeline(project, pipeline, 1, 1);
            self.seed.put(&downstream).await?;
            let mut build = seed::build(&from, bridge, "deploy", Status::Success);
            build.user_id = DEVELOPER;
            let downstream = Some(Downstream {
                project_id: project,
                pipeline_id: PipelineId(pipeline),
            });
            self.seed.put(&seed::bridge(build, downstream)).await?;
        }
        Ok(())
    }
}

/// Lines of a log, this many bytes.
fn log(bytes: usize) -> Vec<u8> {
    let line = b"2015-12-24T17:54:27.722Z ok   test of a thing that works as it should\n";
    line.iter().copied().cycle().take(bytes).collect()
}

/// Makes a function's routes.
pub fn routes(function: &str) -> Result<Router<App>, Error> {
    Ok(match function {
        "jobs" => jobs::routes(),
        "job-token" => job_token::routes(),
        "traces" => traces::routes(),
        "pipelines" => pipelines::routes(),
        "projects" => projects::routes(),
        "repository" => repository::routes(),
        other => return Err(format!("there is no function {other}").into()),
    })
}
