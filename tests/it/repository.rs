//! Files, commits, branches and tags of a project.

mod branches;
mod commits;
mod crashes;
mod files;
mod protection;
mod races;
mod tags;

use serde_json::{Value, json};
use switchyard::ids::{PipelineId, ProjectId};
use switchyard::member::{Role, Source};
use switchyard::pipeline::Pipeline;
use switchyard::store::jobs::From;
use switchyard::store::pipelines::Among;
use switchyard_local::seed;
use switchyard_tests::{Answer, Caller, TestApp};

/// An empty project 1, with a maintainer and a developer.
pub(crate) struct World {
    pub(crate) app: TestApp,
    pub(crate) maintainer: Caller,
    pub(crate) developer: Caller,
}

impl World {
    pub(crate) async fn empty() -> Self {
        let app = TestApp::new().await;
        app.add_project(1, |project| {
            project.default_branch = None;
            project.ci_config_path = Some("ci.yml@nowhere/at-all".to_owned());
        })
        .await;
        let source = Source::Project(ProjectId(1));
        let mut maintainer = seed::user(2, "mia");
        maintainer.name = "Mia Maintainer".to_owned();
        maintainer.email = "mia@example.com".to_owned();
        let membership = seed::member(source, maintainer.id, Role::Maintainer);
        app.seed.put(&membership).await.unwrap();
        let maintainer = app.add_user(&maintainer).await;
        let developer = app.add_member(3, source, Role::Developer).await;
        Self {
            app,
            maintainer,
            developer,
        }
    }

    /// With one commit on `main`, of `README.md` and `a/b.txt`, and the branch `feature`
    /// there.
    pub(crate) async fn new() -> Self {
        let world = Self::empty().await;
        let actions = json!([
            { "action": "create", "file_path": "README.md", "content": "hello\n" },
            { "action": "create", "file_path": "a/b.txt", "content": "b" },
        ]);
        world.commits("main", "First", actions, 201).await;
        let body = json!({ "branch": "feature", "ref": "main" });
        world.post("repository/branches", &body, 201).await;
        world
    }

    pub(crate) async fn get(&self, path: &str, status: u16) -> Answer {
        let answer = self.app.get(&at(path), &self.maintainer).await;
        assert_eq!(answer.status, status, "{path}: {answer:?}");
        answer
    }

    pub(crate) async fn post(&self, path: &str, body: &Value, status: u16) -> Value {
        let answer = self.app.post(&at(path), &self.maintainer, body).await;
        assert_eq!(answer.status, status, "{path} {body}: {answer:?}");
        answer.json()
    }

    /// Makes a commit as the maintainer.
    pub(crate) async fn commits(
        &self,
        branch: &str,
        message: &str,
        actions: Value,
        status: u16,
    ) -> Value {
        let body = json!({ "branch": branch, "commit_message": message, "actions": actions });
        self.post("repository/commits", &body, status).await
    }

    /// The pushes, oldest first: each has made a pipeline, which failed for want of a
    /// configuration where the project says it is.
    pub(crate) async fn pushes(&self) -> Vec<Pipeline> {
        let store = &self.app.seed.store;
        let from = From::Above(PipelineId(0));
        let walked = store.pipelines(ProjectId(1), &Among::All, from, 1_000);
        let pipelines = walked.await.unwrap().pipelines;
        pipelines
            .into_iter()
            .filter(Pipeline::is_published)
            .collect()
    }
}

/// An address in project 1.
pub(crate) fn at(path: &str) -> String {
    format!("/api/v4/projects/1/{path}")
}

pub(crate) fn message(text: &str) -> Value {
    json!({ "message": text })
}

pub(crate) fn error(text: &str) -> Value {
    json!({ "error": text })
}
