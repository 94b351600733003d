//! Projects with some of everything that can belong to one.

use std::ops::Range;

use dynoxide::types::AttributeValue;
use switchyard::agent::{Agent, AgentGrant};
use switchyard::blobs::BlobKey;
use switchyard::definition::Definition;
use switchyard::ids::{AgentId, GroupId, JobId, ProjectId, PushId, ResourceGroupId, UserId};
use switchyard::job::{FileType, Status};
use switchyard::member::{Role, Source};
use switchyard::pipeline::Pipeline;
use switchyard::project::Project;
use switchyard::repository::{Oid, Push, ZERO_SHA};
use switchyard::resource_group::ResourceGroup;
use switchyard::store::log_chunks::{ChunkBody, LogChunk};
use switchyard::token::{Scope, Secret};
use switchyard::variable::{Owner, Variable};
use switchyard_local::seed::{self, at};
use switchyard_local::template::BUCKET;
use switchyard_tests::bulk::Change;
use switchyard_tests::world::job;
use switchyard_tests::{Caller, TestApp};

use crate::endpoints::repository::stored;

/// Project 3 has jobs, pipelines and tokens with numbers from 3,000,000 on.
pub(super) const IDS: u64 = 1_000_000;

/// The users that can be bots of a project; the first two are.
pub(super) fn bot_ids(project: u64) -> Range<u64> {
    project * 1_000..project * 1_000 + 10
}

/// Adds a project with so many jobs, at least three. Of three in a row the first has run,
/// the second has not, and the third was played with variables.
pub(crate) async fn furnish(app: &TestApp, id: u64, jobs: u64) -> Project {
    let project = app
        .add_project(id, |project| project.job_count = jobs)
        .await;
    let first = id * IDS + 1;
    let pipeline = seed::pipeline(project.id, id * IDS, first, jobs);
    app.load(
        std::slice::from_ref(&pipeline),
        jobs / 10 + 1,
        |place, item| {
            item.number("id", id * IDS + place);
        },
    );
    load_jobs(app, &pipeline, first, jobs);
    put_objects(app, project.id, JobId(first));
    put_rows(app, &pipeline, first + jobs).await;
    for number in 0..2 {
        put_bot(app, id, number).await;
    }
    project
}

fn load_jobs(app: &TestApp, pipeline: &Pipeline, first: u64, jobs: u64) {
    let patterns = [
        job(pipeline, first, Status::Success, |_| {}),
        job(pipeline, first, Status::Created, |_| {}),
        job(pipeline, first, Status::Manual, |job| {
            job.has_variables = true;
        }),
    ];
    app.load(&patterns, jobs, |place, item| {
        item.number("id", first + place);
    });
    let chunk = LogChunk {
        job_id: JobId(first),
        offset: 0,
        size: 5,
        crc32: 1,
        body: ChunkBody::Object {
            attempt: "a".to_owned(),
        },
    };
    app.load(&[chunk], jobs.div_ceil(3) * 2, |place, item| {
        item.number("job_id", first + place / 2 * 3);
        item.number("offset", place % 2 * 5);
    });
    let variable = Variable {
        owner: Owner::Job(JobId(first)),
        key: "KEY".to_owned(),
        value: "secret".to_owned(),
    };
    app.load(&[variable], jobs / 3 * 2, |place, item| {
        let owner = Owner::Job(JobId(first + place / 2 * 3 + 2)).to_string();
        let key = format!("KEY_{}", place % 2);
        item.insert("owner".to_owned(), AttributeValue::S(owner));
        item.insert("key".to_owned(), AttributeValue::S(key));
    });
}

/// What stands beside the jobs, by twos.
async fn put_rows(app: &TestApp, pipeline: &Pipeline, free: u64) {
    let project = pipeline.project_id;
    for script in ["make", "make test"] {
        let definition = Definition::new(project, &script).unwrap().unwrap();
        app.seed.put(&definition).await.unwrap();
    }
    let source = Source::Project(project);
    for number in 0..2 {
        let bridge = seed::bridge(
            seed::build(pipeline, free + number, "deploy", Status::Success),
            None,
        );
        app.seed.put(&bridge).await.unwrap();
        let branch = seed::branch(project, &format!("feature/{number}"), &pipeline.sha);
        app.seed.put(&branch).await.unwrap();
        let key = format!("production-{number}");
        let id = ResourceGroupId(project.0 * 10 + number);
        let group = ResourceGroup::new(project, key, id, pipeline.created_at);
        app.seed.put(&group).await.unwrap();
        let sha = format!("{number:040}");
        let commit = stored(project, &sha, Oid::of_blob(b""));
        app.seed.put(&commit).await.unwrap();
        let push = Push {
            project_id: project,
            id: PushId(project.0 * 10 + number),
            ref_name: branch.name.clone(),
            tag: false,
            before: ZERO_SHA.to_owned(),
            after: sha,
            user_id: UserId(500),
            created_at: at("2015-12-20T00:00:00.000Z"),
            ci_skip: false,
            // The other one is nobody's any more.
            deadline: (number == 0).then(|| at("2015-12-20T00:00:00.000Z")),
        };
        app.seed.put(&push).await.unwrap();
        let agent = Agent {
            project_id: project,
            id: AgentId(project.0 * 10 + number),
            name: format!("agent{number}"),
            created_at: at("2015-12-20T00:00:00.000Z"),
            created_by_user_id: None,
            granted_to: [Source::Group(GroupId(900 + project.0))].into(),
        };
        app.seed.put(&agent).await.unwrap();
        app.seed.put(&agent.name_row()).await.unwrap();
        for source in &agent.granted_to {
            let grant = AgentGrant {
                source: *source,
                agent_id: agent.id,
                config_project_id: project,
                configuration: None,
                environments: Vec::new(),
            };
            app.seed.put(&grant).await.unwrap();
        }
        // To this project, of the agents of the first one.
        let grant = AgentGrant {
            source,
            agent_id: AgentId(10 + number),
            config_project_id: ProjectId(1),
            configuration: None,
            environments: Vec::new(),
        };
        app.seed.put(&grant).await.unwrap();
        let key = format!("KEY_{number}");
        let variable = seed::ci_variable(Owner::Project(project), &key, "secret");
        app.seed.put(&variable).await.unwrap();
        let schedule = seed::schedule(project, project.0 * IDS + number, UserId(500));
        app.seed.put(&schedule).await.unwrap();
        for key in ["ONE", "TWO"] {
            let variable = seed::ci_variable(Owner::Schedule(schedule.id), key, "secret");
            app.seed.put(&variable).await.unwrap();
        }
        let secret = Secret::chosen(format!("glptt-{number}"));
        let trigger = seed::trigger(project, project.0 * 10 + number, UserId(500), &secret);
        app.seed.put(&trigger).await.unwrap();
        let member = seed::member(source, UserId(500 + number), Role::Developer);
        app.seed.put(&member).await.unwrap();
    }
}

fn put_objects(app: &TestApp, project_id: ProjectId, job_id: JobId) {
    for key in [
        BlobKey::Log(project_id, job_id),
        BlobKey::LogChunk {
            project_id,
            job_id,
            offset: 0,
            attempt: "a".to_owned(),
        },
        BlobKey::LogSnapshot {
            project_id,
            job_id,
            size: 5,
            crc32: 1,
        },
        BlobKey::Artifact {
            project_id,
            job_id,
            file_type: FileType::Archive,
            filename: "artifacts.zip".to_owned(),
        },
    ] {
        put_object(app, &key.to_string());
    }
    put_object(app, &format!("repositories/{project_id}/objects/pack"));
}

/// Puts an object past the functions and the wire.
pub(super) fn put_object(app: &TestApp, key: &str) {
    let path = app.stack.s3.folder().join(BUCKET).join(key);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, "bytes").unwrap();
}

/// Adds a bot that is a member of the project, with two tokens, one of which is given.
pub(super) async fn put_bot(app: &TestApp, project: u64, number: u64) -> Caller {
    let source = Source::Project(ProjectId(project));
    let id = bot_ids(project).start + number;
    let mut bot = seed::user(id, &format!("project_{project}_bot_{number}"));
    bot.bot = true;
    app.seed.put_user(&bot).await.unwrap();
    let member = seed::member(source, bot.id, Role::Maintainer);
    app.seed.put(&member).await.unwrap();
    let mut secret = Secret::personal_access_token();
    for place in 0..2 {
        secret = Secret::personal_access_token();
        let id = project * IDS + 2 * number + place;
        let mut token = seed::access_token(id, bot.id, &secret, &[Scope::Api]);
        token.source = Some(source);
        app.seed.put_token(&token).await.unwrap();
    }
    Caller::token(&secret)
}
