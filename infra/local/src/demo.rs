//! The demo world that a local stack starts with: project `foo/bar` with a pipeline of
//! jobs in many states, as GitLab's documentation of the jobs API shows them.

use std::collections::BTreeSet;

use switchyard::{
    agent::Agent,
    ids::{JobId, PipelineId, ProjectId, RunnerId, UserId},
    job::{Artifact, Downstream, FailureReason, FileFormat, FileType, Job, Status, When},
    member::{Role, Source},
    pipeline::{Commit, Pipeline},
    project::{Group, Project, Visibility},
    runner::{Runner, RunnerManager, RunnerType},
    store::counters::Counter,
    time::Time,
    token::{Scope, Secret},
};

use crate::{
    Error,
    seed::{self, Seed, at},
    stack::Stack,
};

/// What is said about the demo world once the stack runs: a word and its meaning,
/// such as a job's token.
pub type Notes = Vec<(String, String)>;

/// The token of the demo's running job. The stack listens on this machine only.
pub const JOB_TOKEN: &str = "glcbt-1_10_demo-world-job-token";

const ROOT: UserId = UserId(1);

/// The ids that the demo world uses up.
const LAST_IDS: [(Counter, u64); 8] = [
    (Counter::Projects, 2),
    (Counter::Groups, 5_001),
    (Counter::Users, 1),
    (Counter::Tokens, 1),
    (Counter::Runners, 1),
    (Counter::Pipelines, 6),
    (Counter::Jobs, 11),
    (Counter::Agents, 1),
];

/// Loads the demo world into the stack. Loading it again changes nothing.
///
/// `root_token` becomes the administrator's personal access token.
pub async fn load(stack: &Stack, root_token: &str) -> Result<Notes, Error> {
    let seed = Seed::new(stack)?;
    administrator(&seed, root_token).await?;
    let (group, bar) = projects(&seed).await?;
    runner(&seed).await?;
    let pipeline = pipelines(&seed, &bar).await?;
    finished_jobs(&seed, &pipeline).await?;
    waiting_jobs(&seed, &pipeline).await?;
    running_job(&seed, &pipeline).await?;
    seed.put_agent(&Agent {
        created_at: at("2022-11-16T14:51:50.579Z"),
        created_by_user_id: Some(ROOT),
        ..seed::agent(bar.id, 1, "production")
    })
    .await?;
    for (counter, last) in LAST_IDS {
        seed.store.skip_ids(counter, last).await?;
    }
    Ok(vec![
        ("job token".to_owned(), format!("{JOB_TOKEN} (job 10)")),
        (
            "project".to_owned(),
            format!(
                "{} (id {}) of group {}",
                bar.full_path, bar.id, group.full_path
            ),
        ),
    ])
}

async fn administrator(seed: &Seed, root_token: &str) -> Result<(), Error> {
    let mut root = seed::user(ROOT.0, "root");
    root.name = "Administrator".to_owned();
    root.email = "admin@example.com".to_owned();
    root.admin = true;
    seed.put_user(&root).await?;
    let secret = Secret::chosen(root_token.to_owned());
    let scopes = [Scope::Api, Scope::Sudo];
    seed.put_token(&seed::access_token(1, ROOT, &secret, &scopes))
        .await
}

async fn projects(seed: &Seed) -> Result<(Group, Project), Error> {
    let group = seed::group(1, &[], "foo");
    let diaspora = seed::group(2, &[], "diaspora");
    let mut bar = seed::project(1, &[group.id], "foo/bar");
    bar.job_count = 5;
    bar.pipeline_count = 1;
    let mut client = seed::project(2, &[diaspora.id], "diaspora/diaspora-client");
    client.visibility = Visibility::Internal;
    client.job_count = 1;
    client.pipeline_count = 1;
    for group in [&group, &diaspora] {
        seed.put_group(group).await?;
        let owner = seed::member(Source::Group(group.id), ROOT, Role::Owner);
        seed.put(&owner).await?;
    }
    for project in [&bar, &client] {
        seed.put_project(project).await?;
    }
    Ok((group, bar))
}

async fn runner(seed: &Seed) -> Result<(), Error> {
    let created_at = at("2015-12-22T09:00:00.000Z");
    seed.put(&Runner {
        id: RunnerId(1),
        description: "a shell on a laptop".to_owned(),
        runner_type: RunnerType::InstanceType,
        paused: false,
        name: Some("gitlab-runner".to_owned()),
        created_at,
        contacted_at: Some(created_at),
    })
    .await?;
    seed.put(&RunnerManager {
        runner_id: RunnerId(1),
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
    })
    .await
}

/// Pipeline 6 of `foo/bar` with the jobs 6 to 10 and the bridge 11, and the pipeline 5
/// that the bridge started elsewhere.
async fn pipelines(seed: &Seed, bar: &Project) -> Result<Pipeline, Error> {
    let mut pipeline = seed::pipeline(bar.id, 6, 6, 6);
    pipeline.iid = 1;
    pipeline.updated_at = at("2015-12-24T18:00:44.432Z");
    pipeline.bridges = BTreeSet::from([JobId(11)]);
    pipeline.commit = Some(commit(&pipeline.sha));
    seed.put(&pipeline).await?;
    seed.put(&seed::branch(bar.id, "main", &pipeline.sha))
        .await?;

    let mut bridge = seed::bridge(
        seed::build(&pipeline, 11, "deploy client", Status::Success),
        Some(Downstream {
            project_id: ProjectId(2),
            pipeline_id: PipelineId(5),
        }),
    );
    bridge.build.stage = "deploy".to_owned();
    seed.put(&bridge).await?;

    let mut downstream = seed::pipeline(ProjectId(2), 5, 5, 1);
    downstream.iid = 1;
    downstream.sha = "f62a4b2fb89754372a346f24659212eb8da13601".to_owned();
    downstream.created_at = at("2015-12-24T17:54:27.722Z");
    downstream.updated_at = at("2015-12-24T17:58:27.896Z");
    downstream.source = switchyard::pipeline::Source::Pipeline;
    seed.put(&downstream).await?;
    seed.put(&seed::job(&downstream, 5, "build", Status::Pending))
        .await?;
    Ok(pipeline)
}

/// The commit of the documentation's examples.
pub fn commit(sha: &str) -> Commit {
    let date = "2015-12-24T16:51:14.000+01:00".to_owned();
    Commit {
        id: sha.to_owned(),
        title: "Test the CI integration.".to_owned(),
        message: "Test the CI integration.".to_owned(),
        author_name: "Administrator".to_owned(),
        author_email: "admin@example.com".to_owned(),
        authored_date: date.clone(),
        committer_name: "Administrator".to_owned(),
        committer_email: "admin@example.com".to_owned(),
        committed_date: date,
        parent_ids: Vec::new(),
    }
}

async fn finished_jobs(seed: &Seed, pipeline: &Pipeline) -> Result<(), Error> {
    let mut teaspoon = teaspoon(pipeline);
    let log = "\u{1b}[0KRunning with gitlab-runner 17.9.0\u{1b}[0;m\n$ ./teaspoon\n\
               spoon too small\nERROR: Job failed: exit code 1\n";
    seed.archive_log(&mut teaspoon, log.as_bytes()).await?;
    seed.put(&teaspoon).await?;
    seed.put(&rspec_other(pipeline)).await?;
    let mut rubocop = seed::job(pipeline, 8, "rubocop", Status::Failed);
    rubocop.tag_list = vec!["docker runner".to_owned(), "macos-10.15".to_owned()];
    rubocop.artifacts_expire_at = Some(at("2016-01-23T17:54:31.198Z"));
    seed.archive_log(&mut rubocop, b"$ rubocop\n3 offenses detected\n")
        .await?;
    seed.put(&rubocop).await
}

/// Job 7 of the documentation.
pub fn teaspoon(pipeline: &Pipeline) -> Job {
    let mut job = seed::job(pipeline, 7, "teaspoon", Status::Failed);
    job.build.created_at = at("2015-12-24T15:51:21.802Z");
    job.build.queued_at = Some(at("2015-12-24T17:54:27.712Z"));
    job.build.started_at = Some(at("2015-12-24T17:54:27.722Z"));
    job.build.finished_at = Some(at("2015-12-24T17:54:27.895Z"));
    job.tag_list = vec!["docker runner".to_owned(), "ubuntu18".to_owned()];
    job.artifacts_expire_at = Some(at("2016-01-23T17:54:27.895Z"));
    let artifact = |file_type, size, filename: &str, format| Artifact {
        file_type,
        size,
        filename: filename.to_owned(),
        file_format: Some(format),
    };
    job.artifacts = vec![
        artifact(FileType::Archive, 1000, "artifacts.zip", FileFormat::Zip),
        artifact(FileType::Metadata, 186, "metadata.gz", FileFormat::Gzip),
        artifact(FileType::Trace, 1500, "job.log", FileFormat::Raw),
        artifact(FileType::Junit, 750, "junit.xml.gz", FileFormat::Gzip),
    ];
    job
}

/// Job 6 of the documentation.
pub fn rspec_other(pipeline: &Pipeline) -> Job {
    let mut job = seed::job(pipeline, 6, "rspec:other", Status::Failed);
    job.build.failure_reason = Some(FailureReason::StuckOrTimeoutFailure);
    job.build.created_at = at("2015-12-24T15:51:21.727Z");
    job.build.queued_at = Some(at("2015-12-24T17:54:24.706Z"));
    job.build.started_at = Some(at("2015-12-24T17:54:24.729Z"));
    job.build.finished_at = Some(at("2015-12-24T17:54:24.921Z"));
    job.tag_list = vec!["docker runner".to_owned(), "win10-2004".to_owned()];
    job.artifacts_expire_at = Some(at("2016-01-23T17:54:24.921Z"));
    job
}

/// Job 9 waits for somebody to play it.
async fn waiting_jobs(seed: &Seed, pipeline: &Pipeline) -> Result<(), Error> {
    let mut deploy = seed::job(pipeline, 9, "deploy", Status::Manual);
    deploy.build.stage = "deploy".to_owned();
    deploy.build.when = When::Manual;
    deploy.build.allow_failure = true;
    seed.put(&deploy).await
}

/// Job 10 has been running since the world was loaded; its log grows no more.
async fn running_job(seed: &Seed, pipeline: &Pipeline) -> Result<(), Error> {
    let mut watch = seed::job(pipeline, 10, "watch", Status::Running);
    let now = Time::now();
    watch.build.queued_at = Some(now);
    watch.build.started_at = Some(now);
    watch.runner_id = Some(RunnerId(1));
    watch.system_id = Some("s_0123456789ab".to_owned());
    let token = Secret::chosen(JOB_TOKEN.to_owned());
    watch.token_digest = Some(token.digest().as_str().to_owned());
    let first = b"$ make watch\n";
    let end = seed.append_log(&watch, 0, first).await?;
    if end == first.len() as u64 {
        seed.append_log(&watch, end, b"waiting for a change\n")
            .await?;
    }
    seed.put(&watch).await
}
