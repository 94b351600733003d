//! Many deleted projects, large ones, and ones that cannot be finished.

use sweeper::Work;
use switchyard::job::Status;
use switchyard::project::Project;
use switchyard_local::seed::{self, at};
use switchyard_tests::TestApp;
use switchyard_tests::app::NOW;
use switchyard_tests::bulk::Change;
use switchyard_tests::world::job;

use super::furnish::IDS;
use super::{furnish, left, mark, project_row};

const LONG_AGO: &str = "2015-12-24T17:00:00.000Z";

async fn deleted(app: &TestApp, id: u64, jobs: u64) -> Project {
    let project = furnish(app, id, jobs).await;
    mark(app, &project, at(LONG_AGO));
    project
}

fn count(app: &TestApp, project: u64) -> usize {
    left(&app.dump(), project).len()
}

#[tokio::test]
async fn small_projects_do_not_wait_for_a_large_one() {
    let app = TestApp::new().await;
    deleted(&app, 1, 600).await;
    for id in 2..6 {
        deleted(&app, id, 3).await;
    }
    // The large one has waited longest, and alone has more than the budget.
    let mut large = project_row(&app, 1).await.unwrap();
    large.deadline = Some(at("2015-12-24T16:00:00.000Z"));
    app.replace(&large);
    let before = count(&app, 1);
    app.sweep_only_within(Work::Projects, 500).await.unwrap();
    for id in 2..6 {
        assert_eq!(count(&app, id), 0, "project {id}");
    }
    // What the others did not need was for the large one.
    let after = count(&app, 1);
    assert!(before - after > 250, "{before} became {after}");
    assert!(after > 0);
}

#[tokio::test]
async fn all_get_their_turn_however_small_the_budget() {
    let app = TestApp::new().await;
    for id in 1..8 {
        deleted(&app, id, 9).await;
    }
    let before: Vec<usize> = (1..8).map(|id| count(&app, id)).collect();
    for _ in 0..3 {
        app.sweep_only_within(Work::Projects, 3).await.unwrap();
        app.pass(1);
    }
    for (id, before) in (1..8).zip(before) {
        assert!(count(&app, id) < before, "project {id}");
    }
}

/// More projects than a sweep looks at.
#[tokio::test]
async fn many_projects_go_one_after_the_other() {
    let app = TestApp::new().await;
    let first = app
        .add_project(1, |project| {
            project.deleted_at = Some(at(LONG_AGO));
            project.deadline = Some(at(LONG_AGO));
        })
        .await;
    app.load(&[first], 250, |place, item| {
        item.number("id", 1_000 + place);
        item.number("deadline_shard", place % 4);
    });
    let mut sweeps = 0;
    while !app.dump().rows["projects"].is_empty() {
        app.wire.tape().reset();
        app.sweep_only(Work::Projects).await;
        let calls = app.wire.tape().count();
        assert!(calls < 2_500, "{calls} calls");
        sweeps += 1;
        assert!(sweeps <= 3);
        app.pass(60);
    }
}

/// It has a row that this version cannot read.
#[tokio::test]
async fn one_that_cannot_be_finished_stops_nobody() {
    let app = TestApp::new().await;
    let broken = deleted(&app, 1, 3).await;
    let pipeline = seed::pipeline(broken.id, IDS, IDS + 50, 1);
    let row = job(&pipeline, IDS + 50, Status::Success, |_| {});
    app.load(std::slice::from_ref(&row), 1, |_, item| {
        item.number("format", 99);
    });
    for id in 2..5 {
        deleted(&app, id, 3).await;
    }
    app.sweep_only(Work::Projects).await;
    for id in 2..5 {
        assert_eq!(count(&app, id), 0, "project {id}");
    }
    let there = project_row(&app, 1).await.unwrap();
    assert_eq!(there.deadline, Some(at(NOW)), "behind the others");
    assert!(count(&app, 1) > 3, "the job and what leads to it");

    app.replace(&row);
    app.sweep_only(Work::Projects).await;
    assert_eq!(count(&app, 1), 0);
}
