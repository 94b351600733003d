//! Pipelines from a configuration: started by hand, by pushes, by schedules and by triggers.

mod by_hand;
mod downstream;
mod pushes;
mod resource_groups;
mod schedules;
mod triggers;

use serde_json::{Value, json};
use switchyard::ids::{PipelineId, ProjectId};
use switchyard::member::{Role, Source};
use switchyard::pipeline::Picture;
use switchyard::project::Project;
use switchyard::store::{Key, Rows};
use switchyard_tests::{Answer, Caller, TestApp};

const PROJECT: ProjectId = ProjectId(1);

/// Project 1 with an empty repository, a developer and a maintainer.
pub(crate) struct World {
    pub(crate) app: TestApp,
    pub(crate) root: Caller,
    pub(crate) developer: Caller,
    pub(crate) maintainer: Caller,
}

impl World {
    pub(crate) async fn new() -> Self {
        let app = TestApp::new().await;
        let root = app.administrator().await;
        let project = app
            .add_project(PROJECT.0, |project| project.default_branch = None)
            .await;
        let source = Source::Project(project.id);
        let developer = app.add_member(30, source, Role::Developer).await;
        let maintainer = app.add_member(40, source, Role::Maintainer).await;
        Self {
            app,
            root,
            developer,
            maintainer,
        }
    }

    /// With files on `main`, whose push starts nothing.
    pub(crate) async fn with(files: &[(&str, &str)]) -> Self {
        let world = Self::new().await;
        world.commit("main", "Begin [skip ci]", files).await;
        world
    }

    /// With a configuration on `main`, whose push starts nothing.
    pub(crate) async fn configured(text: &str) -> Self {
        Self::with(&[(".gitlab-ci.yml", text)]).await
    }

    /// Makes a commit of these files, new or not, and gives its id.
    pub(crate) async fn commit(
        &self,
        branch: &str,
        message: &str,
        files: &[(&str, &str)],
    ) -> String {
        let mut actions = Vec::new();
        for (path, content) in files {
            let encoded = path.replace('/', "%2F").replace('.', "%2E");
            let there = format!("/api/v4/projects/1/repository/files/{encoded}?ref={branch}");
            let there = self.app.get(&there, &self.maintainer).await.status == 200;
            let action = if there { "update" } else { "create" };
            actions.push(json!({ "action": action, "file_path": path, "content": content }));
        }
        let body = json!({ "branch": branch, "commit_message": message, "actions": actions });
        let answer = self
            .post("repository/commits", &self.maintainer, &body)
            .await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.json()["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn post(&self, path: &str, caller: &Caller, body: &Value) -> Answer {
        let path = format!("/api/v4/projects/1/{path}");
        self.app.post(&path, caller, body).await
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let path = format!("/api/v4/projects/1/{path}");
        let answer = self.app.get(&path, &self.maintainer).await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        answer.json()
    }

    /// Starts one by hand, which must work.
    pub(crate) async fn started(&self, body: Value) -> Value {
        let answer = self.post("pipeline", &self.maintainer, &body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.json()
    }

    /// Lets developers push to `main`, which its first commit protects.
    pub(crate) async fn open_main(&self) {
        let path = "/api/v4/projects/1/protected_branches/main";
        let answer = self.app.delete(path, &self.maintainer).await;
        assert_eq!(answer.status, 204, "{answer:?}");
    }

    pub(crate) async fn project(&self) -> Project {
        let key = Key::Project(PROJECT);
        let mut rows = Rows::default();
        let store = &self.app.seed.store;
        rows.load(store, [key.clone()]).await.unwrap();
        rows.get(&key).unwrap().unwrap()
    }

    pub(crate) async fn picture(&self, id: &Value) -> Picture {
        let id = PipelineId(id.as_u64().unwrap());
        let picture = self.app.seed.store.picture(PROJECT, id).await;
        picture.unwrap().unwrap()
    }

    /// `stage/name status`, in the order of the ids.
    pub(crate) async fn jobs(&self, id: &Value) -> String {
        let picture = self.picture(id).await;
        let mut builds = picture.builds();
        builds.sort_unstable_by_key(|build| build.id);
        let latest = builds.iter().filter(|build| build.retried_by.is_none());
        let rows: Vec<String> = latest
            .map(|build| format!("{}/{} {}", build.stage, build.name, build.status.as_str()))
            .collect();
        rows.join(", ")
    }

    /// How many pipelines there are, child pipelines included.
    pub(crate) fn pipelines(&self) -> usize {
        self.app.dump().rows["pipelines"].len()
    }
}
