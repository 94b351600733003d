//! Deleted projects for the sweeper: one that goes, and one whose time has not come; and a
//! pipeline that was never published.

use switchyard::ids::ProjectId;
use switchyard::job::Status;
use switchyard_local::seed::{self, at};
use switchyard_tests::TestApp;
use switchyard_tests::app::NOW;

use crate::sweeper::projects::{furnish, mark};

pub(super) async fn leave(app: &TestApp) {
    let mut unborn = seed::pipeline(ProjectId(1), 9_000, 9_001, 1);
    unborn.building = true;
    unborn.deadline = Some(at("2015-12-24T17:00:00.000Z"));
    app.seed.put(&unborn).await.unwrap();
    let half = seed::job(&unborn, 9_001, "half", Status::Created);
    app.seed.put(&half).await.unwrap();
    for (id, deleted_at) in [(60, "2015-12-24T17:00:00.000Z"), (61, NOW)] {
        let project = furnish(app, id, 3).await;
        mark(app, &project, at(deleted_at));
    }
}
