//! Hints never make an answer old: after whatever change the next request says what is
//! true now. A hint that no longer holds costs one more round.

use switchyard::ids::{GroupId, JobId, PipelineId, ProjectId, RunnerId, UserId};
use switchyard::job::{Job, Status};
use switchyard::member::{Role, Source};
use switchyard::project::{DirectoryEntry, DirectoryTarget, Namespace, Project};
use switchyard::token::{Scope, Secret};
use switchyard_local::seed;
use switchyard_tests::{Answer, Caller, TestApp};

use crate::reads::{self, DEVELOPER, INNER, OUTER, RUNNER, Things};

/// A project whose job was read before, by the function that is asked again.
struct World {
    app: TestApp,
    things: Things,
}

impl World {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let developer = reads::surroundings(&app).await;
        let things = reads::project(&app, 1, 100, developer).await;
        let world = Self { app, things };
        let seen = world.job().await;
        assert_eq!(seen.0.status, 200, "{seen:?}");
        assert_eq!(world.job().await.1, 1);
        world
    }

    /// Reads the running job; also how many rounds that took.
    async fn job(&self) -> (Answer, u32) {
        self.read("projects/{project}/jobs/{running}").await
    }

    async fn read(&self, pattern: &str) -> (Answer, u32) {
        let (path, caller) = (self.things.path(pattern), self.things.caller(pattern));
        let (answer, spent) = self.app.spend(&path, caller).await;
        (answer, spent.depth)
    }

    fn change_job(&self, change: impl FnOnce(&mut Job)) {
        let mut job = self.things.running.clone();
        change(&mut job);
        self.app.replace(&job);
    }

    fn change_project(&self, change: impl FnOnce(&mut Project)) {
        let mut project = self.things.project.clone();
        change(&mut project);
        self.app.replace(&project);
    }

    fn point_path_to(&self, target: DirectoryTarget) {
        let path = self.things.project.full_path.clone();
        self.app.replace(&DirectoryEntry { path, target });
    }

    fn change_role(&self, source: Source, role: Role) {
        self.app.replace(&seed::member(source, DEVELOPER, role));
    }
}

#[tokio::test]
async fn a_revoked_token_is_dead_at_once() {
    let mut world = World::new().await;
    let secret = Secret::personal_access_token();
    let mut token = seed::access_token(7, DEVELOPER, &secret, &[Scope::Api]);
    world.app.replace(&token);
    world.things.developer = Caller::token(&secret);
    assert_eq!(world.job().await.0.status, 200);

    token.revoked = true;
    world.app.replace(&token);
    let (answer, rounds) = world.job().await;
    assert_eq!((answer.status.as_u16(), rounds), (401, 1));
    assert_eq!(answer.json()["error"], "invalid_token");
}

#[tokio::test]
async fn a_token_that_passed_to_somebody_else_speaks_for_them() {
    let mut world = World::new().await;
    let secret = Secret::personal_access_token();
    let mut token = seed::access_token(7, DEVELOPER, &secret, &[Scope::Api]);
    world.app.replace(&token);
    world.things.developer = Caller::token(&secret);
    assert_eq!(world.read("user").await.0.json()["id"], DEVELOPER.0);

    token.user_id = UserId(3);
    world.app.replace(&token);
    let (answer, rounds) = world.read("user").await;
    assert_eq!(answer.json()["username"], "author");
    assert_eq!(rounds, 2);
    assert_eq!(world.read("user").await.1, 1);
}

#[tokio::test]
async fn a_blocked_user_is_out_at_once() {
    let world = World::new().await;
    let mut user = seed::user(DEVELOPER.0, "user2");
    user.state = switchyard::user::UserState::Blocked;
    world.app.replace(&user);
    let (answer, rounds) = world.job().await;
    assert_eq!((answer.status.as_u16(), rounds), (403, 1));
}

#[tokio::test]
async fn a_changed_membership_counts_at_once() {
    let world = World::new().await;
    world.change_project(|project| project.public_jobs = false);
    assert_eq!(world.job().await.0.status, 200);

    world.change_role(Source::Group(OUTER), Role::Guest);
    let (answer, rounds) = world.job().await;
    assert_eq!((answer.status.as_u16(), rounds), (403, 1));

    world.change_role(Source::Project(world.things.project.id), Role::Reporter);
    let (answer, rounds) = world.job().await;
    assert_eq!((answer.status.as_u16(), rounds), (200, 1));
}

#[tokio::test]
async fn a_path_that_a_project_left_leads_to_its_number() {
    let world = World::new().await;
    let id = world.things.project.id;
    world.change_project(|project| project.full_path = "outer/inner/elsewhere".to_owned());
    world.point_path_to(DirectoryTarget::MovedProject { id });
    let (answer, rounds) = world.job().await;
    assert_eq!((answer.status.as_u16(), rounds), (301, 1));
    let job = world.things.running.build.id;
    let location = format!("https://example.com/api/v4/projects/{id}/jobs/{job}");
    assert_eq!(answer.header("location"), Some(location.as_str()));
}

#[tokio::test]
async fn a_path_that_another_project_took_leads_there() {
    let world = World::new().await;
    let other = seed::project(2, &[OUTER], "outer/other");
    world.app.seed.put_project(&other).await.unwrap();
    world.point_path_to(DirectoryTarget::Project {
        id: ProjectId(2),
        ancestors: vec![OUTER],
    });
    assert_eq!(world.job().await.0.json()["message"], "404 Not found");

    // A job with the same number cannot be elsewhere; the list shows whose it is.
    let pipeline = seed::pipeline(ProjectId(2), 900, 900, 1);
    let job = seed::job(&pipeline, 900, "theirs", Status::Success);
    world.app.replace(&pipeline);
    world.app.replace(&job);
    let (answer, rounds) = world.read("projects/{project}/jobs").await;
    assert_eq!(answer.ids(), [900]);
    assert_eq!(rounds, 3);
}

#[tokio::test]
async fn a_path_that_nobody_has_any_more_leads_nowhere() {
    let world = World::new().await;
    world.point_path_to(DirectoryTarget::Group { id: GroupId(77) });
    let (answer, rounds) = world.job().await;
    assert_eq!(answer.json()["message"], "404 Project Not Found");
    assert_eq!(rounds, 1);
}

#[tokio::test]
async fn a_job_is_shown_with_what_its_row_names_now() {
    let world = World::new().await;
    let other = RunnerId(2);
    world.app.replace(&reads::runner(other));
    world.app.replace(&reads::manager(other));
    world.change_job(|job| job.runner_id = Some(other));
    let (answer, rounds) = world.job().await;
    assert_eq!(answer.json()["runner"]["id"], 2);
    assert_eq!(answer.json()["runner_manager"]["id"], 2);
    assert_eq!(rounds, 2);
    assert_eq!(world.job().await.1, 1);

    let mut pipeline = world.things.pipeline.clone();
    pipeline.id = PipelineId(900);
    pipeline.ref_name = "other".to_owned();
    world.app.replace(&pipeline);
    world.change_job(|job| {
        job.build.pipeline_id = pipeline.id;
        job.build.user_id = UserId(3);
    });
    let (answer, rounds) = world.job().await;
    assert_eq!(answer.json()["pipeline"]["id"], 900);
    assert_eq!(answer.json()["ref"], "other");
    assert_eq!(answer.json()["user"]["username"], "author");
    assert_eq!(answer.json()["runner"]["id"], RUNNER.0);
    assert_eq!(rounds, 2);

    world.change_job(|job| {
        job.runner_id = None;
        job.system_id = None;
        job.build.status = Status::Canceled;
    });
    let (answer, _) = world.job().await;
    assert_eq!(answer.json()["status"], "canceled");
    assert!(answer.json()["runner"].is_null());
}

#[tokio::test]
async fn a_finished_job_takes_its_token_along() {
    let world = World::new().await;
    assert_eq!(world.read("job").await.0.status, 200);
    assert_eq!(world.read("job").await.1, 1);
    world.change_job(|job| job.build.status = Status::Success);
    assert_eq!(world.read("job").await.0.status, 401);
}

#[tokio::test]
async fn a_job_whose_pipeline_is_being_written_is_not_there_yet() {
    let world = World::new().await;
    let mut pipeline = world.things.pipeline.clone();
    pipeline.building = true;
    world.app.replace(&pipeline);
    let (answer, rounds) = world.job().await;
    assert_eq!(answer.json()["message"], "404 Not found");
    assert_eq!(rounds, 1);
    for list in ["jobs", "bridges"] {
        let list = format!("projects/{{project}}/pipelines/{{pipeline}}/{list}");
        assert_eq!(world.read(&list).await.0.status, 404);
    }
    let show = "projects/{project}/pipelines/{pipeline}";
    assert_eq!(world.read(show).await.0.status, 404);
    let (listed, _) = world.read("projects/{project}/pipelines").await;
    assert!(!listed.ids().contains(&pipeline.id.0));
}

#[tokio::test]
async fn groups_above_are_those_of_the_projects_row() {
    let world = World::new().await;
    let in_groups = |ancestors: Vec<GroupId>| {
        world.change_project(|project| project.namespace = Namespace::Group { ancestors });
    };
    // Out of the group that the membership is in, ...
    in_groups(vec![INNER]);
    let (answer, rounds) = world.job().await;
    assert_eq!(answer.json()["message"], "404 Project Not Found");
    assert_eq!(rounds, 1);

    // ... and back: now the hint lacks a group, which has to be looked up.
    in_groups(vec![OUTER, INNER]);
    let (answer, rounds) = world.job().await;
    assert_eq!((answer.status.as_u16(), rounds), (200, 2));
    assert_eq!(world.job().await.1, 1);
}

#[tokio::test]
async fn a_deleted_project_is_gone_at_once() {
    let world = World::new().await;
    world.change_project(|project| project.deleted_at = Some(seed::at("2015-12-24T17:00:00Z")));
    let (answer, rounds) = world.job().await;
    assert_eq!(answer.json()["message"], "404 Project Not Found");
    assert_eq!(rounds, 1);
    assert_eq!(world.read("job").await.0.status, 401);
}

#[tokio::test]
async fn a_retried_job_and_its_successor_are_listed_as_they_are_now() {
    let world = World::new().await;
    let pipeline_jobs = "projects/{project}/pipelines/{pipeline}/jobs";
    let before = world.read(pipeline_jobs).await.0.ids();
    let old = world.things.ended.build.id;
    assert!(before.contains(&old.0));

    let mut pipeline = world.things.pipeline.clone();
    let new = JobId(old.0 + 100);
    let (first, count) = (new, 1);
    let block = switchyard::pipeline::Block { first, count };
    pipeline.blocks.push(block);
    pipeline.retried.insert(old);
    world.app.replace(&pipeline);
    let job = seed::job(&pipeline, new.0, "rspec", Status::Pending);
    world.app.replace(&job);
    let (answer, rounds) = world.read(pipeline_jobs).await;
    assert_eq!(answer.ids()[0], new.0);
    assert!(!answer.ids().contains(&old.0));
    assert_eq!(rounds, 3);
}
