//! Cancel, retry, erase and play: what they do to a job, to what stands around it, and what
//! many callers, faults and crashes make of it.

mod budgets;
mod cancel;
mod crashes;
mod delayed;
mod deletion;
mod erase;
mod lives;
mod pipelines;
mod play;
mod races;
mod resource_groups;
mod retry;

use serde_json::{Value, json};
use switchyard::ids::{JobId, PipelineId, ProjectId, UserId};
use switchyard::job::{Job, Needs, Status, When};
use switchyard::member::{Role, Source};
use switchyard::pipeline::Pipeline;
use switchyard::store::{Key, Rows};
use switchyard_tests::world::job;
use switchyard_tests::{Answer, Caller, TestApp};

const PROJECT: ProjectId = ProjectId(1);
const PIPELINE: PipelineId = PipelineId(6);
const DEVELOPER: UserId = UserId(30);
const MAINTAINER: UserId = UserId(40);

/// The id of the first job.
const FIRST: u64 = 101;

/// Project 1 with a pipeline, a developer and a maintainer.
struct World {
    app: TestApp,
    developer: Caller,
    maintainer: Caller,
}

impl World {
    /// Reads `a success, b manual af | c created on_failure needs=a+b`: stages, in them
    /// jobs, in them a one-letter name in the order of the alphabet, a status, and what
    /// else there is. Job `a` has id 101.
    async fn new(text: &str) -> Self {
        let app = TestApp::new().await;
        app.administrator().await;
        let count = text.split([',', '|']).count() as u64;
        app.add_project(PROJECT.0, |project| project.job_count = count)
            .await;
        let source = Source::Project(PROJECT);
        let developer = app.add_member(DEVELOPER.0, source, Role::Developer).await;
        let maintainer = app.add_member(MAINTAINER.0, source, Role::Maintainer).await;
        let counter = switchyard::store::counters::Counter::Jobs;
        app.seed.store.skip_ids(counter, FIRST + 99).await.unwrap();
        let world = Self {
            app,
            developer,
            maintainer,
        };
        world.add(PIPELINE, FIRST, text).await;
        world
    }

    /// One more pipeline, read the same way; its first job has the id `first`.
    async fn add(&self, id: PipelineId, first: u64, text: &str) -> Pipeline {
        let count = text.split([',', '|']).count() as u64;
        let pipeline = self.app.add_pipeline(PROJECT, id.0, first, &[]).await;
        let pipeline = Pipeline {
            blocks: vec![switchyard::pipeline::Block {
                first: JobId(first),
                count,
            }],
            ..pipeline
        };
        self.app.replace(&pipeline);
        let counter = switchyard::store::counters::Counter::Jobs;
        let last = first + count;
        self.app.seed.store.skip_ids(counter, last).await.unwrap();
        let jobs = text.split('|').enumerate().flat_map(|(stage, part)| {
            part.split(',')
                .map(move |job| (stage, job.split_whitespace().collect::<Vec<_>>()))
        });
        for (place, (stage, words)) in jobs.enumerate() {
            let row = read(&pipeline, first + place as u64, stage, &words);
            self.app.replace(&row);
        }
        pipeline
    }

    async fn act(&self, name: &str, action: &str, caller: &Caller) -> Answer {
        self.act_with(name, action, caller, &json!({})).await
    }

    async fn act_with(&self, name: &str, action: &str, caller: &Caller, body: &Value) -> Answer {
        self.app.post(&path(id(name), action), caller, body).await
    }

    /// Asks and expects this status; the job as it is answered.
    async fn does(&self, name: &str, action: &str, status: u16) -> Value {
        let answer = self.act(name, action, &self.maintainer).await;
        assert_eq!(answer.status, status, "{action} {name}: {answer:?}");
        answer.json()
    }

    async fn job(&self, id: u64) -> Job {
        let key = Key::Job(PROJECT, JobId(id));
        let mut rows = Rows::default();
        rows.load(&self.app.seed.store, [key.clone()])
            .await
            .unwrap();
        rows.get(&key).unwrap().unwrap()
    }

    async fn named(&self, name: &str) -> Job {
        self.job(id(name)).await
    }

    async fn pipeline(&self) -> Pipeline {
        let key = Key::Pipeline(PROJECT, PIPELINE);
        let mut rows = Rows::default();
        rows.load(&self.app.seed.store, [key.clone()])
            .await
            .unwrap();
        rows.get(&key).unwrap().unwrap()
    }

    /// The statuses of the pipeline's latest jobs by their names, and its own.
    async fn statuses(&self) -> String {
        self.statuses_in(PIPELINE).await
    }

    async fn statuses_in(&self, id: PipelineId) -> String {
        let picture = self.app.seed.store.picture(PROJECT, id).await;
        let picture = picture.unwrap().unwrap();
        let mut jobs: Vec<(&str, &str)> = picture
            .builds()
            .iter()
            .filter(|build| build.retried_by.is_none())
            .map(|build| (build.name.as_str(), build.status.as_str()))
            .collect();
        jobs.sort_unstable();
        let jobs: Vec<String> = jobs
            .iter()
            .map(|(name, status)| format!("{name} {status}"))
            .collect();
        format!("{} = {}", jobs.join(", "), picture.pipeline.status.as_str())
    }
}

fn id(name: &str) -> u64 {
    FIRST + u64::from(name.as_bytes()[0] - b'a')
}

fn path(id: u64, action: &str) -> String {
    format!("/api/v4/projects/1/jobs/{id}/{action}")
}

fn message(text: &str) -> Value {
    json!({ "message": text })
}

fn read(pipeline: &Pipeline, id: u64, stage: usize, words: &[&str]) -> Job {
    let status = Status::parse(words[1]).unwrap();
    let mut row = job(pipeline, id, status, |_| {});
    row.build.name = words[0].to_owned();
    row.build.stage = format!("stage {stage}");
    if status == Status::Manual {
        row.build.when = When::Manual;
    }
    for word in &words[2..] {
        if *word == "af" {
            row.build.allow_failure = true;
        } else if let Some(names) = word.strip_prefix("needs=") {
            let names = names.split('+').filter(|name| !name.is_empty());
            let places = names.map(|name| u16::from(name.as_bytes()[0] - b'a'));
            row.build.needs = Some(Needs(places.collect()));
        } else if let Some(name) = word.strip_prefix("group=") {
            row.build.resource_group = Some(name.to_owned());
        } else if let Some(max) = word.strip_prefix("retry=") {
            let max: u8 = max.parse().unwrap();
            row.build.retry = Some(serde_json::from_value(json!({ "max": max })).unwrap());
        } else if let Some(code) = word.strip_prefix("allowed=") {
            row.build.allowed_exit_codes = vec![code.parse().unwrap()];
        } else if let Some(seconds) = word.strip_prefix("in=") {
            row.build.start_in = Some(seconds.parse().unwrap());
        } else {
            row.build.when = serde_json::from_value(json!(word)).unwrap();
        }
    }
    row
}
