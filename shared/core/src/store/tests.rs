//! The form of stored rows: what was written once can be read for ever.

use aws_sdk_dynamodb::primitives::Blob;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::log_chunks::{ChunkBody, LogChunk};
use super::*;
use crate::ids::{GroupId, JobId, PipelineId, ProjectId, RunnerId, TriggerId, UserId};
use crate::job::{
    ArchivedLog, Artifact, Bridge, Environment, FailureReason, FileFormat, FileType, Job, Needs,
    Status,
};
use crate::pipeline::Pipeline;
use crate::project::Project;
use crate::schedule::Schedule;
use crate::time::Time;
use crate::token::{AccessToken, Scope};
use crate::trigger::Trigger;
use crate::user::User;
use crate::variable::{CiVariable, Owner, Variable, VariableType};

/// A row as DynamoDB's JSON has it.
fn item(text: &str) -> Item {
    let Value::Object(attributes) = serde_json::from_str(text).unwrap() else {
        panic!("no row: {text}");
    };
    attributes
        .iter()
        .map(|(name, value)| (name.clone(), attribute(value)))
        .collect()
}

fn attribute(value: &Value) -> AttributeValue {
    let (kind, value) = value.as_object().unwrap().iter().next().unwrap();
    let text = || value.as_str().unwrap().to_owned();
    let list = || value.as_array().unwrap().iter().map(attribute).collect();
    match kind.as_str() {
        "S" => AttributeValue::S(text()),
        "N" => AttributeValue::N(text()),
        "B" => AttributeValue::B(Blob::new(STANDARD.decode(text()).unwrap())),
        "BOOL" => AttributeValue::Bool(value.as_bool().unwrap()),
        "NULL" => AttributeValue::Null(true),
        "L" => AttributeValue::L(list()),
        "M" => AttributeValue::M(item(&value.to_string())),
        other => panic!("no row has an attribute of type {other}"),
    }
}

/// Reads a row of format 1. What is read is all that was written: written again it is the
/// same row.
fn read<R: Row>(text: &str) -> R {
    let stored = item(text);
    let row: R = row_of(stored.clone()).unwrap();
    assert_eq!(item_of(&row).unwrap(), stored);
    row
}

const JOB: &str = include_str!("tests/job.json");

#[test]
fn jobs() {
    let job: Job = read(JOB);
    assert_eq!(job.build.id, JobId(7));
    assert_eq!(job.build.pipeline_id, PipelineId(6));
    assert_eq!(job.build.status, Status::Failed);
    assert_eq!(job.build.failure_reason, Some(FailureReason::ScriptFailure));
    assert_eq!(job.build.coverage, Some(97.5));
    assert_eq!(job.build.created_at.to_string(), "2015-12-24T15:51:21.880Z");
    assert_eq!(job.build.retried_by, Some(JobId(9)));
    assert_eq!(job.runner_id, Some(RunnerId(32)));
    assert_eq!(job.system_id.as_deref(), Some("s_89e5e9956577"));
    assert_eq!(job.tag_list, ["docker runner", "ubuntu18"]);
    let archive = &job.artifacts[0];
    assert_eq!(archive.file_type, FileType::Archive);
    assert_eq!(archive.file_format, Some(FileFormat::Zip));
    assert_eq!(job.artifacts[1].file_format, None);
    let (size, crc32) = (106_365, 3_735_928_559);
    assert_eq!(job.log, Some(ArchivedLog { size, crc32 }));
    assert!(job.debug);
    assert_eq!(job.environment.unwrap().tier, "production");
}

#[test]
fn what_a_job_waits_for() {
    let mut stored = item(JOB);
    let bytes = Blob::new([0, 0, 0, 2, 1, 4]);
    stored.insert("needs".to_owned(), AttributeValue::B(bytes));
    stored.insert("scheduled_at".to_owned(), number(1_450_972_281_880_000_u64));
    let job: Job = row_of(stored.clone()).unwrap();
    assert_eq!(job.build.needs, Some(Needs(vec![0, 2, 260])));
    assert_eq!(job.build.scheduled_at, Some(job.build.created_at));
    assert_eq!(item_of(&job).unwrap(), stored);

    let bridge: Bridge = row_of(
        item_of(&Bridge {
            definition: None,
            cascaded: false,
            build: job.build.clone(),
            downstream: None,
        })
        .unwrap(),
    )
    .unwrap();
    assert_eq!(bridge.build, job.build);
}

#[test]
fn pipelines() {
    let pipeline: Pipeline = read(include_str!("tests/pipeline.json"));
    assert_eq!(pipeline.id, PipelineId(6));
    assert_eq!(pipeline.job_ids(false), [12, 9, 6].map(JobId));
    assert_eq!(pipeline.job_ids(true), [12, 9, 7, 6].map(JobId));
    assert_eq!(pipeline.bridge_ids(), [JobId(8)]);
    assert_eq!(pipeline.status, Status::WaitingForResource);
    let commit = pipeline.commit.unwrap();
    assert_eq!(commit.committed_date, "2015-12-24T16:51:14.000+01:00");
}

#[test]
fn projects() {
    let project: Project = read(include_str!("tests/project.json"));
    assert_eq!(project.ancestors(), [GroupId(3), GroupId(4)]);
    assert_eq!(project.job_count, 12_345);
    assert!(project.job_token_allowlist.contains(&ProjectId(8)));
    assert_eq!(project.full_path, "foo/Bar/baz");
}

#[test]
fn users() {
    let user: User = read(include_str!("tests/user.json"));
    assert_eq!(user.id, UserId(1));
    assert!(user.admin);
    assert_eq!(user.profile.location.as_deref(), Some("Berlin"));
}

#[test]
fn access_tokens() {
    let token: AccessToken = read(include_str!("tests/access_token.json"));
    assert_eq!(token.user_id, UserId(1));
    assert_eq!(token.scopes, [Scope::Api, Scope::K8sProxy]);
    assert!(token.revoked);
    assert_eq!(token.expires_at.unwrap().to_string(), "2016-01-31");
}

#[test]
fn log_chunks() {
    let chunk: LogChunk = read(
        r#"{"job_id":{"N":"7"},"offset":{"N":"100"},"size":{"N":"5"},"crc32":{"N":"4157704578"},
            "body":{"M":{"deflated":{"B":"y0jNyckHAA=="}}},"format":{"N":"1"}}"#,
    );
    assert_eq!(chunk.end(), 105);
    assert!(matches!(chunk.body, ChunkBody::Deflated(bytes) if bytes.len() == 7));

    let chunk: LogChunk = read(
        r#"{"job_id":{"N":"7"},"offset":{"N":"0"},"size":{"N":"100"},"crc32":{"N":"1"},
            "body":{"M":{"object":{"M":{"attempt":{"S":"0a1b2c3d4e5f6071"}}}}},"format":{"N":"1"}}"#,
    );
    let attempt = "0a1b2c3d4e5f6071".to_owned();
    assert_eq!(chunk.body, ChunkBody::Object { attempt });
}

#[test]
fn what_is_not_known_is_an_error_and_no_default() {
    let changed = |name: &str, value: Option<AttributeValue>| {
        let mut item = item(JOB);
        match value {
            Some(value) => item.insert(name.to_owned(), value),
            None => item.remove(name),
        };
        row_of::<Job>(item)
    };
    let text = |text: &str| Some(AttributeValue::S(text.to_owned()));
    assert!(changed("format", Some(number(FORMAT))).is_ok());
    for (name, value) in [
        ("format", Some(number(FORMAT + 1))),
        ("format", text("1")),
        ("format", None),
        ("status", text("sleeping")),
        ("status", None),
        ("failure_reason", text("bad_luck")),
        ("when", text("never")),
        ("needs", Some(AttributeValue::B(Blob::new([0, 1, 0])))),
        ("needs", text("rspec")),
        ("user_id", None),
        ("created_at", text("2015-12-24")),
        ("revision", None),
    ] {
        assert!(
            matches!(changed(name, value.clone()), Err(Error::Internal(_))),
            "{name}: {value:?}"
        );
    }
}

/// A whole row is billed at every update, in steps of a kilobyte.
#[test]
fn a_large_job_is_stored_in_a_kilobyte() {
    let mut job: Job = row_of(item(JOB)).unwrap();
    job.build.name = "integration-tests: [postgresql-16, ruby-3.3, knapsack 17/24]".to_owned();
    job.build.stage = "integration-tests".to_owned();
    job.build.id = JobId(9_999_999_999);
    job.build.pipeline_id = PipelineId(1_999_999_999);
    job.token_digest = Some("0".repeat(64));
    job.tag_list = vec![
        "linux".into(),
        "docker".into(),
        "saas-linux-small-amd64".into(),
    ];
    job.environment = Some(Environment {
        name: "review/4711-make-the-switch-faster".to_owned(),
        slug: "review-4711-make-the-sw-x3fy2a".to_owned(),
        tier: "development".to_owned(),
    });
    let artifact = |file_type, filename: &str| Artifact {
        file_type,
        size: 104_857_600,
        filename: filename.to_owned(),
        file_format: Some(FileFormat::Gzip),
    };
    job.artifacts = vec![
        artifact(FileType::Archive, "artifacts.zip"),
        artifact(FileType::Metadata, "metadata.gz"),
        artifact(FileType::Junit, "junit.xml.gz"),
    ];
    job.build.needs = Some(Needs((900..950).collect()));
    let size = item_bytes(&item_of(&job).unwrap());
    assert!(size <= 1024, "{size} bytes");
}

/// The size of a row as DynamoDB counts it.
fn item_bytes(item: &Item) -> usize {
    let attributes = item.iter();
    attributes
        .map(|(name, value)| name.len() + bytes(value))
        .sum()
}

fn bytes(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(digits) => digits.len().div_ceil(2) + 1,
        AttributeValue::B(bytes) => bytes.as_ref().len(),
        AttributeValue::Bool(_) | AttributeValue::Null(_) => 1,
        AttributeValue::L(list) => 3 + list.iter().map(|value| 1 + bytes(value)).sum::<usize>(),
        AttributeValue::M(map) => 3 + map.len() + item_bytes(map),
        other => panic!("no row has an attribute like {other:?}"),
    }
}

/// What a job is played with has its key alone, a CI variable its scope behind it.
#[test]
fn variables() {
    let played: Variable = read(
        r#"{"owner":{"S":"job#7"},"key":{"S":"TARGET"},"value":{"S":"staging"},"format":{"N":"1"}}"#,
    );
    assert_eq!(played.owner, Owner::Job(JobId(7)));
    assert_eq!(played.key, "TARGET");
    let variable: CiVariable = read(include_str!("tests/ci_variable.json"));
    assert_eq!(variable.owner, Owner::Project(ProjectId(1)));
    assert_eq!(variable.key, "TOKEN");
    assert_eq!(variable.environment_scope, "production");
    assert_eq!(variable.variable_type, VariableType::File);
    assert!(variable.protected && variable.masked && variable.hidden && variable.raw);
}

#[test]
fn triggers() {
    let trigger: Trigger = read(
        r#"{"project_id":{"N":"1"},"id":{"N":"5"},"digest":{"S":"9f86"},"token_start":{"S":"a1b2"},
            "description":{"S":"nightly"},"owner_id":{"N":"3"},"created_at":{"N":"1450980000000000"},
            "updated_at":{"N":"1450980000000000"},"expires_at":{"N":"1451606400000000"},"format":{"N":"1"}}"#,
    );
    assert_eq!(trigger.id, TriggerId(5));
    assert_eq!(trigger.digest.as_str(), "9f86");
    assert_eq!(trigger.owner_id, UserId(3));
    assert!(trigger.last_used.is_none());
    assert!(trigger.is_expired(Time::from_microseconds(1_451_606_400_000_000)));
}

#[test]
fn schedules() {
    let schedule: Schedule = read(
        r#"{"project_id":{"N":"1"},"id":{"N":"6"},"description":{"S":"nightly"},"ref":{"S":"refs/heads/main"},
            "cron":{"S":"0 1 * * *"},"cron_timezone":{"S":"UTC"},"active":{"BOOL":true},
            "next_run_at":{"N":"1450980000000000"},"due_shard":{"N":"2"},"owner_id":{"N":"3"},
            "created_at":{"N":"1450970000000000"},"updated_at":{"N":"1450970000000000"},
            "pipelines":{"L":[{"N":"46"},{"N":"47"}]},"variable_count":{"N":"2"},"revision":{"N":"5"},
            "format":{"N":"1"}}"#,
    );
    assert_eq!(schedule.ref_name, "refs/heads/main");
    assert_eq!(schedule.pipelines, [PipelineId(46), PipelineId(47)]);
    assert_eq!((schedule.variable_count, schedule.revision), (2, 5));
    assert!(schedule.is_due(Time::from_microseconds(1_450_980_000_000_000)));
}
