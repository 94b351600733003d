//! Worlds that tests start from: people with tokens, and projects with jobs.

use std::sync::Once;

use aws_sdk_dynamodb::types::AttributeValue;
use base64::Engine as _;
use serde_json::{Value, json};
use switchyard::ids::{GroupId, JobId, ProjectId, UserId};
use switchyard::job::{Job, Status};
use switchyard::member::{Role, Source};
use switchyard::pipeline::Pipeline;
use switchyard::project::Project;
use switchyard::store::counters::Counter;
use switchyard::store::{Row, item_of};
use switchyard::token::{AccessToken, Scope, Secret};
use switchyard::user::User;
use switchyard_local::seed;

use crate::app::TestApp;
use crate::caller::Caller;
use crate::wire::{Fault, Rule};

/// The administrator whom [`TestApp::administrator`] makes.
pub const ROOT: UserId = UserId(1);

impl TestApp {
    /// Adds the administrator, user 1, and gives their token.
    pub async fn administrator(&self) -> Caller {
        let mut root = seed::user(ROOT.0, "root");
        root.name = "Administrator".to_owned();
        root.admin = true;
        self.add_user(&root).await
    }

    /// Adds a user, and a token with the scope `api`, which is given.
    pub async fn add_user(&self, user: &User) -> Caller {
        self.seed.put_user(user).await.unwrap();
        self.add_token(user.id, |_| {}).await
    }

    /// Adds one more token of a user, changed as needed.
    pub async fn add_token(&self, user: UserId, change: impl FnOnce(&mut AccessToken)) -> Caller {
        let secret = Secret::personal_access_token();
        let mut token = seed::access_token(1000 + user.0, user, &secret, &[Scope::Api]);
        change(&mut token);
        self.seed.put_token(&token).await.unwrap();
        Caller::token(&secret)
    }

    /// Adds a user with a role somewhere, and gives their token.
    pub async fn add_member(&self, id: u64, source: Source, role: Role) -> Caller {
        let user = seed::user(id, &format!("user{id}"));
        self.seed
            .put(&seed::member(source, user.id, role))
            .await
            .unwrap();
        self.add_user(&user).await
    }

    /// Adds group `group` with project `group/project`, both with this id, changed as needed.
    pub async fn add_project(&self, id: u64, change: impl FnOnce(&mut Project)) -> Project {
        let group = seed::group(id, &[], &format!("group{id}"));
        let mut project = seed::project(
            id,
            &[GroupId(id)],
            &format!("{}/project{id}", group.full_path),
        );
        change(&mut project);
        self.seed.put_group(&group).await.unwrap();
        self.seed.put_project(&project).await.unwrap();
        project
    }

    /// Adds a pipeline with jobs of these statuses, whose ids count from `first` on.
    pub async fn add_pipeline(
        &self,
        project: ProjectId,
        id: u64,
        first: u64,
        statuses: &[Status],
    ) -> Pipeline {
        let pipeline = seed::pipeline(project, id, first, statuses.len() as u64);
        let last = first + statuses.len() as u64;
        let store = &self.seed.store;
        store.skip_ids(Counter::Jobs, last).await.unwrap();
        store.skip_ids(Counter::Pipelines, id).await.unwrap();
        self.seed.put(&pipeline).await.unwrap();
        for (job, status) in (first..).zip(statuses) {
            let job = seed::job(&pipeline, job, &format!("job {job}"), *status);
            self.seed.put(&job).await.unwrap();
        }
        pipeline
    }

    /// Adds a running job, and gives its token.
    pub async fn add_running_job(&self, pipeline: &Pipeline, id: u64) -> Caller {
        let mut job = seed::job(pipeline, id, "running", Status::Running);
        let secret = Secret::job_token(pipeline.project_id, JobId(id));
        job.token_digest = Some(secret.digest().as_str().to_owned());
        self.seed.put(&job).await.unwrap();
        Caller::job_token(&secret)
    }

    /// Replaces a row as it stands, whatever it was.
    pub fn replace<R: Row>(&self, row: &R) {
        let request = json!({ "TableName": self.table_of(row), "Item": self.wire_item(row) });
        let request = serde_json::from_value(request).unwrap();
        self.stack.dynamodb.database().put_item(request).unwrap();
    }

    /// Replaces a row just before a function's next call of this action, past what the
    /// function has read.
    pub fn replace_before<R: Row>(&self, action: &str, row: &R) {
        let request = json!({ "TableName": self.table_of(row), "Item": self.wire_item(row) });
        let database = self.stack.dynamodb.database().clone();
        let replace = Once::new();
        let rule = Rule::new(Fault::InternalError)
            .action(action)
            .when(move |_| {
                replace.call_once(|| {
                    let request = serde_json::from_value(request.clone()).unwrap();
                    database.put_item(request).unwrap();
                });
                false
            });
        self.wire.faults().add(rule);
    }

    pub(crate) fn wire_item<R: Row>(&self, row: &R) -> Value {
        let item = item_of(row).unwrap().into_iter();
        item.map(|(name, value)| (name, wire_form(&value)))
            .collect()
    }

    pub(crate) fn table_of<R: Row>(&self, row: &R) -> String {
        let environment = self.stack.environment("projects");
        environment[row.key().table().variable()].clone()
    }
}

/// A job, changed as needed.
pub fn job(pipeline: &Pipeline, id: u64, status: Status, change: impl FnOnce(&mut Job)) -> Job {
    let mut job = seed::job(pipeline, id, &format!("job {id}"), status);
    change(&mut job);
    job
}

/// An attribute as DynamoDB's JSON writes it.
fn wire_form(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::B(bytes) => {
            json!({ "B": base64::engine::general_purpose::STANDARD.encode(bytes.as_ref()) })
        }
        AttributeValue::Bool(value) => json!({ "BOOL": value }),
        AttributeValue::L(values) => {
            json!({ "L": values.iter().map(wire_form).collect::<Vec<_>>() })
        }
        AttributeValue::M(values) => {
            let values = values.iter();
            let values: Value = values
                .map(|(name, value)| (name.clone(), wire_form(value)))
                .collect();
            json!({ "M": values })
        }
        AttributeValue::N(number) => json!({ "N": number }),
        AttributeValue::S(text) => json!({ "S": text }),
        AttributeValue::Null(_) => json!({ "NULL": true }),
        other => panic!("no row has an attribute like {other:?}"),
    }
}
